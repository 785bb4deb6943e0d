"""
Pace and leases: how often and how many at a time a host is asked.

Waiters of one host stand in one queue, and only the first of them watches the clock, so that many
waiting requests cost nothing and are served in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from asyncio_throttle.throttler import Throttler

from crawler.fetch.site import site_of
from crawler.fetch.turns import AskedTurns, Turn

_LANES = 4096
"""Hosts remembered; idle ones beyond are forgotten."""


class Throttle:
    """Pace of all requests of this process."""

    def __init__(
        self,
        *,
        starts: int,
        period_s: float,
        per_host: int,
        overall: int,
        per_site: int = 4,
        per_address: int = 8,
        turns: AskedTurns | None = None,
    ) -> None:
        """
        Set the pace.

        Args:
            starts: request starts allowed per period and host.
            period_s: seconds.
            per_host: requests to one host at the same time.
            overall: requests at the same time.
            per_site: requests to one registrable domain at the same time.
            per_address: requests to one numeric address at the same time.
            turns: where several machines fetch, how a turn among them is had.
        """
        self._starts = starts
        self._period_s = period_s
        self._per_host = per_host
        self._overall = asyncio.Semaphore(overall)
        self._sites = Places(max(per_site, per_host))
        self._addresses = Places(max(per_address, per_host))
        self._turns = turns
        self._lanes: dict[str, _Lane] = {}
        site_of("a.test")  # reads the list of suffixes now, so that no request waits for it

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at a host and hold it inside the block. Raises `NoTurnError`."""
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.leases, self._sites.one(site_of(host)), lane.among_machines():
                await lane.pace(self._overall)
                try:
                    yield
                finally:
                    self._overall.release()
        finally:
            lane.users -= 1

    def at(self, address: str) -> AbstractAsyncContextManager[None]:
        """Wait for a place at a numeric address, which many hosts may share, and hold it."""
        return self._addresses.one(address)

    def _lane(self, host: str) -> _Lane:
        if host not in self._lanes:
            self._forget_idle()
            turn = Turn(host, self._turns) if self._turns is not None else None
            self._lanes[host] = _Lane(self._starts, self._period_s, self._per_host, turn)
        return self._lanes[host]

    def _forget_idle(self) -> None:
        if len(self._lanes) < _LANES:
            return
        oldest = time.monotonic() - self._period_s
        for host, lane in tuple(self._lanes.items()):
            if lane.idle and lane.last_start < oldest:
                del self._lanes[host]


class Places:
    """So many at a time for each key; keys without users are forgotten."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._users: dict[str, int] = {}
        self._doors: dict[str, asyncio.Semaphore] = {}

    def one(self, key: str) -> OnePlace:
        """Wait for a place and hold it inside the block."""
        return OnePlace(self, key)

    async def take(self, key: str) -> None:
        """Wait for a place; `leave` it later."""
        door = self._doors.setdefault(key, asyncio.Semaphore(self._each))
        self._users[key] = self._users.get(key, 0) + 1
        try:
            await door.acquire()
        except BaseException:
            self._gone(key)
            raise

    def leave(self, key: str) -> None:
        """Give a place back."""
        self._doors[key].release()
        self._gone(key)

    def _gone(self, key: str) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._doors[key]


class OnePlace:
    """One place among those of a key."""

    def __init__(self, places: Places, key: str) -> None:
        self._places = places
        self._key = key

    async def __aenter__(self) -> None:
        """Wait for it."""
        await self._places.take(self._key)

    async def __aexit__(self, *_: object) -> None:
        """Give it back."""
        self._places.leave(self._key)


class _Lane:
    """The queue in front of one host."""

    def __init__(self, starts: int, period_s: float, per_host: int, turn: Turn | None) -> None:
        self._turn = turn
        self.leases = asyncio.Semaphore(per_host)
        self.users = 0
        self.last_start = 0.0
        self._queue = asyncio.Lock()
        self._late_s = 0.0
        self._period_s = period_s
        watch_s = max(0.002, min(0.25, period_s / 8))
        self._throttler: Any = Throttler(starts, period=period_s, retry_interval=watch_s)

    @property
    def idle(self) -> bool:
        """Whether it may be forgotten."""
        return self.users == 0 and (self._turn is None or self._turn.idle)

    def among_machines(self) -> AbstractAsyncContextManager[None]:
        """Hold the turn among all machines, where there are several."""
        return nullcontext() if self._turn is None else self._turn.held()

    async def pace(self, overall: asyncio.Semaphore) -> None:
        """Wait for the pace, then for a place among all requests, and take it."""
        async with self._queue:
            if self._late_s:
                await asyncio.sleep(self._late_s)
            await self._throttler.acquire()
            due = time.monotonic()
            await overall.acquire()
            self.last_start = time.monotonic()
            # a start that had to wait for its place is later than the throttler believes
            self._late_s = min(self.last_start - due, self._period_s)
