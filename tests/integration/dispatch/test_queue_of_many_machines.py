"""The queue wakes workers, at most one per host, and is filled again when it is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest

from cases.errors import StoreBusy
from cases.store.postgres import PostgresPlace
from hostwatch.dispatch.queue import SCHEMA, Queue, Tasks
from sandbox.database import PracticeDatabase


class Site:
    """Counts what is done, and how much of it at a time."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.done: Counter[str] = Counter()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._seconds = seconds

    async def visit(self, key: str) -> None:
        self.now[key] += 1
        self.most[key] = max(self.most[key], self.now[key])
        await asyncio.sleep(self._seconds)
        self.now[key] -= 1
        self.done[key] += 1

    async def send(self, serial: str) -> None:
        self.done[serial] += 1

    @property
    def tasks(self) -> Tasks:
        return Tasks(visit=self.visit, send=self.send)


@asynccontextmanager
async def working(
    place: PostgresPlace, site: Site, name: str = "one", *, patience_s: float = 30.0
) -> AsyncIterator[Queue]:
    """Let a worker take jobs inside the block."""
    stop = asyncio.Event()
    async with Queue(place, site.tasks, patience_s=patience_s).opened() as queue:
        worker = asyncio.create_task(queue.work(name, jobs=8, stop=stop))
        yield queue
        stop.set()
        await worker


async def until(condition, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_what_is_asked_for_is_done_once(place: PostgresPlace):
    """Twenty hosts and a notice."""
    site = Site()
    async with working(place, site) as queue:
        for number in range(20):
            assert await queue.ask_visit(f"host{number}")
        assert await queue.ask_send("HW-2026-000001-N1")
        await until(lambda: site.done.total() == 21)
        assert set(site.done.values()) == {1}
        assert await queue.waiting() == 0


async def test_one_visit_of_a_host_runs_and_at_most_one_waits(place: PostgresPlace):
    """Two workers; whoever asks a third time is told that one waits."""
    site = Site(0.3)
    async with working(place, site) as queue, working(place, site, "two"):
        assert await queue.ask_visit("host")
        await until(lambda: site.now["host"] == 1)
        assert await queue.ask_visit("host")
        assert not await queue.ask_visit("host")
        await until(lambda: site.done["host"] == 2)
    assert site.most["host"] == 1


def drop_tables(place: PostgresPlace) -> None:
    """Drop in another thread: the workers' own transactions must be able to end meanwhile."""
    with psycopg.connect(place.url, autocommit=True) as plain:
        plain.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


async def test_the_tables_can_be_dropped_at_any_time(place: PostgresPlace):
    """The worker makes them again, and what is asked for then is done."""
    site = Site()
    async with working(place, site) as queue:
        await queue.ask_visit("before")
        await until(lambda: site.done["before"] == 1)
        await asyncio.to_thread(drop_tables, place)
        for _ in range(100):
            with suppress(StoreBusy):
                if await queue.ask_visit("after"):
                    break
            await asyncio.sleep(0.1)
        await until(lambda: site.done["after"] == 1)


async def test_workers_come_back_when_the_database_does(
    postgres: PracticeDatabase, place: PostgresPlace
):
    """Asking meanwhile is told to be a matter of time."""
    site = Site()
    async with working(place, site, patience_s=2.0) as queue:
        await queue.ask_visit("before")
        await until(lambda: site.done["before"] == 1)
        postgres.stop()
        try:
            with pytest.raises(StoreBusy, match="asked for again"):
                await queue.ask_visit("meanwhile")
        finally:
            postgres.start()
        for _ in range(100):
            with suppress(StoreBusy):
                if await queue.ask_visit("after"):
                    break
            await asyncio.sleep(0.1)
        await until(lambda: site.done["after"] == 1)


async def test_two_workers_that_start_together_make_the_tables_once(place: PostgresPlace):
    """Neither fails, and neither takes the other's tables away."""
    queues = [Queue(place, Site().tasks) for _ in range(4)]
    await asyncio.gather(*(queue.make_tables() for queue in queues))
    async with queues[0].opened() as queue:
        assert await queue.ask_visit("host")
    async with queues[1].opened() as queue:
        assert await queue.waiting() == 1


async def test_the_queue_holds_no_more_than_its_one_word(place: PostgresPlace):
    """A blind index or a serial; nothing that names a location."""
    async with Queue(place, Site().tasks).opened() as queue:
        await queue.ask_visit("ab" * 32)
    with psycopg.connect(place.url) as plain:
        rows = plain.execute(f"SELECT args, lock, task_name FROM {SCHEMA}.procrastinate_jobs")
        assert rows.fetchall() == [({"word": "ab" * 32}, f"visit:{'ab' * 32}", "visit")]
