"""
When a case is looked at again: pure functions of its age, its id and a policy's cadence.

Every interval is stretched by up to a tenth, by a hash of the case id, so that cases which were
reported together do not fall due together for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.model import Case

_SPREAD = 0.1
_CONFIRMATIONS = 48
"""Steps of `confirm_after` within which a removal is proven or cannot be proven soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Look every `every` until the age is `until`."""

    until: timedelta
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often open, unanswered and watched cases are looked at (policy)."""

    open: tuple[Step, ...]
    """In ascending `until`, at least one; after the last its `every` goes on."""
    confirm_after: timedelta
    """How soon a first gone-observation is checked again."""
    after_claim: timedelta
    """Extra check this long after a provider said "removed"."""
    watch: tuple[Step, ...]
    """After removal, counted from the closing; the last `until` ends the watch."""
    retry_first: timedelta
    """A visit that got no answer: try again after this, doubling ..."""
    retry_cap: timedelta
    """... up to this."""
    retry_limit: int
    """Unanswered visits until an analyst is asked."""


def next_recheck(
    case: Case, *, opened: datetime, confirming: bool, cadence: Cadence, now: datetime
) -> datetime:
    """
    Return when an open case is looked at again.

    `opened` is when its clock started: its creation, or the start of its newest leg.
    `confirming` says that something was seen gone and waits for agreement.
    """
    if confirming:
        return now + _spread(case.id, cadence.confirm_after)
    step = _step_at(cadence.open, now - opened) or cadence.open[-1]
    return now + _spread(case.id, step.every)


def still_confirming(since: datetime | None, cadence: Cadence, now: datetime) -> bool:
    """
    Say whether what has been gone `since` then is worth the quick looks of `confirm_after`.

    What is not proven by then lacks something that another quick look does not bring (a second
    network, a control): the host is asked at the ordinary pace again.
    """
    return since is None or now - since < _CONFIRMATIONS * cadence.confirm_after


def next_retry(case_id: str, attempts: int, cadence: Cadence, now: datetime) -> datetime:
    """Return when a visit is repeated that got no answer, `attempts` times so far."""
    wait = cadence.retry_first
    for _ in range(attempts - 1):
        if wait >= cadence.retry_cap:
            break
        wait *= 2
    return now + _spread(case_id, min(wait, cadence.retry_cap))


def next_claim_check(
    case_id: str, *, claimed_at: datetime, cadence: Cadence, now: datetime
) -> datetime:
    """Return when a provider's "removed" is looked into; at once if that time has passed."""
    return max(now, claimed_at + _spread(case_id, cadence.after_claim))


def next_watch(
    case: Case, *, closed_at: datetime, cadence: Cadence, now: datetime
) -> datetime | None:
    """
    Return when a closed case is looked at again; none means that the watch is over.

    The last look falls on the end of the watch.
    """
    step = _step_at(cadence.watch, now - closed_at)
    if step is None:
        return None
    return min(now + _spread(case.id, step.every), closed_at + cadence.watch[-1].until)


def _step_at(steps: Sequence[Step], age: timedelta) -> Step | None:
    return next((step for step in steps if age < step.until), None)


def _spread(case_id: str, interval: timedelta) -> timedelta:
    """Stretch an interval by 0 to 10 %, always the same for one case."""
    digest = hashlib.sha256(case_id.encode()).digest()
    return interval * (1 + _SPREAD * int.from_bytes(digest[:4], "big") / 2**32)
