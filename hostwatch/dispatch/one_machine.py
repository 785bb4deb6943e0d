"""
Due work on one machine: an asyncio dispatcher over the due rows.

The unit is a host visit: the due steps of one host, one after another. There is one worker, so
that its own table of visits is all that keeps two of them from one host.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog

from cases.errors import HostwatchError, StoreProblem, TemporaryFailure
from hostwatch.dispatch.switches import Switches
from hostwatch.dispatch.visiting import visit_host
from hostwatch.engine import Engine
from hostwatch.workflow.checkpointing import make_due_checkpoint
from hostwatch.workflow.comparing_known import compare_known
from hostwatch.workflow.lost_notices import doubt_the_lost, recover
from hostwatch.workflow.sending import send_all_due

log = structlog.get_logger()

_REST_S = 60.0
"""Pause of sending after the store refused, for instance because the disk is full."""
_SHORTEST_TURN_S = 0.05
_ATTEST_S = 10.0
"""Seconds between two looks at what was lost on its way and whether a checkpoint is due."""


class Dispatcher:
    """Takes due hosts and approved notices until it is told to stop."""

    def __init__(self, engine: Engine, *, hosts: int = 16, poll_s: float = 1.0) -> None:
        self._engine = engine
        self._hosts = hosts
        self._poll_s = poll_s
        self._visits: dict[str, asyncio.Task[int]] = {}
        self._sender: asyncio.Task[None] | None = None
        self._send_again_at = 0.0
        self._attest_again_at = 0.0
        self._switches = Switches(engine)

    @property
    def busy(self) -> bool:
        """Whether any visit or sending is under way."""
        return bool(self._visits) or self._sender is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way finish."""
        await recover(self._engine)
        while not stop.is_set():
            await self.tick()
            await self._attest()
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
        self._switches.reload_lists()
        try:
            await compare_known(self._engine)
            if not await self._switches.fetching_is_paused():
                await self._start_visits()
            if self._may_send() and not await self._switches.sending_is_paused():
                self._sender = asyncio.create_task(self._send())
        except TemporaryFailure as problem:
            log.warning("tick_postponed", error=type(problem).__name__)

    async def _attest(self) -> None:
        """Take a checkpoint of the trail where it is time to."""
        if time.monotonic() >= self._attest_again_at:
            self._attest_again_at = time.monotonic() + _ATTEST_S
            try:
                await doubt_the_lost(self._engine)
            except HostwatchError as problem:
                log.warning("doubt_postponed", error=type(problem).__name__)
            await make_due_checkpoint(self._engine)

    async def _start_visits(self) -> None:
        async with self._engine.store.reading() as tx:
            due = await tx.due_hosts(self._engine.clock.now(), self._hosts + len(self._visits))
        for host in due:
            if len(self._visits) >= self._hosts:
                return
            if host.key not in self._visits:
                visit = visit_host(self._engine, host.key)
                self._visits[host.key] = asyncio.create_task(visit)

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

    def _tasks(self) -> list[asyncio.Task[Any]]:
        return [*self._visits.values(), *([self._sender] if self._sender is not None else [])]

    def _forget_finished(self) -> None:
        for host, task in list(self._visits.items()):
            if task.done():
                del self._visits[host]
                _report(task, "visit_failed")
        if self._sender is not None and self._sender.done():
            _report(self._sender, "sending_failed")
            self._sender = None


def _report(task: asyncio.Task[Any], event: str) -> None:
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.error(event, error=type(problem).__name__)
