"""How often a case is looked at over its life, by the real schedule and the default policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import numpy as np

from cases.model import Case, Stage
from cases.schedule import Cadence, next_recheck, next_watch
from cases.takedown import TakedownRule
from config.load import load_policy
from hostwatch.rules import cadence_of, takedown_of

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86400.0
LONGEST = timedelta(days=365)
"""A case that stays up is looked at for a year in this model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the policy says about looking again."""

    cadence: Cadence
    takedown: TakedownRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One re-check of a case."""

    after_s: float
    """Seconds since the case began."""
    kind: str
    """`present`, `gone` (seen through every egress until proven) or `watch` (the same, later)."""


def default_rules() -> Rules:
    """Read the policy that `hostwatch init` writes."""
    with resources.as_file(resources.files("config").joinpath("policy/default.toml")) as path:
        policy = load_policy(Path(path))
    return Rules(cadence=cadence_of(policy), takedown=takedown_of(policy))


def looks(number: int, removed_after_s: float, rules: Rules) -> Iterator[Look]:
    """
    List every re-check of one case that is taken down after so many seconds.

    The first visit and the proof before a notice are not among them.
    """
    case = _case(number)
    now, removed = START, START + timedelta(seconds=removed_after_s)
    first_gone: datetime | None = None
    agreeing = 0
    now = next_recheck(case, opened=START, confirming=False, cadence=rules.cadence, now=now)
    while now - START < LONGEST:
        gone = now >= removed
        yield Look(after_s=(now - START).total_seconds(), kind="gone" if gone else "present")
        if gone:
            first_gone = first_gone or now
            agreeing += 1
            if agreeing >= rules.takedown.agreeing and now - first_gone >= rules.takedown.span:
                yield from _watch(case, now, rules)
                return
        now = next_recheck(case, opened=START, confirming=gone, cadence=rules.cadence, now=now)


def _watch(case: Case, closed: datetime, rules: Rules) -> Iterator[Look]:
    due = next_watch(case, closed_at=closed, cadence=rules.cadence, now=closed)
    while due is not None:
        yield Look(after_s=(due - START).total_seconds(), kind="watch")
        due = next_watch(case, closed_at=closed, cadence=rules.cadence, now=due)


def _case(number: int) -> Case:
    return Case(
        id=f"HW-2026-{number:06d}",
        version=1,
        stage=Stage.NOTIFIED,
        created_at=START,
        url="http://a.test/",
        canonical="http://a.test/",
        host="a.test",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """How long content stays up: a lognormal distribution, given by two of its quantiles."""

    median_days: float
    p90_days: float

    def sample(self, chance: np.random.Generator, count: int) -> np.ndarray:
        """Draw seconds until removal."""
        sigma = np.log(self.p90_days / self.median_days) / 1.2815515655446004
        return np.asarray(chance.lognormal(np.log(self.median_days * DAY), sigma, count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Means over many cases."""

    per_case: dict[str, float]
    """Re-checks of each kind over a whole life."""
    first_day: float
    """Re-checks of all kinds in the first 24 hours."""
    open_days: float
    """Days from the first visit until proven removed or given up."""
    watched_days: float

    @property
    def rechecks(self) -> float:
        """All re-checks of a life."""
        return sum(self.per_case.values())


def mean_life(removal: Removal, rules: Rules, *, cases: int = 400, seed: int = 1) -> Life:
    """Draw lives and average them."""
    drawn = removal.sample(np.random.default_rng(seed), cases)
    kinds: Counter[str] = Counter()
    first_day = opened = watched = 0.0
    for number, removed in enumerate(drawn):
        life = list(looks(number, float(removed), rules))
        kinds.update(look.kind for look in life)
        first_day += sum(look.after_s <= DAY for look in life)
        closed = max((look.after_s for look in life if look.kind != "watch"), default=0.0)
        opened += closed
        watched += max((look.after_s for look in life), default=0.0) - closed
    return Life(
        per_case={kind: kinds[kind] / cases for kind in ("present", "gone", "watch")},
        first_day=first_day / cases,
        open_days=opened / cases / DAY,
        watched_days=watched / cases / DAY,
    )
