"""Play an hour of a workload event by event: lateness, and what waits for what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.scale.constants import Assumed, Cost, Measured
from benchmarks.scale.life import Life
from benchmarks.scale.model import Rates, cost, rates
from benchmarks.scale.queueing import House, Job, Outcome, Phase, play
from benchmarks.scale.workload import Workload

STATIONS = ("core", "fetcher", "decoders", "connections", "database", "relay")
_CORE, _FETCHER, _DECODERS, _CONNECTIONS, _DATABASE, _RELAY = range(6)
_SHAPE = 2.0
"""Of the gamma distribution of a request's time: mostly quick, sometimes slow."""
HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an hour looked like."""

    use: dict[str, float]
    places_use: float
    largest_host_use: float
    lateness_s: dict[str, float]
    """`p50`, `p95`, `p99`, `max`, of all steps that fell due."""
    elsewhere_s: dict[str, float]
    """The same, without the largest host."""
    arrived: int
    done: int
    left: int


def house(assumed: Assumed, workload: Workload) -> House:
    """Put the workers of a workload together."""
    count = workload.workers
    writers = 1 if workload.database == "sqlite" else assumed.postgres_writers
    return House(
        servers=(
            count,
            count,
            count * assumed.decoders,
            count * assumed.overall,
            writers,
            count * assumed.relay_at_once,
        ),
        places=count * assumed.places,
        pace_s=assumed.pace_s,
    )


def simulate(
    measured: Measured,
    assumed: Assumed,
    workload: Workload,
    life: Life,
    *,
    seconds: float = HOUR,
    peak: bool = False,
    seed: int = 1,
) -> Result:
    """Play a window of a workload."""
    chance = np.random.default_rng(seed)
    found = rates(workload, life, peak=peak)
    jobs = _jobs(chance, measured, assumed, workload, found, seconds)
    played = house(assumed, workload)
    out = play(played, jobs, until=seconds)
    return _result(out, played, seconds)


def _jobs(
    chance: np.random.Generator,
    measured: Measured,
    assumed: Assumed,
    workload: Workload,
    found: Rates,
    seconds: float,
) -> list[Job]:
    shares = workload.host_shares()
    jobs: list[Job] = []
    for step, rate in found.items():
        one = cost(measured, workload, step)
        if step == "intake":
            continue
        number = int(chance.poisson(rate * seconds))
        at = np.sort(chance.uniform(0.0, seconds, number))
        hosts = chance.choice(len(shares), number, p=shares)
        jobs += [
            Job(
                at=float(when),
                host=int(host),
                kind=step,
                phases=_phases(chance, one, step, assumed, measured, workload),
            )
            for when, host in zip(at, hosts, strict=True)
        ]
    jobs.sort(key=lambda job: job.at)
    return jobs


def _phases(
    chance: np.random.Generator,
    one: Cost,
    step: str,
    assumed: Assumed,
    measured: Measured,
    workload: Workload,
) -> tuple[Phase, ...]:
    """Lay a step out: core, its requests one after another, decoding, core, database, relay."""
    whole = int(one.requests)
    requests = whole + int(chance.random() < one.requests - whole)
    phases = [Phase(station=_CORE, seconds=one.core_s / 2)]
    for took in chance.gamma(_SHAPE, assumed.request_s / _SHAPE, requests):
        phases.append(Phase(station=_CONNECTIONS, seconds=float(took), paced=True))
        phases.append(Phase(station=_FETCHER, seconds=one.fetcher_s / max(1, requests)))
    if one.decoders_s > 0:
        phases.append(Phase(station=_DECODERS, seconds=one.decoders_s))
    phases.append(Phase(station=_CORE, seconds=one.core_s / 2))
    phases.append(
        Phase(station=_DATABASE, seconds=one.writes * measured.write_s[workload.database])
    )
    if step == "notice":
        phases.append(Phase(station=_RELAY, seconds=assumed.relay_s))
    return tuple(phases)


def _result(out: Outcome, played: House, seconds: float) -> Result:
    largest = max(out.host_busy, key=lambda host: out.host_busy[host], default=0)
    return Result(
        use={
            name: used / (servers * seconds)
            for name, used, servers in zip(STATIONS, out.busy, played.servers, strict=True)
        },
        places_use=out.places_busy / (played.places * seconds),
        largest_host_use=out.host_busy.get(largest, 0.0) / seconds,
        lateness_s=_quantiles(out.lateness),
        elsewhere_s=_quantiles(
            [late for late, host in zip(out.lateness, out.lateness_hosts, strict=True) if host != 0]
        ),
        arrived=out.arrived,
        done=out.done,
        left=out.left,
    )


def _quantiles(values: list[float]) -> dict[str, float]:
    if not values:
        return dict.fromkeys(("p50", "p95", "p99", "max"), 0.0)
    found = np.quantile(values, (0.5, 0.95, 0.99, 1.0))
    return dict(zip(("p50", "p95", "p99", "max"), (float(one) for one in found), strict=True))
