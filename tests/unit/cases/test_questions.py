"""When a person is asked about an open case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.model import EgressProfile, Observation, Presence
from cases.questions import WORDS, question
from cases.takedown import TakedownRule, prove

START = datetime(2026, 3, 1, tzinfo=UTC)
RULE = TakedownRule(
    agreeing=3, span=timedelta(hours=12), networks=2, site_down=timedelta(hours=72), changed=3
)
EGRESSES = (
    EgressProfile(name="home", network="as64500", country="NL", unfiltered=True),
    EgressProfile(name="away", network="as64501", country="DE", unfiltered=True),
)
P = Presence


def saw(day, presence, egress="home"):
    return Observation(
        case_id="HW-2026-000001", asset_id="HW-2026-000001-1", at=START + timedelta(days=day),
        egress=egress, presence=presence, rule="test", control="normal",
    )  # fmt: skip


def asked(*seen, day):
    now = START + timedelta(days=day)
    return question(prove(seen, egresses=EGRESSES, rule=RULE, now=now), seen, rule=RULE, now=now)


@pytest.mark.parametrize(
    ("presence", "word"),
    [
        (P.BLOCKED_HERE, "blocked"),
        (P.TEMPORARY, "no_answer"),
        (P.NO_VERDICT, "not_proven"),
        (P.INCOMPLETE, "not_proven"),
        (P.GONE_HARD, "not_proven"),
        (P.REFUSED_BY_POLICY, "not_proven"),
    ],
)
def test_what_is_not_seen_for_a_week_is_asked_about(presence, word):
    """Not before; and not when the content was seen again meanwhile."""
    silent = [saw(0, P.PRESENT_EXACT), *(saw(1 + n, presence) for n in range(10))]
    assert asked(*silent, day=7.9) is None
    assert asked(*silent, day=8) == word
    assert asked(*silent, saw(8.5, P.PRESENT_EXACT, "away"), day=9) is None


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        ([P.PRESENT_GATED], "gated"),
        ([P.PATHWAY_BROKEN], "pathway_broken"),
        ([P.PRESENT_UNVERIFIED] * 3, "changed"),
    ],
)
def test_a_door_a_broken_pathway_and_other_media_are_asked_about_at_once(seen, word):
    """They will not change by waiting."""
    assert (
        asked(saw(0, P.PRESENT_EXACT), *(saw(0.1 * n, one) for n, one in enumerate(seen, 1)), day=1)
        == word
    )


def test_what_is_settled_asks_nobody():
    """A proven removal, however long it lasts."""
    gone = [saw(1, P.GONE_HARD), saw(1.3, P.GONE_HARD, "away"), saw(2, P.GONE_HARD)]
    assert asked(saw(0, P.PRESENT_EXACT), *gone, day=60) is None


def test_the_commonest_reason_is_told():
    """Two blocked looks and one time-out are a block."""
    seen = [
        saw(0, P.PRESENT_EXACT),
        saw(1, P.TEMPORARY),
        saw(2, P.BLOCKED_HERE),
        saw(3, P.BLOCKED_HERE),
    ]
    assert asked(*seen, day=9) == "blocked"
    assert {"blocked", "no_answer", "not_proven"} <= WORDS
