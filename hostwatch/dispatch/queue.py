"""
The queue that wakes workers on many machines: procrastinate, in a schema of its own.

Nothing here is the truth. Its tables hold blind indexes of hosts and serials of notices, and can
be dropped at any time: the foreman fills them again from the due rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import Status
from psycopg import sql

from cases.errors import StoreBusy
from cases.store.postgres import WATCHED, PostgresPlace

log = structlog.get_logger()

SCHEMA = "hostwatch_engine"
"""Where procrastinate's tables stand."""

_TURN = 0x68770004
"""Advisory lock of whoever makes the tables; no other room of ours may use its number."""
_CONNECTIONS = 4
DEAD_BEATS = 4
"""A worker without a sign of life for so many beats is taken for dead."""
_TABLES_PATIENCE_S = 30.0
_POLL_S = 2.0
"""How often a worker looks for jobs of which the database did not tell it."""
_DOWN = "The engine's tables do not answer; the due rows stand, and are asked for again."

Work = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """What a job does; both get the one word that the job holds, and never raise."""

    visit: Work
    """Gets the blind index of a host."""
    send: Work
    """Gets the serial of a notice."""


class Queue:
    """Visits and sendings that wait for a worker; at most one of each waits, and one runs."""

    def __init__(
        self,
        place: PostgresPlace,
        tasks: Tasks,
        *,
        beat_s: float = 5.0,
        patience_s: float = 30.0,
    ) -> None:
        """
        Prepare; nothing is connected yet.

        Args:
            place: the database.
            tasks: what the jobs do.
            beat_s: seconds between a worker's signs of life.
            patience_s: seconds that whoever asks waits for a connection before `StoreBusy`.
        """
        self._place = place
        self._beat_s = beat_s
        self._app = App(connector=_connector(place, patience_s))
        self._task("visit", tasks.visit)
        self._task("send", tasks.send)
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Connect, and make the tables where they are missing. Raises `StoreBusy`."""
        await self.make_tables()
        async with self._app.open_async():
            yield self

    async def make_tables(self) -> None:
        """
        Make the tables if there are none, or those of another release of procrastinate.

        Raises:
            StoreBusy: the database does not answer.
        """
        wanted = f"procrastinate {version('procrastinate')}"
        with _told():
            async with await self._plain() as plain:
                await plain.execute("SELECT pg_advisory_lock(%s)", [_TURN])
                if await _mark(plain) != wanted:
                    await self._make(plain, wanted)

    async def ask_visit(self, key: str) -> bool:
        """Have a host visited; false when such a visit waits already. Raises `StoreBusy`."""
        return await self._ask("visit", key)

    async def ask_send(self, serial: str) -> bool:
        """Have a notice sent; false when that waits already. Raises `StoreBusy`."""
        return await self._ask("send", serial)

    async def waiting(self) -> int:
        """Count the jobs that no worker took yet. Raises `StoreBusy`."""
        with _told():
            found = await self._app.connector.execute_query_one_async(
                "SELECT count(*) AS number FROM procrastinate_jobs WHERE status = 'todo'"
            )
        return int(found["number"])

    async def bury_stalled(self) -> int:
        """
        End the jobs of dead workers as failed, so that they hold their hosts no longer.

        They are not tried again as they are: what is still due is asked for anew. Raises
        `StoreBusy`.
        """
        manager = self._app.job_manager
        with _told():
            # after the clock was set back, a dead worker would look alive until it is that late
            await self._app.connector.execute_query_async(
                "UPDATE procrastinate_workers SET last_heartbeat = now() "
                "WHERE last_heartbeat > now()"
            )
            stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._dead_s))
            for job in stalled:
                await manager.finish_job(job, status=Status.FAILED, delete_job=True)
            await manager.prune_stalled_workers(self._dead_s)
        return len(stalled)

    async def work(self, name: str, *, jobs: int, stop: asyncio.Event) -> None:
        """Take jobs until `stop` is set; come back by itself when the database was gone."""
        while not stop.is_set():
            try:
                await self._work_once(name, jobs, stop)
            except (ProcrastinateException, psycopg.Error, StoreBusy) as problem:
                log.warning("queue_interrupted", error=type(problem).__name__)
            if not stop.is_set():
                await asyncio.sleep(1.0)
                with contextlib.suppress(StoreBusy):
                    await self.make_tables()

    @property
    def _dead_s(self) -> float:
        return self._beat_s * DEAD_BEATS

    async def _work_once(self, name: str, jobs: int, stop: asyncio.Event) -> None:
        running = asyncio.create_task(
            self._app.run_worker_async(
                name=name,
                concurrency=jobs,
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=_POLL_S,
                update_heartbeat_interval=self._beat_s,
                stalled_worker_timeout=self._dead_s,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            running.cancel()  # lets the jobs that run come to their end
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def _ask(self, task: str, word: str) -> bool:
        lock = f"{task}:{word}"
        job = self._app.configure_task(task, lock=lock, queueing_lock=lock)
        try:
            with _told():
                await job.defer_async(word=word)
        except AlreadyEnqueued:
            return False
        return True

    def _task(self, name: str, work: Work) -> None:
        async def run(word: str) -> None:
            await work(word)

        self._app.task(name=name)(run)

    async def _plain(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self._place.url, autocommit=True, **_arguments(self._place)
        )

    async def _make(self, plain: psycopg.AsyncConnection[Any], mark: str) -> None:
        name = sql.Identifier(SCHEMA)
        await plain.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        await plain.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        async with App(connector=_connector(self._place, _TABLES_PATIENCE_S)).open_async() as app:
            await app.schema_manager.apply_schema_async()
        comment = sql.SQL("COMMENT ON SCHEMA {} IS {}")
        await plain.execute(comment.format(name, sql.Literal(mark)))
        log.info("engine_tables_made")


async def _mark(plain: psycopg.AsyncConnection[Any]) -> str | None:
    """Return what the schema says of its release; none without it or without its tables."""
    found = await plain.execute(
        "SELECT obj_description(n.oid, 'pg_namespace') FROM pg_namespace n "
        "WHERE n.nspname = %s AND to_regclass(%s) IS NOT NULL",
        [SCHEMA, f"{SCHEMA}.procrastinate_jobs"],
    )
    row = await found.fetchone()
    return str(row[0]) if row else None


def _connector(place: PostgresPlace, patience_s: float) -> PsycopgConnector:
    return PsycopgConnector(
        conninfo=place.url,
        kwargs=_arguments(place),
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=patience_s,
    )


def _arguments(place: PostgresPlace) -> dict[str, Any]:
    password = {} if place.password is None else {"password": place.password}
    return {
        "options": f"-c search_path={SCHEMA} -c lock_timeout=20s -c statement_timeout=60s",
        "connect_timeout": 10,
        "application_name": "hostwatch engine",
        **WATCHED,
        **password,
    }


@contextlib.contextmanager
def _told() -> Any:
    try:
        yield
    except AlreadyEnqueued:
        raise
    except (ProcrastinateException, psycopg.Error, OSError):
        raise StoreBusy(_DOWN, retry_after=5.0) from None
