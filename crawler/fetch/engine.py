"""The fetcher's inside: it turns requests into results, and knows the kill switch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

from crawler.fetch import gate
from crawler.fetch.contract import (
    Derivation,
    DnsAnswer,
    FetchCode,
    FetchRequest,
    FetchResult,
    ResolveRequest,
)
from crawler.fetch.cookies import Jars
from crawler.fetch.hops import Fetching
from crawler.fetch.hostname import HostError, read_host
from crawler.fetch.journal import note
from crawler.fetch.kept import KeptLines
from crawler.fetch.parts import Parts
from crawler.fetch.patience import Patience
from crawler.fetch.rooms import LockedRooms
from crawler.fetch.throttle import Throttle
from crawler.fetch.trust import trust
from crawler.fetch.turns import AskedTurns
from crawler.fetch.ways import ways_of
from crawler.fetch.wire import FetcherSetup, unfetched


class PausedError(Exception):
    """Fetching is paused."""


class Engine:
    """All fetching of this process; use it as an async context manager."""

    def __init__(self, setup: FetcherSetup, turns: AskedTurns | None = None) -> None:
        """
        Build everything that needs no running worker.

        Raises:
            ValueError: a network, a resolver or a practice endpoint is malformed.
        """
        self.rooms = LockedRooms(
            jobs=setup.jobs, settings=setup.isolation, body_bytes=setup.fetch.media_bytes
        )
        self._parts = Parts(
            ways=ways_of(setup),
            network=setup.network,
            caps=setup.fetch,
            trust=trust(setup.practice),
            throttle=Throttle(
                starts=setup.fetch.pace_starts,
                period_s=setup.fetch.pace_period_s,
                per_host=setup.fetch.per_host,
                overall=setup.fetch.overall,
                per_site=setup.fetch.per_site,
                per_address=setup.fetch.per_address,
                turns=turns,
            ),
            patience=Patience(setup.fetch, clock=time.monotonic),
            rooms=self.rooms,
            jars=Jars(),
            lines=KeptLines(),
        )
        self._stack = AsyncExitStack()
        self._paused = False
        self._running: dict[asyncio.Task[object] | None, bool] = {}
        """Fetches and questions under way, and whether the pause ended them."""

    async def __aenter__(self) -> Self:
        """Start the locked workers. Raises `WorkerDownError`."""
        await self._stack.enter_async_context(self.rooms)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._parts.lines.close()
        await self._stack.aclose()

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch; every failure is in the result."""
        way = self._parts.ways.get(request.egress)
        if way is None:
            note("egress_unknown")
            return unfetched(request, FetchCode.REFUSED_PERMIT)
        if self._paused:
            return unfetched(request, FetchCode.PAUSED)
        fetching = Fetching(parts=self._parts, request=request, way=way)
        try:
            async with self._stoppable():
                return await fetching.run()
        except PausedError:
            return fetching.course.failed(FetchCode.PAUSED)

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        """
        Resolve a host name.

        Raises:
            PausedError: fetching is paused.
            CodedError: the way out is down.
        """
        if self._paused:
            raise PausedError
        permit, way = request.permit, self._parts.ways.get(request.egress)
        permitted = permit.derivation is Derivation.DNS and permit.case_id
        host = _dns_name(permit.url)
        if way is None or not permitted or host is None:
            return DnsAnswer(host=permit.url, outcome="refused")
        source = way.egress.source_address
        async with self._stoppable():
            if request.records == "addresses":
                return await way.resolver.resolve(host, source=source)
            return await way.resolver.names(host, request.records, source=source)

    @asynccontextmanager
    async def _stoppable(self) -> AsyncIterator[None]:
        """Let the pause end what runs inside the block, which then raises `PausedError`."""
        task = asyncio.current_task()
        self._running[task] = False
        try:
            yield
        except asyncio.CancelledError:
            if task is None or not self._running[task] or task.uncancel():
                raise
            raise PausedError from None
        finally:
            del self._running[task]

    async def forget(self, jar: str) -> None:
        """Throw a cookie jar away, and close the connections of its visit."""
        self._parts.jars.forget(jar)
        await self._parts.lines.forget(jar)

    async def pause(self, *, paused: bool) -> None:
        """Stop at once what is running, close what is kept and refuse what comes; or go on."""
        self._paused = paused
        if not paused:
            return
        for task in self._running:
            if task is not None and not self._running[task]:
                self._running[task] = True
                task.cancel()
        await self._parts.lines.close()


def _dns_name(text: str) -> str | None:
    try:
        host = read_host(text)
    except HostError:
        return None
    found = gate.check(f"http://{host}/", reported=True)
    return host if isinstance(found, gate.Allowed) and not found.literal else None
