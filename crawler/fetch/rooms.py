"""The fetcher's locked workers: one pool for pages and media, and the tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Self

from config.settings import Isolation
from crawler.fetch.handover import NoWorkerError
from crawler.fetch.journal import note
from isolation.held import Held
from isolation.lock import Limits, LockReport
from isolation.pool import Body, Pool, PoolPlan, WorkerDownError
from isolation.waiting import WAIT_S, WaitingBody

HOLD_S = 30.0
"""A held body is dropped when the core has not decided after so many seconds."""
WAITING_BYTES = 32 * 1024 * 1024
"""Of all bodies that wait here to be looked at; further ones wait in workers."""


class HeldRoom:
    """`stream.Room` over one body in a locked worker."""

    def __init__(self, body: Body, held: Held, growing: asyncio.Semaphore | None = None) -> None:
        self._body: Body | None = body
        self._held = held
        self._growing = growing

    async def feed(self, chunk: bytes) -> None:
        """Add bytes."""
        if self._body is not None:
            await self._body.feed(chunk)

    def keep(self) -> str:
        """Hand the complete body over to custody; returns its ticket."""
        body, self._body = self._body, None
        self._grown()
        return "" if body is None else self._held.put(body)

    async def drop(self) -> None:
        """Throw the body away; does nothing after `keep`."""
        body, self._body = self._body, None
        self._grown()
        if body is not None:
            await body.drop()

    def _grown(self) -> None:
        growing, self._growing = self._growing, None
        if growing is not None:
            growing.release()


class LockedRooms:
    """`stream.Rooms` over a pool of locked workers."""

    def __init__(
        self,
        *,
        jobs: Mapping[str, str],
        settings: Isolation,
        body_bytes: int,
        hold_s: float = HOLD_S,
    ) -> None:
        self._jobs = dict(jobs)
        limits = Limits(
            memory_bytes=settings.memory_mb * 1024 * 1024,
            cpu_s=settings.cpu_s,
            jobs=settings.jobs_per_worker,
        )
        self._pool = Pool(
            PoolPlan(
                jobs=jobs,
                workers=settings.workers,
                held=settings.workers * 2,
                limits=limits,
                wall_s=settings.wall_s,
                body_bytes=body_bytes,
            )
        )
        self._held = Held(seconds=hold_s)
        self._waiting = 0
        # one place is kept for whole bodies: they hold it only until the core has decided
        self._growing = asyncio.Semaphore(settings.workers * 2 - 1)

    async def __aenter__(self) -> Self:
        """Start the first worker. Raises `WorkerDownError`."""
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    @property
    def held(self) -> int:
        """Bodies in custody."""
        return len(self._held)

    @property
    def lock_report(self) -> LockReport:
        """Which locks hold in the workers."""
        return self._pool.lock_report

    async def hold(self, header: Mapping[str, object], job: str) -> HeldRoom | None:
        """
        Reserve a worker for a body that still grows; none without such a job.

        Args:
            header: what the job is told.
            job: its name.

        Raises:
            NoWorkerError: none could be started.
        """
        if job not in self._jobs:
            return None
        await self._growing.acquire()
        try:
            return HeldRoom(await self._opened(header, job), self._held, self._growing)
        except BaseException:
            self._growing.release()
            raise

    async def keep(
        self, header: Mapping[str, object], job: str, parts: tuple[bytes, ...]
    ) -> str | None:
        """
        Take custody of a whole body, here or in a worker; none without such a job.

        Args:
            header: what the job is told.
            job: its name.
            parts: the body in pieces.

        Raises:
            NoWorkerError: none was to be had in time.
        """
        length = sum(map(len, parts))
        if job not in self._jobs:
            return None
        if self._waiting + length <= WAITING_BYTES:
            self._waiting += length
            left = partial(self._freed, length)
            return self._held.put(WaitingBody(self._pool, job, header, parts, left=left))
        try:
            async with asyncio.timeout(WAIT_S):
                room = HeldRoom(await self._opened(header, job), self._held)
        except TimeoutError:
            raise NoWorkerError from None
        try:
            await room.feed(b"".join(parts))
            return room.keep()
        finally:
            await room.drop()

    def _freed(self, length: int) -> None:
        self._waiting -= length

    async def _opened(self, header: Mapping[str, object], job: str) -> Body:
        try:
            return await self._pool.open(job, header, held=True)
        except (WorkerDownError, OSError):
            note("worker_missing", kind=job)
            raise NoWorkerError from None

    async def read(self, job: str, header: Mapping[str, object], body: bytes) -> dict[str, object]:
        """Run a job on a body at hand; a failure is the record `{"error": code}`."""
        if job not in self._jobs:
            return {"error": "no_reader"}
        return _noted(job, await self._pool.call(job, header, body))

    async def decode(self, ticket: str, ask: Mapping[str, object]) -> dict[str, object]:
        """
        Have its job look at a held body, which stays held.

        A failure is the record `{"error": code}`; after one that ended the worker the ticket is
        unknown.
        """
        return _noted("held", await self._held.decode(ticket, ask))

    async def drop(self, ticket: str) -> None:
        """Throw a held body away."""
        await self._held.drop(ticket)


def _noted(job: str, record: dict[str, object]) -> dict[str, object]:
    if "error" in record:
        note("job_refused", code=str(record["error"]), kind=job)
    return record
