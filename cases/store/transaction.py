"""One atomic step on the store, as `cases.ports.Transaction` asks for it."""

from __future__ import annotations

from cases.store.copy_rows import CopyRows
from cases.store.count_rows import CountRows
from cases.store.evidence_rows import EvidenceRows
from cases.store.index_rows import IndexRows
from cases.store.key_rows import KeyRows
from cases.store.notice_rows import NoticeRows
from cases.store.trail_rows import TrailRows
from cases.store.whole_rows import WholeRows


class SqlTransaction(
    EvidenceRows, NoticeRows, CountRows, TrailRows, KeyRows, IndexRows, CopyRows, WholeRows
):
    """All parts together; nothing here knows which database stands behind the connection."""
