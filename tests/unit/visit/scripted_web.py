"""
A `Fetcher` that answers from a script: pages are really parsed, bodies really digested.

`web.put(url, Page(...))` sets what an address answers; `web.log` is every request that was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cases.errors import TemporaryFailure
from cases.model import (
    Case,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NotChecked,
    Pathway,
    Possible,
    Stage,
)
from crawler.extract.job import read_page
from crawler.fetch.contract import (
    Body,
    DnsAnswer,
    FetchCode,
    FetchLimits,
    FetchRequest,
    FetchResult,
    Hop,
    ResolveRequest,
)
from crawler.visit import VisitOptions

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ENTRY = ListEntry(hash_list="test", version="1", tier="baseline", signal_type="sha256")


def digests(label: str) -> Digests:
    raw = label.encode()
    return Digests(
        md5=hashlib.md5(raw).hexdigest(),
        sha1=hashlib.sha1(raw).hexdigest(),
        sha256=hashlib.sha256(raw).hexdigest(),
        length=len(raw),
    )


@dataclass(frozen=True, kw_only=True)
class Say:
    """What an address answers."""

    status: int = 200
    html: str | None = None
    body: str | None = None
    """Label of a media body."""
    kind: str = "picture"
    error: FetchCode | None = None
    to: str | None = None
    """Redirect target, answered in one fetch."""
    complete: bool = True
    record_error: str | None = None
    tls: str = "verified"
    raises: bool = False


def page(html: str, status: int = 200) -> Say:
    return Say(html=html, status=status)


def picture(label: str, status: int = 200) -> Say:
    return Say(body=label, status=status)


def fails(code: FetchCode) -> Say:
    return Say(error=code)


NOTHING = page("<title>404 Not Found</title><h1>Not Found</h1>", 404)
Script = Say | Callable[[FetchRequest], Say]


@dataclass
class ScriptedWeb:
    """The fake."""

    answers: dict[str, Script] = field(default_factory=dict)
    hosts: dict[str, Script] = field(default_factory=dict)
    """What a host answers for everything else."""
    log: list[FetchRequest] = field(default_factory=list)
    tickets: dict[str, str] = field(default_factory=dict)
    decoded: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    """Label and what was asked, for each look at a held body."""
    dropped: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    undecodable: set[str] = field(default_factory=set)
    holds: set[str] = field(default_factory=lambda: {"picture"})
    """Kinds for which there is a job."""
    undecodable_in_full: set[str] = field(default_factory=set)
    raises: set[str] = field(default_factory=set)
    """Labels at whose measuring the fetcher is lost."""
    down: bool = False

    def put(self, url: str, answer: Script) -> None:
        self.answers[url] = answer

    @property
    def urls(self) -> list[str]:
        return [request.permit.url for request in self.log]

    def asked(self, derivation: str) -> list[str]:
        return [r.permit.url for r in self.log if r.permit.derivation == derivation]

    async def fetch(self, request: FetchRequest) -> FetchResult:
        self.log.append(request)
        if self.down:
            raise TemporaryFailure("the fetcher is gone")
        url = request.permit.url.partition("#")[0]
        host = urlsplit(url).hostname or ""
        script = self.answers.get(url, self.hosts.get(host, NOTHING))
        said = script(request) if callable(script) else script
        if said.raises:
            raise TemporaryFailure("the fetcher is gone")
        return self._result(request, said, url)

    def _result(self, request: FetchRequest, said: Say, url: str) -> FetchResult:
        hops = [
            Hop(
                url=url,
                derivation=request.permit.derivation,
                method=request.method,
                status=302 if said.to else (None if said.error else said.status),
                peer=None if said.error else "192.0.2.10",
                error=said.error,
            )
        ]
        if said.to:
            hops.append(
                Hop(
                    url=said.to,
                    derivation="redirect_hop",
                    method="GET",
                    status=said.status,
                    peer="192.0.2.10",
                )
            )
        base = {"egress": request.egress, "started": NOW, "finished": NOW, "hops": tuple(hops)}
        if said.error is not None:
            return FetchResult(**base, error=said.error, url=url)
        final = said.to or url
        shared = {
            **base,
            "status": said.status,
            "url": final,
            "peer": "192.0.2.10",
            "tls": said.tls,
        }
        if said.html is not None:
            return self._page(request, said, final, shared)
        return self._media(request, said, shared)

    def _page(self, request, said, final, shared) -> FetchResult:
        raw = said.html.encode()
        body = Body(
            kind="page" if said.html else "empty",
            content_type="text/html",
            complete=said.complete,
            length=len(raw),
            digests=digests(said.html) if said.complete else None,
        )
        if request.read_as in ("media", "nothing") or said.record_error or not said.html:
            return FetchResult(**shared, body=body, record_error=said.record_error)
        fragment = request.permit.url.partition("#")[2]
        header = {"url": f"{final}#{fragment}" if fragment else final}
        return FetchResult(**shared, body=body, record=read_page(header, raw))

    def _media(self, request, said, shared) -> FetchResult:
        unread = request.read_as == "page" or not said.complete
        body = Body(
            kind=said.kind,
            content_type="image/jpeg",
            complete=not unread,
            length=0 if unread else len(said.body),
            digests=None if unread else digests(said.body),
        )
        ticket = None
        if said.kind in self.holds and not unread and request.read_as in ("auto", "media"):
            ticket = f"t{len(self.tickets)}"
            self.tickets[ticket] = said.body
        return FetchResult(**shared, body=body, ticket=ticket)

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        assert ticket not in self.dropped
        label = self.tickets[ticket]
        self.decoded.append((label, ask or {}))
        if label in self.raises:
            raise TemporaryFailure("the fetcher is gone")
        if label in self.undecodable or (ask and label in self.undecodable_in_full):
            return {"error": "undecodable"}
        return {"label": label, "full": bool(ask and ask.get("size") == "full"), **(ask or {})}

    async def drop(self, ticket: str) -> None:
        self.dropped.append(ticket)

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        return DnsAnswer(host=request.permit.url, outcome="ok")

    async def forget(self, jar: str) -> None:
        self.forgotten.append(jar)

    def assert_tidy(self) -> None:
        """Every held body was dropped, once."""
        assert sorted(self.dropped) == sorted(self.tickets)
        assert self.forgotten


@dataclass
class ListedJudge:
    """Knows which labels are listed, and which look like which."""

    listed: set[str] = field(default_factory=set)
    alike: dict[str, int] = field(default_factory=dict)
    """Label -> distance to a listed picture."""
    reduced: set[str] = field(default_factory=set)
    """Labels that come near only when they are measured at a reduced size."""
    inside: dict[str, str] = field(default_factory=dict)
    """Label of an archive or film -> password that opens it, or nothing; it holds listed things."""
    pdq: dict[str, str] = field(default_factory=dict)

    def exact(self, found: Digests):
        known = {digests(label).sha256 for label in self.listed}
        return Match(strength="strong", entry=ENTRY) if found.sha256 in known else NoMatch()

    def lists(self):
        """Stand for lists without versions: what was known before is not compared again."""
        return ()

    def note(self, comparison, registered_domain, now):
        """Set no signal aside."""
        return False

    def perceptual(self, record: Mapping[str, object], *, digests=None):
        label = str(record["label"])
        pdq = self.pdq.get(label, hashlib.sha256(label.encode()).hexdigest())
        if label in self.alike:
            said = Possible(
                tier="confident",
                distance=self.alike[label],
                quality=100,
                view="upright",
                entry=ENTRY,
            )
            return said, pdq, 100
        return NoMatch(), pdq, 100

    def near(self, record: Mapping[str, object]) -> bool:
        label = record["label"]
        return not record["full"] and (label in self.alike or label in self.reduced)

    def near_members(self, record: Mapping[str, object]) -> tuple[int, ...]:
        return (1,) if "finer" in str(record["label"]) else ()

    def parts(self, kind: str, record: Mapping[str, object], finer=None):
        if self.near_members(record) and finer is None:
            return NotChecked(reason="reduced_scale")
        password = self.inside.get(str(record["label"]))
        if password is None:
            return NoMatch()
        if password and password not in record.get("passwords", ()):
            return NotChecked(reason="encrypted")
        return Match(strength="strong", entry=ENTRY)


class Sleeps(list):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def options(**changes) -> VisitOptions:
    given = {
        "egress": "one",
        "fetch_media": True,
        "candidates": 200,
        "countdown_s": 120.0,
        "downloads_per_asset": 3,
        "limits": FetchLimits(),
        "now": lambda: NOW,
        "sleep": Sleeps(),
    }
    return VisitOptions(**{**given, **changes})


def case(url: str, **members) -> Case:
    given = {
        "id": "HW-2026-000001",
        "version": 1,
        "stage": Stage.VISITING,
        "created_at": NOW,
        "url": url,
        "canonical": url,
        "host": urlsplit(url).hostname or "",
        "pathway": Pathway(),
    }
    return Case(**{**given, **members})
