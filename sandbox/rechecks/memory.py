"""The line out, in memory: situations answered to the real visit code without a socket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from cases.errors import TemporaryFailure
from cases.model import Digests
from crawler.extract.job import read_page
from crawler.fetch.contract import (
    Body,
    Derivation,
    DnsAnswer,
    FetchCode,
    FetchRequest,
    FetchResult,
    Hop,
    ResolveRequest,
)
from sandbox.rechecks.answers import Heard, hear
from sandbox.rechecks.situation import Situation
from sandbox.reply import PictureBody, Reply, Visit

_EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
_CODES = {
    "nxdomain": FetchCode.NXDOMAIN,
    "servfail": FetchCode.SERVFAIL,
    "timeout": FetchCode.TIMEOUT,
    "reset": FetchCode.RESET,
    "tls": FetchCode.TLS_FAILED,
    "connect_timeout": FetchCode.CONNECT_TIMEOUT,
    "egress_down": FetchCode.EGRESS_DOWN,
}
_MOST_HOPS = 5
_PEER = "192.0.2.10"


@dataclass(slots=True)
class MemoryFetcher:
    """Answers for one situation at the hour that the caller sets."""

    situation: Situation
    hour: float = 0.0
    requests: int = 0
    held: dict[str, str] = field(default_factory=dict)
    """Ticket -> name of the picture."""

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch, redirects included."""
        url, hops = request.permit.url, list[Hop]()
        for _ in range(_MOST_HOPS):
            heard = self._hear(request, url)
            if heard.failure == "fetcher_down":
                raise TemporaryFailure("the fetcher is gone")
            hops.append(_hop(request, url, heard, first=not hops))
            if heard.reply is None:
                return _result(request, hops, error=_CODES[str(heard.failure)], url=url)
            location = heard.reply.headers.get("location")
            if location is None:
                return self._answered(request, hops, url, heard)
            url = urljoin(url, location)
        return _result(request, hops, error=FetchCode.TOO_MANY_REDIRECTS, url=url)

    def _hear(self, request: FetchRequest, url: str) -> Heard:
        self.requests += 1
        parts = urlsplit(url)
        visit = Visit(
            host=parts.hostname or "",
            base=f"{parts.scheme}://{parts.netloc}",
            path=parts.path,
            method=request.method,
            query=dict(parse_qsl(parts.query)),
            form=dict(request.form),
            egress=request.egress,
            now=0.0,
        )
        return hear(self.situation, self.hour, visit)

    def _answered(
        self, request: FetchRequest, hops: list[Hop], url: str, heard: Heard
    ) -> FetchResult:
        reply = heard.reply or Reply()
        crashed = heard.failure == "worker_crash"
        if isinstance(reply.body, PictureBody):
            return self._picture(request, hops, url, reply, crashed=crashed)
        raw = reply.body
        kind: Any = "page" if "<" in raw else ("other" if raw else "empty")
        readable = kind == "page" and request.read_as in ("auto", "page")
        record = None if crashed or not readable else _record(url, raw)
        error = "decode_crashed" if crashed and readable else None
        body = _body(kind, raw)
        return _result(
            request, hops, url=url, status=reply.status, body=body, record=record,
            record_error=error,
        )  # fmt: skip

    def _picture(
        self, request: FetchRequest, hops: list[Hop], url: str, reply: Reply, *, crashed: bool
    ) -> FetchResult:
        made = reply.body
        name = f"{made.name}/{made.variant}" if isinstance(made, PictureBody) else ""
        ticket = f"{len(self.held)}"
        self.held[ticket] = "" if crashed else name
        body = _body("picture", name)
        return _result(request, hops, url=url, status=reply.status, body=body, ticket=ticket)

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        """Measure a held picture, in any way that is asked: its name is its measure."""
        del ask
        name = self.held[ticket]
        return {"name": name} if name else {"error": "decode_crashed"}

    async def drop(self, ticket: str) -> None:
        """Throw a held picture away."""
        del self.held[ticket]

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        """Resolve a name."""
        return DnsAnswer(host=request.permit.url, outcome="ok")

    async def pause(self, paused: bool) -> None:
        """Do nothing."""

    async def forget(self, jar: str) -> None:
        """Do nothing."""


def digests_of(name: str) -> Digests:
    """Return digests of a name, which stands for the bytes."""
    raw = name.encode()
    return Digests(
        md5=hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        sha1=hashlib.sha1(raw, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(raw).hexdigest(),
        length=len(raw),
    )


@lru_cache(maxsize=4096)
def _body(kind: Any, raw: str) -> Body:
    return Body(kind=kind, content_type="", complete=True, length=len(raw), digests=digests_of(raw))


@lru_cache(maxsize=4096)
def _record(url: str, raw: str) -> Mapping[str, object]:
    return read_page({"url": url}, raw.encode())


def _hop(request: FetchRequest, url: str, heard: Heard, *, first: bool) -> Hop:
    return Hop(
        url=url,
        derivation=request.permit.derivation if first else Derivation.REDIRECT_HOP,
        method=request.method if first else "GET",
        status=heard.reply.status if heard.reply else None,
        peer=_PEER if heard.reply else None,
        error=None if heard.reply else _CODES[str(heard.failure)],
    )


def _result(request: FetchRequest, hops: list[Hop], **members: Any) -> FetchResult:
    return FetchResult(
        egress=request.egress, started=_EPOCH, finished=_EPOCH, hops=tuple(hops), **members
    )
