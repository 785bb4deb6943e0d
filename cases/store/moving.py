"""Move a store from its SQLite file to PostgreSQL: whole and proven, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.errors import StoreProblem
from cases.seal import Keyring
from cases.store import postgres_errors, schema, sqlite_errors
from cases.store.postgres import PostgresPlace, connected_postgres, require_empty
from cases.store.sqlite import connected_sqlite
from cases.store.transaction import SqlTransaction

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """What a table holds."""

    rows: int
    digest: str
    """SHA-256 over all rows in the order of their keys, hexadecimal."""


async def move_store(
    source: Path, target: PostgresPlace, keyring: Keyring
) -> Mapping[str, TableSum]:
    """
    Copy every row of the file into the empty database; return what each table holds.

    Nothing is unsealed. The copy is read back and compared before it is committed; the file stays
    as it is.

    Raises:
        StoreProblem: one of the two cannot be used, the target is not empty, or the copy differs.
        KeyProblem: the key is not the one that sealed the file.
    """
    async with connected_sqlite(source) as old, connected_postgres(target) as new:
        own = await schema.accept(old, keyring, str(source))
        await require_empty(new, target)
        await new.run_sync(schema.upgrade)
        there = SqlTransaction(old, own, sqlite_errors.translate)
        here = SqlTransaction(new, own, postgres_errors.translate)
        sums = {name: await _copy(there, here, name) for name in there.copied_tables()}
        await here.settle_numbers()
        for name, expected in sums.items():
            if await _sum(here, name) != expected:
                raise StoreProblem(
                    f"The copy of table {name} differs from the original, so nothing was moved; "
                    "check the database's disk and repeat."
                )
        await schema.accept(new, keyring, target.name)
    return sums


async def _copy(old: SqlTransaction, new: SqlTransaction, name: str) -> TableSum:
    columns = old.columns_of(name)
    summing = _Summing()
    async for rows in _parts(old, name):
        summing.take(rows)
        await new.put_rows(name, columns, rows)
    return summing.result()


async def _sum(step: SqlTransaction, name: str) -> TableSum:
    summing = _Summing()
    async for rows in _parts(step, name):
        summing.take(rows)
    return summing.result()


async def _parts(step: SqlTransaction, name: str) -> AsyncIterator[list[Sequence[object]]]:
    part: list[Sequence[object]] = []
    async for row in step.rows_of(name):
        part.append(row)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    yield part


class _Summing:
    """Counts and digests the rows of one table as they pass."""

    def __init__(self) -> None:
        self._rows = 0
        self._digest = hashlib.sha256()

    def take(self, rows: Sequence[Sequence[object]]) -> None:
        self._rows += len(rows)
        for row in rows:
            self._digest.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")

    def result(self) -> TableSum:
        return TableSum(rows=self._rows, digest=self._digest.hexdigest())
