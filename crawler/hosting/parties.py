"""The parties of a host, made from findings; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cases.model import Claim, Confidence, Contact, Party, PartyRole
from config.catalogue import Provider
from crawler.hosting.claims import (
    address_claim,
    domain_claims,
    origin_claims,
    record_claims,
)
from crawler.hosting.contacts import catalogue_contacts, ranked, rdap_contacts
from crawler.hosting.findings import Findings
from crawler.hosting.fronts import Signal
from crawler.hosting.rdap_cache import RdapAnswer
from crawler.hosting.tables import OfflineFacts


def parties_of(findings: Findings) -> tuple[Party, ...]:
    """Return who is known: operator, content hosts, front, upstreams, registrar, in this order."""
    return (
        *_operator(findings),
        *_content_hosts(findings),
        *_front(findings),
        *_upstreams(findings),
        *_registrar(findings),
    )


# --------------------------------------------------------------------------- operator


def _operator(findings: Findings) -> Iterator[Party]:
    provider = findings.operator
    if provider is None:
        return
    domain = next(key for key in findings.name.catalogue_keys if key in provider.registered_domains)
    yield Party(
        role=PartyRole.OPERATOR,
        name=provider.name,
        key=provider.id,
        claims=(_catalogue_claim(findings, "registered_domain", domain, "exact_name"),),
        contacts=_published(findings, provider, PartyRole.OPERATOR),
    )


def _published(findings: Findings, provider: Provider, role: PartyRole) -> tuple[Contact, ...]:
    return catalogue_contacts(provider, role, now=findings.at)


def _catalogue_claim(findings: Findings, field: str, value: str, reason: str) -> Claim:
    return Claim(
        field=field,
        value=value,
        source="catalogue",
        source_version=findings.catalogue.version,
        at=findings.at,
        confidence=Confidence.HIGH,
        reason=reason,
    )


# --------------------------------------------------------------------------- content host


def _content_hosts(findings: Findings) -> tuple[Party, ...]:
    """
    Return the platform, or one party per network; nobody while a front hides them all.

    An address beside the front's, in another network, is a host that DNS itself shows.
    """
    if findings.platform is not None:
        return (_platform(findings),)
    grouped: dict[str, Party] = {}
    for facts in findings.of_host:
        party = _network_host(findings, facts.address)
        known = grouped.get(party.key)
        grouped[party.key] = party if known is None else _joined(known, party)
    return tuple(grouped.values())


def _joined(known: Party, more: Party) -> Party:
    return Party(
        role=known.role,
        name=known.name or more.name,
        asn=known.asn or more.asn,
        key=known.key,
        claims=tuple(dict.fromkeys((*known.claims, *more.claims))),
        contacts=ranked((*known.contacts, *more.contacts)),
    )


def _platform(findings: Findings) -> Party:
    match = findings.platform
    assert match is not None, "the caller looked"
    stated = (
        ("name", match.provider.name, f"platform_by_{match.by}"),
        ("container", match.container, f"platform_by_{match.by}"),
        ("region", match.region, f"platform_by_{match.by}"),
    )
    claims = [_catalogue_claim(findings, f, v, why) for f, v, why in stated if v]
    networks = [_network_host(findings, facts.address) for facts in _platform_facts(findings)]
    contacts = [one for network in networks for one in network.contacts]
    return Party(
        role=PartyRole.CONTENT_HOST,
        name=match.provider.name,
        asn=next((network.asn for network in networks if network.asn), None),
        key=match.provider.id,
        claims=(*claims, *(claim for network in networks for claim in network.claims)),
        contacts=ranked((*_published(findings, match.provider, PartyRole.CONTENT_HOST), *contacts)),
    )


def _platform_facts(findings: Findings) -> tuple[OfflineFacts, ...]:
    """Return the addresses of a platform; those of a front that is another company's are not."""
    match, front = findings.platform, findings.front
    foreign = front is not None and match is not None and match.provider.front != front.provider_id
    return findings.of_host if foreign else findings.facts


def _network_host(findings: Findings, address: str) -> Party:
    """Return whoever holds the network of one address; it may have no name and no contact."""
    origin, found = findings.origin(address), findings.record(address)
    record = found[0] if found else None
    provider = _listed_host(findings, origin.asn) if origin else None
    names = (
        provider.name if provider else None,
        record.org_name if record else None,
        record.network_name if record else None,
        origin.name if origin else None,
    )
    handle = record.handle.lower() if record and record.handle else ""
    number = f"as{origin.asn}" if origin else ""
    return Party(
        role=PartyRole.CONTENT_HOST,
        name=next((name for name in names if name), None),
        asn=origin.asn if origin else None,
        key=provider.id if provider else number or handle,
        claims=_network_claims(findings, address),
        contacts=_network_contacts(findings, address, provider, PartyRole.CONTENT_HOST),
    )


