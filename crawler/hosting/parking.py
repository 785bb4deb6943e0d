"""Whether a name is parked: it shows advertisements or an offer, and no content; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from config.catalogue import Catalogue
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.evidence import step
from crawler.hosting.findings import Findings
from crawler.hosting.labels import under

BY_PAGE = "page"
"""What stands for the service where only the page tells that the name is parked."""


def parking_service(
    catalogue: Catalogue, name_servers: Iterable[str], *, page_says: bool = False
) -> str | None:
    """
    Return the parking service that a registered domain is delegated to, or `page`.

    Every name server must be one of that service's: a name that is served elsewhere too is used.
    """
    servers = tuple(one.lower().rstrip(".") for one in name_servers if one)
    for provider in catalogue.of_kind("parking"):
        suffixes = provider.name_server_suffixes
        if servers and all(any(under(one, suffix) for suffix in suffixes) for one in servers):
            return provider.name
    return BY_PAGE if page_says else None


def with_parking(findings: Findings, servers: DnsAnswer | None, signs: Collection[str]) -> Findings:
    """
    Add the name servers and what they and the page say of parking.

    DNS goes before the registry, which may be asked once a week only.
    """
    asked = servers.names if servers is not None and servers.outcome == "ok" else ()
    record = findings.domain.record if findings.domain is not None else None
    names = tuple(one for one in asked if one) or (record.nameservers if record else ())
    held = parking_service(findings.catalogue, names, page_says="parked" in signs)
    if held is None:
        return replace(findings, name_servers=names)
    told = step(
        "parking",
        "catalogue" if held != BY_PAGE else "page",
        "found",
        at=findings.at,
        version=findings.catalogue.version,
        query=findings.name.registered or "",
        detail=held,
    )
    return replace(
        findings, name_servers=names, parked_by=held, evidence=(*findings.evidence, told)
    )
