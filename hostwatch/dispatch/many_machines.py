"""
Due work on many machines: any number of workers on one PostgreSQL.

Every worker shows that it lives and takes visits and sendings from the queue. One of them, the
foreman, holds a lease on that office: it asks for what is due, and buries the dead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from cases.errors import HostwatchError
from hostwatch.dispatch.leases import BEATS
from hostwatch.dispatch.queue import DEAD_BEATS, Queue, Tasks
from hostwatch.dispatch.switches import Switches
from hostwatch.dispatch.visiting import visit_host
from hostwatch.engine import Engine
from hostwatch.workflow.checkpointing import make_due_checkpoint
from hostwatch.workflow.comparing_known import compare_known
from hostwatch.workflow.lost_notices import doubt_the_lost, recover_from
from hostwatch.workflow.sending import SENDING_AT_ONCE, due, send_one

log = structlog.get_logger()

_AHEAD = 4
"""Due hosts looked at per place in a worker, as some of them wait in the queue already."""
_NOTICES_AHEAD = 200
_OFFICE = "foreman"
_GRACE_BEATS = 2
"""For so long a new foreman buries nobody: after an outage everybody looks dead at first."""


class Foreman:
    """What one worker at a time does for all."""

    def __init__(self, engine: Engine, queue: Queue, *, hosts: int) -> None:
        self._engine = engine
        self._queue = queue
        self._hosts = hosts
        self._dead_after = timedelta(seconds=engine.settings.database.beat_s * DEAD_BEATS)

    async def ask_visits(self) -> None:
        """Ask for visits to the hosts that are due, a little more than the workers can take."""
        async with self._engine.store.reading() as tx:
            places = max(1, len(await tx.workers())) * self._hosts
            hosts = await tx.due_hosts(self._engine.clock.now(), places * _AHEAD)
        free = places * 2 - await self._queue.waiting()
        for host in hosts:
            if free <= 0:
                return
            free -= await self._queue.ask_visit(host.key)

    async def ask_sendings(self) -> None:
        """Ask for the sending of every notice that may leave."""
        for notice in (await due(self._engine))[:_NOTICES_AHEAD]:
            await self._queue.ask_send(notice.serial)

    async def bury_the_dead(self) -> None:
        """Free what dead workers held; what they were sending is of unknown fate."""
        async with self._engine.store.transaction() as tx:
            now = await tx.now()
            workers = await tx.workers()
            for one in workers:
                if one.beat_at > now + self._dead_after:  # the clock was set back since
                    await tx.beat(one.name, now)
        dead = [one.name for one in workers if now - one.beat_at > self._dead_after]
        for name in dead:
            log.warning("worker_lost", worker=name)
            await recover_from(self._engine, name)
        await self._queue.bury_stalled()


class Cluster:
    """One worker among many."""

    def __init__(
        self, engine: Engine, queue: Queue, *, hosts: int = 16, poll_s: float = 1.0
    ) -> None:
        self._engine = engine
        self._queue = queue
        self._hosts = hosts
        self._poll_s = poll_s
        self._beat_s = engine.settings.database.beat_s
        self._lease = timedelta(seconds=self._beat_s * BEATS)
        self._switches = Switches(engine)
        self._foreman = Foreman(engine, queue, hosts=hosts)
        self._grace = timedelta(seconds=self._beat_s * _GRACE_BEATS)
        self._in_office = False
        self._since: datetime | None = None
        """Beginning of the unbroken time in office, by the database's clock."""
        self._settled_in = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, let what is under way finish, and sign off."""
        await self._beat()
        ended = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            # we live until the last visit has ended, which may be a minute after the stop
            group.create_task(self._every(self._beat_s, self._beat, ended))
            group.create_task(self._every(self._poll_s, self._tick, stop))
            group.create_task(self._every(self._beat_s, self._look_around, stop))
            try:
                await self._queue.work(self._engine.worker, jobs=self._hosts, stop=stop)
            finally:
                ended.set()
        await self._once(self._sign_off)

    async def _every(
        self, seconds: float, what: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            await self._once(what)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()

    async def _once(self, what: Callable[[], Awaitable[None]]) -> None:
        """Do it; where the database is gone for a while, it is done the next time."""
        try:
            await what()
        except HostwatchError as problem:
            log.warning("duty_postponed", error=type(problem).__name__)

    async def _beat(self) -> None:
        """Show that we live, keep our leases, and take the foreman's office where it is free."""
        name = self._engine.worker
        async with self._engine.store.transaction() as tx:
            now = await tx.now()
            await tx.beat(name, now)
            office = tx.host_key(_OFFICE)
            kept = await tx.renew_leases(name, now, now + self._lease)
            was, self._in_office = self._in_office, office in kept
            if not self._in_office:
                self._in_office = await tx.lease_host(office, name, now, now + self._lease)
                self._since = now
        self._settle_in(now)
        if self._in_office and not was:
            log.info("foreman_took_office", worker=name)

    def _settle_in(self, now: datetime) -> None:
        if self._since is None or now < self._since:  # the clock was set back
            self._since = now
        self._settled_in = self._in_office and now - self._since >= self._grace

    async def _tick(self) -> None:
        self._switches.reload_lists()
        if self._in_office:
            await compare_known(self._engine)
        fetching_off = await self._switches.fetching_is_paused()
        if self._in_office and not fetching_off:
            await self._foreman.ask_visits()
        if self._in_office and not await self._switches.sending_is_paused():
            await self._foreman.ask_sendings()

    async def _look_around(self) -> None:
        if not self._in_office:
            return
        # after a pause or an outage we may have lost the office, and look dead ourselves
        await self._beat()
        if self._settled_in:
            await self._foreman.bury_the_dead()
        if self._in_office:
            await doubt_the_lost(self._engine)
            await make_due_checkpoint(self._engine)

    async def _sign_off(self) -> None:
        async with self._engine.store.transaction() as tx:
            await tx.release_all_hosts(self._engine.worker)
            await tx.forget_worker(self._engine.worker)


def tasks_of(engine: Engine) -> Tasks:
    """Say what a job of the queue does; whatever fails there is logged and due again."""

    async def visit(key: str) -> None:
        await _safely("visit_failed", visit_host(engine, key))

    turn = asyncio.Semaphore(SENDING_AT_ONCE)

    async def send(serial: str) -> None:
        await _safely("sending_failed", send_one(engine, serial, turn))

    return Tasks(visit=visit, send=send)


async def _safely(event: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception as problem:  # noqa: BLE001 - the engine would log its text, which may quote an answer
        log.error(event, error=type(problem).__name__)  # noqa: TRY400 - no traceback in the log