def _listed_host(findings: Findings, asn: int) -> Provider | None:
    """Return the hosting company that the catalogue knows by this number, if it is the only one."""
    hosts = [one for one in findings.catalogue.by_asn(asn) if one.kind == "host"]
    return hosts[0] if len(hosts) == 1 else None


def _network_claims(findings: Findings, address: str) -> tuple[Claim, ...]:
    origin, found = findings.origin(address), findings.record(address)
    return (
        address_claim(findings, address),
        *_marked_claims(findings),
        *(record_claims(*found) if found else ()),
        *(origin_claims(findings, origin) if origin else ()),
    )


def _marked_claims(findings: Findings) -> Iterator[Claim]:
    """State the platform that the answer's header names, such as an IPFS gateway."""
    if findings.marked is not None and findings.platform is None:
        provider, header = findings.marked
        claim = _catalogue_claim(findings, "platform", provider.name, f"header:{header}")
        yield replace(claim, confidence=Confidence.MEDIUM)


def _network_contacts(
    findings: Findings, address: str, provider: Provider | None, role: PartyRole
) -> tuple[Contact, ...]:
    found = findings.record(address)
    return ranked(
        (
            *(_published(findings, provider, role) if provider else ()),
            *(rdap_contacts(found[0], role, source="rdap_abuse") if found else ()),
        )
    )


# --------------------------------------------------------------------------- front


def _front(findings: Findings) -> Iterator[Party]:
    decision = findings.front
    if decision is None:
        return
    provider = findings.catalogue.get(decision.provider_id)
    addresses = [facts.address for facts in findings.of_front]
    contacts = [
        contact
        for address in addresses
        for contact in _network_contacts(findings, address, None, PartyRole.FRONT)
    ]
    published = _published(findings, provider, PartyRole.FRONT) if provider else ()
    origins = [origin for address in addresses if (origin := findings.origin(address))]
    yield Party(
        role=PartyRole.FRONT,
        name=decision.name,
        asn=origins[0].asn if origins else None,
        key=decision.provider_id,
        claims=(
            *(_signal_claim(findings, signal) for signal in decision.signals),
            *(claim for address in addresses for claim in _network_claims(findings, address)),
        ),
        contacts=ranked((*published, *contacts)),
    )


def _signal_claim(findings: Findings, signal: Signal) -> Claim:
    return Claim(
        field="front",
        value=signal.provider_name,
        source=signal.matched if signal.matched.startswith("table:") else "catalogue",
        source_version=findings.catalogue.version,
        at=findings.at,
        confidence=signal.confidence,
        reason=f"{signal.by}:{signal.matched}",
    )


# --------------------------------------------------------------------------- upstream, registrar


def _upstreams(findings: Findings) -> Iterator[Party]:
    """Return the holders of the announcing networks, and those of covering networks."""
    if findings.masked:
        return
    hosts = {one.address for one in findings.of_host} or {one.address for one in findings.facts}
    parents = [
        contact
        for address, answer in findings.parents.items()
        if address in hosts
        for contact in _of_parent(answer)
    ]
    facts = findings.facts if findings.platform else findings.of_host
    origins = {origin.asn: origin for one in facts for origin in one.origins}
    for asn, origin in origins.items():
        answer = findings.autnums.get(asn)
        record = answer.record if answer else None
        own = rdap_contacts(record, PartyRole.UPSTREAM, source="rdap_autnum") if record else ()
        yield Party(
            role=PartyRole.UPSTREAM,
            name=(record.org_name if record else None) or origin.name,
            asn=asn,
            key=f"as{asn}",
            claims=(
                *origin_claims(findings, origin),
                *(record_claims(record, answer) if record and answer else ()),
            ),
            contacts=ranked((*parents, *own)),
        )


def _of_parent(answer: RdapAnswer) -> tuple[Contact, ...]:
    if answer.record is None:
        return ()
    return rdap_contacts(answer.record, PartyRole.UPSTREAM, source="rdap_parent")


def _registrar(findings: Findings) -> Iterator[Party]:
    answer = findings.domain
    record = answer.record if answer else None
    if answer is None or record is None:
        return
    yield Party(
        role=PartyRole.REGISTRAR,
        name=record.registrar,
        key=f"registrar:{(record.registrar or 'unknown').lower()}",
        claims=tuple(domain_claims(record, answer)),
        contacts=ranked(rdap_contacts(record, PartyRole.REGISTRAR, source="registrar")),
    )
