"""Smaller forms of pictures on pages of no known engine."""

from __future__ import annotations

from dataclasses import replace

from crawler.extract.links import is_placeholder, looks_small
from crawler.extract.record import Candidate


def without_smaller(kept: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Make pictures whose names say so previews, where something else is shown in full."""
    full = any(
        c.role != "preview"
        and c.kind in {"picture", "video"}
        and not looks_small(c.url)
        and not is_placeholder(c.url)
        for c in kept
    )
    if not full:
        return kept
    small = [c for c in kept if c.kind == "picture" and looks_small(c.url)]
    shown = (c for c in kept if c not in small)
    return (*shown, *(replace(c, role="preview") for c in small))
