"""A fetcher that answers from tables, and the small practice world that the tests trace in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from config.catalogue import Catalogue, Provider, build_catalogue
from crawler.fetch.contract import (
    Derivation,
    DnsAnswer,
    FetchCode,
    FetchRequest,
    FetchResult,
    Hop,
    ResolveRequest,
)
from crawler.hosting.ranges import import_ranges
from crawler.hosting.rdap import import_bootstrap
from crawler.hosting.rdap_job import read_rdap
from crawler.hosting.tables import HostingTables, load_tables

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BUILT = date(2026, 11, 20)
NUMBERS = "https://rdap.numbers.example/"
NAMES = "https://rdap.names.example/"


@dataclass
class FakeClock:
    """A clock that only a test moves."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class FakeFetcher:
    """Answers `fetch` and `resolve` from tables and counts what it was asked."""

    answers: dict[str, object] = field(default_factory=dict)
    """URL -> RDAP object, status, or code of a failure."""
    dns: dict[str, DnsAnswer] = field(default_factory=dict)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    permits: list[tuple[str, Derivation, str]] = field(default_factory=list)

    async def fetch(self, request: FetchRequest) -> FetchResult:
        url = request.permit.url
        self.asked.append(url)
        self.permits.append((request.permit.case_id, request.permit.derivation, url))
        await asyncio.sleep(self.slow.get(url, 0))
        return self._result(url, self.answers.get(url, 404), request.egress)

    def _result(self, url: str, answer: object, egress: str) -> FetchResult:
        error = answer if isinstance(answer, FetchCode) else None
        status = answer if isinstance(answer, int) else (None if error else 200)
        record = None
        if isinstance(answer, dict | list):
            record = json.loads(json.dumps(read_rdap({}, json.dumps(answer).encode())))
        return FetchResult(
            egress=egress,
            started=NOW,
            finished=NOW,
            hops=(Hop(url=url, derivation="rdap", method="GET", status=status, peer=None),),
            error=error,
            status=status,
            headers=self.headers.get(url, {}),
            record=record,
        )

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        host = request.permit.url
        self.permits.append((request.permit.case_id, request.permit.derivation, host))
        await asyncio.sleep(0)
        return self.dns.get(host, DnsAnswer(host=host, outcome="nxdomain"))

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        raise AssertionError

    async def drop(self, ticket: str) -> None:
        raise AssertionError

    async def forget(self, jar: str) -> None:
        raise AssertionError


def dns(host: str, *addresses: str, cnames: tuple[str, ...] = ()) -> DnsAnswer:
    return DnsAnswer(host=host, outcome="ok", addresses=addresses, cnames=cnames, resolver="r1")


def card(**values: object) -> list[object]:
    """Make a jCard of plain properties."""
    return ["vcard", [[name, {}, "text", value] for name, value in values.items()]]


def entity(
    roles: list[str] | None, *inner: dict[str, object], **values: object
) -> dict[str, object]:
    handle = values.pop("handle", None)
    made: dict[str, object] = {"objectClassName": "entity", "vcardArray": card(**values)}
    if roles is not None:
        made["roles"] = roles
    if handle is not None:
        made["handle"] = handle
    if inner:
        made["entities"] = list(inner)
    return made


def network(
    start: str, end: str, *entities: dict[str, object], **more: object
) -> dict[str, object]:
    return {
        "objectClassName": "ip network",
        "startAddress": start,
        "endAddress": end,
        "entities": list(entities),
        **more,
    }


HOST_NETWORK = network(
    "192.0.2.0",
    "192.0.2.127",
    entity(
        ["registrant"],
        entity(["abuse"], fn="Desk", email="abuse@harbour.example"),
        fn="Harbour Hosting",
        kind="org",
    ),
    handle="NET-HARBOUR",
    name="HARBOUR-NET",
    country="NL",
    type="ASSIGNED PA",
)
FRONT_NETWORK = network(
    "198.51.100.0",
    "198.51.100.255",
    entity(["abuse"], fn="Desk", email="abuse@shield.example"),
    handle="NET-SHIELD",
    country="US",
    type="ASSIGNED PA",
)
DOMAIN = {
    "objectClassName": "domain",
    "ldhName": "pictures.example",
    "status": ["client hold"],
    "entities": [
        entity(
            ["registrar"],
            entity(["abuse"], email="abuse@names.example"),
            fn="Names Ltd",
            kind="org",
        )
    ],
    "events": [{"eventAction": "expiration", "eventDate": "2027-01-01T00:00:00Z"}],
}
AUTNUM = {
    "objectClassName": "autnum",
    "startAutnum": 64500,
    "endAutnum": 64500,
    "name": "HARBOUR",
    "entities": [entity(["abuse"], email="noc-abuse@transit.example")],
}


def practice_catalogue() -> Catalogue:
    return build_catalogue(
        (
            Provider(
                id="shield",
                name="Shield",
                kind="front",
                asns=(64505,),
                cname_suffixes=("edge.shield.example",),
                header_markers={"server": "shield", "x-shield": ""},
                cookie_markers=("__sh*",),
                legal_country="US",
            ),
            Provider(
                id="buckets",
                name="Buckets",
                kind="platform",
                host_suffixes=("buckets.example", "store.{region}.buckets.example"),
                regions={"north-1": "SE"},
            ),
            Provider.model_validate(
                {
                    "id": "pictures",
                    "name": "Pictures",
                    "kind": "operator",
                    "registered_domains": ["pictures.example"],
                    "legal_country": "BE",
                    "verified_on": date(2026, 11, 1),
                    "channel": [{"type": "mail", "value": "safety@pictures.example"}],
                }
            ),
        )
    )


def practice_tables(folder: Path) -> HostingTables:
    """Import small tables: AS numbers, two countries, one front list, the bootstrap."""
    sources = {
        ("asn", "one"): "192.0.2.0/25,64500,Harbour\n198.51.100.0/24,64505,Shield\n",
        ("country", "one"): "192.0.2.0/25,NL\n198.51.100.0/24,US\n203.0.113.0/25,SE\n",
        ("country", "two"): "192.0.2.0/25,NL\n198.51.100.0/24,CA\n203.0.113.0/25,FI\n",
        ("front", "shield"): "198.51.100.0/25\n",
    }
    for (kind, name), text in sources.items():
        source = folder / f"{kind}-{name}.csv"
        source.write_text(text)
        import_ranges(
            source, kind=kind, name=name, build_date=BUILT, licence="test", into=folder / "ranges"
        )
    blocks = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]
    for kind, keys, base in (
        ("ipv4", blocks, NUMBERS),
        ("asn", ["64496-64511"], NUMBERS),
        ("dns", ["example"], NAMES),
    ):
        source = folder / f"{kind}.json"
        source.write_text(
            json.dumps(
                {"version": "1.0", "publication": "2026-11-01", "services": [[keys, [base]]]}
            )
        )
        import_bootstrap(source, kind=kind, into=folder / "ranges")
    return load_tables(folder / "ranges", practice_catalogue())
