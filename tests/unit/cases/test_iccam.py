"""What ICCAM is told about an outcome."""

from __future__ import annotations

import pytest

from cases.model import Presence, TakedownVerdict
from cases.takedown import IccamAction, iccam_action

V, P, UNAVAILABLE = TakedownVerdict, Presence, IccamAction.UNAVAILABLE

TABLE = [
    (V.PRESENT, P.PRESENT_EXACT, {}, (None, None)),
    (V.REMOVED, P.GONE_HARD, {}, (IccamAction.REMOVED, None)),
    (V.CHANGED, P.PRESENT_UNVERIFIED, {}, (UNAVAILABLE, 2)),
    (V.EXPIRED, P.EXPIRED, {}, (UNAVAILABLE, 8)),
    (V.SITE_DOWN, P.HOST_GONE, {}, (UNAVAILABLE, 9)),
    (V.NOT_VISIBLE_FROM_HERE, P.GONE_HARD, {}, (UNAVAILABLE, 9)),
    (V.NOT_VISIBLE_FROM_HERE, P.GONE_PLACEHOLDER, {}, (UNAVAILABLE, 2)),
    (V.NOT_VISIBLE_FROM_HERE, P.GONE_NOTICE, {"evidence": ("account_disabled",)}, (UNAVAILABLE, 6)),
    (V.UNKNOWN, P.BLOCKED_HERE, {"status": 403}, (UNAVAILABLE, 4)),
    (V.UNKNOWN, P.BLOCKED_HERE, {"status": 451}, (UNAVAILABLE, 7)),
    (V.UNKNOWN, P.TEMPORARY, {"status": 503}, (UNAVAILABLE, 10)),
    (V.UNKNOWN, P.TEMPORARY, {"error": "timeout"}, (UNAVAILABLE, 10)),
    (V.UNKNOWN, P.PATHWAY_BROKEN, {}, (UNAVAILABLE, 3)),
    (V.GATED, P.PRESENT_GATED, {"evidence": ("password",)}, (UNAVAILABLE, 5)),
    (V.GATED, P.PRESENT_GATED, {"evidence": ("premium:banner",)}, (UNAVAILABLE, 11)),
    (V.GATED, P.PRESENT_GATED, {"evidence": ("missing_part",)}, (UNAVAILABLE, 12)),
    (V.GATED, P.PRESENT_GATED, {}, (UNAVAILABLE, 4)),
    (V.UNKNOWN, P.NO_VERDICT, {}, (None, None)),
    (V.UNKNOWN, P.REFUSED_BY_POLICY, {}, (None, None)),
    (V.UNKNOWN, P.TEMPORARY, {"error": "fetcher_down"}, (None, None)),
    (V.UNKNOWN, P.BLOCKED_HERE, {"error": "refused_address"}, (None, None)),
    (V.UNKNOWN, None, {}, (None, None)),
]


@pytest.mark.parametrize(("verdict", "presence", "more", "expected"), TABLE)
def test_each_outcome_maps_to_an_action_and_a_reason(verdict, presence, more, expected):
    """Our words become ICCAM's ids; our own faults are not reported."""
    assert iccam_action(verdict, presence, **more) == expected


@pytest.mark.parametrize("presence", Presence)
@pytest.mark.parametrize("verdict", TakedownVerdict)
def test_a_reason_goes_only_with_an_action_above_three(verdict, presence):
    """ICCAM takes no reason with `Removed`, and wants one with `Unavailable`."""
    action, reason = iccam_action(verdict, presence)
    assert (reason is not None) == (action is UNAVAILABLE)
