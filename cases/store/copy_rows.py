"""Every row of every table, out of one store and into another, without unsealing anything."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    LargeBinary,
    Table,
    Text,
    collate,
    column,
    func,
    select,
    table,
    type_coerce,
)
from sqlalchemy.exc import SQLAlchemyError

from cases.store import tables
from cases.store.rows import SealedRows

_AT_ONCE = 1000
_LEFT_OUT = frozenset({"workers", "host_leases"})
"""Who works at this moment, and where; nothing of it is true in a copy."""

Columns = Sequence[Sequence[str]]
"""Name and kind of each column; the kind is `bytes`, `truth` or `plain`."""


class CopyRows(SealedRows):
    """The part of a transaction that copies."""

    @staticmethod
    def copied_tables() -> list[str]:
        """Name the tables of a copy, each behind those that it refers to."""
        return [one.name for one in tables.metadata.sorted_tables if one.name not in _LEFT_OUT]

    @staticmethod
    def columns_of(name: str) -> list[tuple[str, str]]:
        """Return name and kind of each column of a table."""
        return [(one.name, _kind(one)) for one in tables.metadata.tables[name].columns]

    async def rows_of(self, name: str) -> AsyncIterator[list[object]]:
        """Yield the rows of a table as plain values: numbers, text, none, bytes as base64."""
        await self.finish()
        found = tables.metadata.tables[name]
        query = select(*map(_raw, found.columns)).order_by(*self._order(found))
        is_bytes = [kind == "bytes" for _, kind in self.columns_of(name)]
        try:
            result = await self._connection.stream(query, execution_options={"yield_per": _AT_ONCE})
            async for row in result:
                yield [
                    base64.b64encode(value).decode() if binary and value is not None else value
                    for value, binary in zip(row, is_bytes, strict=True)
                ]
        except SQLAlchemyError as error:
            raise self._translate(error) from None

    def _order(self, found: Table) -> list[ColumnElement[Any]]:
        """Order by key, as both databases do when text is compared byte by byte."""
        keys = list(found.primary_key.columns) or [found.c.case_id, found.c.ordinal]
        return [
            collate(one, "C") if self._shared and isinstance(one.type, Text) else one
            for one in keys
        ]

    async def put_rows(self, name: str, columns: Columns, rows: Iterable[Sequence[object]]) -> None:
        """Insert rows as `rows_of` gave them. Raises `StoreProblem` where the table has others."""
        into = table(name, *(column(one, _TYPES[kind]) for one, kind in columns))
        is_bytes = [kind == "bytes" for _, kind in columns]
        names = [one for one, _ in columns]
        values = [
            {
                key: base64.b64decode(value) if binary and value is not None else value  # type: ignore[arg-type]
                for key, value, binary in zip(names, row, is_bytes, strict=True)
            }
            for row in rows
        ]
        if values:
            await self._run(into.insert(), values)

    async def settle_numbers(self) -> None:
        """Let rows that are added later get numbers behind those that were put in."""
        if not self._shared:
            return
        for one in tables.metadata.sorted_tables:
            if "row" in one.c:
                newest = select(func.coalesce(func.max(one.c.row), 0) + 1).scalar_subquery()
                sequence = func.pg_get_serial_sequence(one.name, "row")
                await self._rows(select(func.setval(sequence, newest, False)))  # noqa: FBT003 - as PostgreSQL has it

    async def skip_numbers(self, year: int, skip: int) -> None:
        """Leave out case numbers that may have been given after the copy was made."""
        counter = tables.counters.c
        change = tables.counters.update().where(counter.name == f"cases-{year:04d}")
        await self._run(change.values(value=counter.value + skip))

    async def row_counts(self) -> Mapping[str, int]:
        """Count the rows of every copied table."""
        counts = {}
        for name in self.copied_tables():
            rows = await self._rows(select(func.count()).select_from(tables.metadata.tables[name]))
            counts[name] = int(rows[0][0])
        return counts


_TYPES: Mapping[str, Any] = {"bytes": LargeBinary(), "truth": Boolean(), "plain": None}


def _kind(one: Column[Any]) -> str:
    if isinstance(one.type, LargeBinary):
        return "bytes"
    return "truth" if isinstance(one.type, Boolean) else "plain"


def _raw(one: Column[Any]) -> Any:
    """Read times as the integers that they are kept as."""
    return type_coerce(one, BigInteger) if isinstance(one.type, tables.Moment) else one
