"""How large a picture of a page is shown: what its page is about, or a smaller form of it."""

from __future__ import annotations

import re

from bs4 import Tag

from crawler.extract.page import Page, attribute


def is_main(tag: Tag, link: Tag | None) -> bool:
    """Tell whether a picture is what its page is about, though it leads on to the next one."""
    if link is not None and "next" in attribute(link, "rel").lower().split():
        return True
    words = (attribute(tag, "id"), *attribute(tag, "class").split()[:20])
    if any(word.lower() in _MAIN for word in words):
        return True
    width = _WIDTH.search(attribute(tag, "style")) or _WIDE.match(attribute(tag, "width"))
    return width is not None and int(width[1]) >= _MAIN_WIDTH


_MAIN = frozenset(
    {"img", "image", "main-image", "mainimage", "main_image", "theimage", "image-content"}
    | {"full-image", "fullimage", "big-image", "bigimage", "page-image", "comic-image"}
)
_MAIN_WIDTH = 700
"""Pixels; hardly any list shows its pictures so wide."""
_WIDTH = re.compile(r"(?:^|[;\s])width\s*:\s*(\d{2,5})px", re.IGNORECASE)
_WIDE = re.compile(r"\s*(\d{2,5})(?:px)?\s*$")


def is_smaller_form(page: Page, picture: Tag, target: str) -> bool:
    """Tell whether a picture's address is that of its link with something about size added."""
    shown = page.absolute(attribute(picture, "src")) or ""
    place, mark, query = shown.partition("?")
    asked, _, own = target.partition("?")
    if not mark or place != asked or shown == target:
        return False
    fields, kept = _FIELD.split(query), _FIELD.split(own) if own else []
    added = [one for one in fields if one not in kept]
    return set(kept) <= set(fields) and bool(added) and all(map(_SIZE_FIELD.fullmatch, added))


_FIELD = re.compile(r"[&;]")
_SIZE_FIELD = re.compile(
    r"(?:t|th|thumb\w*|tn|small|size|s|w|h|width|height|max\w*|preview|resize|scale|quality|q)"
    r"(?:=[\w%.x]{0,20})?",
    re.IGNORECASE,
)
