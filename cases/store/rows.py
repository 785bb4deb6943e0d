"""What every part of a transaction stands on: statements, the keys of cases, sealed records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import Executable, Row, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TypedReturnsRows

from cases.errors import HostwatchError, StoreProblem, UnknownRecord
from cases.seal import Keyring, Unsealable, seal, unseal
from cases.store import tables
from cases.store.codec import dump, load, pack, unpack

_Record = TypeVar("_Record")
Translate = Callable[[SQLAlchemyError], HostwatchError]
"""Turns an error of the driver into a sentence without statement and values."""


class Turn(IntEnum):
    """What only one step at a time may do in a database that serves many."""

    NUMBERING = 0x68770001
    TRAIL = 0x68770002
    KEYS = 0x68770003


_NAMED_AT_ONCE = 5000

_RANK = {table: number for number, table in enumerate(tables.metadata.sorted_tables)}
"""A row's table stands behind the tables that it refers to."""


class SealedRows:
    """
    Rows whose record lies sealed under the key of its case.

    The unwrapped keys are kept for the length of one transaction. Inserts wait until the next
    statement or the end, so that many go in one.
    """

    def __init__(self, connection: AsyncConnection, keyring: Keyring, translate: Translate) -> None:
        self._connection = connection
        self._keyring = keyring
        self._translate = translate
        self._case_keys: dict[str, bytes] = {}
        self._waiting: dict[Table, list[dict[str, object]]] = {}
        self._shared = connection.dialect.name == "postgresql"
        """Whether other steps run at the same time, so that what clashes must be locked."""
        self._wrapping_id: int | None = None

    async def _run(self, statement: Executable, values: object = None) -> int:
        """Execute a change; return how many rows it met."""
        await self._flush()
        return await self._execute(statement, values)

    async def _execute(self, statement: Executable, values: object = None) -> int:
        try:
            result = await self._connection.execute(statement, values)  # type: ignore[call-overload]
        except SQLAlchemyError as error:
            raise self._translate(error) from None
        return int(result.rowcount)

    async def _rows(self, query: TypedReturnsRows[Any]) -> Sequence[Row[Any]]:
        await self._flush()
        try:
            found: Sequence[Row[Any]] = (await self._connection.execute(query)).all()
        except SQLAlchemyError as error:
            raise self._translate(error) from None
        return found

    async def _row(self, query: TypedReturnsRows[Any]) -> Row[Any] | None:
        return next(iter(await self._rows(query)), None)

    def _insert(self, table: Table, **values: object) -> None:
        """
        Insert a row, together with the others of its table, before anything else is asked.

        Many rows in one statement cost little more than one row; where one of them clashes, the
        whole step fails.
        """
        self._waiting.setdefault(table, []).append(values)

    async def _flush(self) -> None:
        """Write what waits, a row after those that it refers to."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        for table in sorted(waiting, key=_RANK.__getitem__):
            await self._execute(table.insert(), waiting[table])

    async def _lock(self, turn: Turn) -> None:
        """Wait for a turn among all processes, and keep it until this step ends."""
        await self._rows(select(func.pg_advisory_xact_lock(int(turn))))

    async def finish(self) -> None:
        """Write what waits; the step is complete only after that."""
        await self._flush()

    async def _put(
        self, table: Table, key: Mapping[str, object], values: Mapping[str, object]
    ) -> None:
        """Replace the row of this key, or insert it."""
        insert = postgresql.insert if self._shared else sqlite.insert
        statement = insert(table).values(**key, **values)
        await self._run(statement.on_conflict_do_update(index_elements=list(key), set_=values))

    # ------------------------------------------------------------------ keys

    async def current_key(self) -> int:
        """Return the id of the master key that wraps new keys; it stays so until this step ends."""
        if self._wrapping_id is None:
            if self._shared:
                await self._rows(select(func.pg_advisory_xact_lock_shared(int(Turn.KEYS))))
            column = tables.meta.c
            row = await self._row(select(column.value).where(column.name == tables.CURRENT_KEY))
            self._wrapping_id = int(row.value) if row else self._keyring.key_id
        return self._wrapping_id

    async def _keep_case_key(self, case_id: str, key: bytes) -> None:
        wrapped = self._keyring.wrap(case_id, key, under=await self.current_key())
        self._insert(tables.case_keys, case_id=case_id, wrapped=wrapped)
        self._case_keys[case_id] = key

    async def _case_key(self, case_id: str) -> bytes:
        """Return the key of a case. Raises `UnknownRecord` where it was destroyed."""
        known = self._case_keys.get(case_id)
        if known is not None:
            return known
        wrapped = tables.case_keys.c
        row = await self._row(select(wrapped.wrapped).where(wrapped.case_id == case_id))
        if row is None:
            raise await self._no_key(case_id)
        key = self._keyring.unwrap(case_id, row.wrapped)
        self._case_keys[case_id] = key
        return key

    async def _no_key(self, case_id: str) -> UnknownRecord:
        row = await self._row(select(tables.cases.c.id).where(tables.cases.c.id == case_id))
        if row is None:
            return UnknownRecord(f"There is no case {case_id[:40]}.")
        return UnknownRecord(
            f"Case {case_id} was erased: its key was destroyed, and what it held cannot be read."
        )

    # ------------------------------------------------------------------ sealed records

    def _digest_blind(self, digest: str | None) -> bytes | None:
        """Return the blind index of the digest, or the look, that an asset is known by."""
        return self._keyring.blind("digest", digest.lower()) if digest else None

    async def _seal(
        self, table: Table, case_id: str, row_id: str, record: object, *, version: int = 0
    ) -> bytes:
        key = await self._case_key(case_id)
        return self._seal_under(key, table, row_id, record, version=version)

    @staticmethod
    def _seal_under(
        key: bytes, table: Table, row_id: str, record: object, *, version: int = 0
    ) -> bytes:
        return seal(key, pack(dump(record)), bound_to(table, row_id, version))

    async def _open(
        self,
        table: Table,
        case_id: str,
        row_id: str,
        sealed: bytes | None,
        kind: type[_Record],
        *,
        version: int = 0,
    ) -> _Record:
        key = await self._case_key(case_id)
        try:
            raw = unseal(key, sealed or b"", bound_to(table, row_id, version))
        except Unsealable:
            raise StoreProblem(
                f"Record {row_id} in {table.name} does not open under its key: the database was "
                "altered or is damaged; run `hostwatch check` and restore a backup."
            ) from None
        return load(kind, unpack(raw))


def bound_to(table: Table, row_id: str, version: int) -> bytes:
    """Bind a sealed record to its place, so that it opens nowhere else."""
    return f"{table.name}\0{row_id}\0{version}".encode()


def batches(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut values into parts that one statement may name."""
    for start in range(0, len(values), _NAMED_AT_ONCE):
        yield values[start : start + _NAMED_AT_ONCE]
