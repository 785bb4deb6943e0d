"""Import offline tables of address ranges and of RDAP servers."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Literal

from crawler.hosting.ranges import ImportReport, import_ranges
from crawler.hosting.rdap import import_bootstrap
from hostwatch.desk import Desk
from hostwatch.permissions import Action

ClaimKind = Literal["physical", "registry", "seat"]
BootstrapKind = Literal["ipv4", "ipv6", "asn", "dns"]
RangeKind = Literal["asn", "country", "front"]


async def import_range_table(
    desk: Desk,
    source: Path,
    *,
    kind: RangeKind,
    name: str,
    build_date: date,
    licence: str,
    claims: ClaimKind | None = None,
) -> ImportReport:
    """Import an offline table of address ranges. Raises `InvalidInput`."""
    desk.require(Action.RANGES_CHANGE)
    report = await asyncio.to_thread(
        import_ranges,
        source,
        kind=kind,
        name=name,
        build_date=build_date,
        licence=licence,
        into=desk.settings.paths.ranges,
        claims=claims,
    )
    async with desk.store.transaction() as tx:
        await desk.audit(
            tx, Action.RANGES_CHANGE, None, table=name, kind=kind, accepted=report.accepted
        )
    return report


async def import_rdap_bootstrap(desk: Desk, source: Path, *, kind: BootstrapKind) -> int:
    """Import an RDAP bootstrap file and return its number of services. Raises `InvalidInput`."""
    desk.require(Action.RANGES_CHANGE)
    count = await asyncio.to_thread(
        import_bootstrap, source, kind=kind, into=desk.settings.paths.ranges
    )
    async with desk.store.transaction() as tx:
        await desk.audit(tx, Action.RANGES_CHANGE, None, table=f"rdap-{kind}", accepted=count)
    return count
