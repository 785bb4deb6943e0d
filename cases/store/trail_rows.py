"""Questions about the trail as a whole, for checkpoints and exports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from cases.model import AuditEntry
from cases.store import tables
from cases.store.desk_rows import DeskRows

_AUDIT = tables.audit


class TrailRows(DeskRows):
    """The part of a transaction that looks at the trail's ends."""

    async def trail_head(self) -> AuditEntry | None:
        """Return the newest entry."""
        row = await self._row(select(func.max(_AUDIT.c.sequence).label("newest")))
        if row is None or row.newest is None:
            return None
        return next(iter(await self.trail_page(row.newest - 1, 1)), None)

    async def trail_count(self) -> int:
        """Count the entries."""
        row = await self._row(select(func.count().label("entries")).select_from(_AUDIT))
        return int(row.entries) if row else 0

    async def trail_between(
        self, since: datetime | None, until: datetime | None
    ) -> tuple[int, int] | None:
        """
        Return the first and last sequence number of the entries made since, and before `until`.

        The numbers are contiguous even where the clock was set back between two entries.
        """
        column = _AUDIT.c
        query = select(
            func.min(column.sequence).label("first"), func.max(column.sequence).label("last")
        )
        if since is not None:
            query = query.where(column.at >= since)
        if until is not None:
            query = query.where(column.at < until)
        row = await self._row(query)
        return None if row is None or row.first is None else (row.first, row.last)
