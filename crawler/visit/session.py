"""One visit's line to the fetcher: one jar, one egress, every request permitted and recorded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from cases.errors import TemporaryFailure
from cases.model import Case, RequestMade
from crawler.extract.links import host_of
from crawler.extract.record import PageRecord
from crawler.extract.wire import record_from_wire
from crawler.fetch import permits
from crawler.fetch.contract import (
    REFUSALS,
    Derivation,
    FetchCode,
    Fetcher,
    FetchRequest,
    FetchResult,
    Permit,
)
from crawler.visit.options import Judge, Tally, VisitOptions

_OUR_REFUSALS = frozenset({FetchCode.REFUSED_PERMIT, FetchCode.REFUSED_MANDATE})
_NOT_MEDIA = frozenset({"page", "json", "empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one fetch found, its page record checked."""

    result: FetchResult
    page: PageRecord | None = None

    @property
    def requests(self) -> tuple[RequestMade, ...]:
        """The hops of the fetch, as an observation records them."""
        return tuple(
            RequestMade(
                url=hop.url,
                derivation=hop.derivation,
                method=hop.method,
                status=hop.status,
                peer=hop.peer,
                error=hop.error.value if hop.error else None,
            )
            for hop in self.result.hops
        )


def requests_of(answers: Iterable[Answer]) -> tuple[RequestMade, ...]:
    """Chain the requests of several answers."""
    return tuple(request for answer in answers for request in answer.requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One visit to one case through one egress."""

    fetcher: Fetcher
    case: Case
    judge: Judge
    options: VisitOptions
    tally: Tally = field(default_factory=Tally)
    alive: set[str] = field(default_factory=set)
    """Hosts that showed listed content during this visit: they need no other control."""
    held: set[str] = field(default_factory=set)
    """Tickets of bodies that locked workers hold for this visit."""

    @property
    def jar(self) -> str:
        """Name of the visit's cookie jar."""
        return f"{self.case.id}/{self.options.egress}"

    def reported(self) -> Permit:
        """Permit the reported URL."""
        return permits.reported(self.case.id, self.case.url)

    def derive(self, parent: Permit, derivation: Derivation, url: str) -> Permit | FetchCode:
        """Derive a permit, or say why there is none."""
        try:
            return permits.derive(parent, derivation, url)
        except permits.PermitViolation:
            return FetchCode.REFUSED_PERMIT

    async def get(
        self,
        permit: Permit | FetchCode,
        *,
        referer: str | None = None,
        read_as: Literal["auto", "page", "media", "nothing"] = "auto",
        method: Literal["GET", "POST"] = "GET",
        form: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """Fetch what is permitted; a refusal or a lost fetcher is an answer with that code."""
        if isinstance(permit, FetchCode):
            self.tally.requests_refused += permit in REFUSALS
            return Answer(result=self._failed(permit))
        request = FetchRequest(
            permit=permit,
            egress=self.options.egress,
            method=method,
            form=form,
            referer=referer,
            user_agent=self.case.pathway.user_agent,
            accept_language=self.case.pathway.accept_language,
            jar=self.jar,
            cookies=self._cookies(permit.url),
            tls=self.case.pathway.tls,
            read_as="page" if read_as == "auto" and not self.options.fetch_media else read_as,
            limits=self.options.limits,
        )
        try:
            result = await self.fetcher.fetch(request)
        except TemporaryFailure:
            return Answer(result=self._failed(FetchCode.FETCHER_DOWN))
        self._count(result)
        if result.ticket is not None:
            self.held.add(result.ticket)
        return _checked(result)

    def _cookies(self, url: str) -> tuple[tuple[str, str], ...]:
        """Choose the cookies that the pathway sets at the host of a URL."""
        given = self.case.pathway.cookies
        host = host_of(url) if given else ""
        return tuple((one.name, one.value) for one in given if one.host == host)

    def _failed(self, code: FetchCode) -> FetchResult:
        now = self.options.now()
        return FetchResult(
            egress=self.options.egress, started=now, finished=now, hops=(), error=code
        )

    def _count(self, result: FetchResult) -> None:
        self.tally.requests_refused += sum(hop.error in REFUSALS for hop in result.hops)
        if not any(hop.error in REFUSALS for hop in result.hops):
            self.tally.requests_refused += result.error in REFUSALS - _OUR_REFUSALS
        if result.body is not None and result.body.kind not in _NOT_MEDIA:
            self.tally.media_bytes += result.body.length

    async def look(
        self, answer: Answer, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        """Have a worker look at the held body; a failure is the record `{"error": code}`."""
        ticket = answer.result.ticket
        if ticket is None:
            return {"error": answer.result.record_error or "not_held"}
        try:
            return await self.fetcher.decode(ticket, ask)
        except TemporaryFailure:
            return {"error": "worker_down"}

    async def drop(self, answer: Answer) -> None:
        """Have the held body thrown away, if there is one."""
        if answer.result.ticket in self.held:
            await self._drop(answer.result.ticket)

    async def _drop(self, ticket: str) -> None:
        self.held.discard(ticket)
        with contextlib.suppress(TemporaryFailure):
            await self.fetcher.drop(ticket)

    async def close(self) -> None:
        """Throw every body that is still held away, and the cookie jar."""
        for ticket in tuple(self.held):
            await self._drop(ticket)
        with contextlib.suppress(TemporaryFailure):
            await self.fetcher.forget(self.jar)


def _checked(result: FetchResult) -> Answer:
    """Check the worker's record; one that breaks the contract counts as not read."""
    if result.record is None or (result.body and result.body.kind not in {"page", "json"}):
        return Answer(result=result)
    try:
        return Answer(result=result, page=record_from_wire(result.record))
    except ValueError:
        return Answer(result=replace(result, record=None, record_error="bad_record"))
