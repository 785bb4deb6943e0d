"""The offline tables of a trace, and what each says of one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cases.errors import InvalidInput
from cases.model import Confidence, CountryClaim, EvidenceStep
from config.catalogue import Catalogue
from crawler.hosting.bootstrap import Bootstrap, load_bootstrap
from crawler.hosting.evidence import step
from crawler.hosting.names import Names
from crawler.hosting.ranges import Found, RangeTable, RangeValue

_CLAIM_CONFIDENCE = {"fresh": Confidence.MEDIUM, "ageing": Confidence.LOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostingTables:
    """Everything that a trace can look up without network."""

    asn: RangeTable | None
    countries: tuple[RangeTable, ...]
    fronts: tuple[RangeTable, ...]
    bootstrap: Bootstrap | None
    catalogue: Catalogue
    names: Names
    missing: tuple[str, ...] = ()
    """Words such as `asn_table`, `country_tables`, `bootstrap_missing:dns`, `damaged:<file>`."""


def load_tables(ranges_dir: Path, catalogue: Catalogue) -> HostingTables:
    """Open whatever tables are there; a missing or damaged one is named in `missing`."""
    missing: list[str] = []
    asn = _opened(ranges_dir, "asn", missing)
    countries = _opened(ranges_dir, "country", missing)
    fronts = _opened(ranges_dir, "front", missing)
    bootstrap, problems = load_bootstrap(ranges_dir)
    lacking = [] if asn else ["asn_table"]
    lacking += [] if countries else ["country_tables"]
    return HostingTables(
        asn=max(asn, key=lambda table: table.header.built, default=None),
        countries=countries,
        fronts=fronts,
        bootstrap=bootstrap,
        catalogue=catalogue,
        names=Names.build(ranges_dir),
        missing=(*lacking, *missing, *problems),
    )


def _opened(ranges_dir: Path, kind: str, missing: list[str]) -> tuple[RangeTable, ...]:
    tables: list[RangeTable] = []
    for path in sorted(ranges_dir.glob(f"{kind}-*.ranges")) if ranges_dir.is_dir() else ():
        try:
            tables.append(RangeTable.open(path))
        except InvalidInput:
            missing.append(f"damaged:{path.name}")
    return tuple(tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A network that announces an address."""

    asn: int
    name: str | None
    source: str
    version: str
    domain: str | None = None
    """Of whoever holds the number, where the table says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineFacts:
    """What the tables say of one address."""

    address: str
    origins: tuple[Origin, ...] = ()
    origin_asns: tuple[int, ...] = ()
    """Also from a table that is too old for claims; enough to recognise a front."""
    countries: tuple[CountryClaim, ...] = ()
    fronts: tuple[tuple[str, str], ...] = ()
    """Catalogue id and table."""
    evidence: tuple[EvidenceStep, ...] = ()


def look_up(tables: HostingTables, address: str, *, now: datetime) -> OfflineFacts:
    """Ask every table about one numeric address."""
    evidence: list[EvidenceStep] = []
    known, usable = _origins(tables.asn, address, now, evidence)
    claims = [
        claim for table in tables.countries for claim in _countries(table, address, now, evidence)
    ]
    return OfflineFacts(
        address=address,
        origins=known if usable else (),
        origin_asns=tuple(origin.asn for origin in known),
        countries=tuple(claims),
        fronts=_fronts(tables.fronts, address, now, evidence),
        evidence=tuple(evidence),
    )


def _origins(
    table: RangeTable | None, address: str, now: datetime, evidence: list[EvidenceStep]
) -> tuple[tuple[Origin, ...], bool]:
    if table is None:
        evidence.append(step("ranges_asn", "table:asn", "not_imported", at=now, query=address))
        return (), False
    found, freshness = table.lookup(address), table.freshness(now)
    usable = freshness != "stale"
    evidence.append(_table_step("ranges_asn", table, now, address, found, usable=usable))
    if not isinstance(found, Found):
        return (), usable
    origins = tuple(
        Origin(
            asn=value.asn,
            name=value.name,
            domain=value.domain,
            source=table.source,
            version=table.version,
        )
        for value in found.values
        if value.asn is not None
    )
    return origins, usable


def _countries(
    table: RangeTable, address: str, now: datetime, evidence: list[EvidenceStep]
) -> Sequence[CountryClaim]:
    found, freshness = table.lookup(address), table.freshness(now)
    usable = freshness != "stale"
    evidence.append(_table_step("ranges_country", table, now, address, found, usable=usable))
    if not isinstance(found, Found) or not usable:
        return ()
    return [
        CountryClaim(
            kind=table.header.claims or "physical",
            country=value.country,
            source=table.source,
            source_version=table.version,
            at=now,
            confidence=_CLAIM_CONFIDENCE[freshness],
        )
        for value in found.values
        if value.country is not None
    ]


def _fronts(
    tables: Sequence[RangeTable], address: str, now: datetime, evidence: list[EvidenceStep]
) -> tuple[tuple[str, str], ...]:
    """Ask the prefix lists of fronts; an old list still masks, for a missed front misleads more."""
    hits: list[tuple[str, str]] = []
    for table in tables:
        found = table.lookup(address)
        evidence.append(_table_step("ranges_front", table, now, address, found, usable=True))
        if isinstance(found, Found):
            hits += [(value.provider, table.source) for value in found.values if value.provider]
    return tuple(hits)


def _table_step(
    name: str, table: RangeTable, now: datetime, address: str, found: object, *, usable: bool
) -> EvidenceStep:
    outcome = "found" if isinstance(found, Found) else "none"
    freshness = table.freshness(now)
    return step(
        name,
        table.source,
        outcome if usable else "stale_ranges",
        version=table.version,
        at=now,
        query=address,
        detail=_said(found) + ("" if freshness == "fresh" else f" ({freshness})"),
    )


def _said(found: object) -> str:
    if not isinstance(found, Found):
        return ""
    return f"{found.first}-{found.last}: {'; '.join(map(_words, found.values))}"


def _words(value: RangeValue) -> str:
    number = f"AS{value.asn}" if value.asn else None
    parts = (number, value.name, value.domain, value.country, value.provider)
    return " ".join([part for part in parts if part])
