"""All registries that a trace asks, at once; their answers are noted in a fixed order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cases.model import EvidenceStep
from crawler.hosting.addresses import read_address
from crawler.hosting.evidence import step
from crawler.hosting.names import HostName
from crawler.hosting.offline import Offline
from crawler.hosting.rdap import RdapClient
from crawler.hosting.rdap_cache import RdapAnswer
from crawler.hosting.resolution import Resolution

_LEVELS_UP = 3
"""With the question itself four at most, as many as redirects of one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """What the registries answered."""

    networks: Mapping[str, RdapAnswer]
    parents: Mapping[str, RdapAnswer]
    autnums: Mapping[int, RdapAnswer]
    domain: RdapAnswer | None
    evidence: tuple[EvidenceStep, ...]


async def ask_registries(
    client: RdapClient, case_id: str, name: HostName, resolution: Resolution, offline: Offline
) -> Registries:
    """
    Ask for each address, each announcing network and the registered domain.

    Raises:
        TemporaryFailure: the fetcher process is gone.
    """
    networks, autnums, domain = await asyncio.gather(
        _networks(client, case_id, resolution.traced),
        _autnums(client, case_id, offline.origin_asns),
        _domain(client, case_id, name.registered),
    )
    nationals = await _nationals(client, case_id, networks)
    better = {query: one for query, one in nationals.items() if _names_desk(one)}
    parents = await _parents(client, case_id, {**networks, **better})
    return Registries(
        networks={**networks, **better},
        parents=parents,
        autnums=autnums,
        domain=domain,
        evidence=(
            *(_told("rdap_network", one, query) for query, one in networks.items()),
            *(_told("rdap_national", one, query) for query, one in nationals.items()),
            *(_told("rdap_parent", one, query) for query, one in parents.items()),
            *(_told("rdap_autnum", one, f"AS{asn}") for asn, one in autnums.items()),
            *_told_domain(name, domain),
        ),
    )


async def _networks(
    client: RdapClient, case_id: str, addresses: tuple[str, ...]
) -> dict[str, RdapAnswer]:
    read = {one: found for one in addresses if (found := read_address(one)) is not None}
    answers = await asyncio.gather(*(client.network(case_id, one) for one in read.values()))
    return dict(zip(read, answers, strict=True))


async def _autnums(
    client: RdapClient, case_id: str, asns: tuple[int, ...]
) -> dict[int, RdapAnswer]:
    answers = await asyncio.gather(*(client.autnum(case_id, asn) for asn in asns))
    return dict(zip(asns, answers, strict=True))


async def _domain(client: RdapClient, case_id: str, registered: str | None) -> RdapAnswer | None:
    return await client.domain(case_id, registered) if registered else None


async def _nationals(
    client: RdapClient, case_id: str, networks: Mapping[str, RdapAnswer]
) -> dict[str, RdapAnswer]:
    """Ask the national registry where a network carries only that registry's own mailbox."""
    nationals: dict[str, RdapAnswer] = {}
    for query, answer in networks.items():
        address = read_address(query)
        if answer.record is None or answer.record.abuse_email or address is None:
            continue
        found = await client.national(case_id, answer.record, address)
        if found is not None:
            nationals[query] = found
    return nationals


async def _parents(
    client: RdapClient, case_id: str, networks: Mapping[str, RdapAnswer]
) -> dict[str, RdapAnswer]:
    """Ask for the covering networks, at most three up, while none names an abuse contact."""
    parents: dict[str, RdapAnswer] = {}
    for address, answer in networks.items():
        last = answer
        for _ in range(_LEVELS_UP):
            if last.record is None or last.record.abuse_email is not None:
                break
            above = await client.parent(case_id, last.record)
            if above is None:
                break
            parents[address] = last = above
    return parents


def _names_desk(answer: RdapAnswer) -> bool:
    return answer.record is not None and answer.record.abuse_email is not None


def _told(name: str, answer: RdapAnswer, query: str) -> EvidenceStep:
    record = answer.record
    parts = (
        record.handle if record else None,
        record.type if record else None,
        f"abuse={record.abuse_source or 'none'}" if record else None,
        " ".join(record.flags) if record else None,
        f"instead_of={answer.stale}" if answer.stale else None,
    )
    return step(
        name,
        answer.source,
        answer.outcome,
        at=answer.at,
        version=answer.at.date().isoformat() if record else "",
        milliseconds=answer.milliseconds,
        query=query,
        detail=" ".join(part for part in parts if part),
    )


def _told_domain(name: HostName, answer: RdapAnswer | None) -> Iterator[EvidenceStep]:
    if answer is not None:
        yield _told("rdap_domain", answer, name.registered or "")
