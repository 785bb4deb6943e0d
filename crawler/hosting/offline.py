"""What can be said of a host without asking anyone: catalogue, tables, signs of a front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.model import EvidenceStep
from config.catalogue import Provider
from crawler.hosting.evidence import step
from crawler.hosting.fronts import (
    FrontDecision,
    Seen,
    Signal,
    contradicted,
    decide_front,
    front_signals,
    networks_of_fronts,
    renamed_networks,
)
from crawler.hosting.names import HostName
from crawler.hosting.platforms import PlatformMatch, find_platform, marked_platform
from crawler.hosting.resolution import Resolution
from crawler.hosting.tables import HostingTables, OfflineFacts, look_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The URL and the head of the answer that was fetched from it."""

    url: str
    headers: Mapping[str, str]
    cookie_names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """The result."""

    operator: Provider | None
    platform: PlatformMatch | None
    facts: tuple[OfflineFacts, ...]
    front: FrontDecision | None
    contradicted: tuple[Signal, ...]
    marked: tuple[Provider, str] | None
    """Platform that a header of the answer names, with that header."""
    evidence: tuple[EvidenceStep, ...]

    @property
    def origin_asns(self) -> tuple[int, ...]:
        """Return the networks that announce the host's addresses."""
        found = (origin.asn for facts in self.facts for origin in facts.origins)
        return tuple(dict.fromkeys(found))[:4]


def look_offline(
    tables: HostingTables,
    name: HostName,
    resolution: Resolution,
    answered: Answered,
    *,
    now: datetime,
) -> Offline:
    """Match the host with the catalogue, its addresses with the tables, and judge the front."""
    catalogue = tables.catalogue
    operator = catalogue.by_domain(name.catalogue_keys)
    platform = find_platform(catalogue, host=name.host, cnames=resolution.cnames, url=answered.url)
    facts = tuple(look_up(tables, address, now=now) for address in resolution.traced)
    seen = _seen(name, resolution, answered, facts)
    signals = front_signals(catalogue, seen)
    asns_of = networks_of_fronts(catalogue) if signals else {}
    front = decide_front(signals, asns_of=asns_of, asns=seen.asns)
    against = contradicted(signals, asns_of=asns_of, asns=seen.asns)
    marked = marked_platform(catalogue, answered.headers)
    return Offline(
        operator=operator,
        platform=platform,
        facts=facts,
        front=front,
        contradicted=against,
        marked=marked,
        evidence=(
            *_of_names(tables, name, now),
            *_of_catalogue(tables, name, operator, platform, now),
            *(one for found in facts for one in found.evidence),
            *_of_marks(tables, seen, marked, now),
            _of_front(tables, front, against, now),
        ),
    )


def _seen(
    name: HostName, resolution: Resolution, answered: Answered, facts: Sequence[OfflineFacts]
) -> Seen:
    return Seen(
        host=name.host,
        cnames=resolution.cnames,
        addresses=resolution.traced,
        asns=tuple(dict.fromkeys(asn for one in facts for asn in one.origin_asns)),
        as_names={
            origin.asn: origin.name
            for one in facts
            for origin in one.origins
            if origin.name is not None
        },
        prefix_providers=tuple(dict.fromkeys(hit for one in facts for hit in one.fronts)),
        headers=answered.headers,
        cookie_names=answered.cookie_names,
    )


def _of_names(tables: HostingTables, name: HostName, now: datetime) -> Iterator[EvidenceStep]:
    yield step(
        "names",
        tables.names.source,
        "found" if name.registered else "none",
        at=now,
        version=tables.names.version,
        query=name.host,
        detail=" ".join(
            part
            for part in (
                name.kind,
                f"registered={name.registered}" if name.registered else "",
                f"tenant={name.tenant}" if name.tenant else "",
            )
            if part
        ),
    )
    if tables.missing:
        yield step("tables", "ranges", "not_imported", at=now, detail=" ".join(tables.missing))


def _of_catalogue(
    tables: HostingTables,
    name: HostName,
    operator: Provider | None,
    platform: PlatformMatch | None,
    now: datetime,
) -> Iterator[EvidenceStep]:
    version = tables.catalogue.version
    yield step(
        "operator",
        "catalogue",
        "found" if operator else "none",
        at=now,
        version=version,
        query=name.host,
        detail=operator.id if operator else "",
    )
    yield step(
        "platform",
        "catalogue",
        "found" if platform else "none",
        at=now,
        version=version,
        query=platform.matched if platform else name.host,
        detail=f"{platform.provider.id} by {platform.by}" if platform else "",
    )


def _of_marks(
    tables: HostingTables, seen: Seen, marked: tuple[Provider, str] | None, now: datetime
) -> Iterator[EvidenceStep]:
    """Say which listed network has another name now, and what a header says of the platform."""
    version = tables.catalogue.version
    renamed = renamed_networks(tables.catalogue, seen.as_names)
    if renamed:
        said = " ".join(renamed)
        yield step("as_names", "catalogue", "name_changed", at=now, version=version, detail=said)
    if marked:
        said = f"{marked[0].id} by header:{marked[1]}"
        yield step("platform_header", "catalogue", "found", at=now, version=version, detail=said)


def _of_front(
    tables: HostingTables,
    front: FrontDecision | None,
    against: Sequence[Signal],
    now: datetime,
) -> EvidenceStep:
    """Say which signs made the front, and which were set aside."""
    signals = front.signals if front else ()
    agreeing = [f"{one.by}:{one.matched}" for one in signals]
    aside = [f"contradicted:{one.provider_id}:{one.by}:{one.matched}" for one in against]
    return step(
        "front",
        "catalogue",
        "found" if front else "none",
        at=now,
        version=tables.catalogue.version,
        query=front.provider_id if front else "",
        detail=" ".join([*agreeing, *aside]),
    )
