"""What many courses come to: false removals first, then missed ones, then load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cases.model import TakedownVerdict
from cases.takedown import naive_gone
from sandbox.rechecks.course import CLOSING, Course
from sandbox.rechecks.situation import DAYS, DOWN, REMOVED, THERE, WAYS, Truth

_LONG_H = 9 * 24.0
"""Hours that something must be over at the end, so that it could be proven or asked about."""


@dataclass(slots=True)
class Sums:
    """Counts over situations."""

    situations: int = 0
    looks: int = 0
    false_removed: list[int] = field(default_factory=list)
    """Seeds: said to be removed, expired or down while the content, or other media, was there."""
    wrong_credit: list[int] = field(default_factory=list)
    """Seeds: said to be removed by somebody while it expired or the site went down, or reverse."""
    naive_false: int = 0
    over: int = 0
    """Really over for long at the end, with two unfiltered ways out."""
    proven: int = 0
    asked_instead: int = 0
    missed: list[int] = field(default_factory=list)
    """Seeds: over for long, neither proven nor asked about."""
    naive_missed: int = 0
    by_ways: Counter[str] = field(default_factory=Counter)
    asking_by_ways: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)


def summed(courses: Iterable[Course]) -> Sums:
    """Sum up courses."""
    sums = Sums()
    for course in courses:
        _add(sums, course)
    return sums


def _add(sums: Sums, course: Course) -> None:
    seed = course.situation.seed
    sums.situations += 1
    sums.looks += len(course.looks)
    ends = list(_endings(course))
    sums.false_removed += [seed] * any(not _over(truth) for _, truth in ends)
    sums.wrong_credit += [seed] * any(_over(t) and not _fits(v, t) for v, t in ends)
    naive = naive_end(course)
    sums.naive_false += naive is not None and not _over(course.situation.truth(naive))
    _count_over(sums, course, naive=naive is not None)
    _count_load(sums, course)


def _endings(course: Course) -> Iterable[tuple[TakedownVerdict, Truth]]:
    """Yield each verdict that closes, at the moment it was reached, with the truth then."""
    before = None
    for look in course.looks:
        verdict = look.proof.verdict
        if verdict in CLOSING and verdict is not before:
            yield verdict, course.situation.truth(look.hour)
        before = verdict


def _over(truth: Truth) -> bool:
    return truth not in THERE and truth is not Truth.CHANGED


def _fits(verdict: TakedownVerdict, truth: Truth) -> bool:
    right = {
        TakedownVerdict.REMOVED: truth in REMOVED,
        TakedownVerdict.EXPIRED: truth is Truth.EXPIRED,
        TakedownVerdict.SITE_DOWN: truth in DOWN,
    }
    return right[verdict]


def naive_end(course: Course) -> float | None:
    """Return the hour at which "three errors or a changed hash" closes, if it does."""
    seen = course.observations
    if not naive_gone(seen):
        return None
    first, last = 0, len(seen)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if naive_gone(seen[:middle]) else (middle, last)
    hours = [look.hour for look in course.looks for _ in look.observations]
    return hours[last - 1]


def _count_over(sums: Sums, course: Course, *, naive: bool) -> None:
    since, truth = course.situation.chapters[-1]
    long = since <= DAYS * 24 - _LONG_H
    if course.situation.ways != WAYS["two"] or not _over(truth) or not long:
        return
    sums.over += 1
    end = course.looks[-1]
    sums.naive_missed += not naive
    if end.proof.verdict in CLOSING:
        sums.proven += 1
    elif end.question is not None:
        sums.asked_instead += 1
    else:
        sums.missed.append(course.situation.seed)


def _count_load(sums: Sums, course: Course) -> None:
    ways = next(name for name, ways in WAYS.items() if ways == course.situation.ways)
    end = course.looks[-1]
    sums.by_ways[ways] += 1
    if end.question is not None:
        sums.asking_by_ways[ways] += 1
        sums.questions[end.question] += 1


def as_json(sums: Sums) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "situations": sums.situations,
        "looks": sums.looks,
        "false_removed": len(sums.false_removed),
        "false_removed_at_most": round(3 / sums.situations, 5) if not sums.false_removed else None,
        "wrong_credit": len(sums.wrong_credit),
        "really_over_seen_from_two_networks": sums.over,
        "proven": sums.proven,
        "left_to_a_person": sums.asked_instead,
        "missed": len(sums.missed),
        "analyst_load": _shares(sums),
        "questions": dict(sums.questions.most_common()),
        "naive_rule": {"false_removed": sums.naive_false, "missed": sums.naive_missed},
        "seeds": {
            "false_removed": sums.false_removed,
            "wrong_credit": sums.wrong_credit,
            "missed": sums.missed,
        },
    }


def _shares(sums: Sums) -> dict[str, float]:
    whole = {"all": sum(sums.asking_by_ways.values()) / max(sums.situations, 1)}
    parts = {
        name: sums.asking_by_ways[name] / sums.by_ways[name] for name in WAYS if sums.by_ways[name]
    }
    return {name: round(share, 3) for name, share in (whole | parts).items()}
