"""Addresses of a host: from DNS, from the URL itself, and from the answer that was fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.model import EvidenceStep
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.addresses import asks_nobody, read_address
from crawler.hosting.evidence import step
from crawler.hosting.names import HostName, a_label

_MAX_TRACED = 8
"""Addresses of one host that tables and registries are asked about."""
_MAX_CNAMES = 12
_WITHOUT_DNS = {"onion": "hidden_service", "invalid": "malformed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a host resolves to."""

    outcome: str
    """`ok`, the failures of `DnsAnswer`, `hidden_service` or `malformed`."""
    source: str
    addresses: tuple[str, ...]
    """Canonical; the one that answered first, then sorted."""
    traced: tuple[str, ...]
    """Those that a provider answers for, at most eight."""
    cnames: tuple[str, ...]
    evidence: tuple[EvidenceStep, ...]


def with_dns(answer: DnsAnswer, peer: str | None, *, now: datetime) -> Resolution:
    """Read what the resolver said; the address that answered the fetch goes first."""
    outcome = "nodata" if answer.outcome == "ok" and not answer.addresses else answer.outcome
    cnames = tuple(name for one in answer.cnames[:_MAX_CNAMES] if (name := a_label(one)))
    addresses = _ordered(peer, answer.addresses)
    refused = set(_ordered(None, answer.refused_addresses))
    source = f"dns:{answer.resolver}" if answer.resolver else "dns"
    told = step(
        "dns",
        source,
        "found" if outcome == "ok" else outcome,
        at=now,
        milliseconds=answer.milliseconds,
        query=answer.host,
        detail=_detail(answer, cnames),
    )
    return Resolution(
        outcome=outcome,
        source=source,
        addresses=addresses,
        traced=_traced(addresses, refused),
        cnames=cnames,
        evidence=(told, *_not_public(addresses, refused, now)),
    )


def without_dns(name: HostName, peer: str | None, *, now: datetime) -> Resolution:
    """Take a numeric host as it is; a hidden service or an unusable host has no address."""
    numeric = name.kind in {"ipv4", "ipv6"}
    outcome = "ok" if numeric else _WITHOUT_DNS.get(name.kind, "malformed")
    addresses = _ordered(peer, (name.host,)) if numeric else ()
    told = step(
        "dns",
        "url",
        "not_needed" if numeric else outcome,
        at=now,
        query=name.host,
        detail="numeric_host" if numeric else "",
    )
    return Resolution(
        outcome=outcome,
        source="url",
        addresses=addresses,
        traced=_traced(addresses, set()),
        cnames=(),
        evidence=(told, *_not_public(addresses, set(), now)),
    )


def name_servers(answer: DnsAnswer | None, *, now: datetime) -> tuple[EvidenceStep, ...]:
    """Say what the look-up of the registered domain's name servers gave."""
    if answer is None:
        return ()
    absent = answer.outcome in {"ok", "nodata"} and not answer.names
    return (
        step(
            "name_servers",
            f"dns:{answer.resolver}" if answer.resolver else "dns",
            "none" if absent else ("found" if answer.outcome == "ok" else answer.outcome),
            at=now,
            milliseconds=answer.milliseconds,
            query=answer.host,
            detail=" ".join(answer.names)[:500],
        ),
    )


def _ordered(peer: str | None, stated: Iterable[str]) -> tuple[str, ...]:
    read = (read_address(one) for one in stated)
    ordered = sorted((one for one in read if one), key=lambda one: (one.version, int(one)))
    first = read_address(peer) if peer else None
    every = [*([first] if first else []), *ordered]
    return tuple(dict.fromkeys(str(one) for one in every))


def _traced(addresses: tuple[str, ...], refused: set[str]) -> tuple[str, ...]:
    return tuple(one for one in addresses if not _is_refused(one, refused))[:_MAX_TRACED]


def _is_refused(address: str, refused: set[str]) -> bool:
    read = read_address(address)
    return address in refused or read is None or asks_nobody(read)


def _not_public(
    addresses: tuple[str, ...], refused: set[str], now: datetime
) -> tuple[EvidenceStep, ...]:
    return tuple(
        step("address", "policy", "not_public", at=now, query=one)
        for one in addresses
        if _is_refused(one, refused)
    )


def _detail(answer: DnsAnswer, cnames: tuple[str, ...]) -> str:
    parts = [
        f"addresses={len(answer.addresses)}",
        f"ttl={answer.ttl}" if answer.ttl is not None else "",
        f"cnames={','.join(cnames)}" if cnames else "",
    ]
    return " ".join(part for part in parts if part)
