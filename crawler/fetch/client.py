"""
The fetcher process, seen from the core.

The core never opens a connection to a fetched host and never sees a body. It starts the fetcher
with an empty environment, speaks to it over a pipe, and starts a new one when it dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Self, TypeVar

from cases.errors import TemporaryFailure
from crawler.fetch import gate
from crawler.fetch.contract import DnsAnswer, FetchCode, FetchRequest, FetchResult, ResolveRequest
from crawler.fetch.line import CallRefused, Line, LineLost
from crawler.fetch.turns import HostTurns
from crawler.fetch.wire import (
    ANSWER,
    REQUEST,
    RESOLVE,
    FetcherSetup,
    WireError,
    cookies_sound,
    dump,
    dump_look,
    load,
    load_result,
    unfetched,
)
from isolation.lock import LockReport

__all__ = ["FetcherProcess", "FetcherSetup"]

T = TypeVar("T")

_MAX_TEXT = 256 * 1024
"""Characters of all texts of a request together."""

_OBEY_S = 3.0
"""A process that has not paused after so many seconds is stuck."""

_REST_S = 1.0
"""A process that dies again and again is started at most once in so many seconds."""


class FetcherProcess:
    """A `contract.Fetcher` in a process of its own; use it as an async context manager."""

    def __init__(self, setup: FetcherSetup, turns: HostTurns | None = None) -> None:
        """Prepare; `turns` are asked for where several machines fetch."""
        self._setup = replace(setup, asks_turns=turns is not None)
        self._turns = turns
        self._line: Line | None = None
        self._locks: LockReport | None = None
        self._starting = asyncio.Lock()
        self._started_at = float("-inf")
        self._paused = False
        self._open = False

    async def __aenter__(self) -> Self:
        """
        Start the process and its first locked worker.

        Raises:
            PermanentFailure: it refuses to work; the sentence says why.
            TemporaryFailure: it could not be started now.
        """
        self._open = True
        await self._live()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        if self._line is not None:
            await self._line.close()

    @property
    def lock_report(self) -> LockReport:
        """Which locks hold in the locked workers; none before the start."""
        return self._locks or LockReport(rlimits=False, landlock=False, seccomp=False)

    @property
    def pid(self) -> int | None:
        """Process id of the running fetcher."""
        return self._line.pid if self._line and self._line.alive else None

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch; failures are in the result. Raises only `TemporaryFailure`."""
        code = _unsendable(request)
        if code is not None:
            return unfetched(request, code)
        return await self._ask("fetch", dump(REQUEST, request), load_result)

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        """
        Have the held body measured; it stays held until `drop`.

        A failure is the record `{"error": code}`; an `ask` that breaks a bound is `bad_ask`.
        """
        try:
            look = dump_look(ticket, ask)
        except WireError:
            return {"error": "bad_ask"}
        return await self._ask("decode", look, _record)

    async def drop(self, ticket: str) -> None:
        """Throw the held body away; a process that is gone holds none."""
        await self._tell("drop", ticket)

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        """Resolve a host name. Raises `TemporaryFailure`, also while fetching is paused."""
        return await self._ask("resolve", dump(RESOLVE, request), _dns_answer)

    async def forget(self, jar: str) -> None:
        """Throw a cookie jar away."""
        await self._tell("forget", jar)

    async def pause(self, paused: bool) -> None:
        """
        Stop all fetching at once, or go on; it outlasts a restart of the process.

        A process that does not obey in time is ended.
        """
        self._paused = paused
        line = self._line
        if line is None or not line.alive:
            return
        try:
            async with asyncio.timeout(_OBEY_S):
                await line.call("pause", b"true" if paused else b"false")
        except (CallRefused, TimeoutError):
            line.kill()
        except LineLost:
            pass

    async def _ask(self, op: str, value: bytes, read: Callable[[object], T]) -> T:
        line = await self._live()
        try:
            return read(await line.call(op, value))
        except WireError:
            line.kill()
            raise _gone() from None
        except CallRefused as refusal:
            raise _refused(refusal.code) from None
        except LineLost:
            raise _gone() from None

    async def _tell(self, op: str, value: str) -> None:
        if self._line is None or not self._line.alive:
            return
        with contextlib.suppress(LineLost):
            await self._line.tell(op, value)

    async def _live(self) -> Line:
        async with self._starting:
            if self._line is not None and self._line.alive:
                return self._line
            if not self._open:
                raise _gone()
            await self._rest()
            if self._line is not None:
                await self._line.close()
            line = await Line.start(self._setup, paused=self._paused, turns=self._turns)
            self._line = await self._as_locked(line)
            return self._line

    async def _as_locked(self, line: Line) -> Line:
        """Hold later processes to the locks of the first one. Raises `TemporaryFailure`."""
        if self._locks is not None and set(line.lock_report.missing) - set(self._locks.missing):
            await line.close()
            raise TemporaryFailure("The new fetcher process is locked less well; trying again.")
        self._locks = self._locks or line.lock_report
        return line

    async def _rest(self) -> None:
        wait = self._started_at + _REST_S - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._started_at = time.monotonic()


def _unsendable(request: FetchRequest) -> FetchCode | None:
    """Refuse here what cannot even be written on the pipe."""
    fields = [text for pair in request.form for text in pair]
    texts = (request.permit.url, request.permit.parent or "", request.referer or "", *fields)
    if len(request.permit.url) > gate.MAX_LENGTH or sum(map(len, texts)) > _MAX_TEXT:
        return FetchCode.REFUSED_LENGTH
    if not cookies_sound(request):
        return FetchCode.REFUSED_MALFORMED
    writable = all(text == text.encode("utf-8", "replace").decode() for text in texts)
    return None if writable else FetchCode.REFUSED_MALFORMED


def _record(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise WireError("no_record")
    return value


def _dns_answer(value: object) -> DnsAnswer:
    return load(ANSWER, value)


def _gone() -> TemporaryFailure:
    return TemporaryFailure(
        "The fetcher process ended while it worked; the request is made again later.",
        retry_after=5.0,
    )


def _refused(code: str) -> TemporaryFailure:
    if code == "paused":
        return TemporaryFailure("Fetching is paused; resume it with `hostwatch resume --fetching`.")
    if code == FetchCode.EGRESS_DOWN:
        return TemporaryFailure("The way out is down: its proxy does not answer or refuses.")
    return TemporaryFailure(f"The fetcher process could not answer ({code}); trying again later.")
