"""When a case is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.model import Case, Stage
from cases.schedule import (
    Cadence,
    Step,
    next_claim_check,
    next_recheck,
    next_retry,
    next_watch,
    still_confirming,
)

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CADENCE = Cadence(
    open=(
        Step(until=DAY, every=HOUR),
        Step(until=7 * DAY, every=12 * HOUR),
        Step(until=365 * DAY, every=DAY),
    ),
    confirm_after=6 * HOUR,
    after_claim=DAY,
    watch=(Step(until=30 * DAY, every=DAY), Step(until=90 * DAY, every=7 * DAY)),
    retry_first=timedelta(minutes=15),
    retry_cap=8 * HOUR,
    retry_limit=5,
)
IDS = st.integers(1, 999_999).map(lambda number: f"HW-2026-{number:06d}")


def case(case_id: str = "HW-2026-000001") -> Case:
    return Case(
        id=case_id,
        version=1,
        stage=Stage.MONITORING,
        created_at=NOW,
        url="https://board.test/1",
        canonical="https://board.test/1",
        host="board.test",
    )


def recheck(age: timedelta, case_id: str = "HW-2026-000001", *, confirming: bool = False):
    return next_recheck(
        case(case_id), opened=NOW - age, confirming=confirming, cadence=CADENCE, now=NOW
    )


@given(IDS, st.timedeltas(timedelta(0), timedelta(days=4000)), st.booleans())
def test_an_interval_is_stretched_by_at_most_a_tenth(case_id, age, confirming):
    """First day hourly, then twelve-hourly, from day seven daily, and daily for ever."""
    every = HOUR if age < DAY else 12 * HOUR if age < 7 * DAY else DAY
    wanted = CADENCE.confirm_after if confirming else every
    due = recheck(age, case_id, confirming=confirming)
    assert wanted <= due - NOW <= wanted * 1.1
    assert due == recheck(age, case_id, confirming=confirming)


def test_cases_that_came_together_are_spread():
    """A thousand cases of one minute do not fall due in one minute."""
    due = [recheck(2 * DAY, f"HW-2026-{number:06d}") for number in range(1000)]
    minutes = [round((one - NOW - 12 * HOUR) / timedelta(minutes=1)) for one in due]
    assert max(minutes) - min(minutes) > 60
    assert max(minutes.count(minute) for minute in set(minutes)) < 50


def test_a_clock_that_jumped_back_is_a_young_case():
    """An opening in the future is the first day."""
    assert recheck(timedelta(days=-3)) - NOW <= HOUR * 1.1


def test_unanswered_visits_are_repeated_with_doubling_up_to_the_cap():
    """15, 30, 60 minutes ... and never more than the cap, however many there were."""
    waits = [next_retry("HW-2026-000001", n, CADENCE, NOW) - NOW for n in range(12)]
    assert waits[0] == waits[1]
    assert waits[2] / waits[1] == pytest.approx(2)
    assert waits[3] / waits[1] == pytest.approx(4)
    assert waits[11] <= CADENCE.retry_cap * 1.1
    assert next_retry("HW-2026-000001", 10_000, CADENCE, NOW) - NOW == waits[11]


@given(IDS)
def test_a_watch_is_daily_then_weekly_and_ends_with_a_last_look(case_id):
    """The watch ends on its last day exactly, and then is over."""
    looks, now = [], NOW
    while (due := next_watch(case(case_id), closed_at=NOW, cadence=CADENCE, now=now)) is not None:
        assert due > now
        looks.append(due)
        now = due
    assert looks[-1] == NOW + 90 * DAY
    assert 27 <= sum(look <= NOW + 30 * DAY for look in looks) <= 30
    assert 34 <= len(looks) <= 40


def test_a_claim_is_looked_into_after_its_delay_or_at_once():
    """A provider's "removed" adds a check a day later; if that has passed, it is due now."""
    due = next_claim_check("HW-2026-000001", claimed_at=NOW, cadence=CADENCE, now=NOW)
    assert DAY <= due - NOW <= DAY * 1.1
    late = next_claim_check("HW-2026-000001", claimed_at=NOW - 9 * DAY, cadence=CADENCE, now=NOW)
    assert late == NOW


def test_quick_looks_end_when_they_cannot_prove_more():
    """Two days of hourly looks; what is not proven by then is looked at at the ordinary pace."""
    assert still_confirming(None, CADENCE, NOW)
    limit = 48 * CADENCE.confirm_after
    assert still_confirming(NOW - limit + timedelta(seconds=1), CADENCE, NOW)
    assert not still_confirming(NOW - limit, CADENCE, NOW)
