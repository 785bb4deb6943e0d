"""
What the observations of an asset, and of a case, prove over time.

Pure: it can be replayed offline, as of any moment, and gives the same answer. How single
observations are read, and which of them count, stands in `cases.observed`.

The listed content or other media ends every run of agreeing gone observations, and a gated one
parts it: the looks on one side of a door do not add to those on the other. Blocked, temporary and
broken ones neither end a run nor add to it, however many they are. What a run has proved stays
proved until media answers again; after a gated one it waits for the next gone one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.conditions import (
    all_lacking,
    count,
    discounts,
    lacking_removal,
    lacking_site_down,
    weakness,
)
from cases.iccam import IccamAction, iccam_action
from cases.model import EgressProfile, Observation, Presence, TakedownVerdict
from cases.observed import (
    History,
    Reading,
    Seen,
    TakedownRule,
    history_of,
    same_kind,
)

__all__ = [
    "IccamAction",
    "Proof",
    "TakedownRule",
    "iccam_action",
    "naive_gone",
    "prove",
    "prove_case",
]

_CASE_ORDER = (
    TakedownVerdict.PRESENT,
    TakedownVerdict.GATED,
    TakedownVerdict.UNKNOWN,
    TakedownVerdict.NOT_VISIBLE_FROM_HERE,
    TakedownVerdict.CHANGED,
    TakedownVerdict.SITE_DOWN,
    TakedownVerdict.EXPIRED,
    TakedownVerdict.REMOVED,
)
"""A case is the first of these that one of its assets is: open before closed, and nobody's
credit before somebody's."""
_CLOSED = frozenset(_CASE_ORDER[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A verdict with its reasons."""

    verdict: TakedownVerdict
    rule: str
    """Machine word of the line that decided."""
    since: datetime | None
    """First observation of the state; the change itself lies between it and the one before."""
    because: tuple[str, ...]
    """What speaks for the verdict."""
    missing: tuple[str, ...]
    """What keeps it from being more."""


# --------------------------------------------------------------------------- one asset


def prove(
    observations: Sequence[Observation],
    *,
    egresses: Sequence[EgressProfile],
    rule: TakedownRule,
    now: datetime,
) -> Proof:
    """
    Say what the observations of one asset prove as of `now`; later ones are not looked at.

    Observations through a filtered egress, or one that is not in `egresses`, can show the
    content but never prove its absence.
    """
    history = history_of(observations, egresses=egresses, rule=rule, now=now)
    judges = (_never_looked, _gated, _absent, _site_down, _changed, _present, _not_proven)
    found = (judge(history) for judge in judges)
    return next((proof for proof in found if proof is not None), None) or _unknown(history)


def _never_looked(history: History) -> Proof | None:
    if history.seen:
        return None
    return Proof(
        verdict=TakedownVerdict.UNKNOWN,
        rule="never_observed",
        since=None,
        because=("nobody has looked yet",),
        missing=("a first visit",),
    )


def _gated(history: History) -> Proof | None:
    """Speak where the newest telling answer is a door before the content."""
    doors = history.newest(Reading.GATED)
    if not doors:
        return None
    return Proof(
        verdict=TakedownVerdict.GATED,
        rule="gated",
        since=doors[0].at,
        because=(f"the host answers with a door before the content, last {_time(doors[-1].at)}",),
        missing=("an answer that shows whether the content is still behind the door",),
    )


def _absent(history: History) -> Proof | None:
    """Speak where agreeing observations prove that the asset is removed or has expired."""
    runs = (run for counted in history.absent() for run in (same_kind(counted), counted))
    proven = next((run for run in runs if not lacking_removal(history, run)), None)
    return _absent_proof(history, proven) if proven else None


def _absent_proof(history: History, run: Sequence[Seen]) -> Proof:
    kinds = {seen.reading for seen in run}
    because = [_agreement(history, run, "it is gone")]
    verdict, rule = TakedownVerdict.EXPIRED, "expired"
    if kinds == {Reading.GONE}:
        verdict, rule = TakedownVerdict.REMOVED, "removed"
    elif len(kinds) > 1:
        rule = "expired_or_removed"
        because.append("some of them say gone and others expired: nobody is credited with it")
    return Proof(verdict=verdict, rule=rule, since=run[0].at, because=tuple(because), missing=())


def _site_down(history: History) -> Proof | None:
    """Speak where the whole host has been gone for long."""
    run = history.host_gone()
    if lacking_site_down(history, run):
        return None
    return Proof(
        verdict=TakedownVerdict.SITE_DOWN,
        rule="site_down",
        since=run[0].at,
        because=(
            _agreement(history, run, "the host itself is gone"),
            "a control outside the host answered each time, so our own network was fine",
            "the registrar or the domain registry was asked for its status",
        ),
        missing=(),
    )


def _changed(history: History) -> Proof | None:
    """Speak where other media answered several times in a row."""
    other = history.newest(Reading.OTHER_MEDIA)
    if len(other) < history.rule.changed:
        return None
    return Proof(
        verdict=TakedownVerdict.CHANGED,
        rule="changed",
        since=other[0].at,
        because=(f"{len(other)} times in a row media answered that no hash list knows",),
        missing=("an analyst who looks at the case and closes it",),
    )


def _present(history: History) -> Proof | None:
    """Speak where the newest telling observation showed the listed content."""
    showing = history.newest(Reading.SHOWING)
    if not showing:
        return None
    newest = showing[-1]
    silent = sum(seen.at > newest.at for seen in history.seen)
    silence = f"{count(silent, 'visit')} since then said nothing about the content"
    return Proof(
        verdict=TakedownVerdict.PRESENT,
        rule=newest.observation.presence.value,
        since=showing[0].at,
        because=(f"the listed content answered, last {_time(newest.at)}",),
        missing=(silence, *discounts(history)) if silent else (),
    )


def _not_proven(history: History) -> Proof | None:
    """Speak where it is gone for some of our eyes, and that is all we know."""
    run = history.run(Reading.GONE, Reading.EXPIRED, Reading.HOST_GONE)
    if not run:
        return None
    times = "once" if len(run) == 1 else f"{len(run)} times"
    return Proof(
        verdict=TakedownVerdict.NOT_VISIBLE_FROM_HERE,
        rule=weakness(history, run),
        since=run[0].at,
        because=(f"{times} it was not there, last {_time(run[-1].at)}",),
        missing=all_lacking(history),
    )


def _unknown(history: History) -> Proof:
    other = history.newest(Reading.OTHER_MEDIA)
    if other:
        more = count(history.rule.changed - len(other), "more such visit")
        return Proof(
            verdict=TakedownVerdict.UNKNOWN,
            rule="other_media",
            since=other[0].at,
            because=("media answered that no hash list knows",),
            missing=(f"{more} in a row before it counts as changed",),
        )
    return Proof(
        verdict=TakedownVerdict.UNKNOWN,
        rule="no_telling_answer",
        since=None,
        because=(f"{count(len(history.seen), 'visit')} got no answer that tells anything",),
        missing=("a visit that gets an answer", *discounts(history)),
    )


# --------------------------------------------------------------------------- sentences


def _agreement(history: History, run: Sequence[Seen], what: str) -> str:
    networks = count(len(history.networks_of(run)), "unfiltered network")
    return (
        f"{count(len(run), 'observation')} agree that {what}: "
        f"from {_time(run[0].at)} to {_time(run[-1].at)}, through {networks}"
    )


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


# --------------------------------------------------------------------------- a case


def prove_case(proofs: Mapping[str, Proof]) -> Proof:
    """
    Combine the proofs of the assets that a case acts on, by asset id.

    The order stands in one table (`_CASE_ORDER`): a case is open while any asset is present,
    gated, unknown or merely not visible, and closed only by what all of its assets reached.
    """
    if not proofs:
        return Proof(
            verdict=TakedownVerdict.UNKNOWN,
            rule="no_assets",
            since=None,
            because=("the case has no asset to observe",),
            missing=("an asset",),
        )
    verdict = min((proof.verdict for proof in proofs.values()), key=_CASE_ORDER.index)
    deciding = {name: proof for name, proof in proofs.items() if proof.verdict is verdict}
    return Proof(
        verdict=verdict,
        rule=next(iter(deciding.values())).rule,
        since=_case_since(verdict, proofs.values(), deciding.values()),
        because=_sentences((name, proof.because) for name, proof in deciding.items()),
        missing=_sentences((name, proof.missing) for name, proof in deciding.items()),
    )


def _case_since(
    verdict: TakedownVerdict, proofs: Iterable[Proof], deciding: Iterable[Proof]
) -> datetime | None:
    """Date a closed case by its last asset, an open one by the first that keeps it open."""
    if verdict in _CLOSED:
        return max((proof.since for proof in proofs if proof.since), default=None)
    return min((proof.since for proof in deciding if proof.since), default=None)


def _sentences(by_asset: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(f"{name}: {sentence}" for name, found in by_asset for sentence in found)


# --------------------------------------------------------------------------- the naive rule


def naive_gone(observations: Sequence[Observation]) -> bool:
    """
    Apply the rule "three errors or a changed hash = gone", for comparison only.

    The first digest seen is the reference. The same digest, or the host's own link-check
    saying alive, sets the misses back; another digest, or the third miss, closes for good.
    """
    reference: str | None = None
    misses = 0
    for observation in sorted(observations, key=lambda item: item.at):
        found = observation.digests.sha256 if observation.digests else None
        reference = reference or found
        if found is not None and found != reference:
            return True
        alive = found is not None or observation.presence is Presence.PRESENT_LISTED_ALIVE
        misses = 0 if alive else misses + 1
        if misses == 3:
            return True
    return False
