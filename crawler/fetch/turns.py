"""
Turns at hosts among several machines: whoever asks a host holds the right to do so.

The fetcher has no database. It asks the core for a turn and gives it back when its requests to
that host have ended; the core holds the turn as a lease in the database.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

LINGER_S = 0.3
"""A turn is kept so long after the last request, as requests often follow one another."""
LONGEST_S = 5.0
"""A turn that is older is given back between two requests, so that other machines get theirs."""


class NoTurnError(Exception):
    """No turn was to be had in time; that says nothing about the host."""


class HostTurns(Protocol):
    """The core's side: turns as leases that all machines see."""

    async def take(self, host: str) -> float:
        """
        Wait for the turn at a host; return for how many seconds it surely holds.

        Asked again while it is held, it holds so much longer. Raises `TemporaryFailure`.
        """
        ...

    async def give_back(self, host: str) -> None:
        """Let others have their turn, after the pace of the host."""
        ...


Send = Callable[[Mapping[str, object]], Awaitable[None]]


class AskedTurns:
    """The fetcher's side: asks over the pipe."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[float]] = {}

    async def take(self, host: str) -> float:
        """Ask for a turn; return for how many seconds it holds. Raises `NoTurnError`."""
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send({"turn": number, "host": host})
            return float(await answer)
        finally:
            del self._asked[number]

    async def give_back(self, host: str) -> None:
        """Tell that the requests to a host have ended."""
        await self._send({"turn": 0, "host": host})

    def answered(self, value: object) -> None:
        """Take the core's answer: `{"turn": n, "for_s": seconds or none}`; others are ignored."""
        if not isinstance(value, dict):
            return
        answer = self._asked.get(value.get("turn", 0))
        if answer is None or answer.done():
            return
        seconds = value.get("for_s")
        if isinstance(seconds, int | float) and seconds > 0:
            answer.set_result(float(seconds))
        else:
            answer.set_exception(NoTurnError())


class Turn:
    """The right to ask one host, shared by the requests of this process."""

    def __init__(self, host: str, turns: AskedTurns) -> None:
        self._host = host
        self._turns = turns
        self._door = asyncio.Lock()
        self._empty = asyncio.Event()
        self._empty.set()
        self._users = 0
        self._since = 0.0
        self._until = 0.0
        self._leaving: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the turn inside the block. Raises `NoTurnError`."""
        async with self._door:
            self._stay()
            if self._held and time.monotonic() - self._since > LONGEST_S:
                await self._empty.wait()
                await self._give_back()
            if time.monotonic() >= self._until:
                await self._take()
            self._users += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._empty.set()
                self._leaving = asyncio.create_task(self._leave())

    @property
    def idle(self) -> bool:
        """Whether nobody holds, takes or gives it back."""
        return not self._users and not self._held and not self._door.locked()

    @property
    def _held(self) -> bool:
        return self._until > 0.0

    async def _take(self) -> None:
        fresh = not self._held
        asked = time.monotonic()
        seconds = await self._turns.take(self._host)
        self._until = asked + seconds
        if fresh:
            self._since = time.monotonic()

    async def _give_back(self) -> None:
        self._until = 0.0
        await self._turns.give_back(self._host)

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    async def _leave(self) -> None:
        await asyncio.sleep(LINGER_S)
        # behind the door nobody can come in while it is given back
        async with self._door:
            if self._held and not self._users:
                await self._give_back()
