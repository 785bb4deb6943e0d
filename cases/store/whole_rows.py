"""What a check of the whole store asks: page by page, and every sealed row of a case opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, or_, select

from cases.seal import Unsealable, unseal
from cases.store import tables
from cases.store.rows import SealedRows, bound_to

_CASES = tables.cases
_KEYS = tables.case_keys
_LEASES = tables.host_leases


class WholeRows(SealedRows):
    """The part of a transaction that looks at everything, a little at a time."""

    async def case_ids(self, after: str, limit: int) -> list[str]:
        """List ids of cases that were not erased and follow `after`, in order."""
        column = _CASES.c
        query = select(column.id).where(column.sealed.is_not(None), column.id > after)
        return [row.id for row in await self._rows(query.order_by(column.id).limit(limit))]

    async def draw_cases(self, limit: int) -> list[str]:
        """Draw ids of cases that were not erased at random."""
        query = select(_CASES.c.id).where(_CASES.c.sealed.is_not(None))
        return [row.id for row in await self._rows(query.order_by(func.random()).limit(limit))]

    async def half_erased(self) -> list[str]:
        """List cases that have a key and nothing sealed, or the other way round."""
        joined = _CASES.outerjoin(_KEYS, _KEYS.c.case_id == _CASES.c.id)
        both = (_CASES.c.sealed.is_(None)) == (_KEYS.c.case_id.is_not(None))
        query = select(_CASES.c.id).select_from(joined).where(both).order_by(_CASES.c.id)
        return [row.id for row in await self._rows(query)]

    async def is_erased(self, case_id: str) -> bool:
        """Tell whether the key of a case was destroyed; a case that never was counts as erased."""
        row = await self._row(select(_KEYS.c.case_id).where(_KEYS.c.case_id == case_id))
        return row is None

    async def closed_rows(self, case_id: str) -> list[str]:
        """Try every sealed row of a case; name those that do not open: `assets HW-...-1`."""
        key = await self._case_key(case_id)
        told = []
        for table in tables.SEALED_TABLES:
            place = table.c.id if table is _CASES else table.c.case_id
            for row in await self._rows(select(table).where(place == case_id)):
                name, version = _place_of(table, row)
                if not _opens(key, row.sealed, bound_to(table, name, version)):
                    told.append(f"{table.name} {name}")
        return told

    async def odd_leases(self, latest: datetime) -> int:
        """Count leases without an owner, without an end, or that end after `latest`."""
        column = _LEASES.c
        odd = or_(
            column.owner.is_(None) != column.leased_until.is_(None),
            column.leased_until > latest,
        )
        return len(await self._rows(select(column.host_blind).where(odd)))


def _place_of(table: Table, row: Row[Any]) -> tuple[str, int]:
    if table is tables.assessments:
        return f"{row.case_id}/{row.ordinal}", 0
    if table is tables.notices:
        return row.serial, row.version
    return row.id, row.version if table is _CASES else 0


def _opens(key: bytes, sealed: bytes | None, aad: bytes) -> bool:
    try:
        unseal(key, sealed or b"", aad)
    except Unsealable:
        return False
    return True
