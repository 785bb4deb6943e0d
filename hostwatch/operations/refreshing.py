"""Bring the configured range tables and lists up to date from their sources."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cases.errors import HostwatchError, UnknownRecord
from config.settings import RangeSource
from crawler.hosting.bootstrap import KINDS, bootstrap_path
from crawler.hosting.range_stock import take_stock
from crawler.hosting.ranges import table_path
from crawler.hosting.suffixes import suffix_path
from hostwatch.desk import Desk
from hostwatch.downloads import DownloadSetup, clear_leavings, downloaded
from hostwatch.feeds import read_credentials
from hostwatch.operations.ranges import TABLES, Imported, Order, note_import, take_in
from hostwatch.permissions import Action

Progress = Callable[[int], None]
_BELIEVED_SHARE = 2
"""An update with fewer than one half of the ranges is taken for a broken file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What became of one configured source."""

    source: RangeSource
    report: Imported | None = None
    """None: it is not due yet, or failed."""
    failure: HostwatchError | None = None


async def refresh(
    desk: Desk,
    name: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    progress: Progress = lambda _count: None,
) -> tuple[Refreshed, ...]:
    """
    Fetch the sources of that name, or without one all that are due; each replaces its table whole.

    One that fails is told, changes nothing, and hinders no other.

    Raises:
        UnknownRecord: the configuration names no such source.
    """
    desk.require(Action.RANGES_CHANGE)
    chosen = _configured(desk, name)
    await asyncio.to_thread(clear_leavings, desk.settings.paths.ranges, desk.now())
    done: list[Refreshed] = []
    for source in chosen:
        if name is None and not _is_due(desk, source):
            done.append(Refreshed(source=source))
            continue
        try:
            report = await _one(desk, source, tls, progress)
        except HostwatchError as failure:
            done.append(Refreshed(source=source, failure=failure))
            continue
        await note_import(desk, "update", report)
        done.append(Refreshed(source=source, report=report))
    return tuple(done)


def _configured(desk: Desk, name: str | None) -> Sequence[RangeSource]:
    known = desk.settings.ranges
    chosen = [one for one in known if name in (None, one.name)]
    if not known:
        raise UnknownRecord(
            "the configuration has no [[ranges]]; name sources there, as hostwatch.example.toml "
            "shows, or import a file: hostwatch ranges import FILE"
        )
    if not chosen:
        names = ", ".join(dict.fromkeys(one.name for one in known))
        raise UnknownRecord(
            f"the configuration has no [[ranges]] with the name {name!r}; it has: {names}"
        )
    return chosen


def _is_due(desk: Desk, source: RangeSource) -> bool:
    """Tell by the time of the last import; hours are let go so that a daily timer stays daily."""
    try:
        changed = _kept_at(desk.settings.paths.ranges, source).stat().st_mtime
    except OSError:
        return True
    age = desk.now() - datetime.fromtimestamp(changed, UTC)
    return age >= timedelta(days=source.every_days) - timedelta(hours=2)


def _kept_at(into: Path, source: RangeSource) -> Path:
    """Return the file that a source is kept in."""
    if source.kind in TABLES:
        return table_path(into, source.kind, source.name)
    if source.kind == "suffixes":
        return suffix_path(into)
    return next(bootstrap_path(into, one) for one in KINDS if source.kind == f"rdap-{one}")


async def _one(
    desk: Desk, source: RangeSource, tls: ssl.SSLContext | None, progress: Progress
) -> Imported:
    if source.file is not None:
        return await _taken_in(desk, source, source.file, _modified(source.file))
    setup = _setup(desk, source, tls)
    async with downloaded(setup, desk.settings.paths.ranges, progress) as (file, day):
        return await _taken_in(desk, source, file, day)


async def _taken_in(desk: Desk, source: RangeSource, file: Path, day: date | None) -> Imported:
    into = desk.settings.paths.ranges
    order = Order(
        kind=source.kind,
        name=source.name,
        fallback_date=day,
        licence=source.licence,
        claims=source.claims,
        smallest=await asyncio.to_thread(_smallest, into, source, desk.now().date()),
    )
    latest = desk.now().date() + timedelta(days=1)
    return await asyncio.to_thread(take_in, file, order, into=into, latest=latest)


def _smallest(into: Path, source: RangeSource, today: date) -> int:
    """Return half of what is kept now."""
    held = [one for one in take_stock(into, today=today) if one.kind == source.kind]
    ranges = sum(one.ranges for one in held if source.kind not in TABLES or one.name == source.name)
    return -(-ranges // _BELIEVED_SHARE)


def _modified(file: Path) -> date | None:
    with suppress(OSError):
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    return None


def _setup(desk: Desk, source: RangeSource, tls: ssl.SSLContext | None) -> DownloadSetup:
    assert source.url is not None
    ways = {way.name: way for way in desk.settings.egress}
    way = ways[source.egress] if source.egress is not None else desk.settings.egress[0]
    file = source.credentials_file
    return DownloadSetup(
        what=f"ranges {source.kind} {source.name}",
        url=source.url,
        tls=tls or ssl.create_default_context(),
        credentials=read_credentials(file) if file is not None else None,
        source_address=way.source_address,
    )
