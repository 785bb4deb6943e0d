"""Measure what each piece of work costs, on the machine at hand, with the real rooms."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scale.constants import Cost, Measured, Sizes
from benchmarks.scale.plant import Setting, Work, at_work, children, runs
from cases.model import Asset, Case, HostingSnapshot, Notice, Observation, Report
from cases.ports import CaseFilter, CaseStore, NoticeFilter
from cases.seal import Keyring
from cases.store.opening import Place, open_store
from config.logging import configure_logging
from config.settings import Log

CLONES = 10_000
_BATCH = 250
_WARM = 24
_KEYS = Keyring.derive(b"scale".ljust(32, b"."), key_id=1)


@dataclass(slots=True)
class _Meter:
    """Differences of everything that a house counts."""

    work: Work

    def read(self) -> dict[str, float]:
        counters = self.work.engine.counters
        steps = counters.times("database")
        fetches = counters.times("fetches")
        return {
            **self.work.used(),
            "requests": float(sum(one.times for one in fetches.values())),
            "writes": float(steps["write"].times) if "write" in steps else 0.0,
            "reads": float(steps["read"].times) if "read" in steps else 0.0,
        }

    @asynccontextmanager
    async def over(self, into: list[Cost], count: int) -> AsyncIterator[None]:
        before = self.read()
        yield
        spent = {name: value - before[name] for name, value in self.read().items()}
        into.append(_cost(spent, count))


def _cost(spent: dict[str, float], count: int) -> Cost:
    return Cost(
        core_s=round(spent["core"] / count, 5),
        fetcher_s=round(spent["fetcher"] / count, 5),
        decoders_s=round(spent["decoders"] / count, 5),
        requests=round(spent["requests"] / count, 3),
        writes=round(spent["writes"] / count, 3),
        reads=round(spent["reads"] / count, 3),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All rows of one real case, to be copied."""

    case: Case
    reports: list[Report]
    assets: list[Asset]
    observations: list[Observation]
    snapshots: list[HostingSnapshot]
    notices: list[Notice]


