"""
Is there a front (CDN, reverse proxy, shield) before the content host? Pure.

A front hides where the content lies: it gives a name to write to, never a country.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_network

from cases.model import Confidence
from config.catalogue import Catalogue, Provider
from crawler.hosting.addresses import Network, read_address, unwrap
from crawler.hosting.labels import match_suffix, under
from crawler.hosting.tables import OfflineFacts

ANYCAST = "anycast"
"""What an imported prefix list names instead of a front: addresses that answer from many places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One sign of a front."""

    provider_id: str
    provider_name: str
    by: str
    """`prefix`, `asn`, `cname`, `host`, `header`, `cookie`."""
    confidence: Confidence
    matched: str
    """The prefix, number, name, header or cookie that matched; never a header's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDecision:
    """The front that answers for the host."""

    provider_id: str
    name: str
    confidence: Confidence
    signals: tuple[Signal, ...]
    """Those that agree on this provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the front decision is made from."""

    host: str
    cnames: Sequence[str] = ()
    addresses: Sequence[str] = ()
    asns: Sequence[int] = ()
    as_names: Mapping[int, str] = field(default_factory=dict)
    """Names of the networks, as far as a table gives them."""
    prefix_providers: Sequence[tuple[str, str]] = ()
    """Catalogue id and table, from imported prefix lists."""
    headers: Mapping[str, str] | None = None
    cookie_names: Sequence[str] = ()


def front_signals(catalogue: Catalogue, seen: Seen) -> tuple[Signal, ...]:
    """Collect every sign of a front, strongest kinds first."""
    fronts = catalogue.of_kind("front")
    return (
        *_by_tables(catalogue, seen),
        *_by_prefix(fronts, seen),
        *_by_name(catalogue, fronts, seen),
        *_by_asn(catalogue, seen),
        *_by_answer(fronts, seen),
    )


