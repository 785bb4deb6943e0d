"""Smaller forms of pictures on pages of no known engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crawler.extract.links import is_placeholder, looks_small, path_of
from crawler.extract.record import Candidate

_SAMPLE = re.compile(r"/(?:samples?|resized?|resizes)/[^?]*$|/sample[-_][^/]+$", re.IGNORECASE)
_SIZED_NAME = re.compile(r"[-_](?:\d{2,4}x\d{2,4}(?:_c)?|scaled)(?=\.\w{2,5}$)")
_SIZED_PLACE = re.compile(r"/\d{2,4}x\d{2,4}/")


def without_smaller(kept: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Make pictures whose names say so previews, where something else is shown in full."""
    full = [
        c
        for c in kept
        if c.role != "preview"
        and c.kind in {"picture", "video"}
        and not looks_small(c.url)
        and not is_placeholder(c.url)
    ]
    if not full:
        return kept
    whole = any(not _SAMPLE.search(path_of(c.url)) for c in full)
    twins = _places(c.url for c in full)
    small = [c for c in kept if c.kind == "picture" and _is_small(c.url, twins, whole=whole)]
    shown = (c for c in kept if c not in small)
    return (*shown, *(replace(c, role="preview") for c in small))


def _is_small(url: str, twins: frozenset[str], *, whole: bool) -> bool:
    if looks_small(url) or (whole and _SAMPLE.search(path_of(url))):
        return True
    place = url.partition("?")[0]
    unsized = _SIZED_NAME.sub("", place)
    if unsized != place:
        return unsized in twins
    return bool(_SIZED_PLACE.search(place)) and place.rpartition("/")[2] in twins


def _places(urls: Iterable[str]) -> frozenset[str]:
    """Return addresses and file names of what no name says to be of another size."""
    places = [url.partition("?")[0] for url in urls]
    plain = [one for one in places if not _SIZED_PLACE.search(one)]
    return frozenset((*places, *(one.rpartition("/")[2] for one in plain)))
