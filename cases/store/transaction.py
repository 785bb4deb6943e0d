"""One atomic step on the store, as `cases.ports.Transaction` asks for it."""

from __future__ import annotations

from cases.store.case_rows import CaseRows
from cases.store.desk_rows import DeskRows
from cases.store.evidence_rows import EvidenceRows
from cases.store.notice_rows import NoticeRows


class SqlTransaction(CaseRows, EvidenceRows, NoticeRows, DeskRows):
    """All parts together; nothing here knows which database stands behind the connection."""
