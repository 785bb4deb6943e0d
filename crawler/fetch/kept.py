"""
Connections that a visit keeps between its requests, so that a page and its media share them.

A visit asks a host's name once and keeps to the addresses that were judged then, for half a minute.
What decides about a location by itself (controls, siblings, link checks, forms) never uses a kept
connection, and no failure or refusal over one stands: see `redirects.on_fresh_connection`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from crawler.fetch.contract import Derivation
from crawler.fetch.exchange import Line

TOGETHER = frozenset(
    {
        Derivation.REPORTED_URL,
        Derivation.PATHWAY_STEP,
        Derivation.JSON_TWIN,
        Derivation.EMBEDDED_MEDIA,
    }
)
"""Fetches whose connections are kept for one another."""

PINNED_S = 30.0
"""Judged addresses serve the next connection of a visit so long."""

_MOST = 64
"""Lines of all visits together; the longest idle ones beyond are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line leads, and for whom: lines are never shared beyond it."""

    visit: str
    """Name of the cookie jar."""
    egress: str
    origin: str
    verified: bool


@dataclass(slots=True)
class _Lent:
    line: Line
    users: int = 0


class KeptLines:
    """The lines of all visits of this process."""

    def __init__(self) -> None:
        self._idle: OrderedDict[Place, Line] = OrderedDict()
        self._lent: dict[Place, _Lent] = {}

    @asynccontextmanager
    async def line(self, place: Place | None, make: Callable[[], Line]) -> AsyncIterator[Line]:
        """Lend the line to a place, or a new one that is closed afterwards if there is none."""
        if place is None:
            line = make()
            try:
                yield line
            finally:
                await line.close()
            return
        lent = self._lend(place, make)
        try:
            yield lent.line
        finally:
            await self._take_back(place, lent)

    async def forget(self, visit: str) -> None:
        """Close the lines of a visit; one in use is closed when nobody uses it any more."""
        for place in tuple(place for place in self._lent if place.visit == visit):
            del self._lent[place]
        ended = [place for place in self._idle if place.visit == visit]
        for line in [self._idle.pop(place) for place in ended]:
            await line.close()

    async def close(self) -> None:
        """Close all lines, as `forget` does."""
        for visit in {place.visit for place in (*self._idle, *self._lent)}:
            await self.forget(visit)

    def _lend(self, place: Place, make: Callable[[], Line]) -> _Lent:
        if place not in self._lent:
            line = self._idle.pop(place) if place in self._idle else make()
            self._lent[place] = _Lent(line)
        lent = self._lent[place]
        lent.users += 1
        return lent

    async def _take_back(self, place: Place, lent: _Lent) -> None:
        lent.users -= 1
        if lent.users:
            return
        if self._lent.get(place) is not lent:  # forgotten meanwhile
            await lent.line.close()
            return
        del self._lent[place]
        self._idle[place] = lent.line
        while len(self._idle) > _MOST:
            await self._idle.popitem(last=False)[1].close()
