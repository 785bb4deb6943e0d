"""
When a person must look at an open case that the visits alone do not settle; pure.

A case whose content keeps answering asks nobody. One that has been blocked, unreachable, silent or
unproven for long must not be forgotten: it never closes by itself, so somebody is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cases.model import SHOWING, Observation, Presence, TakedownVerdict
from cases.takedown import Proof, TakedownRule

_AT_ONCE = {
    TakedownVerdict.CHANGED: "changed",
    TakedownVerdict.GATED: "gated",
}
_SETTLED = frozenset({TakedownVerdict.REMOVED, TakedownVerdict.EXPIRED, TakedownVerdict.SITE_DOWN})
_LATER: Mapping[Presence, str] = {
    Presence.BLOCKED_HERE: "blocked",
    Presence.TEMPORARY: "no_answer",
}
"""What most of the looks since then saw -> what the person is told; all else is `not_proven`."""

WORDS = frozenset({*_AT_ONCE.values(), *_LATER.values(), "pathway_broken", "not_proven"})
"""Everything that `question` may ask."""


def question(
    proof: Proof, observations: Sequence[Observation], *, rule: TakedownRule, now: datetime
) -> str | None:
    """
    Say why a person must look, as a machine word of `WORDS`, or none.

    `observations` are those of the asset that the proof speaks of. A door, other media and a
    broken pathway are asked at once; what is blocked, unreachable or unproven after
    `rule.ask_after` without the content being seen.
    """
    if proof.verdict in _SETTLED:
        return None
    past = sorted((one for one in observations if one.at <= now), key=lambda one: one.at)
    if proof.verdict in _AT_ONCE:
        return _AT_ONCE[proof.verdict]
    if past and past[-1].presence is Presence.PATHWAY_BROKEN:
        return "pathway_broken"
    silent = _since_shown(past)
    if not silent or _length(silent, now) < rule.ask_after:
        return None
    return _commonest(silent)


def _since_shown(past: Sequence[Observation]) -> Sequence[Observation]:
    shown = max((i for i, one in enumerate(past) if one.presence in SHOWING), default=-1)
    return past[shown + 1 :]


def _length(silent: Sequence[Observation], now: datetime) -> timedelta:
    return now - silent[0].at


def _commonest(silent: Sequence[Observation]) -> str:
    words = [_LATER.get(one.presence, "not_proven") for one in silent]
    return max(sorted(set(words)), key=words.count)
