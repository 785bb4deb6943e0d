"""Numbers for health and metrics, from clear columns only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select

from cases.model import StoreCounts
from cases.store import tables
from cases.store.case_rows import CaseRows
from cases.store.desk_rows import DeskRows

_CASES = tables.cases
_LEASES = tables.host_leases


class CountRows(CaseRows, DeskRows):
    """The part of a transaction that counts."""

    async def counts(self, now: datetime) -> StoreCounts:
        """Count what health and metrics tell; nothing is unsealed."""
        needs: Counter[str] = Counter()
        for reason, number in (await self._numbers_by(_CASES.c.needs)).items():
            needs[reason.partition(":")[0]] += number
        return StoreCounts(
            cases=await self._numbers_by(_CASES.c.stage),
            needs=needs,
            notices=await self._numbers_by(tables.notices.c.state),
            due=await self._number(_CASES.c.next_action_at <= now),
            oldest_due=await self.next_due(),
            leases=await self._number(_LEASES.c.leased_until > now),
            workers=tuple(await self.workers()),
            audit_sequence=await self._newest_sequence(),
        )

    async def _numbers_by(self, column: Column[Any]) -> Mapping[str, int]:
        number = func.count().label("number")
        query = select(column.label("word"), number).where(column.is_not(None)).group_by(column)
        return {str(row.word): int(row.number) for row in await self._rows(query)}

    async def _number(self, condition: ColumnElement[bool]) -> int:
        rows = await self._rows(select(func.count()).where(condition))
        return int(rows[0][0])

    async def _newest_sequence(self) -> int:
        rows = await self._rows(select(func.max(tables.audit.c.sequence)))
        return int(rows[0][0] or 0)
