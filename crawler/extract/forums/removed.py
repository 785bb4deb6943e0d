"""Notices that forums leave where a post was deleted."""

from __future__ import annotations

from itertools import islice

from bs4 import Tag

from crawler.extract.page import classes, text_of
from crawler.extract.phrases import PHRASES
from crawler.extract.tree import below

_LENGTH = 400
"""Characters; what is longer is a post and no notice."""
_NODES = 200
"""Elements and texts; what holds more is no notice either."""
_MARKED = 50
"""Marked elements of a post that are looked at."""


def was_deleted(post: Tag) -> bool:
    """
    Tell whether a post's element holds only the notice that it was deleted.

    The notice, or the element itself, is marked so by its class, which no visitor can write.
    """
    marked = (tag for tag in (post, *below(post)) if _is_marked(tag))
    return any(map(_is_notice, islice(marked, _MARKED)))


def _is_marked(tag: Tag) -> bool:
    return any("delete" in word.lower() for word in classes(tag))


def _is_notice(tag: Tag) -> bool:
    if sum(1 for _ in islice(tag.descendants, _NODES + 1)) > _NODES:
        return False
    said = text_of(tag)
    return len(said) <= _LENGTH and any(
        phrase.pattern.search(said)
        for phrase in PHRASES
        if phrase.sign.startswith("removal_notice")
    )
