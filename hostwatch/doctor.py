"""`hostwatch doctor`: what a system administrator should know before the hotline relies on it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cases.errors import HostwatchError
from cases.ports import CaseFilter
from cases.seal import load_keyring
from cases.store.opening import open_store
from config.catalogue import load_catalogue
from config.checks import example_values
from config.errors import ConfigurationError
from config.settings import Mail, Settings
from crawler.fetch.address import TABLES_AS_OF, TABLES_LAST_DAYS
from crawler.fetch.resolver import Resolver
from crawler.hosting.range_stock import Item, take_stock
from hostwatch.app import JOBS
from hostwatch.confinement import State, sentence, try_worker
from hostwatch.office import Rules
from hostwatch.proxies import broken_proxies
from matchers.hashlist.publish import list_lists
from notices.partners.registry import load_partners

_LIST_AGE_DAYS = 7
_LEAST_FREE = 1024**3
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: what was looked at, how it stands, and what to do."""

    check: str
    state: State
    sentence: str


async def examine(rules: Rules, now: datetime) -> list[Finding]:
    """Run every check; one that fails never hides the others."""
    settings = rules.settings
    return [
        _mandate(rules, now),
        _configuration(settings),
        _catalogue(settings),
        _partners(settings),
        _key(settings),
        await _database(settings),
        _clock(now),
        await _names(settings),
        await _egress(settings, now),
        await _isolation(settings),
        _lists(settings, now),
        _ranges(settings, now),
        await _mail(settings.mail),
        _disk(rules.directory),
        _swap(),
        _volume(rules.directory),
    ]


def _finding(check: str, state: State, sentence: str) -> Finding:
    return Finding(check=check, state=state, sentence=sentence)


def _mandate(rules: Rules, now: datetime) -> Finding:
    mandate = rules.settings.mandate
    if mandate is None:
        return _finding("mandate", "problem", "There is no [mandate]: nothing but the demo runs.")
    if mandate.review_date < now.date():
        return _finding("mandate", "problem", f"Its review was due on {mandate.review_date}.")
    media = "media are fetched" if mandate.fetch_media else "no-media mode"
    return _finding(
        "mandate", "ok", f"{mandate.organisation}; {media}; review {mandate.review_date}."
    )


def _configuration(settings: Settings) -> Finding:
    left = example_values(settings)
    if left:
        return _finding("configuration", "problem", f"Still example values: {', '.join(left)}.")
    return _finding("configuration", "ok", "No example value is left.")


def _catalogue(settings: Settings) -> Finding:
    try:
        known = load_catalogue([settings.paths.catalogue])
    except ConfigurationError as problem:
        return _finding("catalogue", "problem", problem.sentences[0])
    return _finding("catalogue", "ok", f"{len(known.providers)} providers are known.")


def _partners(settings: Settings) -> Finding:
    try:
        known = load_partners(settings.paths.partners)
    except HostwatchError as problem:
        return _finding("partners", "problem", str(problem))
    return _finding("partners", "ok", f"{len(known.entries)} partner hotlines are known.")


def _key(settings: Settings) -> Finding:
    try:
        load_keyring(settings.paths.key_file)
    except HostwatchError as problem:
        return _finding("key", "problem", str(problem))
    return _finding("key", "ok", "The master key is readable by its owner only. Keep a copy apart.")


async def _database(settings: Settings) -> Finding:
    try:
        store = await open_store(settings.paths.database, load_keyring(settings.paths.key_file))
        async with store.reading() as tx:
            await tx.cases(CaseFilter(limit=1))
        await store.close()
    except HostwatchError as problem:
        return _finding("database", "problem", str(problem))
    return _finding("database", "ok", "Opens, and this key unseals it.")


def _clock(now: datetime) -> Finding:
    synchronised = Path("/run/systemd/timesync/synchronized").exists()
    if now.year < 2026:
        return _finding("clock", "problem", f"The clock says {now:%Y-%m-%d}; set it.")
    if not synchronised:
        return _finding(
            "clock", "warning", "No sign of time synchronisation; notices quote UTC times."
        )
    return _finding("clock", "ok", "Synchronised.")


async def _names(settings: Settings) -> Finding:
    resolver = Resolver(servers=settings.network.resolvers)
    found = await resolver.resolve("example.com")
    if found.outcome in ("ok", "nodata", "nxdomain"):
        return _finding("dns", "ok", f"The resolver answers ({found.milliseconds} ms).")
    return _finding(
        "dns",
        "problem",
        f"The resolver gives {found.outcome}. Set network.resolvers to one that answers; until "
        "then every visit ends as temporary and nothing is taken for removed.",
    )


