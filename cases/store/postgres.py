"""The store for many machines: a PostgreSQL database, shared by any number of processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from cases.errors import HostwatchError, StoreProblem
from cases.seal import Keyring
from cases.store import schema
from cases.store.fill import bring_up_to_date
from cases.store.postgres_errors import translate
from cases.store.transaction import SqlTransaction

_CONNECTIONS = 8
_CONNECT_S = 10
_POOL_S = 30.0
_REWRITTEN = 64 * 1024 * 1024
"""Bytes of keys, of about 400,000 cases, that are written anew within a second or so."""
_LOOKS = 50
_LOOK_AGAIN_S = 0.1
WATCHED = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Tells within half a minute that a machine or its network is gone without a word (libpq)."""
_OPTIONS = (
    "-c lock_timeout=20s -c statement_timeout=60s "
    # a process that was stopped in the midst of a step must not hold up the others
    "-c idle_in_transaction_session_timeout=30s -c timezone=UTC -c default_transaction_isolation="
    "read\\ committed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPlace:
    """Where a PostgreSQL database is found."""

    url: str
    """`postgresql://user@host:port/name`, or with `?host=/socket/directory`."""
    password: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What messages call it: its host and name, no credentials."""
        url = make_url(self.url)
        return f"{url.host or 'local socket'}/{url.database or ''}"


async def open_postgres(
    place: PostgresPlace, keyring: Keyring, *, create: bool = False
) -> PostgresStore:
    """
    Open the database, or make the tables in an empty one.

    Raises:
        StoreProblem: no such database, one of another revision, or not ours.
        StoreBusy: it does not answer.
        KeyProblem: the key is not the one that sealed it.
    """
    engine = _engine(place)
    try:
        async with _mapped(), engine.begin() as connection:
            if create:
                await require_empty(connection, place)
                await schema.make(connection, keyring)
            else:
                await _refuse_empty(connection, place)
            own = await schema.accept(connection, keyring, place.name)
    except BaseException:
        await engine.dispose()
        raise
    return PostgresStore(engine, own)


async def upgrade_postgres(place: PostgresPlace, keyring: Keyring) -> None:
    """
    Bring the schema up to date, whole or not at all; statistics forget what it was before.

    Raises as `open_postgres`.
    """
    async with connected_postgres(place) as connection:
        await bring_up_to_date(connection, keyring, place.name, translate)
    await _forget_statistics(place)


async def _forget_statistics(place: PostgresPlace) -> None:
    """
    Write the planner's samples of column values anew, without those of columns that are gone.

    Nothing is raised: the server skips it where the database has another owner, and its own
    upkeep writes over them in time.
    """
    engine = _engine(place)
    try:
        with suppress(HostwatchError):
            async with _mapped(), engine.connect() as connection:
                plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await plain.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")
    finally:
        await engine.dispose()


async def live_workers(place: PostgresPlace) -> list[str]:
    """Name the workers that showed a sign of life in the last minute, whatever the revision."""
    async with connected_postgres(place) as connection:
        known = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
        if "workers" not in known:
            return []
        found = await connection.exec_driver_sql(
            "SELECT name FROM workers WHERE beat_at > "
            "extract(epoch FROM clock_timestamp() - interval '1 minute') * 1000000 ORDER BY name"
        )
        return [row.name for row in found]


@asynccontextmanager
async def connected_postgres(place: PostgresPlace) -> AsyncIterator[AsyncConnection]:
    """Hold one connection in one step; for work on whole tables. Raises as `open_postgres`."""
    engine = _engine(place)
    try:
        async with _mapped(), engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


class PostgresStore:
    """
    The sealed store of cases in one PostgreSQL database.

    Steps run side by side. What clashes is refused by versions and unique keys, and the numbering
    of cases and the audit trail take turns by advisory locks.
    """

    def __init__(self, engine: AsyncEngine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring
        self._holders: set[asyncio.Task[Any] | None] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """
        Begin an atomic step; commit at the end of the block, roll back on any error.

        Raises:
            StoreBusy: the database does not answer, or another step was in the way.
            StoreProblem: disk full, damaged, or not writable.
        """
        task = asyncio.current_task()
        if task in self._holders:
            # it might wait for itself for ever
            raise RuntimeError("a transaction is open in this task; use that one")
        self._holders.add(task)
        try:
            async with _mapped(), self._engine.begin() as connection:
                step = SqlTransaction(connection, self._keyring, translate)
                yield step
                await step.finish()
            if step.erased:
                await self._sweep()
        finally:
            self._holders.discard(task)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        """
        Open one consistent view without the right to write; it waits for no writer.

        Raises:
            StoreBusy: the database does not answer.
            StoreProblem: damaged or not readable, or a write was tried.
        """
        async with _mapped(), self._engine.connect() as connection:
            view = await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            async with view.begin():
                yield SqlTransaction(view, self._keyring, translate)

    async def close(self) -> None:
        """Release the connections."""
        await self._engine.dispose()

    async def _sweep(self) -> None:
        """
        Drop the dead row versions that still hold a key that was destroyed.

        Their page keeps their bytes after that, so the keys are written into a new file. Nothing
        is raised: the step is stored, and the next sweep drops what this one could not.
        """
        with suppress(HostwatchError):
            async with _mapped(), self._engine.connect() as connection:
                plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await _wait_for_older_views(plain)
                await plain.exec_driver_sql("VACUUM cases, case_keys")
                await _rewrite_keys(plain)


async def _wait_for_older_views(plain: AsyncConnection) -> None:
    """Give steps and readings that began before a moment to end: for them, rows must stay."""
    newest = (await plain.exec_driver_sql("SELECT pg_current_xact_id()::xid")).scalar_one()
    older = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(:newest AS xid))"
    )
    for _ in range(_LOOKS):
        if not (await plain.execute(older, {"newest": str(newest)})).scalar_one():
            return
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _rewrite_keys(plain: AsyncConnection) -> None:
    """Write the living keys into a new file, unless that would hold all steps up for long."""
    size = await plain.exec_driver_sql("SELECT pg_relation_size('case_keys')")
    if size.scalar_one() > _REWRITTEN:
        return
    await plain.exec_driver_sql("SET lock_timeout = '3s'")  # others queue behind who waits
    try:
        await plain.exec_driver_sql("VACUUM (FULL) case_keys")
    finally:
        await plain.invalidate()


async def _refuse_empty(connection: AsyncConnection, place: PostgresPlace) -> None:
    if not await connection.run_sync(lambda plain: inspect(plain).get_table_names()):
        raise StoreProblem(
            f"The database {place.name} is empty. `hostwatch move-store` brings the cases into it; "
            "without cases it does so with the accounts."
        )


async def require_empty(connection: AsyncConnection, place: PostgresPlace) -> None:
    """Refuse a database that holds anything. Raises `StoreProblem`."""
    known = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    if known:
        raise StoreProblem(
            f"The database {place.name} holds tables already; it is never overwritten. Name an "
            "empty one."
        )


def _engine(place: PostgresPlace) -> AsyncEngine:
    url = make_url(place.url).set(drivername="postgresql+psycopg")
    if place.password is not None:
        url = url.set(password=place.password)
    try:
        return _connecting(url)
    except ModuleNotFoundError:
        raise StoreProblem(
            "PostgreSQL needs two more packages: install hostwatch with its extra `postgres`."
        ) from None


def _connecting(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args={
            "options": _OPTIONS,
            "connect_timeout": _CONNECT_S,
            "application_name": "hostwatch",
            **WATCHED,
        },
        hide_parameters=True,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_POOL_S,
        pool_pre_ping=True,
    )


@asynccontextmanager
async def _mapped() -> AsyncIterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # the connection was torn away by the cancellation, which must not be lost
            raise asyncio.CancelledError from None
        raise translate(error) from None
