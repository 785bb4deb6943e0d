"""Another key for the blind indexes, while nobody else works."""

from __future__ import annotations

import base64
from typing import Any

from sqlalchemy import Column, Table, bindparam, select

from cases.store import tables
from cases.store.rows import SealedRows

_PAGE = 1000
_BLINDS = (
    (tables.cases, "canonical_blind"),
    (tables.cases, "host_blind"),
    (tables.reports, "idempotency_blind"),
    (tables.assets, "digest_blind"),
    (tables.notices, "answer_blind"),
    (tables.message_ids, "blind"),
    (tables.host_leases, "host_blind"),
)
"""Every column that holds a blind index."""


class IndexRows(SealedRows):
    """The part of a transaction that renews the blind indexes."""

    async def renew_index(self) -> int:
        """
        Add a new key to those of the blind indexes and pass every index through it.

        Who holds the earlier keys cannot compute an index any more; nothing needs to be unsealed.
        The whole is one step. Returns how many indexes were renewed.
        """
        key = self._keyring.new_case_key()
        self._keyring = self._keyring.with_index_key(self._keyring.indexing + key)
        name = tables.INDEX_KEY
        wrapped = self._keyring.wrap(name, self._keyring.indexing, under=await self.current_key())
        value = base64.b64encode(wrapped).decode()
        await self._put(tables.meta, {"name": name}, {"value": value})
        return sum([await self._renew(table, table.c[column]) for table, column in _BLINDS])

    async def _renew(self, table: Table, column: Column[bytes]) -> int:
        (place,) = table.primary_key.columns
        if place is column:
            return await self._renew_keys(table, column)
        renewed, after = 0, None
        while True:
            query = select(place.label("at"), column.label("blind")).where(column.is_not(None))
            query = query if after is None else query.where(place > after)
            rows = await self._rows(query.order_by(place).limit(_PAGE))
            if not rows:
                return renewed
            await self._change(table, place, column, [(row.at, row.blind) for row in rows])
            renewed, after = renewed + len(rows), rows[-1].at

    async def _renew_keys(self, table: Table, column: Column[bytes]) -> int:
        """Renew indexes that are the keys of their rows: all at once, for pages would meet them."""
        rows = await self._rows(select(column.label("blind")))
        if rows:
            await self._change(table, column, column, [(row.blind, row.blind) for row in rows])
        return len(rows)

    async def _change(
        self,
        table: Table,
        place: Column[Any],
        column: Column[bytes],
        found: list[tuple[object, bytes]],
    ) -> None:
        change = table.update().where(place == bindparam("at")).values({column: bindparam("to")})
        await self._run(
            change, [{"at": at, "to": self._keyring.blind_again(blind)} for at, blind in found]
        )
