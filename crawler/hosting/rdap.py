"""Questions to the registries through the guarded fetcher (RFC 9082), with honest outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

from crawler.fetch.contract import (
    Derivation,
    Fetcher,
    FetchLimits,
    FetchRequest,
    Permit,
)
from crawler.hosting.addresses import Address, read_address
from crawler.hosting.bootstrap import (
    Bootstrap,
    BootstrapKind,
    bootstrap_path,
    import_bootstrap,
    load_bootstrap,
)
from crawler.hosting.rdap_cache import (
    DOMAIN_FRESH,
    DOMAIN_STALE_IF_ERROR,
    FRESH,
    STALE_IF_ERROR,
    RdapAnswer,
    RdapCache,
)
from crawler.hosting.rdap_outcome import (
    answer_of,
    checked,
    holds_address,
    holds_asn,
    retry_after_s,
)
from crawler.hosting.rdap_record import Kind, RdapRecord
from crawler.hosting.rdap_turns import Neighbours, RegistryTurns
from crawler.hosting.registry_facts import Pace, pace_of
from crawler.hosting.registry_silence import Silences

__all__ = [
    "Bootstrap",
    "BootstrapKind",
    "RdapAnswer",
    "RdapClient",
    "bootstrap_path",
    "import_bootstrap",
    "load_bootstrap",
    "retry_after_s",
]

LIMITS = FetchLimits(
    connect_s=5.0,
    read_s=8.0,
    total_s=15.0,
    page_bytes=1024 * 1024,
    json_bytes=1024 * 1024,
    media_bytes=1024 * 1024,
    redirects=4,
)
_TOGETHER = 4
"""Questions to one registry that are under way at a time."""
_HARD_CAP_S = 60.0
"""Also bounds the wait for our own turn at the registry, so that a dead one slows no other."""
_OURS = frozenset(
    {
        "paused",
        "fetcher_down",
        "worker_down",
        "host_busy",
        "host_resting",
        "egress_down",
        "refused_mandate",
        "registry_silent",
    }
)
"""Failures on our side, which are not kept as the registry's answer."""
_TOLD = frozenset({"found", "none", "not_managed_here"})
"""What a registry says; everything else is that it said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One question to one registry, and what may answer it."""

    case_id: str
    url: str
    kind: Kind
    holds: Callable[[RdapRecord], bool]
    fresh: timedelta = FRESH
    stale_if_error: timedelta | None = STALE_IF_ERROR

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class RdapClient:
    """Asks registries for one egress; shared by all cases, answers are never changed."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        bootstrap: Bootstrap | None,
        egress: str,
        now: Callable[[], datetime],
        hard_cap_s: float = _HARD_CAP_S,
        pace_of: Callable[[str], Pace | None] = pace_of,
    ) -> None:
        self._fetcher = fetcher
        self._bootstrap = bootstrap
        self._egress = egress
        self._now = now
        self._hard_cap_s = hard_cap_s
        self._cache = RdapCache()
        self._blocked: dict[str, datetime] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._silences = Silences()
        self._places: dict[str, asyncio.Semaphore] = {}
        self._turns = RegistryTurns(pace_of)
        self._neighbours: dict[str, Neighbours] = {}

    async def network(self, case_id: str, address: Address) -> RdapAnswer:
        """Ask for the smallest network around an address."""
        base = self._bootstrap.for_address(address) if self._bootstrap else None
        if base is None:
            return self._nobody()
        question = self._about(case_id, base, address)
        try:
            async with asyncio.timeout(self._hard_cap_s):
                return await self._known_nearby(question, address)
        except TimeoutError:
            return self._too_late(question)

    async def autnum(self, case_id: str, asn: int) -> RdapAnswer:
        """Ask for a network number."""
        base = self._bootstrap.for_asn(asn) if self._bootstrap else None
        if base is None:
            return self._nobody()
        return await self._ask(
            _Question(
                case_id=case_id,
                url=f"{base}autnum/{asn}",
                kind="autnum",
                holds=lambda record: holds_asn(record, asn),
            )
        )

    async def domain(
        self, case_id: str, domain: str, *, fresh: timedelta = DOMAIN_FRESH
    ) -> RdapAnswer:
        """Ask for a registered domain; only who wants no fresher answer may get an old one."""
        base = self._bootstrap.for_domain(domain) if self._bootstrap else None
        if base is None:
            return self._nobody()
        return await self._ask(
            _Question(
                case_id=case_id,
                url=f"{base}domain/{quote(domain)}",
                kind="domain",
                holds=lambda record: record.domain in {None, domain},
                fresh=fresh,
                stale_if_error=DOMAIN_STALE_IF_ERROR if fresh >= DOMAIN_FRESH else None,
            )
        )

    async def parent(self, case_id: str, record: RdapRecord) -> RdapAnswer | None:
        """Follow the link to the parent network; none when there is none that may be followed."""
        link, start = record.parent_link, read_address(record.start or "")
        if link is None or start is None or self._bootstrap is None:
            return None
        if not self._bootstrap.knows_host(link):
            return None
        return await self._ask(
            _Question(
                case_id=case_id,
                url=link,
                kind="ip network",
                holds=lambda found: holds_address(found, start),
            )
        )

    async def national(
        self, case_id: str, record: RdapRecord, address: Address
    ) -> RdapAnswer | None:
        """
        Ask the national registry whose own mailbox stands in an answer (JPNIC, KRNIC, ...).

        None when the mailbox is nobody's placeholder, or that registry has no server.
        """
        base = self._bootstrap.national(record) if self._bootstrap else None
        return None if base is None else await self._ask(self._about(case_id, base, address))

    def _about(self, case_id: str, base: str, address: Address) -> _Question:
        return _Question(
            case_id=case_id,
            url=f"{base}ip/{address}",
            kind="ip network",
            holds=lambda record: holds_address(record, address),
        )

    def _nobody(self) -> RdapAnswer:
        word = "no_bootstrap" if self._bootstrap is None else "not_managed_here"
        return RdapAnswer(outcome=word, source="rdap", at=self._now())

    def _too_late(self, question: _Question) -> RdapAnswer:
        """Answer for a registry that is slow, or whose queue is longer than we wait."""
        now, source = self._now(), f"rdap:{question.host}"
        if self._turns.waiting(question.host):
            return RdapAnswer(outcome="rate_limited", source=source, at=now)
        return self._or_earlier(RdapAnswer(outcome="timeout", source=source, at=now), question)

    async def _known_nearby(self, question: _Question, address: Address) -> RdapAnswer:
        neighbours = self._neighbours.setdefault(question.host, Neighbours())
        while True:
            near = neighbours.around(address)
            async with neighbours.lock(near):
                known = self._cache.covering(address, now=self._now())
                if known is not None:
                    return known
                if near == neighbours.around(address):
                    answer = await self._known_or_fetched(question)
                    neighbours.learn(address, answer.record)
                    return answer

    async def _ask(self, question: _Question) -> RdapAnswer:
        try:
            async with (
                asyncio.timeout(self._hard_cap_s),
                self._locks.setdefault(question.url, asyncio.Lock()),
            ):
                return await self._known_or_fetched(question)
        except TimeoutError:
            return self._too_late(question)

    async def _known_or_fetched(self, question: _Question) -> RdapAnswer:
        known = self._cache.get(question.url, now=self._now(), fresh=question.fresh)
        if known is None:
            known = checked(await self._fetch(question), question.kind, question.holds)
            if known.outcome not in _OURS:
                self._cache.put(question.url, known)
        return self._or_earlier(known, question)

    def _or_earlier(self, answer: RdapAnswer, question: _Question) -> RdapAnswer:
        """Take what the registry said before where it says nothing now, marked as old."""
        if answer.outcome in _TOLD or question.stale_if_error is None:
            return answer
        kept = self._cache.earlier(question.url, now=self._now(), within=question.stale_if_error)
        if kept is None or kept.record is None:
            return answer
        old = replace(kept.record, flags=(*kept.record.flags, "stale_answer"))
        return replace(kept, record=old, stale=answer.outcome)

    async def _fetch(self, question: _Question) -> RdapAnswer:
        """Ask a few questions of one registry at a time: a dead one must not fill the way out."""
        places = self._places.setdefault(question.host, asyncio.Semaphore(_TOGETHER))
        async with places:
            await self._turns.turn(
                question.host, skip=lambda: self._resting(question.host) is not None
            )
            return self._resting(question.host) or await self._asked(question)

    async def _asked(self, question: _Question) -> RdapAnswer:
        asked = self._now()
        request = FetchRequest(
            permit=Permit(case_id=question.case_id, derivation=Derivation.RDAP, url=question.url),
            egress=self._egress,
            read_as="rdap",
            tls="verify",
            limits=LIMITS,
        )
        answer = answer_of(await self._fetcher.fetch(request), f"rdap:{question.host}", asked)
        self._silences.note(question.host, answer.outcome, self._now())
        if answer.retry_after is not None:
            self._blocked[question.host] = asked + timedelta(seconds=answer.retry_after)
        return answer

    def _resting(self, host: str) -> RdapAnswer | None:
        """Answer for a registry that asked for rest, or is silent; none when it may be asked."""
        until, now = self._blocked.get(host), self._now()
        if self._silences.resting(host, now):
            return RdapAnswer(outcome="registry_silent", source=f"rdap:{host}", at=now)
        if until is None or now >= until:
            return None
        rest = (until - now).total_seconds()
        return RdapAnswer(outcome="rate_limited", source=f"rdap:{host}", at=now, retry_after=rest)
