"""
What a case becomes when a hash list holds today what was measured there before; pure.

Only what is kept is compared: exact digests, and the PDQ of the upright view. The content is not
asked for, so that a list version asks no host for anything by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from cases.lifecycle import move
from cases.model import (
    Assessment,
    Asset,
    Case,
    CloseReason,
    Comparison,
    Digests,
    Match,
    Observation,
    Possible,
    Stage,
)
from hostwatch.workflow.judging import Basis, measured, strongest

LISTED_LATER = "listed_later"
"""What an analyst is asked, and why a case goes on: a list holds what was no match before."""
POSSIBLE = "possible_match"
_POSSIBLE_BESIDE = "possible_beside"
_PARTLY = "partly_compared"
_UNCOMPARED = (
    *("not_checked:", _PARTLY, "unknown_format", "framed_page"),
    *("page_instead_of_media", "redirected_home", "age_gate"),
)
"""What a first visit asks only where nothing is listed or possible."""
_PROVEN_OR_CHANGED = frozenset(
    {CloseReason.REMOVED, CloseReason.EXPIRED, CloseReason.SITE_DOWN, CloseReason.CHANGED}
)
_NOTICED = (Stage.NOTIFIED, Stage.MONITORING)
_QUALITY = 100
"""A code is kept only of a picture that was measured with enough quality."""


class Lists(Protocol):
    """The hash lists in force."""

    def exact(self, digests: Digests) -> Comparison:
        """Look digests up."""
        ...

    def code(self, pdq: str, quality: int, *, digests: Digests | None = None) -> Comparison:
        """Look a PDQ code up; with digests a negative list that holds them suppresses it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the lists say of a case's assets that they did not say before."""

    assets: tuple[Asset, ...]
    """All assets of the case, with what is known now."""
    changed: tuple[Asset, ...] = ()
    listed: frozenset[str] = frozenset()
    """Ids of assets that are listed now and were not."""
    possible: frozenset[str] = frozenset()
    """Ids of assets that are near a listed one and were not."""


def compare_again(
    assets: Sequence[Asset],
    assessments: Sequence[Assessment],
    lists: Lists,
    *,
    own: str,
) -> News:
    """
    Compare what is known of the assets with the lists in force; nothing is ever compared down.

    `own` names the list that the hotline's assessments make: what it knows from an assessment of
    this very asset is no news. A person's assessment is not doubted by a similar picture either.
    """
    spoken = {asset_id for one in assessments for asset_id in one.asset_ids}
    illegal = {asset_id for one in assessments if one.illegal for asset_id in one.asset_ids}
    after: list[Asset] = []
    for asset in assets:
        found = _compared(asset, lists, spoken=asset.id in spoken)
        own_word = isinstance(found, Match) and found.entry.hash_list == own
        after.append(
            asset
            if found is None or (own_word and asset.id in illegal)
            else replace(asset, comparison=found)
        )
    changed = [(new, old) for new, old in zip(after, assets, strict=True) if new != old]
    return News(
        assets=tuple(after),
        changed=tuple(new for new, _ in changed),
        listed=frozenset(new.id for new, old in changed if new.listed and not old.listed),
        possible=frozenset(new.id for new, _ in changed if isinstance(new.comparison, Possible)),
    )


def _compared(asset: Asset, lists: Lists, *, spoken: bool) -> Comparison | None:
    """Return a comparison that says more than the one that is known, if there is one."""
    known = asset.comparison
    if asset.digests is None or (isinstance(known, Match) and known.strength == "strong"):
        return None
    exact = lists.exact(asset.digests)
    if isinstance(exact, Match):
        weaker = isinstance(known, Match) and exact.strength == "weak"
        return None if weaker else exact
    if asset.pdq is None or spoken or isinstance(known, Match | Possible):
        return None
    near = lists.code(asset.pdq, _QUALITY, digests=asset.digests)
    return near if isinstance(near, Possible) else None


