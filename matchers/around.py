"""What the active lists hold around the views of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from cases.model import ListEntry
from config.policy import Matching
from matchers.decode.record import View
from matchers.hashlist.entry import SMALL
from matchers.hashlist.reader import OpenList, Row
from matchers.verdict import Around, Neighbour, reach

SmallCodes = dict[str, bytes]
"""`phash` and `dhash` of the upright view; empty where there are none."""


def look_around(
    lists: Iterable[OpenList],
    views: Sequence[View],
    small: SmallCodes,
    *,
    matching: Matching,
    is_quarantined: Callable[[str], bool],
    known_negative: ListEntry | None = None,
) -> Around:
    """Return everything listed within reach of the views, sorted by what it means."""
    sorted_out: dict[str, list[Neighbour]] = {"listed": [], "negative": [], "canary": []}
    corroborating: set[str] = set()
    for opened in lists:
        for view, row in _near(opened, views, small, matching):
            if row.kind in SMALL and opened.manifest.tier != "local":
                corroborating.add(opened.manifest.name)
                continue
            neighbour = _neighbour(opened, view, row)
            sorted_out[opened.state(row)].append(neighbour)
    listed = [
        replace(found, corroborated=found.entry.hash_list in corroborating)
        for found in sorted_out["listed"]
    ]
    return Around(
        listed=tuple(found for found in listed if not is_quarantined(found.entry.key)),
        quarantined=tuple(found for found in listed if is_quarantined(found.entry.key)),
        negatives=tuple(sorted_out["negative"]),
        canaries=tuple(sorted_out["canary"]),
        known_negative=known_negative,
    )


def is_near(lists: Iterable[OpenList], views: Sequence[View], radius: int) -> bool:
    """
    Tell whether any view comes within so many bits, and its list's own, of a listed code.

    A canary counts as well, so that it is recognised as one.
    """
    codes = [bytes.fromhex(view.pdq) for view in views]
    return any(
        opened.state(row) != "negative"
        for opened in lists
        for _, row in opened.neighbours("pdq", codes, radius + opened.manifest.review_extra)
    )


def is_small_near(lists: Iterable[OpenList], small: SmallCodes, radius: int) -> bool:
    """Tell whether a pHash or dHash comes within so many bits of one of a local list."""
    return any(
        opened.state(row) != "negative"
        for opened in lists
        if opened.manifest.tier == "local"
        for _, row in _near_small(opened, small, radius)
    )


def _near(
    opened: OpenList, views: Sequence[View], small: SmallCodes, matching: Matching
) -> Iterator[tuple[View, Row]]:
    codes = [bytes.fromhex(view.pdq) for view in views]
    radius = reach(matching, opened.manifest.review_extra)
    for asked, row in opened.neighbours("pdq", codes, radius):
        yield views[asked], row
    if views:
        for _, row in _near_small(opened, small, matching.small):
            yield views[0], row


def _near_small(opened: OpenList, small: SmallCodes, radius: int) -> Iterator[tuple[int, Row]]:
    for kind in SMALL:
        if kind in small:
            yield from opened.neighbours(kind, [small[kind]], radius)


def _neighbour(opened: OpenList, view: View, row: Row) -> Neighbour:
    return Neighbour(
        view=view,
        distance=row.distance,
        entry=opened.entry(row),
        extra=opened.manifest.review_extra,
    )
