"""
One body, read once: capped, timed, digested in one pass, and handed to a locked room.

Bytes live in the chunk at hand. A page is gathered until its end, up to its cap, and then parsed
in a locked worker; a picture, archive or film goes into the worker that holds it (`handover`).
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cases.model import Digests
from crawler.fetch import coding
from crawler.fetch.budget import Budget
from crawler.fetch.contract import Body, FetchCode, FetchLimits
from crawler.fetch.errors import CodedError, code_of
from crawler.fetch.handover import Handover, NoWorkerError, Rooms
from crawler.fetch.journal import note
from crawler.fetch.sniff import NEEDED, Kind, kind_of

ReadAs = Literal["auto", "page", "media", "rdap", "nothing"]

RATE_AFTER_S = 10.0
"""The rate of a body is judged after so many seconds."""

_TEXT_KINDS = ("page", "json")
_HELD_KINDS = ("picture", "archive", "video")
"""Kinds of bodies that are held for a job of the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of one body."""

    body: Body
    error: FetchCode | None = None
    record: Mapping[str, object] | None = None
    record_error: str | None = None
    ticket: str | None = None


def part_only(content_type: str) -> Reading:
    """Return what is said of a body that is a part of what was asked for; it is not read."""
    body = Body(kind="empty", content_type=content_type, complete=False, length=0, digests=None)
    return Reading(body=body, error=FetchCode.TRUNCATED, record_error="incomplete")


class Stopped(CodedError):
    """The body is not read to its end; carries the code."""


class _Digester:
    """MD5, SHA-1 and SHA-256 in one pass."""

    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def update(self, chunk: bytes) -> None:
        for digest in (self._md5, self._sha1, self._sha256):
            digest.update(chunk)

    def digests(self, length: int) -> Digests:
        return Digests(
            md5=self._md5.hexdigest(),
            sha1=self._sha1.hexdigest(),
            sha256=self._sha256.hexdigest(),
            length=length,
        )


@dataclass(slots=True, kw_only=True)
class Reader:
    """Read one body; make one per answer."""

    chunks: AsyncIterator[bytes]
    read_as: ReadAs
    limits: FetchLimits
    content_type: str
    declared: int | None
    """Length that the server claims for a body without content-encoding."""
    codings: tuple[str, ...] = ()
    """Content codings in the order in which they were applied."""
    header: Mapping[str, object]
    rooms: Rooms
    budget: Budget
    kind: Kind = "empty"
    length: int = 0
    _digester: _Digester = field(default_factory=_Digester)
    _network_s: float = 0.0
    _head: bytes = b""
    _page: bytearray = field(default_factory=bytearray)
    _handover: Handover | None = None

    async def read(self) -> Reading:
        """Read to the end, a cap or a failure; failures are in the reading."""
        try:
            async with self.budget.spend():
                complete = await self._stream()
            return await self._finished() if complete else self._unread()
        except Exception as error:  # noqa: BLE001 - every error becomes its code, without text
            return self._cut(_code(error))
        finally:
            if self._handover is not None:
                await self._handover.drop()

    async def _stream(self) -> bool:
        """Take all chunks; false when the answer is not of the kind that was asked for."""
        async for chunk in self._decoded() if self.codings else self._timed():
            if self.kind != "empty":
                await self._take(chunk)
                continue
            self._head += chunk
            if len(self._head) >= NEEDED and not await self._begin(self._head):
                return False
        return self.kind != "empty" or not self._head or await self._begin(self._head)

    async def _begin(self, head: bytes) -> bool:
        self._head, self.kind = b"", kind_of(head[:NEEDED])
        if not wanted(self.kind, self.read_as):
            self.length = len(head)
            return False
        if self.declared is not None and self.declared > self._cap:
            raise Stopped(FetchCode.TOO_LARGE)
        if self.kind in _HELD_KINDS and self.read_as in ("auto", "media"):
            self._handover = Handover(self.rooms, self.header, self.kind)
        await self._take(head)
        return True

    async def _take(self, chunk: bytes) -> None:
        self.length += len(chunk)
        if self.length > self._cap:
            raise Stopped(FetchCode.TOO_LARGE)
        if self.kind not in _TEXT_KINDS:
            self.budget.earn(len(chunk))
        self._digester.update(chunk)
        if job_of(self.kind, self.read_as):
            self._page += chunk
        if self._handover is not None:
            await self._handover.add(chunk, self.budget)

    async def _decoded(self) -> AsyncIterator[bytes]:
        """Yield the body without its codings; other work gets its turn between two pieces."""
        decoder = coding.decoder(self.codings)
        async for chunk in self._timed():
            for piece in decoder.feed(chunk):
                yield piece
                await asyncio.sleep(0)
        decoder.finish()

    async def _timed(self) -> AsyncIterator[bytes]:
        """Yield chunks; raise `Stopped` when they come too slowly."""
        received, started = 0, time.monotonic()
        async for chunk in self.chunks:
            self._network_s += time.monotonic() - started
            received += len(chunk)
            if too_slow(received, self._network_s, self.limits.min_rate):
                raise Stopped(FetchCode.TOO_SLOW)
            yield chunk
            started = time.monotonic()

    async def _finished(self) -> Reading:
        body = self._body(self._digester.digests(self.length))
        if self._handover is not None:
            return await self._kept(body, self._handover)
        job = job_of(self.kind, self.read_as)
        if job is None:
            return Reading(body=body)
        page, self._page = bytes(self._page), bytearray()
        record = await self.rooms.read(job, self.header, page)
        error = record.get("error")
        if error is not None:
            return Reading(body=body, record_error=str(error)[:64])
        return Reading(body=body, record=record)

    async def _kept(self, body: Body, handover: Handover) -> Reading:
        try:
            return Reading(body=body, ticket=await handover.keep())
        except NoWorkerError:  # the digests stand; that nobody looked at it is said
            return Reading(body=body, record_error="worker_down")

    def _unread(self) -> Reading:
        return Reading(body=self._body(None), record_error="not_text")

    def _cut(self, code: FetchCode) -> Reading:
        if self._head:
            self.kind, self.length = kind_of(self._head[:NEEDED]), len(self._head)
        error = "too_large" if code is FetchCode.TOO_LARGE else "incomplete"
        return Reading(body=self._body(None), error=code, record_error=error)

    def _body(self, digests: Digests | None) -> Body:
        return Body(
            kind=self.kind,
            content_type=self.content_type,
            complete=digests is not None,
            length=self.length,
            digests=digests,
        )

    @property
    def _cap(self) -> int:
        if self.kind == "json" or self.read_as == "rdap":
            return self.limits.json_bytes
        text = self.kind == "page" and self.read_as in ("auto", "page")
        return self.limits.page_bytes if text else self.limits.media_bytes


def _code(error: Exception) -> FetchCode:
    code = code_of(error)
    if code is FetchCode.FETCHER_DOWN:
        note("error_unmapped", kind=type(error).__name__)
    return code


def wanted(kind: Kind, read_as: ReadAs) -> bool:
    """Whether a body of this kind is read: a page reader is not given media."""
    return read_as not in ("page", "rdap") or kind in _TEXT_KINDS or kind == "empty"


def job_of(kind: Kind, read_as: ReadAs) -> str | None:
    """Return the job that parses this body; none when it is only digested."""
    if kind not in _TEXT_KINDS:
        return None
    return {"auto": "page", "page": "page", "rdap": "rdap"}.get(read_as)


def too_slow(received: int, seconds: float, min_rate: int) -> bool:
    """Whether a body comes slower than `min_rate` bytes per second, judged after 10 s."""
    return seconds > RATE_AFTER_S and received / seconds < min_rate
