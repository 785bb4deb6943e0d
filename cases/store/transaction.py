"""One atomic step on the store, as `cases.ports.Transaction` asks for it."""

from __future__ import annotations

from cases.store.count_rows import CountRows
from cases.store.evidence_rows import EvidenceRows
from cases.store.notice_rows import NoticeRows


class SqlTransaction(EvidenceRows, NoticeRows, CountRows):
    """All parts together; nothing here knows which database stands behind the connection."""
