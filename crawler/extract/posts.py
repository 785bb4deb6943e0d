"""Which part of a page a fragment such as `#post-123` names, on sites without a known engine."""

from __future__ import annotations

import re
from itertools import takewhile

from bs4 import Tag

from crawler.extract.page import Page, attribute
from crawler.extract.tree import below

_POST = re.compile(
    r"((?:p|q|c|post|msg|message|reply|comment|findcomment|pid|entry)?[-_]?)\d{1,20}", re.IGNORECASE
)
_WHOLE = frozenset({"article", "li", "section", "tr", "table", "div"})


def generic_scope(page: Page) -> tuple[tuple[Tag, ...], bool | None]:
    """
    Return the elements of the post that the fragment names, and whether it is on the page.

    A fragment that does not look like a post's number names a place on the page, not a post.
    """
    wanted = _POST.fullmatch(page.fragment)
    if not wanted:
        return (), None
    anchor = next((tag for tag in page.tags if page.fragment in _names(tag)), None)
    if anchor is None:
        return (), False
    return _whole_post(anchor, re.compile(re.escape(wanted[1]) + r"\d{1,20}")), True


def _names(tag: Tag) -> tuple[str, ...]:
    """Return the names under which a fragment finds an element."""
    if not tag.attrs:
        return ()
    identity = attribute(tag, "id")
    return (identity, attribute(tag, "name")) if tag.name == "a" else (identity,)


def _whole_post(anchor: Tag, alike: re.Pattern[str]) -> tuple[Tag, ...]:
    """
    Climb from an empty anchor to the element that holds the post.

    Where that element holds the anchors of other posts too, the post ends before the next of them.
    """
    if anchor.name in _WHOLE and anchor.find() is not None:
        return (anchor,)
    around = next((tag for tag in anchor.parents if tag.name in _WHOLE), None)
    if around is None:
        return (anchor,)
    if sum(1 for tag in below(around) if _is_mark(tag, alike)) == 1:
        return (around,)
    here = next(tag for tag in (anchor, *anchor.parents) if tag.parent is around)
    after = (tag for tag in here.next_siblings if isinstance(tag, Tag))
    return (here, *takewhile(lambda tag: not _holds_mark(tag, alike), after))


def _is_mark(tag: Tag, alike: re.Pattern[str]) -> bool:
    return any(map(alike.fullmatch, _names(tag)))


def _holds_mark(tag: Tag, alike: re.Pattern[str]) -> bool:
    return _is_mark(tag, alike) or any(_is_mark(inner, alike) for inner in below(tag))
