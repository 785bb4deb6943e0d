"""The outcome as a value for machines and as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from benchmarks.scale.constants import Assumed, Measured
from benchmarks.scale.life import Life
from benchmarks.scale.model import (
    DAY,
    REMEDIES,
    RESOURCES,
    Host,
    Load,
    bytes_per_case,
    demand,
    host_budget,
)
from benchmarks.scale.simulate import Result, simulate
from benchmarks.scale.workload import Workload

_BAR = 30
_AGREED_PACE_S = 0.2
"""A pace that a large host may grant to a hotline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Everything about one workload."""

    workload: Workload
    life: Life
    mean: Load
    peak: Load
    hour: Result
    """The mean hour, played."""
    busiest: Result
    """The busiest hour, played."""
    bytes_per_case: float
    bytes_without_traces: float
    """The same, if a re-check kept its hosting snapshot only where something has changed."""
    hosts: Mapping[str, Host]
    """What one host carries, as it is and with each remedy."""


def chapter(
    workload: Workload,
    life: Life,
    measured: Measured,
    assumed: Assumed,
    *,
    seconds: float,
    seed: int,
) -> Chapter:
    """Work one workload out and play it."""
    mean = demand(measured, assumed, workload, life)
    peak = demand(measured, assumed, workload, life, peak=True)
    hour, busiest = (
        simulate(measured, assumed, workload, life, seconds=seconds, peak=which, seed=seed)
        for which in (False, True)
    )
    return Chapter(
        workload=workload,
        life=life,
        mean=mean,
        peak=peak,
        hour=hour,
        busiest=busiest,
        bytes_per_case=bytes_per_case(measured, workload, life),
        bytes_without_traces=bytes_per_case(measured, workload, life, every_trace=False),
        hosts=_host_remedies(workload, life, measured, assumed),
    )


def _host_remedies(
    workload: Workload, life: Life, measured: Measured, assumed: Assumed
) -> dict[str, Host]:
    agreed = replace(assumed, pace_s=_AGREED_PACE_S)
    light = measured.present.requests
    return {
        "as it is": host_budget(measured, assumed, workload, life),
        "watched through one egress": host_budget(
            measured, assumed, workload, life, watch_requests=light
        ),
        f"agreed pace of {_AGREED_PACE_S} s": host_budget(measured, agreed, workload, life),
        "both": host_budget(measured, agreed, workload, life, watch_requests=light),
    }


def as_value(
    chapters: Iterable[Chapter], measured: Measured, assumed: Assumed
) -> dict[str, object]:
    """Return everything as JSON."""
    return {
        "measured": asdict(measured),
        "assumed": asdict(assumed),
        "workloads": [_value(one) for one in chapters],
    }


def _value(one: Chapter) -> dict[str, object]:
    return {
        "name": one.workload.name,
        "title": one.workload.title,
        "cases_a_day": round(one.workload.cases_a_day, 1),
        "workers": one.workload.workers,
        "database": one.workload.database,
        "sources": list(one.workload.sources),
        "rechecks_per_case": {kind: round(n, 1) for kind, n in one.life.per_case.items()},
        "steps_a_day": {step: round(rate * DAY, 1) for step, rate in one.mean.rates.items()},
        "use": {name: round(used, 4) for name, used in one.mean.use.items()},
        "use_in_the_peak": {name: round(used, 4) for name, used in one.peak.use.items()},
        "bottleneck": one.mean.bottleneck,
        "bottleneck_in_the_peak": one.peak.bottleneck,
        "remedy": REMEDIES[one.peak.bottleneck],
        "bytes_per_case": round(one.bytes_per_case),
        "bytes_per_case_without_traces": round(one.bytes_without_traces),
        "gigabytes_a_year": round(one.bytes_per_case * one.workload.cases_a_year / 1e9, 1),
        "hosts": {name: asdict(host) for name, host in one.hosts.items()},
        "mean_hour": asdict(one.hour),
        "busiest_hour": asdict(one.busiest),
    }


def as_text(chapters: Iterable[Chapter], measured: Measured) -> str:
    """Return the same for people."""
    lines = [f"measured on {measured.machine}, {measured.taken_on}, load {measured.load}", ""]
    for one in chapters:
        lines += _told(one)
    return "\n".join(lines)


def _told(one: Chapter) -> list[str]:
    workload = one.workload
    return [
        (
            f"{workload.title}: {workload.cases_a_day:,.0f} cases a day, "
            f"{workload.workers} workers, {workload.database}"
        ),
        (
            f"  re-checks of an acted-on case: {one.life.rechecks:.0f}; "
            f"{one.bytes_per_case / 1000:,.0f} kB in the database, "
            f"{one.bytes_per_case * workload.cases_a_year / 1e9:,.0f} GB a year"
        ),
        "  use of          mean    peak",
        *(_row(name, one.mean.use, one.peak.use) for name in RESOURCES),
        f"  lateness, mean hour     {_late(one.hour.lateness_s)}",
        f"  ... without the largest host  {_late(one.hour.elsewhere_s)}",
        f"  lateness, busiest hour  {_late(one.busiest.lateness_s)}",
        f"  ... without the largest host  {_late(one.busiest.elsewhere_s)}",
        f"  next to give way: {one.mean.bottleneck}, in the peak {one.peak.bottleneck}",
        f"  remedy: {REMEDIES[one.peak.bottleneck]}",
        *(f"  {name:<38} {_budget(host)}" for name, host in one.hosts.items()),
        "",
    ]


def _budget(host: Host) -> str:
    return (
        f"one host carries {host.cases_a_day:,.0f} new cases a day; "
        f"{host.crowded} hosts get more, with {host.crowded_share:.0%} of the cases"
    )


def _row(name: str, mean: Mapping[str, float], peak: Mapping[str, float]) -> str:
    bar = "#" * min(_BAR, round(peak[name] * _BAR))
    over = " !" if peak[name] > 1 else ""
    return f"  {name:<12} {mean[name]:>7.1%} {peak[name]:>7.1%}  {bar}{over}"


def _late(quantiles: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:,.1f} s" for name, value in quantiles.items())
