"""Bodies that wait in locked workers for a decision, under tickets that run out."""

from __future__ import annotations

import asyncio
import secrets

from isolation.pool import Body


class Held:
    """Custody of held bodies; a body that nobody asks for in time is dropped."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._bodies: dict[str, tuple[Body, asyncio.TimerHandle]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def put(self, body: Body) -> str:
        """Take custody and return the ticket."""
        ticket = secrets.token_hex(8)
        timer = asyncio.get_running_loop().call_later(self._seconds, self._expire, ticket)
        self._bodies[ticket] = (body, timer)
        return ticket

    def take(self, ticket: str) -> Body | None:
        """Give custody back; none when the ticket is unknown, used or ran out."""
        found = self._bodies.pop(ticket, None)
        if found is None:
            return None
        found[1].cancel()
        return found[0]

    async def decode(self, ticket: str) -> dict[str, object]:
        """Run the job on the held body; a failure is the record `{"error": code}`."""
        body = self.take(ticket)
        return {"error": "ticket_unknown"} if body is None else await body.run()

    async def drop(self, ticket: str) -> None:
        """Throw the held body away."""
        body = self.take(ticket)
        if body is not None:
            await body.drop()

    def _expire(self, ticket: str) -> None:
        task = asyncio.get_running_loop().create_task(self.drop(ticket))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
