"""Distances, quality and flags of a picture -> comparison. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.model import Comparison, ListEntry, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode.record import PictureRecord, View

TIER_ORDER = {"baseline": 0, "national": 1, "local": 2}
"""Of two equally near entries the one of the stronger tier is named."""
SIGNAL_QUARANTINED = "signal_quarantined"
CANARY = "canary"
_NEVER_ALONE = frozenset({"flat", "low_quality", "grid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A listed code near one view of the picture."""

    view: View
    distance: int
    """Bits of 256, or of 64 where the entry is a pHash or dHash."""
    entry: ListEntry
    extra: int = 0
    """Bits by which its list widens the review tier (`Manifest.review_extra`)."""
    corroborated: bool = False
    """The same list holds a pHash or dHash that is near as well."""

    @property
    def small(self) -> bool:
        """Whether it is a code of 64 bits."""
        return self.entry.signal_type != "pdq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Everything listed near the usable views of a picture."""

    listed: tuple[Neighbour, ...] = ()
    negatives: tuple[Neighbour, ...] = ()
    """Of negative lists; they suppress listed ones that are no nearer."""
    quarantined: tuple[Neighbour, ...] = ()
    canaries: tuple[Neighbour, ...] = ()
    known_negative: ListEntry | None = None
    """A negative list holds the very bytes: nothing near them counts."""


def usable_views(record: PictureRecord, matching: Matching) -> tuple[View, ...]:
    """Return the views that carry enough to be compared; none for flat and regular pictures."""
    if _NEVER_ALONE & set(record.flags):
        return ()
    return tuple(view for view in record.views if view.quality >= matching.quality)


def compare(
    record: PictureRecord, around: Around | Sequence[Neighbour], matching: Matching
) -> Comparison:
    """
    Decide what is listed around a picture; it comes from its usable views only.

    A picture that carries too little is not checked, whatever its distance. A partly decoded one
    may be possible, but never no match.
    """
    if not usable_views(record, matching):
        return NotChecked(reason="low_quality")
    found = compare_code(around, matching)
    if isinstance(found, NoMatch) and "partial" in record.flags:
        return NotChecked(reason="partial_decode")
    return found


def compare_code(around: Around | Sequence[Neighbour], matching: Matching) -> Comparison:
    """
    Decide what is listed around codes of enough quality.

    What is set aside, and canaries, make the picture not checked unless something else is near.
    """
    everything = around if isinstance(around, Around) else Around(listed=tuple(around))
    near = _counting(everything.listed, everything, matching)
    if near:
        return _possible(min(near, key=_rank), matching)
    if _counting(everything.quarantined, everything, matching):
        return NotChecked(reason=SIGNAL_QUARANTINED)
    if any(_within_reach(found, matching) for found in everything.canaries):
        return NotChecked(reason=CANARY)
    return NoMatch()


def suppressed(around: Around, matching: Matching) -> tuple[Neighbour, ...]:
    """Return the listed neighbours within reach that a negative list suppresses."""
    counting = _counting(around.listed, around, matching)
    return tuple(
        found for found in around.listed if _within_reach(found, matching) and found not in counting
    )


def reach(matching: Matching, extra: int = 0) -> int:
    """Return how many bits of 256 a listed PDQ code may be away."""
    return max(matching.confident, matching.review) + extra


def _counting(
    neighbours: Sequence[Neighbour], around: Around, matching: Matching
) -> list[Neighbour]:
    """Return the neighbours within reach that no negative entry suppresses."""
    if around.known_negative is not None:
        return []
    return [
        found
        for found in neighbours
        if _within_reach(found, matching)
        and not any(_suppresses(negative, found, matching) for negative in around.negatives)
    ]


def _within_reach(found: Neighbour, matching: Matching) -> bool:
    if found.small:
        return found.entry.tier == "local" and found.distance <= matching.small
    return found.distance <= reach(matching, found.extra)


def _suppresses(negative: Neighbour, found: Neighbour, matching: Matching) -> bool:
    """A negative entry must be certain, and at least as near as what it suppresses."""
    if negative.small:
        return found.small and negative.distance <= min(found.distance, matching.small)
    most = matching.confident if found.small else min(found.distance, matching.confident)
    return negative.distance <= most


def _rank(found: Neighbour) -> tuple[bool, int, int, bool, str]:
    tier = TIER_ORDER[found.entry.tier]
    return found.small, found.distance, tier, not found.corroborated, found.entry.hash_list


def _possible(found: Neighbour, matching: Matching) -> Possible:
    sure = not found.small and found.distance <= matching.confident
    return Possible(
        tier="confident" if sure else "review",
        distance=found.distance,
        quality=found.view.quality,
        view=found.view.name,
        entry=found.entry,
    )
