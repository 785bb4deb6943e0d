"""Distances, quality and flags of a picture -> comparison. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.model import Comparison, ListEntry, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode.record import PictureRecord, View

TIER_ORDER = {"baseline": 0, "national": 1, "local": 2}
"""Of two equally near entries the one of the stronger tier is named."""
_NEVER_ALONE = frozenset({"flat", "low_quality", "grid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A listed code near one view of the picture."""

    view: View
    distance: int
    """Bits of 256."""
    entry: ListEntry


def usable_views(record: PictureRecord, matching: Matching) -> tuple[View, ...]:
    """Return the views that carry enough to be compared; none for flat and regular pictures."""
    if _NEVER_ALONE & set(record.flags):
        return ()
    return tuple(view for view in record.views if view.quality >= matching.quality)


def compare(
    record: PictureRecord, neighbours: Sequence[Neighbour], matching: Matching
) -> Comparison:
    """
    Decide what a picture's neighbours mean; they come from its usable views only.

    A picture that carries too little is not checked, whatever its distance. A partly decoded one
    may be possible, but never no match.
    """
    if not usable_views(record, matching):
        return NotChecked(reason="low_quality")
    near = [found for found in neighbours if found.distance <= _reach(matching)]
    if near:
        return _possible(min(near, key=_rank), matching)
    if "partial" in record.flags:
        return NotChecked(reason="partial_decode")
    return NoMatch()


def compare_code(neighbours: Sequence[Neighbour], matching: Matching) -> Comparison:
    """Decide what the neighbours of a single code of enough quality mean."""
    near = [found for found in neighbours if found.distance <= _reach(matching)]
    return _possible(min(near, key=_rank), matching) if near else NoMatch()


def _reach(matching: Matching) -> int:
    return max(matching.confident, matching.review)


def _rank(found: Neighbour) -> tuple[int, int, str]:
    return found.distance, TIER_ORDER[found.entry.tier], found.entry.hash_list


def _possible(found: Neighbour, matching: Matching) -> Possible:
    return Possible(
        tier="confident" if found.distance <= matching.confident else "review",
        distance=found.distance,
        quality=found.view.quality,
        view=found.view.name,
        entry=found.entry,
    )
