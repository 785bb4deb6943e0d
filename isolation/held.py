"""Bodies that wait in locked workers for a decision, under tickets that run out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Protocol


class Body(Protocol):
    """A body that can be looked at: `pool.Body`, or `waiting.WaitingBody`."""

    @property
    def over(self) -> bool:
        """Whether it is gone."""
        ...

    async def run(self, ask: Mapping[str, object] | None = None) -> dict[str, object]:
        """Run its job; a failure is the record `{"error": code}`."""
        ...

    async def drop(self) -> None:
        """Throw it away."""
        ...


class Held:
    """Custody of held bodies; a body that nobody asks for in time is dropped."""

    def __init__(self, *, seconds: float) -> None:
        """
        Begin with none.

        Args:
            seconds: how long a body waits to be asked for, anew after each look at it.

        """
        self._seconds = seconds
        self._bodies: dict[str, Body] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._bodies)

    def put(self, body: Body) -> str:
        """Take custody and return the ticket."""
        ticket = secrets.token_hex(8)
        self._bodies[ticket] = body
        self._wait(ticket)
        return ticket

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """
        Run the job on the held body, which stays held; a failure is the record `{"error": code}`.

        After a failure that ended the worker the ticket is unknown.
        """
        body = self._bodies.get(ticket)
        if body is None:
            return {"error": "ticket_unknown"}
        self._stop_waiting(ticket)
        try:
            return await body.run(ask)
        finally:
            if body.over:
                self._bodies.pop(ticket, None)
            elif ticket in self._bodies:
                self._wait(ticket)

    async def drop(self, ticket: str) -> None:
        """Throw the held body away; a ticket that is unknown, used or ran out holds none."""
        body = self._bodies.pop(ticket, None)
        self._stop_waiting(ticket)
        if body is not None:
            await body.drop()

    def _wait(self, ticket: str) -> None:
        self._stop_waiting(ticket)
        loop = asyncio.get_running_loop()
        self._timers[ticket] = loop.call_later(self._seconds, self._expire, ticket)

    def _stop_waiting(self, ticket: str) -> None:
        timer = self._timers.pop(ticket, None)
        if timer is not None:
            timer.cancel()

    def _expire(self, ticket: str) -> None:
        task = asyncio.get_running_loop().create_task(self.drop(ticket))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
