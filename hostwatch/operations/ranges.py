"""Import and look over offline tables of addresses, suffixes and RDAP servers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, cast

from cases.errors import InvalidInput
from crawler.hosting.range_stock import Item, take_stock
from crawler.hosting.ranges import import_ranges
from crawler.hosting.rdap import BootstrapKind, import_bootstrap, load_bootstrap
from crawler.hosting.suffixes import import_suffixes
from hostwatch.desk import Desk
from hostwatch.permissions import Action

ClaimKind = Literal["physical", "registry", "seat"]
RangeKind = Literal[
    "asn", "country", "front", "suffixes", "rdap-ipv4", "rdap-ipv6", "rdap-asn", "rdap-dns"
]
TABLES = frozenset({"asn", "country", "front"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be imported as what."""

    kind: RangeKind
    name: str = ""
    """Of a table: how claims call it. The lists have names of their own."""
    build_date: date | None = None
    """None takes what the file says."""
    fallback_date: date | None = None
    """Taken when neither says."""
    licence: str = ""
    claims: ClaimKind | None = None
    smallest: int = 0
    """Fewest ranges or servers that are believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    kind: RangeKind
    name: str
    accepted: int
    without_value: int = 0
    """Lines that say that nothing is known."""
    refused: tuple[tuple[int, str], ...] = ()
    """Line number and machine word."""
    built: date | None


async def import_file(desk: Desk, source: Path, order: Order) -> Imported:
    """
    Import a table of address ranges, a public suffix list, or a list of RDAP servers.

    Raises:
        InvalidInput: the file or an option cannot be used; what was there stays.
    """
    desk.require(Action.RANGES_CHANGE)
    into = desk.settings.paths.ranges
    latest = desk.now().date() + timedelta(days=1)
    report = await asyncio.to_thread(take_in, source, order, into=into, latest=latest)
    await note_import(desk, "import", report)
    return report


async def stock(desk: Desk) -> tuple[Item, ...]:
    """List what is there and what is missing."""
    desk.require(Action.LIST_READ)
    return await asyncio.to_thread(take_stock, desk.settings.paths.ranges, today=desk.now().date())


async def note_import(desk: Desk, what: str, report: Imported) -> None:
    """Put an import into the trail."""
    desk.require(Action.RANGES_CHANGE)
    async with desk.store.transaction() as tx:
        await desk.audit(
            tx,
            Action.RANGES_CHANGE,
            None,
            what=what,
            table=report.name,
            kind=report.kind,
            accepted=report.accepted,
            refused=len(report.refused),
            built=report.built.isoformat() if report.built else "unknown",
        )


def take_in(source: Path, order: Order, *, into: Path, latest: date) -> Imported:
    """Import one file; blocks. Raises `InvalidInput`."""
    if order.kind in TABLES:
        return _table(source, order, into, latest)
    if order.claims is not None or order.build_date is not None:
        raise InvalidInput(
            f"A file of kind {order.kind} says itself when it was made and makes no claims; leave "
            "--build-date and --claims out."
        )
    return _suffixes(source, into) if order.kind == "suffixes" else _servers(source, order, into)


def _table(source: Path, order: Order, into: Path, latest: date) -> Imported:
    report = import_ranges(
        source,
        kind=cast("Literal['asn', 'country', 'front']", order.kind),
        name=order.name,
        build_date=order.build_date,
        fallback_date=order.fallback_date,
        licence=order.licence,
        into=into,
        claims=order.claims,
        smallest=order.smallest,
        latest=latest,
    )
    return Imported(
        kind=order.kind,
        name=order.name,
        accepted=report.accepted,
        without_value=report.without_value,
        refused=report.refused,
        built=report.built,
    )


def _suffixes(source: Path, into: Path) -> Imported:
    report = import_suffixes(source, into=into)
    return Imported(
        kind="suffixes",
        name="public_suffix_list",
        accepted=report.accepted,
        refused=report.refused,
        built=report.built,
    )


def _servers(source: Path, order: Order, into: Path) -> Imported:
    kind = cast("BootstrapKind", order.kind.removeprefix("rdap-"))
    count = import_bootstrap(source, kind=kind, into=into, smallest=order.smallest)
    found, _ = load_bootstrap(into)
    return Imported(
        kind=order.kind,
        name="bootstrap",
        accepted=count,
        built=_day(found.published.get(kind, "") if found else ""),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
