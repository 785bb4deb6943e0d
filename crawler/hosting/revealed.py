"""The host behind a front, as it was told: whether the statement may count, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.errors import InvalidInput
from cases.model import Confidence, EvidenceStep, RevealedOrigin
from crawler.hosting.addresses import Address, asks_nobody, read_address, unwrap
from crawler.hosting.evidence import step
from crawler.hosting.fronts import Seen, Signal, front_signals
from crawler.hosting.offline import Offline
from crawler.hosting.resolution import Resolution
from crawler.hosting.tables import HostingTables, OfflineFacts, look_up

MOST_ADDRESSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a trace follows of a statement; nothing where it does not fit any more."""

    origin: RevealedOrigin | None = None
    facts: tuple[OfflineFacts, ...] = ()
    evidence: tuple[EvidenceStep, ...] = ()


def follow(
    tables: HostingTables,
    offline: Offline,
    origin: RevealedOrigin | None,
    host: str,
    *,
    now: datetime,
) -> Behind:
    """
    Look the told addresses up, while the front that was asked about still answers.

    Without a front the host shows itself, and behind another one the statement is about the past.
    """
    if origin is None or origin.host != host:
        return Behind()
    stands = offline.front is not None and offline.front.provider_id == origin.front
    follows = stands and offline.platform is None
    told = step(
        "origin",
        f"revealed:{origin.source}",
        "found" if follows else "front_changed",
        at=now,
        version=origin.at.date().isoformat(),
        query=" ".join(origin.addresses),
        detail=origin.reference,
    )
    if not follows:
        return Behind(evidence=(told,))
    facts = tuple(look_up(tables, address, now=now) for address in origin.addresses)
    looked = tuple(one for found in facts for one in found.evidence)
    return Behind(origin=origin, facts=facts, evidence=(told, *looked))


def with_origin(resolution: Resolution, behind: Behind) -> Resolution:
    """Let the registries be asked about the told addresses too."""
    told = tuple(one.address for one in behind.facts)
    return replace(resolution, traced=tuple(dict.fromkeys((*told, *resolution.traced))))


def checked_addresses(
    texts: Sequence[str], *, tables: HostingTables, now: datetime
) -> tuple[str, ...]:
    """
    Return the told addresses in canonical form.

    Raises:
        InvalidInput: one is no address, not public, or the front's own.
    """
    if not 0 < len(texts) <= MOST_ADDRESSES:
        raise InvalidInput(f"Give 1 to {MOST_ADDRESSES} addresses of the origin.")
    read = [_public(text) for text in texts]
    for one in read:
        if _is_front(tables, one, now):
            raise InvalidInput(
                "One of the addresses belongs to a front itself; ask it for the address of the "
                "server behind it."
            )
    return tuple(dict.fromkeys(str(one) for one in read))


def _public(text: str) -> Address:
    address = read_address(text)
    if address is None:
        raise InvalidInput("An origin is given as a numeric address, such as 192.0.2.10.")
    if asks_nobody(address):
        raise InvalidInput(
            "One of the addresses is not public, so no provider answers for it; ask for the "
            "address by which the origin is reached from the internet."
        )
    return unwrap(address)


def _is_front(tables: HostingTables, address: Address, now: datetime) -> bool:
    """Whether an address lies in the network of any front."""
    facts = look_up(tables, str(address), now=now)
    seen = Seen(
        host="",
        addresses=(str(address),),
        asns=facts.origin_asns,
        prefix_providers=facts.fronts,
    )
    return any(_sure(one) for one in front_signals(tables.catalogue, seen))


def _sure(signal: Signal) -> bool:
    """Whether it is the front's own space; a network that hosts too may hold the origin."""
    return signal.by == "prefix" or signal.confidence is Confidence.HIGH
