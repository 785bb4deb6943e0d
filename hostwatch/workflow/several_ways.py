"""
What several tries of a first visit come to: which one speaks, and under which id each asset goes.

Pure. What was listed speaks first, then what was compared in full. A filter may put anything in
the place of the content: what it let through and no list knows speaks last, as long as there is a
way out without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.model import Asset, Match, NotChecked, Observation, Possible, Presence
from crawler.visit import FirstVisit

_OF_THE_WAY = frozenset(
    {"blocked", "challenge", "captcha", "gated"}
    | {"redirected_home", "page_instead_of_media", "age_gate"}
)
"""What one way out may be shown and another not."""
_FOUND, _COMPARED, _PARTLY, _ASKS, _NOTHING, _GONE, _FILTERED = range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A first visit through one way out."""

    visit: FirstVisit
    trusted: bool
    """The way out carries no filter, or there is none without."""


def settles(one: Try) -> bool:
    """Tell whether no other way out need be tried."""
    if one.visit.requests_refused:
        return True
    worth, needs = _worth(one), one.visit.needs or ""
    if worth in (_PARTLY, _ASKS):
        return needs not in _OF_THE_WAY and not needs.startswith("not_checked:")
    return worth < _PARTLY


def _worth(one: Try) -> int:
    """Rank a visit; the smallest speaks for the case."""
    visit = one.visit
    comparisons = [asset.comparison for asset in visit.assets]
    if any(isinstance(said, Match | Possible) for said in comparisons):
        return _FOUND
    if not one.trusted:
        return _FILTERED
    if any(not isinstance(said, NotChecked) for said in comparisons):
        return _COMPARED if visit.needs is None and visit.reason == "no_match" else _PARTLY
    if not visit.answered:
        return _NOTHING
    return _GONE if visit.needs is None else _ASKS


def combined(tries: Sequence[Try]) -> FirstVisit:
    """
    Return the visit that speaks for the case, with the assets and observations of all of them.

    The same place has one id in all of them, and different places have different ids.
    """
    best = min(tries, key=_worth).visit
    assets = list(best.assets)
    observations: list[Observation] = []
    for one in tries:
        named = best if one.visit is best else renamed(one.visit, assets)
        known = {asset.id for asset in assets}
        assets += [asset for asset in named.assets if asset.id not in known]
        observations += [_beside(seen, assets) for seen in named.observations]
    return replace(best, assets=tuple(assets), observations=tuple(observations))


def _beside(seen: Observation, assets: Sequence[Asset]) -> Observation:
    """Keep apart what another way out showed: it is the asset only if the bytes are the same."""
    reference = next((one.digests for one in assets if one.id == seen.asset_id), None)
    if seen.presence is not Presence.PRESENT_EXACT or reference in (None, seen.digests):
        return seen
    return replace(seen, presence=Presence.PRESENT_UNVERIFIED, rule="answers")


def renamed(visit: FirstVisit, known: Sequence[Asset]) -> FirstVisit:
    """Give the assets of a visit the ids under which they are known, and new ids to the others."""
    free = list(known)
    numbers = [int(asset.id.rpartition("-")[2]) for asset in known]
    highest = max(numbers, default=-1)
    ids: dict[str, str] = {}
    for asset in visit.assets:
        same = next((one for one in free if _place(one) == _place(asset)), None)
        if same is not None:
            free.remove(same)
            ids[asset.id] = same.id
        else:
            highest = max(highest + 1, 0 if asset.role == "reported" else 1)
            ids[asset.id] = f"{asset.case_id}-{highest}"
    return replace(
        visit,
        assets=tuple(replace(asset, id=ids[asset.id]) for asset in visit.assets),
        observations=tuple(
            replace(seen, asset_id=ids[seen.asset_id]) for seen in visit.observations
        ),
    )


def _place(asset: Asset) -> tuple[str, str]:
    """Name what an asset is: the reported location, a file behind a landing page, an address."""
    if asset.role == "reported":
        return "reported", ""
    if asset.role in {"download", "locker"}:
        landing = asset.referer if asset.role == "download" else asset.url
        return "landing", (landing or asset.url).partition("//")[2]
    return "media", asset.url.partition("//")[2]


def with_past(asset: Asset, past: Asset | None) -> Asset:
    """Keep what is known of an asset that could not be compared this time."""
    if past is None:
        return asset
    downloads = past.downloads + asset.downloads
    if asset.digests is not None or past.digests is None:
        kept = asset
    elif isinstance(past.comparison, Match | Possible):
        kept = replace(past, look=asset.look or past.look)
    else:
        kept = replace(asset, kind=past.kind, digests=past.digests, pdq=past.pdq)
    return replace(kept, downloads=downloads, verdict=past.verdict, verdict_rule=past.verdict_rule)
