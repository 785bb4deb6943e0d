"""Import hash lists and range tables; what changed is in the trail, never what is on a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from cases.model import Classification
from crawler.hosting.ranges import ImportReport as RangesReport
from crawler.hosting.ranges import import_ranges
from crawler.hosting.rdap import import_bootstrap
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from matchers.hashlist.publish import ImportReport, import_list

Tier = Literal["baseline", "national", "local"]
ClaimKind = Literal["physical", "registry", "seat"]
BootstrapKind = Literal["ipv4", "ipv6", "asn", "dns"]
RangeKind = Literal["asn", "country", "front"]


async def import_hash_list(
    desk: Desk,
    source: Path,
    *,
    name: str,
    tier: Tier,
    classification: Classification | None,
    version: str | None,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Import a hash list and make it the active version. Raises `InvalidInput`."""
    desk.require(Action.LIST_CHANGE)
    report = await asyncio.to_thread(
        import_list,
        source,
        into=desk.settings.paths.hash_lists,
        name=name,
        tier=tier,
        classification=classification,
        version=version,
        now=desk.now(),
        columns=columns,
        progress=progress,
    )
    async with desk.store.transaction() as tx:
        await desk.audit(
            tx,
            Action.LIST_CHANGE,
            None,
            list=name,
            version=report.manifest.version,
            accepted=sum(report.manifest.counts.values()),
            refused=sum(report.refused.values()),
        )
    return report


async def import_range_table(
    desk: Desk,
    source: Path,
    *,
    kind: RangeKind,
    name: str,
    build_date: date,
    licence: str,
    claims: ClaimKind | None = None,
) -> RangesReport:
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