async def _egress(settings: Settings, now: datetime) -> Finding:
    broken = await broken_proxies(settings)
    if broken:
        return _finding("egress", "problem", " ".join(broken))
    networks = {egress.network for egress in settings.egress if egress.unfiltered}
    if len(networks) < 2:
        return _finding(
            "egress",
            "warning",
            "Fewer than two unfiltered ways out in different networks: nothing can be proven "
            "removed, only 'not visible from here'. Add an [[egress]].",
        )
    tables = f"refused addresses as of {TABLES_AS_OF}"
    said = f"{len(settings.egress)} ways out, {len(networks)} networks; {tables}."
    return _finding("egress", "ok" if _is_fresh(now) else "warning", said)


def _is_fresh(now: datetime) -> bool:
    """Tell whether this release's tables of special addresses can still be relied upon."""
    return (now.date() - TABLES_AS_OF).days <= TABLES_LAST_DAYS


async def _isolation(settings: Settings) -> Finding:
    if sys.platform != "linux":
        return _finding("isolation", "problem", "This is not Linux; hostwatch runs on Linux only.")
    trial = await try_worker(JOBS, settings.isolation)
    state, said = sentence(trial, settings.isolation)
    return _finding("isolation", state, said)


def _lists(settings: Settings, now: datetime) -> Finding:
    try:
        lists = [one for one in list_lists(settings.paths.hash_lists) if one.active]
    except HostwatchError as problem:
        return _finding("hash lists", "problem", str(problem))
    if not lists:
        return _finding(
            "hash lists", "problem", "None is active; import one: hostwatch hashlist import FILE."
        )
    oldest = min(one.manifest.imported_at for one in lists)
    age = (now - oldest).days
    state: State = "warning" if age > _LIST_AGE_DAYS else "ok"
    return _finding("hash lists", state, f"{len(lists)} active; the oldest is {age} days old.")


def _ranges(settings: Settings, now: datetime) -> Finding:
    found = take_stock(settings.paths.ranges, today=now.date())
    tables = [one for one in found if one.kind in {"asn", "country"} and one.built]
    if not tables:
        return _finding(
            "ranges",
            "warning",
            "No offline tables: hosts are traced by DNS and RDAP alone and no country reaches "
            "high confidence. Import with: hostwatch ranges import FILE.",
        )
    refused = [_named(one) for one in found if one.state in {"stale", "damaged"}]
    if refused:
        return _finding(
            "ranges",
            "problem",
            f"Too old or damaged, and so not used: {', '.join(refused)}. Import newer ones.",
        )
    old = [_named(one) for one in found if one.state == "ageing"]
    lacking = sorted({one.kind for one in found if one.state == "missing"})
    words = [
        f"{len(tables)} tables; the oldest is {max(one.age_days or 0 for one in tables)} days old",
        *([f"getting old: {', '.join(old)}"] if old else []),
        *([f"missing: {', '.join(lacking)} (see: hostwatch ranges list)"] if lacking else []),
    ]
    state: State = "warning" if old else "ok"
    return _finding("ranges", state, "; ".join(words) + ".")


def _named(one: Item) -> str:
    return f"{one.kind} {one.name}".strip()


async def _mail(mail: Mail) -> Finding:
    try:
        _, writer = await asyncio.wait_for(
            asyncio.open_connection(mail.host, mail.port), timeout=10
        )
        writer.close()
    except (OSError, TimeoutError, ssl.SSLError, socket.gaierror):
        return _finding(
            "mail",
            "problem",
            f"Nobody answers at mail.host {mail.host}, mail.port {mail.port}; notices stay "
            "approved and leave when the relay answers.",
        )
    return _finding("mail", "ok", f"The relay answers; security is {mail.security}.")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(directory).free
    if free < _LEAST_FREE:
        return _finding("disk", "problem", f"{free // 1024**2} MiB are free; keep 1 GiB.")
    return _finding("disk", "ok", f"{free // 1024**3} GiB are free.")


def _swap() -> Finding:
    active = [line for line in _lines("/proc/swaps")[1:] if "zram" not in line]
    if active:
        return _finding(
            "swap",
            "warning",
            "Swap is on; pictures in a worker's memory could reach it. Turn it off or encrypt it.",
        )
    return _finding("swap", "ok", "Off.")


def _volume(directory: Path) -> Finding:
    device = _device_of(directory)
    if device.startswith(("/dev/mapper/", "/dev/dm-")):
        return _finding("volume", "ok", "The data directory lies on a mapped volume.")
    return _finding(
        "volume",
        "warning",
        "The data directory does not seem to lie on an encrypted volume; hash lists are not "
        "sealed by hostwatch. Use LUKS.",
    )


def _device_of(directory: Path) -> str:
    wanted = os.path.realpath(directory)
    best = ("", "")
    for line in _lines("/proc/mounts"):
        device, point, *_ = line.split(" ")
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, device)
    return best[1]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
