"""Questions to the registries through the guarded fetcher (RFC 9082), with honest outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

from crawler.fetch.contract import (
    Derivation,
    Fetcher,
    FetchLimits,
    FetchRequest,
    FetchResult,
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
from crawler.hosting.rdap_cache import FRESH, RdapAnswer, RdapCache
from crawler.hosting.rdap_reader import read_record
from crawler.hosting.rdap_record import Kind, RdapRecord

__all__ = [
    "Bootstrap",
    "BootstrapKind",
    "RdapAnswer",
    "RdapClient",
    "bootstrap_path",
    "import_bootstrap",
    "load_bootstrap",
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
_HARD_CAP_S = 60.0
"""Also bounds the wait for our own turn at the registry, so that a dead one slows no other."""
_DEFAULT_RETRY_S = 300.0
_LONGEST_RETRY_S = 86400.0
_OURS = frozenset({"paused", "fetcher_down", "worker_down", "host_busy", "refused_mandate"})
"""Failures on our side, which are not kept as the registry's answer."""
_SLOW_DOWN = frozenset({429, 503})


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
    ) -> None:
        self._fetcher = fetcher
        self._bootstrap = bootstrap
        self._egress = egress
        self._now = now
        self._hard_cap_s = hard_cap_s
        self._cache = RdapCache()
        self._blocked: dict[str, datetime] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def network(self, case_id: str, address: Address) -> RdapAnswer:
        """Ask for the smallest network around an address."""
        base = self._bootstrap.for_address(address) if self._bootstrap else None
        known = self._cache.covering(address, now=self._now())
        if known is not None:
            return known
        return await self._ask(
            case_id, base, f"ip/{address}", kind="ip network", holds=lambda r: _holds(r, address)
        )

    async def autnum(self, case_id: str, asn: int) -> RdapAnswer:
        """Ask for a network number."""
        base = self._bootstrap.for_asn(asn) if self._bootstrap else None
        return await self._ask(
            case_id, base, f"autnum/{asn}", kind="autnum", holds=lambda r: _holds_asn(r, asn)
        )

    async def domain(self, case_id: str, domain: str, *, fresh: timedelta = FRESH) -> RdapAnswer:
        """Ask for a registered domain."""
        base = self._bootstrap.for_domain(domain) if self._bootstrap else None
        return await self._ask(
            case_id,
            base,
            f"domain/{quote(domain)}",
            kind="domain",
            holds=lambda r: r.domain in {None, domain},
            fresh=fresh,
        )

    async def parent(self, case_id: str, record: RdapRecord) -> RdapAnswer | None:
        """Follow the link to the parent network; none when there is none that may be followed."""
        link, start = record.parent_link, read_address(record.start or "")
        if link is None or start is None or self._bootstrap is None:
            return None
        if not self._bootstrap.knows_host(link):
            return None
        return await self._ask(
            case_id, link, "", kind="ip network", holds=lambda r: _holds(r, start)
        )

    async def _ask(
        self,
        case_id: str,
        base: str | None,
        path: str,
        *,
        kind: Kind,
        holds: Callable[[RdapRecord], bool],
        fresh: timedelta = FRESH,
    ) -> RdapAnswer:
        if base is None:
            word = "no_bootstrap" if self._bootstrap is None else "not_managed_here"
            return RdapAnswer(outcome=word, source="rdap", at=self._now())
        url = base + path
        try:
            async with (
                asyncio.timeout(self._hard_cap_s),
                self._turns.setdefault(url, asyncio.Lock()),
            ):
                return await self._known_or_fetched(case_id, url, kind, holds, fresh)
        except TimeoutError:
            source = f"rdap:{urlsplit(url).hostname}"
            return RdapAnswer(outcome="timeout", source=source, at=self._now())

    async def _known_or_fetched(
        self,
        case_id: str,
        url: str,
        kind: Kind,
        holds: Callable[[RdapRecord], bool],
        fresh: timedelta,
    ) -> RdapAnswer:
        known = self._cache.get(url, now=self._now(), fresh=fresh)
        if known is not None:
            return known
        answer = _checked(await self._fetch(case_id, url), kind, holds)
        if answer.outcome not in _OURS:
            self._cache.put(url, answer)
        return answer

    async def _fetch(self, case_id: str, url: str) -> RdapAnswer:
        host = urlsplit(url).hostname or ""
        source, asked = f"rdap:{host}", self._now()
        until = self._blocked.get(host)
        if until is not None and asked < until:
            rest = (until - asked).total_seconds()
            return RdapAnswer(outcome="rate_limited", source=source, at=asked, retry_after=rest)
        request = FetchRequest(
            permit=Permit(case_id=case_id, derivation=Derivation.RDAP, url=url),
            egress=self._egress,
            read_as="rdap",
            limits=LIMITS,
        )
        result = await self._fetcher.fetch(request)
        answer = _answer(result, source, asked)
        if answer.retry_after is not None:
            self._blocked[host] = asked + timedelta(seconds=answer.retry_after)
        return answer


def _answer(result: FetchResult, source: str, asked: datetime) -> RdapAnswer:
    """Translate a fetch into an outcome; only 404 says that there is nothing."""
    if result.status in _SLOW_DOWN:
        wait = retry_after_s(result.headers.get("retry-after"), asked)
        return RdapAnswer(outcome="rate_limited", source=source, at=asked, retry_after=wait)
    record = read_record(result.record) if result.record is not None else None
    found = _outcome(result, record)
    return RdapAnswer(
        outcome=found,
        source=source,
        at=asked,
        record=record if found == "found" else None,
        milliseconds=int((result.finished - result.started).total_seconds() * 1000),
    )


def _outcome(result: FetchResult, record: RdapRecord | None) -> str:
    status = result.status
    if status == 404:
        return "none"
    if result.error is not None:
        return result.error.value
    if status is None or status >= 500:
        return "server_error"
    if status >= 300:
        return "refused"
    return "malformed" if record is None or record.kind in {"error", "unknown"} else "found"


def _checked(answer: RdapAnswer, kind: Kind, holds: Callable[[RdapRecord], bool]) -> RdapAnswer:
    """Refuse an answer about something else than was asked for."""
    record = answer.record
    if record is None:
        return answer
    if record.kind != kind or not holds(record):
        return RdapAnswer(outcome="malformed", source=answer.source, at=answer.at)
    if "not_managed_here" in record.flags:
        return RdapAnswer(outcome="not_managed_here", source=answer.source, at=answer.at)
    return answer


def _holds(record: RdapRecord, address: Address) -> bool:
    """Whether a record's range holds an address; a record without a range is given the doubt."""
    start, end = read_address(record.start or ""), read_address(record.end or "")
    if start is None or end is None:
        return True
    return start.version == address.version and int(start) <= int(address) <= int(end)


def _holds_asn(record: RdapRecord, asn: int) -> bool:
    if record.first_asn is None:
        return True
    return record.first_asn <= asn <= (record.last_asn or record.first_asn)


def retry_after_s(stated: str | None, now: datetime) -> float:
    """
    Read Retry-After (RFC 9110, 10.2.3) as seconds, at least 1 and at most a day.

    A registry that says nothing is left alone for five minutes.
    """
    text = (stated or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return min(max(float(text), 1.0), _LONGEST_RETRY_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return _DEFAULT_RETRY_S
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 1.0), _LONGEST_RETRY_S)
