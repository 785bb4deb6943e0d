"""
A body on its way into a locked worker: gathered first, handed over when large or looked at.

A small body needs its worker only when somebody looks at it; most are settled by their digests. So
a host that drips holds no worker, and one that breaks off never gets one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Protocol

from crawler.fetch.budget import Budget

GATHERED = 1024 * 1024
"""Bytes of a body that are gathered before a worker is asked for."""
WAIT_S = 60.0
"""Longest wait for a worker; it is ours and not charged to the host."""
_MARGIN_S = 1.0
"""So much later the host's own time could end at the earliest."""


class NoWorkerError(Exception):
    """No worker was to be had: nobody looks at the body, and its digests stand."""


class Room(Protocol):
    """A locked worker that holds one body."""

    async def feed(self, chunk: bytes) -> None:
        """Add bytes."""
        ...

    def keep(self) -> str:
        """Hand the complete body over to custody; returns its ticket."""
        ...

    async def drop(self) -> None:
        """Throw the body away; does nothing after `keep`."""
        ...


class Rooms(Protocol):
    """The locked workers, as a body needs them."""

    async def hold(self, header: Mapping[str, object], job: str) -> Room | None:
        """
        Reserve a worker for a body that still grows; none without such a job.

        Raises:
            NoWorkerError: none could be started.
        """
        ...

    async def keep(
        self, header: Mapping[str, object], job: str, parts: tuple[bytes, ...]
    ) -> str | None:
        """
        Take custody of a whole body; its ticket, or none without such a job.

        Raises:
            NoWorkerError: none was to be had in time.
        """
        ...

    async def read(self, job: str, header: Mapping[str, object], body: bytes) -> dict[str, object]:
        """Run a job; a failure is the record `{"error": code}`."""
        ...


class Handover:
    """One body for one job; make one per body."""

    def __init__(self, rooms: Rooms, header: Mapping[str, object], job: str) -> None:
        self._rooms = rooms
        self._header = header
        self._job = job
        self._room: Room | None = None
        self._asked = False
        self._missed = False
        self._parts: list[bytes] = []
        self._gathered = 0

    async def add(self, chunk: bytes, budget: Budget) -> None:
        """Take a chunk."""
        if self._room is not None:
            await self._room.feed(chunk)
            return
        if self._asked:
            return
        self._parts.append(chunk)
        self._gathered += len(chunk)
        if self._gathered >= GATHERED:
            await self._excused(budget)

    async def keep(self) -> str | None:
        """
        Hand the complete body over and return its ticket; none without such a job.

        Raises:
            NoWorkerError: none was to be had in time.
        """
        if self._missed:
            raise NoWorkerError
        if self._asked:
            return None if self._room is None else self._room.keep()
        self._asked = True
        parts, self._parts = tuple(self._parts), []
        return await self._rooms.keep(self._header, self._job, parts)

    async def drop(self) -> None:
        """Throw the body away; does nothing after `keep`."""
        self._parts = []
        if self._room is not None:
            await self._room.drop()

    async def _excused(self, budget: Budget) -> None:
        started, excused = time.monotonic(), WAIT_S + _MARGIN_S
        budget.excuse(excused)
        await self._reserve()
        budget.excuse(time.monotonic() - started - excused)

    async def _reserve(self) -> None:
        """Ask for a worker; that there is none is our fault, and the body is read on."""
        self._asked = True
        try:
            async with asyncio.timeout(WAIT_S):
                self._room = await self._rooms.hold(self._header, self._job)
        except (TimeoutError, NoWorkerError):
            self._missed = True
        parts, self._parts = self._parts, []
        if self._room is not None:
            await self._room.feed(b"".join(parts))