async def measure(
    *, cases: int = 120, clones: int = CLONES, postgres: Place | None = None
) -> Measured:
    """Run a real house through a case's life, then fill a store with copies of one life."""
    configure_logging(Log(level="error"))
    load = os.getloadavg()[0]
    costs, rows, life, memory = await _lives(cases)
    decoded = await _decoded(max(20, cases // 4))
    sizes, write_s = await _store_of(life, clones)
    per_database = {"sqlite": write_s}
    if postgres is not None:
        per_database["postgres"] = await _writes(postgres, life, clones // 10, create=True)
    return Measured(
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        taken_on=datetime.now(UTC).date().isoformat(),
        load=round(load, 2),
        **costs,
        first_decoded=decoded,
        write_s=per_database,
        sizes=sizes,
        rows=rows,
        rss_mb=memory,
    )


async def _lives(
    cases: int,
) -> tuple[dict[str, Cost], dict[str, dict[str, float]], Life, dict[str, float]]:
    """Play one life: work by step, rows that each look adds, one life to copy, memory."""
    setting = Setting(cases=cases + _WARM, hosts=max(8, cases // 5), delay_s=0.02)
    found: list[Cost] = []
    rows: dict[str, dict[str, float]] = {}
    async with at_work(setting) as work:
        meter = _Meter(work)
        await _warm(work)
        async with meter.over(found, cases):
            await work.enter(_WARM)
        for name in ("first", "notice", "present", "gone"):
            count = cases
            if name in ("present", "gone"):
                work.clock.ahead += timedelta(minutes=70)
                count = setting.cases  # those of the warming-up are due as well
            if name == "gone":
                await work.take_down()
            before = work.rows()
            async with meter.over(found, count):
                await (work.send_all() if name == "notice" else work.visit_all())
            rows[name] = {
                table: (rows_now - before[table]) / count for table, rows_now in work.rows().items()
            }
        names = ("intake", "first", "notice", "present", "gone")
        costs = dict(zip(names, found, strict=True))
        return costs, rows, await _life_of(work.office.store), _memory()


async def _decoded(cases: int) -> Cost:
    setting = Setting(cases=cases + _WARM, hosts=max(8, cases // 5), delay_s=0.02, listed=0.0)
    found: list[Cost] = []
    async with at_work(setting) as work:
        await _warm(work)
        await work.enter(_WARM)
        async with _Meter(work).over(found, cases):
            await work.visit_all()
    return found[0]


async def _warm(work: Work) -> None:
    """Take a few cases through the house, so that the start of its processes is not counted."""
    await work.enter(0, _WARM)
    await work.visit_all()
    await work.send_all()


def _memory() -> dict[str, float]:
    """Return the largest resident sizes so far, in MB."""
    fetcher = next((pid for pid in children(os.getpid()) if runs(pid, "crawler.fetch")), 0)
    decoders = [_rss(pid) for pid in children(fetcher)]
    return {
        "core": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "fetcher": round(_rss(fetcher), 1),
        "decoder": round(max(decoders, default=0.0), 1),
        "decoders_running": float(len(decoders)),
    }


def _rss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0


async def _life_of(store: CaseStore) -> Life:
    async with store.reading() as tx:
        case = (await tx.cases(CaseFilter(limit=1)))[0]
        assets = await tx.assets(case.id)
        observations = await tx.observations(case.id)
        named = {
            name
            for notice in await tx.notices(NoticeFilter(case_id=case.id))
            for name in notice.snapshot_ids
        }
        latest = [await tx.latest_snapshot(case.id, asset.id) for asset in assets]
        snapshots = [await tx.snapshot(name) for name in sorted(named)]
        return Life(
            case=case,
            reports=await tx.reports(case.id),
            assets=assets,
            observations=observations,
            snapshots=[*snapshots, *(one for one in latest if one is not None)],
            notices=await tx.notices(NoticeFilter(case_id=case.id)),
        )


# --------------------------------------------------------------------------- the store


async def _store_of(life: Life, clones: int) -> tuple[Sizes, float]:
    with TemporaryDirectory(prefix="hostwatch-sizes-") as folder:
        path = Path(folder) / "cases.sqlite3"
        store = await open_store(path, _KEYS, create=True)
        try:
            sizes = await _filled(store, path, life, clones)
        finally:
            await store.close()
    with TemporaryDirectory(prefix="hostwatch-writes-") as folder:
        place = Path(folder) / "cases.sqlite3"
        return sizes, await _writes(place, life, max(200, clones // 20), create=True)


async def _filled(store: CaseStore, path: Path, life: Life, clones: int) -> Sizes:
    """Add one kind of row after the other, and weigh the file in between."""
    empty = _bytes(path)
    await _each(store, clones, lambda tx, n: _add_case(tx, life, n))
    cases = _bytes(path)
    await _each(store, clones, lambda tx, n: _add_observations(tx, life, n))
    observations = _bytes(path)
    await _each(store, clones, lambda tx, n: _add_snapshots(tx, life, n))
    snapshots = _bytes(path)
    await _each(store, clones, lambda tx, n: _add_notices(tx, life, n))
    notices = _bytes(path)
    return Sizes(
        case=round((cases - empty) / clones),
        observation=round((observations - cases) / clones / max(1, len(life.observations))),
        snapshot=round((snapshots - observations) / clones / max(1, len(life.snapshots))),
        notice=round((notices - snapshots) / clones / max(1, len(life.notices))),
    )


def _bytes(path: Path) -> int:
    return sum(
        Path(f"{path}{suffix}").stat().st_size
        for suffix in ("", "-wal")
        if Path(f"{path}{suffix}").exists()
    )


async def _each(store: CaseStore, count: int, add: Callable[..., Awaitable[None]]) -> None:
    for first in range(0, count, _BATCH):
        async with store.transaction() as tx:
            for number in range(first, min(first + _BATCH, count)):
                await add(tx, number)


def _name(number: int) -> str:
    return f"HW-2026-{number + 1:06d}"


def _moved(text: str, number: int) -> str:
    """Give a location or a name of the copied case its own number."""
    return f"{text}-{number}"


async def _add_case(tx: object, life: Life, number: int) -> None:
    name, old = _name(number), life.case
    case = replace(
        old,
        id=name,
        version=1,
        url=_moved(old.url, number),
        canonical=_moved(old.canonical, number),
        linked=(),
    )
    await tx.add_case(case)  # type: ignore[attr-defined]
    for report in life.reports:
        await tx.add_report(  # type: ignore[attr-defined]
            replace(
                report,
                id=_moved(report.id, number),
                reference=_moved(report.reference, number),
                case_id=name,
                url=case.url,
            )
        )
    for asset in life.assets:
        await tx.save_asset(  # type: ignore[attr-defined]
            replace(
                asset,
                id=asset.id.replace(old.id, name),
                case_id=name,
                url=_moved(asset.url, number),
            )
        )
    await tx.audit(datetime.now(UTC), "ana", "report_add", name, outcome="new", login="bench")  # type: ignore[attr-defined]


async def _add_observations(tx: object, life: Life, number: int) -> None:
    name = _name(number)
    for one in life.observations:
        asset = one.asset_id.replace(life.case.id, name)
        await tx.add_observation(replace(one, case_id=name, asset_id=asset))  # type: ignore[attr-defined]


async def _add_snapshots(tx: object, life: Life, number: int) -> None:
    name = _name(number)
    for which, one in enumerate(life.snapshots):
        asset = one.asset_id.replace(life.case.id, name)
        made = replace(one, id=f"{name}-S{which}", case_id=name, asset_id=asset)
        await tx.add_snapshot(made)  # type: ignore[attr-defined]


async def _add_notices(tx: object, life: Life, number: int) -> None:
    name = _name(number)
    for one in life.notices:
        serial = one.serial.replace(life.case.id, name)
        await tx.add_notice(  # type: ignore[attr-defined]
            replace(
                one,
                serial=serial,
                case_id=name,
                version=1,
                message_id=_moved(one.message_id or "m", number),
                answer_code=_moved(one.answer_code or "c", number),
            )
        )
        for action in ("notices_drafted", "notice_approve", "notice_claimed", "notice_sent"):
            await tx.audit(datetime.now(UTC), "ana", action, name, serial=serial)  # type: ignore[attr-defined]


async def _writes(place: Place, life: Life, steps: int, *, create: bool) -> float:
    """Return the median seconds of one atomic step like that of a re-check, alone on the store."""
    look = replace(life, observations=life.observations[:2], snapshots=life.snapshots[:1])
    store = await open_store(place, _KEYS, create=create)
    took: list[float] = []
    try:
        for number in range(steps):
            async with store.transaction() as tx:
                await _add_case(tx, life, number)
            started = time.perf_counter()
            async with store.transaction() as tx:
                case = await tx.case(_name(number))
                await _add_observations(tx, look, number)
                await _add_snapshots(tx, look, number)
                await tx.save_case(replace(case, last_seen=datetime.now(UTC)))
            took.append(time.perf_counter() - started)
    finally:
        await store.close()
    return round(sorted(took)[len(took) // 2], 6)