def follow(
    case: Case,
    news: News,
    ground: Basis,
    observations: Sequence[Observation],
    *,
    untold: bool,
    now: datetime,
) -> Case:
    """
    Bring a case after what the lists say now.

    Args:
        case: as it stands.
        news: what the lists say of its assets; with nothing listed or possible only the
            comparison changes.
        ground: what the chain acts on, with the news.
        observations: of the case, oldest first.
        untold: whether one of the listed assets stands in no notice.
        now: the time.
    """
    kept = replace(case, comparison=strongest(measured(news.assets)).kind)
    acted_on = news.listed & {asset.id for asset in ground.assets}
    if acted_on:
        listed = replace(kept, needs=_beside(kept, news.assets))
        return _listed(listed, acted_on, observations, untold=untold, now=now)
    if news.listed:
        # An analyst said that it is not illegal; that stands until a person looks again.
        return _asked(kept, LISTED_LATER)
    return _possible(kept) if news.possible else kept


def _listed(
    case: Case,
    listed: frozenset[str],
    observations: Sequence[Observation],
    *,
    untold: bool,
    now: datetime,
) -> Case:
    if case.stage is Stage.CLOSED:
        return _closed(case, now)
    if case.stage is Stage.VISITING and _unverified(listed, observations):
        return _asked(case, "certificate")
    due = replace(case, reason=LISTED_LATER, next_action_at=now)
    if case.stage is Stage.VISITING:
        return move(due, Stage.ASSESSED, attempts=0)
    if case.stage in _NOTICED and case.closed_at is None:
        return move(due, Stage.TRACED) if untold else replace(due, reason=case.reason)
    return due


def _closed(case: Case, now: datetime) -> Case:
    """
    Go on with a closed case as far as no person or proof stands against it.

    What was returned as no match is taken up again. What was proven gone is looked at first: there
    is nothing to tell of what is not there. What a person closed stays so until a person looks.
    """
    if case.close_reason is CloseReason.NO_MATCH_RETURNED:
        return move(case, Stage.ASSESSED, reason=LISTED_LATER, next_action_at=now)
    if case.close_reason in _PROVEN_OR_CHANGED:
        return replace(case, next_action_at=now)
    return _asked(case, LISTED_LATER)


def _beside(case: Case, assets: Sequence[Asset]) -> str | None:
    """Return what is still asked of a case of which something is listed, as after a visit."""
    if case.stage is not Stage.VISITING and case.needs != POSSIBLE:
        return case.needs
    if any(isinstance(one.comparison, Possible) for one in assets):
        return _POSSIBLE_BESIDE
    return _PARTLY if case.needs == _PARTLY else None


def _possible(case: Case) -> Case:
    """A person confirms what is near, wherever the case stands; nothing else begins."""
    if case.comparison == "match":
        return _asked(case, _POSSIBLE_BESIDE)
    if case.stage is Stage.CLOSED and case.close_reason is CloseReason.NO_MATCH_RETURNED:
        return move(case, Stage.ASSESSED, needs=POSSIBLE, next_action_at=None, reason=LISTED_LATER)
    if case.stage is Stage.VISITING and (case.needs or "").startswith(_UNCOMPARED):
        return move(case, Stage.ASSESSED, needs=POSSIBLE, next_action_at=None, reason=LISTED_LATER)
    return _asked(case, POSSIBLE)


def _asked(case: Case, question: str) -> Case:
    return replace(case, needs=case.needs or question)


def _unverified(listed: frozenset[str], observations: Sequence[Observation]) -> bool:
    """An answer behind a failed certificate alone is not fit to send: a person looks first."""
    last = {one.asset_id: one for one in observations if one.digests is not None}
    return any(asset_id in last and not last[asset_id].tls_verified for asset_id in listed)


# ------------------------------------------------------------------ which cases are still due


Stretch = tuple[str, str | None]
"""Cases whose ids come after the first and, unless it is none, not after the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How far the known cases have been compared with which lists."""

    lists: Mapping[str, str]
    """Name -> version in force."""
    left: tuple[Stretch, ...]


def begun(known: Round | None, lists: Mapping[str, str]) -> Round:
    """
    Return the round for the lists in force; new lists lengthen one that is under way.

    It goes on where it is and ends where it was, so that lists that change often do not keep it
    from ever reaching the newest cases.
    """
    if known is not None and known.lists == lists:
        return known
    at = known.left[0][0] if known is not None and known.left else ""
    return Round(lists=dict(lists), left=((at, None), *([("", at)] if at else [])))


def passed(known: Round, ids: Sequence[str]) -> Round:
    """Return the round after these cases of its first stretch; none ends the stretch."""
    if not ids:
        return replace(known, left=known.left[1:])
    return replace(known, left=((ids[-1], known.left[0][1]), *known.left[1:]))
