"""
A pool of locked workers, used from one event loop.

Two lanes share the processes: short jobs, whose body is at hand, and held bodies, which are fed
as they arrive and wait for a decision. Held bodies can therefore never take the last worker away
from the short jobs. At most `workers` jobs run at the same moment; a body that only waits, also
between two looks at it, takes no part in that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from isolation import child
from isolation.lock import Limits, LockReport
from isolation.peer import Peer, WorkerDownError
from isolation.protocol import MAX_CHUNK, ProtocolError

__all__ = ["FAULTS", "LOOKS", "Body", "Pool", "PoolPlan", "WorkerDownError"]

LOOKS = 4
"""Times that one body may be looked at."""

FAULTS = frozenset(
    {
        "worker_down",
        "decode_crashed",
        "lock_violation",
        "cpu_limit",
        "wall_limit",
        "memory_limit",
        "too_deep",
        "job_failed",
        "record_too_large",
        "unknown_job",
    }
)
"""Errors after which a worker is not used again; every other one is the job's own answer."""

_End = Callable[[Peer, bool], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """What the pool is made of."""

    jobs: Mapping[str, str]
    """Import string by job name: `{"page": "crawler.extract.job:read_page"}`."""
    workers: int = 2
    held: int = 4
    """Bodies that may be fed or held at the same time."""
    limits: Limits = field(default_factory=Limits)
    wall_s: float = 40.0
    """Longest time of one job by the clock on the wall."""
    body_bytes: int = 64 * 1024 * 1024


class Pool:
    """Workers that take jobs; use it as an async context manager."""

    def __init__(self, plan: PoolPlan) -> None:
        self.plan = plan
        self._locks: LockReport | None = None
        self._lanes = {False: asyncio.Semaphore(plan.workers), True: asyncio.Semaphore(plan.held)}
        self._running = asyncio.Semaphore(plan.workers)
        self._idle: list[Peer] = []
        self._all: set[Peer] = set()

    async def __aenter__(self) -> Self:
        """Start one worker. Raises `WorkerDownError` when it refuses its jobs or its lock."""
        self._idle.append(await self._start())
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in tuple(self._all):
            await self._retire(worker)

    @property
    def lock_report(self) -> LockReport:
        """Which locks hold in every worker; none before the start."""
        return self._locks or LockReport(rlimits=False, landlock=False, seccomp=False)

    @property
    def processes(self) -> tuple[int, ...]:
        """Process ids of all workers."""
        return tuple(worker.child.process.pid for worker in self._all)

    async def open(self, job: str, header: Mapping[str, object], *, held: bool = False) -> Body:
        """
        Reserve a worker for one body.

        Raises:
            WorkerDownError: none could be started.

        """
        lane = self._lanes[held]
        await lane.acquire()
        try:
            worker = await self._opened({"op": "open", "job": job, "header": dict(header)})
        except (ConnectionError, ProtocolError):
            lane.release()
            raise WorkerDownError("worker_down", job) from None
        except BaseException:
            lane.release()
            raise
        return Body(
            worker,
            running=self._running,
            wall_s=self.plan.wall_s,
            end=lambda worker, healthy: self._end(worker, healthy, lane),
        )

    async def call(self, job: str, header: Mapping[str, object], body: bytes) -> dict[str, object]:
        """Run a job on a body at hand; a failure is the record `{"error": code}`."""
        try:
            opened = await self.open(job, header)
        except (WorkerDownError, OSError):
            return {"error": "worker_down"}
        try:
            for start in range(0, len(body), MAX_CHUNK):
                await opened.feed(body[start : start + MAX_CHUNK])
            return await opened.run()
        finally:
            await opened.drop()

    async def _opened(self, message: Mapping[str, object]) -> Peer:
        """Take a worker and tell it of its body; one that was not told is not used again."""
        worker = await self._take()
        try:
            await worker.child.send(message)
        except BaseException:
            await self._retire(worker)
            raise
        return worker

    async def _take(self) -> Peer:
        while self._idle:
            worker = self._idle.pop()
            if worker.child.alive:
                return worker
            await self._retire(worker)
        return await self._start()

    async def _start(self) -> Peer:
        worker = Peer(await child.start("isolation.worker"))
        self._all.add(worker)
        try:
            self._accept(
                await worker.greet(
                    jobs=self.plan.jobs,
                    limits=self.plan.limits,
                    body_bytes=self.plan.body_bytes,
                )
            )
        except BaseException:
            await self._retire(worker)
            raise
        return worker

    def _accept(self, report: LockReport) -> None:
        """Hold later workers to the locks of the first one. Raises `WorkerDownError`."""
        if self._locks is not None and set(report.missing) - set(self._locks.missing):
            raise WorkerDownError("lock_incomplete")
        self._locks = self._locks or report

    async def _retire(self, worker: Peer) -> int | None:
        self._all.discard(worker)
        return await worker.child.end()

    async def _end(self, worker: Peer, healthy: bool, lane: asyncio.Semaphore) -> None:
        fit = healthy and worker.child.alive and worker.child.idle
        try:
            if fit and worker.jobs < self.plan.limits.jobs:
                self._idle.append(worker)
            else:
                await self._retire(worker)
        finally:
            lane.release()


class Body:
    """One body in one worker: feed it, `run` the job on it as often as needed, then `drop` it."""

    def __init__(
        self, worker: Peer, *, running: asyncio.Semaphore, wall_s: float, end: _End
    ) -> None:
        self._worker: Peer | None = worker
        self._running = running
        self._wall_s = wall_s
        self._end = end
        self._broken = False
        self._busy = False
        self._looks = 0

    @property
    def over(self) -> bool:
        """Whether the body is gone: dropped, or lost with its worker."""
        return self._worker is None

    async def feed(self, chunk: bytes) -> None:
        """Add bytes; a worker that died meanwhile shows when the job is run."""
        if self._worker is None or self._broken:
            return
        try:
            await self._worker.child.send_bytes(chunk)
        except ConnectionError:
            self._broken = True

    async def run(self, ask: Mapping[str, object] | None = None) -> dict[str, object]:
        """
        Run the job on the body; a failure is the record `{"error": code}`.

        The body stays, unless the failure ended its worker; then it is over.

        Args:
            ask: merged into the header that the job gets.

        """
        worker = self._worker
        if worker is None:
            return {"error": "worker_down"}
        if self._busy or self._looks >= LOOKS:
            return {"error": "body_busy" if self._busy else "too_many_looks"}
        self._busy, self._looks, healthy = True, self._looks + 1, False
        try:
            record = await self._outcome(worker, ask or {})
            healthy = record.get("error") not in FAULTS
        finally:
            self._busy = False
            if not healthy:
                await self._finish(healthy=False)
        return record

    async def drop(self) -> None:
        """Throw the body away, at once also while the job runs; dropping again does nothing."""
        worker = self._worker
        if worker is None:
            return
        if self._busy:
            worker.child.kill()
            return
        self._busy, healthy = True, False
        try:
            healthy = await worker.drop()
        finally:
            await self._finish(healthy=healthy)

    async def _finish(self, *, healthy: bool) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await self._end(worker, healthy)

    async def _outcome(self, worker: Peer, ask: Mapping[str, object]) -> dict[str, object]:
        if self._broken or not worker.child.alive:
            return {"error": "worker_down"}
        async with self._running:
            return await worker.run(ask, self._wall_s)
