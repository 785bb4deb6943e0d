"""Which part of a page a fragment such as `#post-123` names, on sites without a known engine."""

from __future__ import annotations

import re

from bs4 import Tag

from crawler.extract.page import Page, attribute

_POST = re.compile(
    r"(?:p|q|c|post|msg|message|reply|comment|pid|entry)?[-_]?\d{1,20}", re.IGNORECASE
)
_WHOLE = frozenset({"article", "li", "section", "tr", "table", "div"})


def generic_scope(page: Page) -> tuple[tuple[Tag, ...], bool | None]:
    """
    Return the elements of the post that the fragment names, and whether it is on the page.

    A fragment that does not look like a post's number names a place on the page, not a post.
    """
    if not _POST.fullmatch(page.fragment):
        return (), None
    anchor = next((tag for tag in page.tags if _is_named(tag, page.fragment)), None)
    if anchor is None:
        return (), False
    return (_whole_post(anchor),), True


def _is_named(tag: Tag, name: str) -> bool:
    return attribute(tag, "id") == name or (tag.name == "a" and attribute(tag, "name") == name)


def _whole_post(anchor: Tag) -> Tag:
    """Climb from an empty anchor to the element that holds the post."""
    if anchor.name in _WHOLE and anchor.find() is not None:
        return anchor
    return next((tag for tag in anchor.parents if tag.name in _WHOLE), anchor)
