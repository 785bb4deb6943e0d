"""
One fetch: redirects by hand, every hop gated, permitted, resolved, judged and paced by itself.

Which code a fetch ends with, first that applies: the pause, the gate's refusal in the gate's
order, the permit, a loop or the count of redirects, name resolution, the address policy, the
connection, the answer, the body. A refusal after a redirect is `refused_redirect`; its hop carries
the precise code.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from yarl import URL

from crawler.fetch import cookies, gate, head, permits, redirects
from crawler.fetch.budget import Budget
from crawler.fetch.connecting import judged_addresses, new_line, place_of
from crawler.fetch.contract import (
    REFUSALS,
    Derivation,
    FetchCode,
    FetchLimits,
    FetchRequest,
    FetchResult,
    Permit,
)
from crawler.fetch.cookies import CaseJar
from crawler.fetch.course import Course
from crawler.fetch.errors import code_of
from crawler.fetch.exchange import Line, Manner
from crawler.fetch.gate import Allowed
from crawler.fetch.guard import GuardViolation
from crawler.fetch.journal import note
from crawler.fetch.kept import PINNED_S
from crawler.fetch.parts import Parts, capped
from crawler.fetch.patience import SHORT_S, Outcome
from crawler.fetch.redirects import Step
from crawler.fetch.stream import Reader, Reading, part_only
from crawler.fetch.transport import Reached
from crawler.fetch.turns import NoTurnError
from crawler.fetch.ways import Way

if TYPE_CHECKING:
    import aiohttp


@dataclass(slots=True, kw_only=True)
class Fetching:
    """The state of one fetch; make one per request."""

    parts: Parts
    request: FetchRequest
    way: Way
    course: Course = field(init=False)
    answer: FetchResult | None = None
    _limits: FetchLimits = field(init=False)
    _manner: Manner = field(init=False)
    _budget: Budget = field(init=False)
    _jar: CaseJar = field(init=False)
    _seen: set[object] = field(default_factory=set)
    _retry_after: str = ""

    def __post_init__(self) -> None:
        """Settle limits, manner and jar."""
        request, network = self.request, self.parts.network
        self.course = Course(request=request)
        self._limits = capped(request.limits, self.parts.caps)
        self._manner = Manner(
            read_as=request.read_as,
            user_agent=_or(request.user_agent, network.user_agent),
            accept_language=_or(request.accept_language, network.accept_language),
            limits=self._limits,
        )
        self._budget = Budget(self._limits.total_s)
        self._jar = self.parts.jars.get(request.jar)

    async def run(self) -> FetchResult:
        """Follow the request to its answer; failures are in the result."""
        step: Step | None = Step(
            permit=self.request.permit,
            method=self.request.method,
            form=self.request.form,
            referer=redirects.given_referer(self.request.referer, self.request.permit.url),
        )
        try:
            while step is not None:
                step = await self._hop(step)
        finally:
            self._budget.close()
        return self.answer or self.course.failed(FetchCode.FETCHER_DOWN)

    async def _hop(self, step: Step) -> Step | None:
        """Make one request; return the next one, or none when there is an answer."""
        url = self._admitted(step)
        if not isinstance(url, Allowed):
            return self._end(step, url)
        if not self.course.hops and self.request.cookies:
            self._jar.put(self.request.cookies, URL(url.origin))
        if len(self.course.hops) > self._limits.redirects:
            return self._end(step, FetchCode.TOO_MANY_REDIRECTS, gate.shown(url.url))
        if self._is_loop(step, url):
            return self._end(step, FetchCode.REDIRECT_LOOP, gate.shown(url.url))
        rest = self.parts.patience.wait(self.request.egress, url.host)
        if rest > SHORT_S:
            return self._end(step, FetchCode.HOST_RESTING, url.url)
        if rest:
            await asyncio.sleep(rest)
        return await self._in_turn(step, url)

    async def _in_turn(self, step: Step, url: Allowed) -> Step | None:
        """Ask when it is our turn, and remember how the host took it."""
        place = self.request.egress, url.host
        try:
            async with self.parts.throttle.turn(url.host):
                following = await self._asked(step, url)
        except NoTurnError:
            self.parts.patience.unheard(*place)
            return self._end(step, FetchCode.HOST_BUSY, url.url)
        except BaseException:
            self.parts.patience.unheard(*place)
            raise
        hop = self.course.hops[-1]
        heard = Outcome(status=hop.status, retry_after=self._retry_after, error=hop.error)
        self.parts.patience.heard(*place, heard)
        return following

    def _admitted(self, step: Step) -> Allowed | FetchCode:
        """Gate the URL and hold it against its permit."""
        found = gate.check(
            step.permit.url,
            reported=permits.exempt(step.permit),
            practice=self.way.guard.practice,
            own_networks=self.way.guard.own_networks,
        )
        if isinstance(found, gate.Refused):
            return found.code
        try:
            permits.require(step.permit, found)
        except permits.PermitViolation:
            note("permit_violated")
            return FetchCode.REFUSED_PERMIT
        return found

    def _is_loop(self, step: Step, url: Allowed) -> bool:
        sent = cookies.state(self._jar, URL(url.url, encoded=True))
        key = (step.method, url.canonical, step.verified, step.fresh, sent)
        seen = key in self._seen
        self._seen.add(key)
        return seen

    async def _asked(self, step: Step, url: Allowed) -> Step | None:
        place = place_of(self.request, step, url)
        reached, trust = Reached(), self.parts.trust
        keeps = place is not None
        made = partial(new_line, self.way, trust, self._jar, step=step, url=url, keeps=keeps)
        async with self.parts.lines.line(place, made) as line:
            try:
                return await self._exchanged(line, reached, step, url)
            except GuardViolation:
                note("guard_violated")
                return self._end(step, FetchCode.REFUSED_ADDRESS, url.url)
            except Exception as error:  # noqa: BLE001 - every error becomes its code, without text
                return self._broken(reached, step, url, error)

    async def _exchanged(
        self, line: Line, reached: Reached, step: Step, url: Allowed
    ) -> Step | None:
        """Resolve, connect, read the head of the answer within the budget, and what follows."""
        async with self._budget.spend():
            await self._locate(line, url)
        async with self.parts.throttle.at(line.addresses[0]):
            async with self._budget.spend():
                response = await line.ask(url, step, self._manner, reached)
            try:
                return await self._answered(reached, step, url, response)
            finally:
                response.close()

    async def _locate(self, line: Line, url: Allowed) -> None:
        """Give the line judged addresses, unless it has them from a moment ago."""
        self.course.dns = "none" if url.literal else self.way.resolver.asks_by
        now = time.monotonic()
        if now - line.resolved_at > PINNED_S:
            line.addresses = await judged_addresses(self.way, url)
            line.resolved_at = now

    def _broken(self, reached: Reached, step: Step, url: Allowed, error: Exception) -> Step | None:
        """End the fetch with the error's code, or make the one second attempt that is left."""
        code = code_of(error)
        if code is FetchCode.FETCHER_DOWN:
            note("error_unmapped", kind=type(error).__name__)
        again = redirects.on_fresh_connection(step, None, code) if reached.kept else None
        if again is None and self.request.tls == "tolerate" and _is_certificate(error):
            again = redirects.without_verification(step)
            self.course.unverified = self.course.unverified or again is not None
        if again is not None:
            self.course.record(step, url.url, error=code, peer=reached.peer)
            return again
        return self._end(step, code, url.url, peer=reached.peer)

    async def _answered(
        self, reached: Reached, step: Step, url: Allowed, response: aiohttp.ClientResponse
    ) -> Step | None:
        self.course.note_cookies(response)
        self.course.record(step, url.url, status=response.status, peer=reached.peer)
        self._retry_after = response.headers.get("Retry-After", "")
        if reached.kept and (again := redirects.on_fresh_connection(step, response.status, None)):
            return again
        target = response.headers.get("Location", "")
        if response.status in redirects.REDIRECTS and target:
            return self._redirected(step, url, response.status, target)
        reading = await self._read(url, response)
        if reached.kept and reading.error is not None:
            self.course.mark(reading.error)
            if again := redirects.on_fresh_connection(step, None, reading.error):
                return again
        self.answer = self.course.answered(response, reading, secure=url.scheme == "https")
        return None

    def _redirected(self, step: Step, url: Allowed, status: int, target: str) -> Step | None:
        try:
            goal = gate.join(url.url, target)
            permit = permits.derive(step.permit, Derivation.REDIRECT_HOP, goal)
        except (ValueError, permits.PermitViolation):
            goal, permit = target, FetchCode.REFUSED_MALFORMED
        if isinstance(permit, FetchCode):
            refused = Permit(
                case_id=step.permit.case_id, derivation=Derivation.REDIRECT_HOP, url=goal
            )
            return self._end(replace(step, permit=refused), permit)
        return redirects.follow(step, permit, status)

    async def _read(self, url: Allowed, response: aiohttp.ClientResponse) -> Reading:
        content_type = head.media_type(response)
        if head.partial(response):
            return part_only(content_type)
        reported = gate.parts(self.request.permit.url)
        fragment = f"#{reported.fragment}" if reported and reported.fragment else ""
        return await Reader(
            chunks=response.content.iter_any(),
            read_as=self.request.read_as,
            limits=self._limits,
            content_type=content_type,
            declared=head.declared_length(response),
            codings=head.codings(response),
            header={
                "url": url.url + fragment,
                "fragment_url": url.url + fragment,
                "content_type": head.claimed_type(response),
                "status": response.status,
            },
            rooms=self.parts.rooms,
            budget=self._budget,
        ).read()

    def _end(
        self, step: Step, code: FetchCode, url: str | None = None, *, peer: str | None = None
    ) -> Step | None:
        """Record the hop that failed and settle the result; no step follows."""
        redirected = step.permit.derivation is Derivation.REDIRECT_HOP
        self.course.record(step, url or gate.shown(step.permit.url), error=code, peer=peer)
        refused = code in REFUSALS and redirected and len(self.course.hops) > 1
        self.answer = self.course.failed(FetchCode.REFUSED_REDIRECT if refused else code)
        return None


def _is_certificate(error: Exception) -> bool:
    from aiohttp import ClientConnectorCertificateError

    return isinstance(error, ClientConnectorCertificateError)


def _or(value: str | None, default: str) -> str:
    return default if value is None else value
