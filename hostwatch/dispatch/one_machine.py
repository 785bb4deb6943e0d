"""
Due work on one machine: an asyncio dispatcher over the due rows.

The unit is a host visit: the due steps of one host, one after another, under the host's lease.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from datetime import timedelta

import structlog

from cases.errors import HostwatchError, StoreProblem, TemporaryFailure
from hostwatch.engine import Engine
from hostwatch.workflow.sending import recover, send_all_due
from hostwatch.workflow.steps import advance

log = structlog.get_logger()

_BATCH = 500
_REST_S = 60.0
"""Pause of sending after the store refused, for instance because the disk is full."""
_LEASE = timedelta(minutes=5)
_SHORTEST_TURN_S = 0.05
_VISIT_STEPS = 20
"""Steps of one host visit before the host goes to the back of the queue."""


class Dispatcher:
    """Takes due hosts and approved notices until it is told to stop."""

    def __init__(self, engine: Engine, *, hosts: int = 16, poll_s: float = 1.0) -> None:
        self._engine = engine
        self._hosts = hosts
        self._poll_s = poll_s
        self._owner = secrets.token_hex(8)
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._sender: asyncio.Task[None] | None = None
        self._send_again_at = 0.0
        self._fetch_paused = False

    @property
    def busy(self) -> bool:
        """Whether any visit or sending is under way."""
        return bool(self._visits) or self._sender is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way finish."""
        await recover(self._engine)
        while not stop.is_set():
            await self.tick()
            await self._wait(stop)
        await self.drain()

    async def drain(self) -> None:
        """Wait until everything that is under way has finished."""
        while self.busy:
            await asyncio.wait(self._tasks())
            self._forget_finished()

    async def tick(self) -> None:
        """Start what is due and may start."""
        self._forget_finished()
        self._reload_lists()
        try:
            if not await self._fetching_is_paused():
                await self._start_visits()
            if self._may_send() and not await self._paused("sending"):
                self._sender = asyncio.create_task(self._send())
        except TemporaryFailure as problem:
            log.warning("tick_postponed", error=type(problem).__name__)

    def _reload_lists(self) -> None:
        """Take up a newly active hash list; with a damaged one the old lists stay in use."""
        try:
            if self._engine.matcher.reload_if_changed():
                log.info("hash_lists_reloaded")
        except HostwatchError as problem:
            self._engine.counters.add("hash_list_faults")
            log.warning("hash_lists_not_reloaded", error=type(problem).__name__)

    async def _fetching_is_paused(self) -> bool:
        """Read the switch, and tell the fetcher when it was turned."""
        paused = await self._paused("fetching")
        if paused is not self._fetch_paused:
            await self._engine.fetcher.pause(paused)
            self._fetch_paused = paused
            log.warning("fetching_paused" if paused else "fetching_resumed")
        return paused

    async def _paused(self, switch: str) -> bool:
        async with self._engine.store.reading() as tx:
            return await tx.setting(f"paused_{switch}") is not None

    async def _start_visits(self) -> None:
        for host, case_ids in (await self._due_hosts()).items():
            if len(self._visits) >= self._hosts:
                return
            if host not in self._visits:
                self._visits[host] = asyncio.create_task(self._visit(host, case_ids))

    async def _due_hosts(self) -> dict[str, list[str]]:
        async with self._engine.store.reading() as tx:
            due = await tx.due_cases(self._engine.clock.now(), _BATCH)
        hosts: defaultdict[str, list[str]] = defaultdict(list)
        for case in due:
            hosts[case.host].append(case.id)
        return hosts

    async def _visit(self, host: str, case_ids: list[str]) -> None:
        if not await self._lease(host):
            await asyncio.sleep(self._poll_s)
            return
        try:
            for case_id in case_ids[:_VISIT_STEPS]:
                if await self._paused("fetching"):
                    break
                await advance(self._engine, case_id)
        finally:
            await self._release(host)

    async def _lease(self, host: str) -> bool:
        now = self._engine.clock.now()
        async with self._engine.store.transaction() as tx:
            return await tx.lease_host(host, self._owner, now, now + _LEASE)

    async def _release(self, host: str) -> None:
        async with self._engine.store.transaction() as tx:
            await tx.release_host(host, self._owner, self._engine.clock.now())

    def _may_send(self) -> bool:
        return self._sender is None and time.monotonic() >= self._send_again_at

    async def _send(self) -> None:
        try:
            await send_all_due(self._engine)
        except StoreProblem as problem:
            # What was proven could not be kept; the hosts are not asked again at once.
            self._send_again_at = time.monotonic() + _REST_S
            log.error("sending_rests", error=type(problem).__name__)  # noqa: TRY400 - no traceback in the log

    async def _wait(self, stop: asyncio.Event) -> None:
        """Wait for the next look at what is due: at once when a visit ended, else a little."""
        waiting = [asyncio.create_task(stop.wait()), *self._visits.values()]
        await asyncio.wait(waiting, timeout=self._poll_s, return_when=asyncio.FIRST_COMPLETED)
        waiting[0].cancel()
        await asyncio.sleep(min(_SHORTEST_TURN_S, self._poll_s))

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [*self._visits.values(), *([self._sender] if self._sender is not None else [])]

    def _forget_finished(self) -> None:
        for host, task in list(self._visits.items()):
            if task.done():
                del self._visits[host]
                _report(task, "visit_failed")
        if self._sender is not None and self._sender.done():
            _report(self._sender, "sending_failed")
            self._sender = None


def _report(task: asyncio.Task[None], event: str) -> None:
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.error(event, error=type(problem).__name__)
