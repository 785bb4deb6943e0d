"""
Rooms that count what passes through them.

Each stands in front of the real room, answers as that one does, and adds to the counters. What
they count is a class of outcome, never what was asked or of whom.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Protocol, runtime_checkable

from cases.ports import CaseStore, Transaction
from crawler.fetch.contract import (
    REFUSALS,
    DnsAnswer,
    FetchCode,
    Fetcher,
    FetchRequest,
    FetchResult,
    ResolveRequest,
)
from crawler.fetch.rooms import HOLD_S
from hostwatch.counters import Counters
from isolation.lock import LockReport
from notices.delivery.channel import Accepted, Channel, NotSent, Receipt, Refused, Uncertain

FETCH_CLASSES = (
    "1xx",
    "2xx",
    "3xx",
    "4xx",
    "5xx",
    "no_status",
    "refused",
    "paused",
    "dns",
    "connection",
    "answer",
    "ours",
)
"""How a fetch can end: class of its status, or where it failed."""

MAIL_OUTCOMES = ("accepted", "refused", "not_sent", "uncertain")

_DNS = {FetchCode.NXDOMAIN, FetchCode.NODATA, FetchCode.SERVFAIL, FetchCode.DNS_TIMEOUT}
_CONNECTION = {
    FetchCode.CONNECT_REFUSED,
    FetchCode.CONNECT_TIMEOUT,
    FetchCode.NO_ROUTE,
    FetchCode.RESET,
    FetchCode.TLS_FAILED,
}
_OURS = {
    FetchCode.FETCHER_DOWN,
    FetchCode.WORKER_DOWN,
    FetchCode.HOST_BUSY,
    FetchCode.HOST_RESTING,
    FetchCode.EGRESS_DOWN,
}


def class_of(error: FetchCode | None, status: int | None) -> str:
    """
    Return the class of a fetch's outcome, one of `FETCH_CLASSES`.

    >>> class_of(FetchCode.NXDOMAIN, None), class_of(None, 404)
    ('dns', '4xx')
    """
    if error is None:
        return f"{status // 100}xx" if status and 100 <= status < 600 else "no_status"
    if error in REFUSALS:
        return "refused"
    if error is FetchCode.PAUSED:
        return "paused"
    for known, word in ((_DNS, "dns"), (_CONNECTION, "connection"), (_OURS, "ours")):
        if error in known:
            return word
    return "answer"


@runtime_checkable
class _Locked(Protocol):
    """A fetcher in a process of its own, whose workers are locked."""

    @property
    def lock_report(self) -> LockReport: ...

    @property
    def pid(self) -> int | None: ...


class CountedFetcher:
    """A `Fetcher` that counts fetches, bytes, decodes and held bodies."""

    def __init__(self, inner: Fetcher, counters: Counters) -> None:
        self._inner = inner
        self._counters = counters
        self._held: dict[str, float] = {}

    @property
    def alive(self) -> bool | None:
        """Whether the process runs; none where there is no process."""
        return self._inner.pid is not None if isinstance(self._inner, _Locked) else None

    @property
    def locks(self) -> Mapping[str, bool]:
        """Which locks hold in the workers, by name."""
        if not isinstance(self._inner, _Locked):
            return {}
        report = self._inner.lock_report
        named = ((one.name, getattr(report, one.name)) for one in fields(report))
        return {name: held for name, held in named if isinstance(held, bool)}

    @property
    def held(self) -> int:
        """Bodies that wait in locked workers for the core's decision."""
        oldest = time.monotonic() - HOLD_S
        self._held = {ticket: at for ticket, at in self._held.items() if at > oldest}
        return len(self._held)

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch, and count how it ended."""
        result = await self._inner.fetch(request)
        took = (result.finished - result.started).total_seconds()
        word = class_of(result.error, result.status)
        self._counters.add_time("fetches", word, max(0.0, took))
        if result.body is not None:
            self._counters.add("fetched_bytes", result.body.length)
        if result.ticket is not None:
            self._held[result.ticket] = time.monotonic()
        return result

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        """Have the held body measured, and count the outcome."""
        started = time.monotonic()
        # a fetcher that knows no questions is asked without one
        record = await (
            self._inner.decode(ticket) if ask is None else self._inner.decode(ticket, ask)
        )
        word = str(record.get("error", "ok"))
        self._counters.add_time("decodes", word, time.monotonic() - started)
        if ticket in self._held:  # it stays held until `drop`, its time running anew
            self._held[ticket] = time.monotonic()
        return record

    async def drop(self, ticket: str) -> None:
        """Throw the held body away."""
        self._held.pop(ticket, None)
        await self._inner.drop(ticket)

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        """Resolve, and count the outcome."""
        answer = await self._inner.resolve(request)
        self._counters.add_time("resolves", answer.outcome, answer.milliseconds / 1000)
        return answer

    async def pause(self, paused: bool) -> None:
        """Stop every fetch at once, or take fetching up again."""
        await self._inner.pause(paused)

    async def forget(self, jar: str) -> None:
        """Throw a cookie jar away."""
        await self._inner.forget(jar)


class CountedStore:
    """A `CaseStore` that counts the time of its steps, waiting for a turn included."""

    def __init__(self, inner: CaseStore, counters: Counters) -> None:
        self._inner = inner
        self._counters = counters

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin an atomic step, and note how long it took and how it ended."""
        async with self._timed("write"), self._inner.transaction() as tx:
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a consistent view, and note how long it was open."""
        async with self._timed("read"), self._inner.reading() as tx:
            yield tx

    async def close(self) -> None:
        """Release the database."""
        await self._inner.close()

    @asynccontextmanager
    async def _timed(self, kind: str) -> AsyncIterator[None]:
        started = time.monotonic()
        word = f"{kind}_rolled_back"
        try:
            yield
            word = kind
        finally:
            self._counters.add_time("database", word, time.monotonic() - started)


class CountedChannel:
    """A delivery `Channel` that counts what became of each message."""

    def __init__(self, inner: Channel, counters: Counters) -> None:
        self._inner = inner
        self._counters = counters

    async def send(
        self, message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        """Send once, and count the receipt by its kind."""
        started = time.monotonic()
        receipt = await self._inner.send(
            message, message_id=message_id, sender=sender, recipient=recipient
        )
        self._counters.add_time("mails", _outcome(receipt), time.monotonic() - started)
        return receipt


def _outcome(receipt: Receipt) -> str:
    match receipt:
        case Accepted():
            return "accepted"
        case Refused():
            return "refused"
        case NotSent():
            return "not_sent"
        case Uncertain():
            return "uncertain"
