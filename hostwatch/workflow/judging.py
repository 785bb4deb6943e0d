"""Which of a case's assets the chain acts on, and what the case as a whole is compared as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


def explain(comparison: Comparison) -> str:
    """Put the reason of a comparison into one machine word or two."""
    match comparison:
        case Match(strength=strength, entry=entry):
            return f"{strength}:{entry.signal_type}:{entry.hash_list}"
        case Possible(tier=tier, distance=distance, view=view):
            return f"{tier}:{distance}:{view}"
        case NotChecked(reason=reason):
            return reason
        case NoMatch():
            return "not_listed"


def basis(assets: Sequence[Asset], assessments: Sequence[Assessment], statute: str) -> Basis:
    """Collect what a notice may rest on: exact matches, and assets a person assessed as illegal."""
    latest = assessments[-1] if assessments else None
    refused = set(latest.asset_ids) if latest is not None and not latest.illegal else set()
    confirmed = set(latest.asset_ids) if latest is not None and latest.illegal else set()
    chosen = tuple(
        asset
        for asset in assets
        if (asset.listed and asset.id not in refused) or asset.id in confirmed
    )
    return Basis(
        assets=chosen,
        pages=_pages(assets, chosen),
        classification=_classification(chosen, latest),
        law=latest.law if latest is not None and latest.illegal else statute,
        assessment=latest if latest is not None and latest.illegal else None,
    )


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


def _classification(assets: Sequence[Asset], latest: Assessment | None) -> Classification | None:
    if latest is not None and latest.illegal:
        return latest.classification
    classes = {
        asset.comparison.entry.classification
        for asset in assets
        if isinstance(asset.comparison, Match)
    }
    return classes.pop() if len(classes) == 1 else None