def networks_of_fronts(catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    """Return, by front, the networks that its answers may come from."""
    return {one.id: (*one.asns, *one.edge_asns) for one in catalogue.of_kind("front")}


def renamed_networks(catalogue: Catalogue, as_names: Mapping[int, str]) -> tuple[str, ...]:
    """
    Name the listed networks whose registered name is not the provider's any more.

    A number may pass to someone else; then it proves less until a person has looked.
    """
    return tuple(
        f"AS{asn}:{provider.id}"
        for asn, name in as_names.items()
        for provider in catalogue.by_asn(asn)
        if _renamed(provider, name)
    )


def is_anycast(facts: OfflineFacts) -> bool:
    """Whether an imported list says that the address answers from many places."""
    return any(provider_id == ANYCAST for provider_id, _ in facts.fronts)


def of_front(facts: OfflineFacts, provider: Provider | None) -> bool:
    """
    Whether an address may be the front's; not when tables show it in a foreign network.

    Where the catalogue has no network of that front, or no table was asked, every address may be.
    """
    own = (*provider.asns, *provider.edge_asns) if provider else ()
    listed = any(one == (provider.id if provider else None) for one, _ in facts.fronts)
    unknown = not own or not facts.origin_asns
    return listed or unknown or bool(set(own) & set(facts.origin_asns))


def decide_front(
    signals: Sequence[Signal], *, asns_of: Mapping[str, Sequence[int]], asns: Sequence[int]
) -> FrontDecision | None:
    """
    Choose the front: the provider with the strongest sign; none when no sign holds.

    A header or cookie can be set by anyone. It counts alone only while the address is not known
    to lie in a network that is foreign to that provider.

    Args:
        signals: all signs.
        asns_of: provider id -> its network numbers.
        asns: origins of the host's addresses; empty when they are not known.
    """
    standing = [one for one in signals if not _contradicted(one, signals, asns_of, asns)]
    if not standing:
        return None
    order = list(Confidence)
    best = min(standing, key=lambda one: order.index(one.confidence))
    agreeing = tuple(one for one in standing if one.provider_id == best.provider_id)
    return FrontDecision(
        provider_id=best.provider_id,
        name=best.provider_name,
        confidence=best.confidence,
        signals=agreeing,
    )


def contradicted(
    signals: Sequence[Signal], *, asns_of: Mapping[str, Sequence[int]], asns: Sequence[int]
) -> tuple[Signal, ...]:
    """Return the signs that do not hold, for the record."""
    return tuple(one for one in signals if _contradicted(one, signals, asns_of, asns))


def _contradicted(
    signal: Signal,
    signals: Sequence[Signal],
    asns_of: Mapping[str, Sequence[int]],
    asns: Sequence[int],
) -> bool:
    if signal.by not in {"header", "cookie"}:
        return False
    backed = any(
        one.provider_id == signal.provider_id and one.by not in {"header", "cookie"}
        for one in signals
    )
    own = asns_of.get(signal.provider_id, ())
    return not backed and bool(asns) and bool(own) and not set(asns) & set(own)


def _signal(provider: Provider, by: str, matched: str, confidence: Confidence) -> Signal:
    return Signal(
        provider_id=provider.id,
        provider_name=provider.name,
        by=by,
        confidence=confidence,
        matched=matched,
    )


def _by_tables(catalogue: Catalogue, seen: Seen) -> list[Signal]:
    found: list[Signal] = []
    for provider_id, table in seen.prefix_providers:
        if provider_id == ANYCAST:
            continue
        known = catalogue.get(provider_id)
        found.append(
            Signal(
                provider_id=provider_id,
                provider_name=known.name if known else provider_id,
                by="prefix",
                confidence=Confidence.HIGH,
                matched=table,
            )
        )
    return found


def _by_prefix(fronts: Sequence[Provider], seen: Seen) -> list[Signal]:
    addresses = [unwrap(read) for one in seen.addresses if (read := read_address(one))]
    return [
        _signal(provider, "prefix", str(network), Confidence.HIGH)
        for provider in fronts
        for network in map(_network, provider.prefixes)
        if any(one.version == network.version and one in network for one in addresses)
    ]


@lru_cache(maxsize=1024)
def _network(prefix: str) -> Network:
    return ip_network(prefix)


def _by_name(catalogue: Catalogue, fronts: Sequence[Provider], seen: Seen) -> list[Signal]:
    by_cname = [
        _signal(provider, "cname", suffix, Confidence.HIGH)
        for provider in fronts
        for suffix in (provider.cname_suffixes if seen.cnames else ())
        if any(under(cname, suffix) for cname in seen.cnames)
    ]
    by_host = [
        _signal(provider, "host", pattern, Confidence.HIGH)
        for provider, pattern in catalogue.suffixes_near("front", seen.host)
        if match_suffix(seen.host, pattern) is not None
    ]
    return by_cname + by_host


def _by_asn(catalogue: Catalogue, seen: Seen) -> list[Signal]:
    return [
        _signal(provider, "asn", f"AS{asn}", _by_number(provider, seen.as_names.get(asn)))
        for asn in seen.asns
        for provider in catalogue.by_asn(asn)
        if provider.kind == "front"
    ]


def _by_number(provider: Provider, name: str | None) -> Confidence:
    doubtful = provider.also_hosts or (name is not None and _renamed(provider, name))
    return Confidence.MEDIUM if doubtful else Confidence.HIGH


def _renamed(provider: Provider, name: str) -> bool:
    words = provider.as_name_words
    return bool(words and name) and not any(word in name.lower() for word in words)


def _by_answer(fronts: Sequence[Provider], seen: Seen) -> list[Signal]:
    headers = {name.lower(): value.lower() for name, value in (seen.headers or {}).items()}
    by_header = [
        _signal(provider, "header", name, Confidence.MEDIUM)
        for provider in fronts
        for name, wanted in provider.header_markers.items()
        if name in headers and wanted in headers[name]
    ]
    by_cookie = [
        _signal(provider, "cookie", marker, Confidence.MEDIUM)
        for provider in fronts
        for marker in (provider.cookie_markers if seen.cookie_names else ())
        if any(_cookie_fits(name.lower(), marker) for name in seen.cookie_names)
    ]
    return by_header + by_cookie


def _cookie_fits(name: str, marker: str) -> bool:
    return name.startswith(marker[:-1]) if marker.endswith("*") else name == marker
