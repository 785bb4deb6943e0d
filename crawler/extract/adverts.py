"""Parts of a page that are somebody's advertisement, told by their class, id or link relation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4 import Tag

from crawler.extract.page import Page, attribute

_WORD = re.compile(
    r"(?!(?:no|non|hide|has|have|with|without|show|disable|enable)[-_])(?:[a-z0-9]+[-_])*(?:ads?"
    r"|adsbygoogle|ad(?:box|block|slot|unit|space|zone|container|wrapper|banner)s?|adverts?"
    r"|advert(?:isement|ising)s?|sponsor(?:ed|s)?|topads?|ads?(?:top|bottom))(?:[-_](?!free|off)[a-z0-9]+)*",
    re.IGNORECASE,
)
_CLEAR = frozenset({"html", "body", "main", "article", "form"})
"""Elements that are never an advertisement as a whole, whatever their class says."""
_NAMES = ("class", "id")
_MANY = 80
"""Elements and texts; what holds more is a part of the page and no advertisement."""


class Adverts:
    """Tell for one page which elements stand in an advertisement; ancestors are looked at once."""

    def __init__(self) -> None:
        """Start without knowledge."""
        self._known: dict[int, bool] = {}

    def __contains__(self, tag: object) -> bool:
        """Tell whether an element or one around it is an advertisement."""
        path: list[int] = []
        node = tag if isinstance(tag, Tag) else None
        found = False
        while node is not None:
            known = self._known.get(id(node))
            if known is not None:
                found = known
                break
            path.append(id(node))
            if _is_advert(node):
                found = True
                break
            node = node.parent
        self._known.update(dict.fromkeys(path, found))
        return found


def _is_advert(tag: Tag) -> bool:
    attrs = tag.attrs
    if not attrs or tag.name in _CLEAR:
        return False
    if tag.name == "a" and "sponsored" in attribute(tag, "rel").lower().split():
        return True
    if attrs.keys().isdisjoint(_NAMES):
        return False
    words = f"{attribute(tag, 'class')} {attribute(tag, 'id')}"
    lowered = words.lower()
    if "ad" not in lowered and "sponsor" not in lowered:
        return False
    return any(map(_WORD.fullmatch, words.split())) and _is_small(tag)


def _is_small(tag: Tag) -> bool:
    return sum(1 for _ in islice(tag.descendants, _MANY)) < _MANY


def advert_links(page: Page, adverts: Adverts) -> Iterator[str]:
    """Yield the addresses that the advertisements of a page hold."""
    for tag in page.named("a", "img", "iframe", "source", "video"):
        if tag in adverts:
            for name in ("href", "src", "data-src"):
                if (value := attribute(tag, name)) and (url := page.absolute(value)):
                    yield url
