"""Bodies at hand that get a worker when somebody looks at them, and none if nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from isolation.peer import WorkerDownError
from isolation.pool import Body, Pool

WAIT_S = 60.0
"""Longest wait for a worker."""


class WaitingBody:
    """A whole body in this process's memory; used as a `pool.Body`."""

    def __init__(
        self,
        pool: Pool,
        job: str,
        header: Mapping[str, object],
        parts: tuple[bytes, ...],
        *,
        left: Callable[[], None],
    ) -> None:
        """
        Take the body.

        Args:
            pool: gives the worker.
            job: what looks at the body.
            header: what the job is told.
            parts: the body in the pieces that it came in.
            left: called once when the body is no longer here.
        """
        self._pool = pool
        self._job = job
        self._header = header
        self._parts = parts
        self._left: Callable[[], None] | None = left
        self._body: Body | None = None
        self._moving = False

    @property
    def over(self) -> bool:
        """Whether the body is gone: dropped, or lost with its worker."""
        return self._left is None and (self._body is None or self._body.over)

    async def run(self, ask: Mapping[str, object] | None = None) -> dict[str, object]:
        """Run the job on the body, as `pool.Body.run`; without a worker it stays here."""
        if self._moving:
            return {"error": "body_busy"}
        if self._body is None and self._left is not None:
            self._moving = True
            try:
                self._body = await self._opened()
            finally:
                self._moving = False
        return {"error": "worker_down"} if self._body is None else await self._body.run(ask)

    async def drop(self) -> None:
        """Throw the body away, also on its way into a worker; dropping again does nothing."""
        self._leave()
        if self._body is not None:
            await self._body.drop()

    async def _opened(self) -> Body | None:
        """Move the body into a worker; none when there is none, or when it was dropped."""
        try:
            async with asyncio.timeout(WAIT_S):
                body = await self._pool.open(self._job, self._header, held=True)
        except (WorkerDownError, OSError):  # a time-out is an OSError too
            return None
        moved = False
        try:
            await body.feed(b"".join(self._parts))
            moved = self._left is not None
        finally:
            if not moved:
                await body.drop()
        self._leave()
        return body if moved else None

    def _leave(self) -> None:
        left, self._left = self._left, None
        self._parts = ()
        if left is not None:
            left()
