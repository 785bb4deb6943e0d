"""Which of a case's assets the chain acts on, and what the case as a whole is compared as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases.model import (
    Assessment,
    Asset,
    AssetKind,
    Classification,
    Comparison,
    Match,
    NoMatch,
    NotChecked,
    Possible,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """On what the hotline acts: listed or assessed assets, their class, and the law."""

    assets: tuple[Asset, ...]
    pages: tuple[Asset, ...]
    """The reported page, where it stands at another host than what it shows: it is told too."""
    classification: Classification | None
    law: str
    assessment: Assessment | None
    assessed: Mapping[str, datetime] = field(default_factory=dict)
    """Asset id -> when it was last assessed as illegal."""

    @property
    def told(self) -> tuple[Asset, ...]:
        """All assets that notices speak of."""
        return (*self.assets, *self.pages)


def strongest(comparisons: Iterable[Comparison]) -> Comparison:
    """Return the comparison that decides the case: match, possible, not checked, no match."""
    order = {"match": 0, "possible": 1, "not_checked": 2, "no_match": 3}
    return min(
        comparisons, key=lambda one: order[one.kind], default=NotChecked(reason="no_media_found")
    )


def measured(assets: Iterable[Asset]) -> list[Comparison]:
    """Return what the assets were compared as; once a body was, the pages are left out."""
    known = list(assets)
    bodies = [asset.comparison for asset in known if asset.digests is not None]
    return bodies or [asset.comparison for asset in known]


def explain(comparison: Comparison) -> str:
    """Put the reason of a comparison into one machine word or two."""
    match comparison:
        case Match(strength=strength, entry=entry, part=part):
            return _words(strength, entry.signal_type, entry.hash_list, part)
        case Possible(tier=tier, distance=distance, view=view, part=part):
            return _words(tier, str(distance), view, part)
        case NotChecked(reason=reason):
            return reason
        case NoMatch():
            return "not_listed"


def _words(*words: str | None) -> str:
    return ":".join(word for word in words if word is not None)


def basis(assets: Sequence[Asset], assessments: Sequence[Assessment], statute: str) -> Basis:
    """
    Collect what a notice may rest on: exact matches, and assets a person assessed as illegal.

    Of several assessments the latest that speaks of an asset holds for it.
    """
    said = _latest_of_each(assets, assessments)
    chosen = tuple(
        asset for asset in assets if (said[asset.id].illegal if asset.id in said else asset.listed)
    )
    holding = [said[asset.id] for asset in chosen if asset.id in said]
    deciding = max(holding, key=lambda one: one.ordinal, default=None)
    return Basis(
        assets=chosen,
        pages=_pages(assets, chosen),
        classification=_classification(chosen, deciding),
        law=deciding.law if deciding is not None else statute,
        assessment=deciding,
        assessed={one.id: said[one.id].at for one in chosen if one.id in said},
    )


def _latest_of_each(
    assets: Sequence[Asset], assessments: Sequence[Assessment]
) -> dict[str, Assessment]:
    compared = tuple(asset.id for asset in assets if asset.digests is not None)
    return {
        asset_id: assessment
        for assessment in sorted(assessments, key=lambda one: one.ordinal)
        for asset_id in assessment.asset_ids or compared
    }


def _pages(assets: Sequence[Asset], chosen: Sequence[Asset]) -> tuple[Asset, ...]:
    hosts = {asset.host for asset in chosen}
    return tuple(
        asset
        for asset in assets
        if chosen
        and asset.kind is AssetKind.PAGE
        and asset.role == "reported"
        and asset.host not in hosts
    )


def _classification(assets: Sequence[Asset], deciding: Assessment | None) -> Classification | None:
    if deciding is not None:
        return deciding.classification
    classes = {
        asset.comparison.entry.classification
        for asset in assets
        if isinstance(asset.comparison, Match)
    }
    return classes.pop() if len(classes) == 1 else None
