"""`hostwatch run`: one worker on one data directory, with its doors open."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from cases.errors import TemporaryFailure
from cases.store.postgres import PostgresPlace
from config.settings import Settings
from hostwatch.dispatch.one_machine import Dispatcher
from hostwatch.engine import Engine
from hostwatch.office import place_of
from hostwatch.operations.people import paused
from hostwatch.workflow.comparing_known import compare_known
from hostwatch.workflow.lost_notices import recover
from hostwatch.workflow.noting import note_rules
from hostwatch.workflow.sending import send_all_due
from hostwatch.workflow.steps import step

log = structlog.get_logger()

_HOSTS_AT_ONCE = 16


@contextmanager
def only_worker(directory: Path) -> Iterator[None]:
    """
    Hold the worker's lock on a data directory.

    Raises:
        TemporaryFailure: another worker runs there.
    """
    path = directory / "worker.lock"
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise TemporaryFailure(
            f"{path}: another worker runs on this data directory. On SQLite there is one worker; "
            "several need PostgreSQL."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(settings: Settings, directory: Path) -> Iterator[None]:
    """On SQLite hold the worker's lock; on PostgreSQL there may be many workers."""
    if settings.database.url is not None:
        yield
        return
    with only_worker(directory):
        yield


async def work(
    engine: Engine, stop: asyncio.Event, *, hosts: int = 16, poll_s: float = 1.0
) -> None:
    """Dispatch due work until `stop` is set, then drain."""
    log.info("worker_started", worker=engine.worker)
    await note_rules(engine)
    place = place_of(engine.settings)
    if isinstance(place, PostgresPlace):
        await _work_among_many(engine, place, stop, hosts=hosts, poll_s=poll_s)
    else:
        await Dispatcher(engine, hosts=hosts, poll_s=poll_s).run(stop)
    log.info("worker_stopped", worker=engine.worker)


async def _work_among_many(
    engine: Engine, place: PostgresPlace, stop: asyncio.Event, *, hosts: int, poll_s: float
) -> None:
    # procrastinate is an extra, and slow to import
    from hostwatch.dispatch.many_machines import Cluster, tasks_of
    from hostwatch.dispatch.queue import Queue

    beat_s = engine.settings.database.beat_s
    async with Queue(place, tasks_of(engine), beat_s=beat_s).opened() as queue:
        await Cluster(engine, queue, hosts=hosts, poll_s=poll_s).run(stop)


@asynccontextmanager
async def stopped_by_signals() -> AsyncIterator[asyncio.Event]:
    """Set an event on SIGTERM or SIGINT, so that the work drains; restore the handlers after."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ValueError, RuntimeError):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        with contextlib.suppress(ValueError, RuntimeError):
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


async def work_off(engine: Engine, case_ids: set[str] | None = None) -> int:
    """Do one step of every case that is due now, in the foreground; return how many there were."""
    await recover(engine)
    while case_ids is None and await compare_known(engine):
        pass
    async with engine.store.reading() as tx:
        due = await tx.due_cases(engine.clock.now(), 100_000)
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for case in due:
        if case_ids is None or case.id in case_ids:
            hosts[case.host].append(case.id)
    turn = asyncio.Semaphore(_HOSTS_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for ids in hosts.values():
            group.create_task(_one_host(engine, ids, turn))
    if not await paused(engine.store, "sending"):
        await send_all_due(engine)
    return sum(len(ids) for ids in hosts.values())


async def _one_host(engine: Engine, case_ids: list[str], turn: asyncio.Semaphore) -> None:
    async with turn:
        for case_id in case_ids:
            await step(engine, case_id)
