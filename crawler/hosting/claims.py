"""Claims about parties and countries, made from findings; pure."""

from __future__ import annotations

from collections.abc import Iterator, Set  # noqa: PYI025 - `Set` is the abstract one

from cases.model import Claim, Confidence, CountryClaim
from crawler.hosting.country import REGION_SOURCE
from crawler.hosting.findings import Findings
from crawler.hosting.iso3166 import country_code
from crawler.hosting.rdap_cache import RdapAnswer
from crawler.hosting.rdap_record import RdapRecord
from crawler.hosting.tables import Origin


def address_claim(findings: Findings, address: str) -> Claim:
    """State an address of the host: resolved, or told by somebody who knows the origin."""
    origin = findings.origin_of(address)
    if origin is not None:
        return Claim(
            field="address",
            value=address,
            source=f"revealed:{origin.source}",
            source_version=origin.at.date().isoformat(),
            at=origin.at,
            confidence=Confidence.MEDIUM,
            reason="origin_told",
        )
    return Claim(
        field="address",
        value=address,
        source=findings.dns_source,
        source_version="",
        at=findings.at,
        confidence=Confidence.HIGH,
        reason="resolved_or_answered",
    )


def origin_claims(findings: Findings, origin: Origin) -> Iterator[Claim]:
    """State the number and name of the network that announces an address."""
    stated = (
        ("asn", f"AS{origin.asn}"),
        ("as_name", origin.name),
        ("as_domain", origin.domain),
    )
    for field, value in stated:
        if value:
            yield Claim(
                field=field,
                value=value,
                source=origin.source,
                source_version=origin.version,
                at=findings.at,
                confidence=Confidence.MEDIUM,
                reason="range_table",
            )


def record_claims(record: RdapRecord, answer: RdapAnswer) -> Iterator[Claim]:
    """State what a registry says of a network or a network number."""
    covered = f"{record.start}-{record.end}" if record.start and record.end else None
    stated = (
        ("name", record.org_name, "registrant_organisation"),
        ("network_name", record.network_name, "network_object"),
        ("network", covered, "network_object"),
        ("handle", record.handle, "network_object"),
        ("type", record.type, "network_object"),
    )
    for field, value, reason in stated:
        if value:
            yield _registry_claim(answer, field, value, reason)


def domain_claims(record: RdapRecord, answer: RdapAnswer) -> Iterator[Claim]:
    """State the registrar, the states and the expiry of a registered domain."""
    expiry = next((when for action, when in record.events if action == "expiration"), None)
    if record.registrar:
        yield _registry_claim(answer, "name", record.registrar, "registrar_entity")
    for status in record.status:
        yield _registry_claim(answer, "status", status, "domain_object")
    if expiry:
        yield _registry_claim(answer, "expires", expiry, "domain_object")


def _registry_claim(answer: RdapAnswer, field: str, value: str, reason: str) -> Claim:
    return Claim(
        field=field,
        value=value,
        source=answer.source,
        source_version=answer.at.date().isoformat(),
        at=answer.at,
        confidence=Confidence.MEDIUM,
        reason=reason,
    )


def country_claims(findings: Findings) -> tuple[CountryClaim, ...]:
    """
    Collect the claims about countries, each once.

    What is said of a front's addresses says nothing about the content, so none of it is here.
    """
    found = [*_of_catalogue(findings)]
    if findings.front is None or findings.behind:
        facts = findings.behind or findings.facts
        found += [claim for one in facts for claim in one.countries]
        found += _of_registries(findings, {one.address for one in facts})
    return tuple(dict.fromkeys(found))


def _of_catalogue(findings: Findings) -> Iterator[CountryClaim]:
    platform, operator = findings.platform, findings.operator
    if platform and platform.country:
        yield _catalogue_claim(findings, platform.country, region=True)
    for provider in (operator, platform.provider if platform else None):
        if provider and provider.legal_country:
            yield _catalogue_claim(findings, provider.legal_country, region=False)


def _catalogue_claim(findings: Findings, country: str, *, region: bool) -> CountryClaim:
    return CountryClaim(
        kind="physical" if region else "law",
        country=country,
        source=REGION_SOURCE if region else "catalogue",
        source_version=findings.catalogue.version,
        at=findings.at,
        confidence=Confidence.HIGH if region else Confidence.MEDIUM,
    )


def _of_registries(findings: Findings, addresses: Set[str]) -> Iterator[CountryClaim]:
    for address, answer in findings.networks.items():
        record = answer.record
        if record is None or address not in addresses:
            continue
        registry, seat = country_code(record.country), country_code(record.org_country)
        if registry:
            yield CountryClaim(
                kind="registry",
                country=registry,
                source=answer.source,
                source_version=answer.at.date().isoformat(),
                at=answer.at,
                confidence=Confidence.LOW,
            )
        if seat:
            yield CountryClaim(
                kind="seat",
                country=seat,
                source=answer.source,
                source_version=answer.at.date().isoformat(),
                at=answer.at,
                confidence=Confidence.LOW,
            )
