"""
The figures that a monitoring system reads: names, meanings and values; pure.

No sample carries a host, an address, a path, a provider or a person. A label's value is a machine
word; whatever does not look like one is counted under `other`, and a figure has at most
`MOST_WORDS` words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from cases.model import StoreCounts
from hostwatch.counters import Counters
from matchers.hashlist.manifest import Manifest

MOST_WORDS = 40
OTHER = "other"
_WORD = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")

Samples = Mapping[str, float]
"""Value by the word of the label; a figure without a label has one sample under the empty word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric with its samples."""

    name: str
    """Without the prefix `hostwatch_`; base units, as Prometheus asks."""
    kind: Literal["gauge", "counter"]
    meaning: str
    label: str = ""
    samples: Samples


def gauge(name: str, meaning: str, value: float) -> Figure:
    """Make a figure that may go up and down."""
    return Figure(name=name, kind="gauge", meaning=meaning, samples={"": float(value)})


def counter(name: str, meaning: str, value: float) -> Figure:
    """Make a figure that only grows, from zero at the start of the process."""
    return Figure(name=name, kind="counter", meaning=meaning, samples={"": float(value)})


def worded(
    name: str,
    meaning: str,
    label: str,
    samples: Mapping[str, float],
    *,
    kind: Literal["gauge", "counter"] = "gauge",
) -> Figure:
    """
    Make a figure with one sample per word.

    >>> worded("x", "X.", "reason", {"gated": 1, "board.test/1": 2}).samples
    {'gated': 1.0, 'other': 2.0}
    """
    kept: dict[str, float] = {}
    for word, value in sorted(samples.items()):
        known = _WORD.fullmatch(word) is not None and (word in kept or len(kept) < MOST_WORDS)
        place = word if known else OTHER
        kept[place] = kept.get(place, 0.0) + float(value)
    return Figure(name=name, kind=kind, meaning=meaning, label=label, samples=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """What the rooms of a worker say of themselves; a process with doors only has none."""

    lists: tuple[Manifest, ...]
    ranges_built: tuple[date, ...]
    """Build dates of the offline tables in use."""
    locks: Mapping[str, bool]
    held: int
    fetcher_alive: bool | None


def lateness(counts: StoreCounts, now: datetime) -> float:
    """Return how many seconds the longest waiting case is overdue; 0 if none is."""
    if counts.oldest_due is None:
        return 0.0
    return max(0.0, (now - counts.oldest_due).total_seconds())


def of_store(
    counts: StoreCounts, now: datetime, *, alarm_s: float, dead_after_s: float
) -> list[Figure]:
    """List what the database says; every process that asks it says the same."""
    silent = [worker for worker in counts.workers if _silent(worker.beat_at, now, dead_after_s)]
    return [
        gauge(
            "lateness_seconds",
            "How long the longest waiting case is overdue.",
            lateness(counts, now),
        ),
        gauge("lateness_alarm_seconds", "Lateness that raises the alarm (policy).", alarm_s),
        gauge("due_cases", "Cases whose time has come.", counts.due),
        worded("cases", "Cases by stage.", "stage", counts.cases),
        worded("cases_needing_analyst", "Cases that wait for a person.", "reason", counts.needs),
        worded("notices", "Notices by state.", "state", counts.notices),
        gauge("host_leases", "Hosts that a worker visits now.", counts.leases),
        gauge(
            "workers_alive", "Workers with a fresh heartbeat.", len(counts.workers) - len(silent)
        ),
        gauge("workers_silent", "Workers entered without a fresh heartbeat.", len(silent)),
        gauge("audit_sequence", "Number of the newest line of the trail.", counts.audit_sequence),
    ]


def of_plant(plant: Plant, now: datetime) -> list[Figure]:
    """List what a worker's rooms say."""
    figures = [
        worded("hash_list_entries", "Signals in force.", "tier", _entries(plant.lists)),
        worded("hash_list_age_seconds", "Age of the oldest list.", "tier", _ages(plant.lists, now)),
        worded("worker_lock", "1 where the lock holds.", "lock", _numbers(plant.locks)),
        gauge("held_bodies", "Bodies that wait in locked workers.", plant.held),
    ]
    if plant.ranges_built:
        built = datetime.combine(min(plant.ranges_built), time(), tzinfo=UTC)
        age = max(0.0, (now - built).total_seconds())
        figures.append(gauge("ranges_age_seconds", "Age of the oldest table of ranges.", age))
    if plant.fetcher_alive is not None:
        figures.append(gauge("fetcher_up", "1 while the fetcher runs.", plant.fetcher_alive))
    return figures


_PLAIN = {
    "steps": "Steps of cases done.",
    "step_faults": "Steps that ended in a fault of ours.",
    "notice_faults": "Notices set aside for a fault of ours.",
    "hash_list_faults": "Times that a new hash list could not be taken up.",
    "requests_refused": "Requests that the gate refused.",
    "fetched_bytes": "Bytes of bodies that streamed through the fetcher.",
    "media_bytes": "Bytes of media that were digested and dropped.",
}
_TIMED = {
    "fetches": ("outcome", "Fetches by class of outcome."),
    "resolves": ("outcome", "Names resolved by outcome."),
    "decodes": ("result", "Bodies measured in locked workers by result."),
    "database": ("step", "Steps on the database by kind."),
    "mails": ("outcome", "Messages handed to the relay by outcome."),
}


def of_counters(counters: Counters) -> list[Figure]:
    """List what was counted since the process began; what never happened stands at zero."""
    plain = [counter(name, meaning, counters.get(name)) for name, meaning in _PLAIN.items()]
    timed = [
        figure
        for name, (label, meaning) in _TIMED.items()
        for figure in _times(counters, name, label, meaning)
    ]
    return [*plain, *timed]


def of_checkpoint(newest: datetime | None, now: datetime) -> list[Figure]:
    """Tell how old the newest signed checkpoint of the trail is, if there is one."""
    if newest is None:
        return []
    age = max(0.0, (now - newest).total_seconds())
    return [gauge("audit_checkpoint_age_seconds", "Age of the newest signed checkpoint.", age)]


def _times(counters: Counters, name: str, label: str, meaning: str) -> Iterable[Figure]:
    took = counters.times(name)
    times = {word: float(one.times) for word, one in took.items()}
    seconds = {word: one.seconds for word, one in took.items()}
    yield worded(name, meaning, label, times, kind="counter")
    yield worded(f"{name}_seconds", f"{meaning[:-1]}: seconds.", label, seconds, kind="counter")


def _silent(beat_at: datetime, now: datetime, dead_after_s: float) -> bool:
    return (now - beat_at).total_seconds() > dead_after_s


def _entries(lists: Iterable[Manifest]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in lists:
        found[one.tier] = found.get(one.tier, 0.0) + one.total
    return found


def _ages(lists: Iterable[Manifest], now: datetime) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in lists:
        age = max(0.0, (now - one.imported_at).total_seconds())
        found[one.tier] = max(found.get(one.tier, 0.0), age)
    return found


def _numbers(flags: Mapping[str, bool]) -> dict[str, float]:
    return {name: float(held) for name, held in flags.items()}
