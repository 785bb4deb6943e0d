"""Add up what a workload asks of each resource; name what gives way first, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.scale.constants import Assumed, Cost, Measured
from benchmarks.scale.life import Life
from benchmarks.scale.workload import Workload

DAY = 86400.0
SECONDS_A_YEAR = 365 * DAY
RESOURCES = ("core", "fetcher", "decoders", "connections", "places", "database", "relay", "host")

REMEDIES = {
    "core": "more workers (each brings a core of its own); then less work per look",
    "fetcher": "more workers; each has a fetcher process of its own",
    "decoders": "isolation.workers up to the cores of the machine, then more machines",
    "connections": "fetch.overall up, with resolvers and bandwidth that bear it; more workers",
    "places": "`--hosts` up: visits mostly wait for the network and for the pace of a host",
    "database": "SQLite: move to PostgreSQL; PostgreSQL: faster disk for its log, then fewer steps",
    "relay": "a second relay, or grouping more locations into one notice",
    "host": (
        "an agreement with this host (pace, a link-check for many locations at once), a slower "
        "cadence for watched cases there, cases grouped by archive object"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Steps per second, in the mean and in the busiest hour."""

    intake: float
    first: float
    notice: float
    present: float
    gone: float

    def items(self) -> list[tuple[str, float]]:
        """Return the rates by the name of the step's cost."""
        return [
            ("intake", self.intake),
            ("first", self.first),
            ("notice", self.notice),
            ("present", self.present),
            ("gone", self.gone),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Use of each resource, 1.0 being all of it."""

    use: dict[str, float]
    rates: Rates

    @property
    def bottleneck(self) -> str:
        """The resource with the highest use."""
        return max(self.use, key=lambda name: self.use[name])


def rates(workload: Workload, life: Life, *, peak: bool = False) -> Rates:
    """
    Return the steps per second of a house in its steady state.

    In the busiest hour come `peak` times the reports, their first visits and notices, and one
    re-check of each (the first day is hourly); all other re-checks stay at their mean.
    """
    mean = workload.cases_a_year / SECONDS_A_YEAR
    came = mean * (workload.peak if peak else 1.0)
    acted = workload.acted_on
    extra = (came - mean) * acted if peak else 0.0
    return Rates(
        intake=came,
        first=came,
        notice=came * acted * workload.notices_per_case,
        present=mean * acted * life.per_case["present"] + extra,
        gone=mean * acted * (life.per_case["gone"] + life.per_case["watch"]),
    )


def cost(measured: Measured, workload: Workload, step: str) -> Cost:
    """Return the cost of a step for a workload."""
    if step == "first":
        return _mixed(measured.first, measured.first_decoded, workload.decoded)
    if step == "notice":
        # a person approves later than a quarter of an hour after the visit: looked at anew
        return _sum(measured.notice, measured.present)
    found = getattr(measured, step)
    assert isinstance(found, Cost)
    return found


def demand(
    measured: Measured, assumed: Assumed, workload: Workload, life: Life, *, peak: bool = False
) -> Load:
    """Return the use of every resource."""
    found = rates(workload, life, peak=peak)
    used = dict.fromkeys(RESOURCES, 0.0)
    for step, rate in found.items():
        one = cost(measured, workload, step)
        used["core"] += rate * one.core_s
        used["fetcher"] += rate * one.fetcher_s
        used["decoders"] += rate * one.decoders_s
        used["connections"] += rate * one.requests * assumed.request_s
        used["places"] += 0.0 if step == "intake" else rate * duration(one, assumed)
        used["database"] += rate * (one.writes or 0.02) * measured.write_s[workload.database]
        used["host"] += rate * one.requests * assumed.pace_s * workload.largest_host
    used["relay"] = found.notice * assumed.relay_s
    return Load(
        use={name: used[name] / _of(name, assumed, workload) for name in RESOURCES}, rates=found
    )


def duration(one: Cost, assumed: Assumed) -> float:
    """Return how long a step holds its place when nothing is busy: requests one after another."""
    between = max(assumed.pace_s, assumed.request_s)
    network = max(0.0, one.requests - 1) * between + (assumed.request_s if one.requests else 0.0)
    return network + one.core_s + one.decoders_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What politeness leaves of one host."""

    requests_per_case: float
    """Over the whole life of an acted-on case."""
    cases_a_day: float
    """New acted-on cases that one host can carry for ever at the pace."""
    crowded: int
    """Hosts of the workload that get more than that."""
    crowded_share: float
    """Share of all cases at those hosts."""


def host_budget(
    measured: Measured,
    assumed: Assumed,
    workload: Workload,
    life: Life,
    *,
    watch_requests: float | None = None,
) -> Host:
    """
    Say how many cases one host can carry, and which hosts get more.

    `watch_requests` are those of one look at a watched case; none takes those of any look that
    finds nothing, which asks through every egress, with a control and an invalid sibling.
    """
    watched = measured.gone.requests if watch_requests is None else watch_requests
    seen = life.per_case
    per_case = (
        cost(measured, workload, "first").requests
        + workload.notices_per_case * measured.present.requests
        + seen["present"] * measured.present.requests
        + seen["gone"] * measured.gone.requests
        + seen["watch"] * watched
    )
    carried = DAY / assumed.pace_s / per_case
    came = workload.host_shares() * workload.cases_a_day * workload.acted_on
    over = came > carried
    return Host(
        requests_per_case=per_case,
        cases_a_day=carried,
        crowded=int(over.sum()),
        crowded_share=float(came[over].sum() / came.sum()),
    )


def bytes_per_case(
    measured: Measured, workload: Workload, life: Life, *, every_trace: bool = True
) -> float:
    """
    Return what one reported case takes in the database over its whole life.

    Without `every_trace` a re-check keeps its hosting snapshot only where something has changed.
    """
    sizes, rows = measured.sizes, measured.rows
    looked = {
        "first": 1.0,
        "present": workload.acted_on * life.per_case["present"],
        "gone": workload.acted_on * (life.per_case["gone"] + life.per_case["watch"]),
    }
    seen = sum(
        count
        * (
            rows[step]["observations"] * sizes.observation
            + (rows[step]["snapshots"] if every_trace or step == "first" else 0.0) * sizes.snapshot
        )
        for step, count in looked.items()
    )
    told = workload.acted_on * workload.notices_per_case * sizes.notice
    return sizes.case + seen + told


def _of(name: str, assumed: Assumed, workload: Workload) -> float:
    """Return how much of a resource there is."""
    workers = workload.workers
    writers = 1 if workload.database == "sqlite" else assumed.postgres_writers
    return {
        "core": float(workers),
        "fetcher": float(workers),
        "decoders": float(workers * assumed.decoders),
        "connections": float(workers * assumed.overall),
        "places": float(workers * assumed.places),
        "database": float(writers),
        "relay": float(workers * assumed.relay_at_once),
        "host": 1.0,
    }[name]


def _mixed(one: Cost, other: Cost, share: float) -> Cost:
    return Cost(
        **{
            name: getattr(one, name) * (1 - share) + getattr(other, name) * share
            for name in _FIELDS
        }
    )


def _sum(one: Cost, other: Cost) -> Cost:
    return Cost(**{name: getattr(one, name) + getattr(other, name) for name in _FIELDS})


_FIELDS = ("core_s", "fetcher_s", "decoders_s", "requests", "writes", "reads")
