"""The store on one machine: a SQLite file in WAL mode."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from cases.errors import StoreProblem
from cases.seal import Keyring
from cases.store import schema
from cases.store.fill import bring_up_to_date
from cases.store.sqlite_errors import translate
from cases.store.transaction import SqlTransaction

_BUSY_SECONDS = 15.0
_READERS = 4
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)
_NO_STEP = "hostwatch_no_step"
"""Execution option of a statement that SQLite allows outside transactions only."""


async def open_sqlite(path: Path, keyring: Keyring, *, create: bool = False) -> SqliteStore:
    """
    Open the database at `path`, or make a new one there.

    Raises:
        StoreProblem: no database there, one there already, or not usable.
        StoreBusy: another process holds it.
        KeyProblem: the key is not the one that sealed it.
    """
    if create:
        reserve_sqlite(path)
    else:
        _require(path)
    engine = _engine(path)
    try:
        if create:
            await _create(engine, keyring)
        own = await _accept(engine, keyring, path)
        await _use_journal(engine, path)
    except BaseException:
        await engine.dispose()
        if create:
            discard_sqlite(path)
        raise
    return SqliteStore(engine, _reading_engine(path), own)


async def upgrade_sqlite(path: Path, keyring: Keyring) -> None:
    """
    Bring the schema up to date, whole or not at all; the journal forgets what it was before.

    Raises as `open_sqlite`.
    """
    _require(path)
    engine = _engine(path)
    try:
        async with _mapped(), engine.begin() as connection:
            await bring_up_to_date(connection, keyring, str(path), translate)
        await _empty_journal(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def connected_sqlite(path: Path) -> AsyncIterator[AsyncConnection]:
    """Hold one connection in one step; for work on whole tables. Raises as `open_sqlite`."""
    _require(path)
    engine = _engine(path)
    try:
        async with _mapped(), engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


class SqliteStore:
    """
    The sealed store of cases in one SQLite file.

    Steps of one process take turns in the order in which they asked; those of several
    processes wait for each other for at most 15 s.
    """

    def __init__(self, engine: AsyncEngine, readers: AsyncEngine, keyring: Keyring) -> None:
        self._engine = engine
        self._readers = readers
        self._keyring = keyring
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """
        Begin an atomic step; commit at the end of the block, roll back on any error.

        Raises:
            StoreBusy: another process holds the database.
            StoreProblem: disk full, damaged, or not writable.
        """
        if self._holder is not None and self._holder is asyncio.current_task():
            # it would wait for itself for ever
            raise RuntimeError("a transaction is open in this task; use that one")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                async with _mapped(), self._engine.begin() as connection:
                    step = SqlTransaction(connection, self._keyring, translate)
                    yield step
                    await step.finish()
                if step.erased:
                    await _empty_journal(self._engine)
            finally:
                self._holder = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        """
        Open one consistent view without the right to write; it waits for no writer.

        Raises:
            StoreProblem: damaged or not readable, or a write was tried.
        """
        async with _mapped(), self._readers.begin() as connection:
            yield SqlTransaction(connection, self._keyring, translate)

    async def damage(self) -> list[str]:
        """Let SQLite check its file and references; return a sentence for each fault."""
        async with self._turn, _mapped(), self._engine.connect() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).all()
            strays = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
        found = {f"A row in {row.table} belongs to no row in {row.parent}." for row in strays}
        if [row[0] for row in pages] != ["ok"]:
            found.add("The database file is damaged; restore a backup.")
        return sorted(found)

    async def close(self) -> None:
        """Release the database."""
        await self._readers.dispose()
        await self._engine.dispose()


async def _empty_journal(engine: AsyncEngine) -> None:
    """Write the journal back and cut it off: it may still hold what was destroyed."""
    async with _mapped(), engine.connect() as connection:
        plain = await connection.execution_options(**{_NO_STEP: True})
        await plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@asynccontextmanager
async def _mapped() -> AsyncIterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translate(error) from None


# --------------------------------------------------------------------------- the engine


def _engine(path: Path) -> AsyncEngine:
    """Prepare one connection that begins every step with the write lock in hand."""
    engine = _connecting(path, connections=1)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _reading_engine(path: Path) -> AsyncEngine:
    """Prepare a few connections that see one state each and cannot write."""
    engine = _connecting(path, connections=_READERS)
    event.listen(engine.sync_engine, "connect", _set_reading)
    event.listen(engine.sync_engine, "begin", _begin_reading)
    return engine


def _connecting(path: Path, *, connections: int) -> AsyncEngine:
    return create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": _BUSY_SECONDS},
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
    )


def _set_reading(connection: DBAPIConnection, record: object) -> None:
    _set_pragmas(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_NO_STEP):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


# --------------------------------------------------------------------------- making, accepting


def reserve_sqlite(path: Path) -> None:
    """Make the empty file, readable by its owner only; SQLite gives its journal the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        raise StoreProblem(
            f"A database stands at {path} already; it is never overwritten."
        ) from None
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise StoreProblem(f"No database can be made at {path}: {reason}.") from None


def _require(path: Path) -> None:
    if not path.is_file():
        raise StoreProblem(f"There is no database at {path}; `hostwatch init` makes one.")


def discard_sqlite(path: Path) -> None:
    """Remove a database and its journal, whatever of them is there."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink()


async def _create(engine: AsyncEngine, keyring: Keyring) -> None:
    async with _mapped(), engine.begin() as connection:
        await schema.make(connection, keyring)


async def _accept(engine: AsyncEngine, keyring: Keyring, path: Path) -> Keyring:
    async with _mapped(), engine.connect() as connection:
        return await schema.accept(connection, keyring, str(path))


async def _use_journal(engine: AsyncEngine, path: Path) -> None:
    """Switch to the write-ahead log; a database keeps that mode, a copy of it may not."""
    async with _mapped(), engine.connect() as connection:
        plain = await connection.execution_options(**{_NO_STEP: True})
        mode = (await plain.exec_driver_sql("PRAGMA journal_mode = WAL")).scalar_one()
    if mode != "wal":
        raise StoreProblem(
            f"The file system of {path} does not allow a write-ahead log; use a local disk."
        )
