"""Short walks over a parsed tree; bs4's own searches are too slow for pages of many elements."""

from __future__ import annotations

from collections.abc import Container, Iterator

from bs4 import Tag
from bs4.element import PageElement

from crawler.extract.page import attribute, classes


def ancestor(tag: Tag, names: Container[str]) -> Tag | None:
    """Return the nearest element around `tag` with one of these names."""
    node = tag.parent
    while node is not None:
        if node.name in names:
            return node
        node = node.parent
    return None


def under_class(tag: Tag, words: Container[str], *, up: int = 6) -> bool:
    """Tell whether `tag` or one of the `up` elements around it has one of these classes."""
    node: Tag | None = tag
    for _ in range(up + 1):
        if node is None:
            return False
        if any(word in words for word in classes(node)):
            return True
        node = node.parent
    return False


def below(tag: Tag) -> Iterator[Tag]:
    """Yield the elements inside `tag`, in document order."""
    node = tag.contents[0] if tag.contents else None
    end = _after(tag)
    while node is not None and node is not end:
        if isinstance(node, Tag):
            yield node
        node = node.next_element


def _after(tag: Tag) -> PageElement | None:
    """Return what follows the last thing inside an element."""
    last: PageElement = tag
    while isinstance(last, Tag) and last.contents:
        last = last.contents[-1]
    return last.next_element


def first_below(tag: Tag, names: Container[str]) -> Tag | None:
    """Return the first element inside `tag` with one of these names."""
    for node in below(tag):
        if node.name in names:
            return node
    return None


def links_in(place: Tag) -> Iterator[Tag]:
    """Yield the links inside an element, itself included."""
    if place.name == "a":
        yield place
    for node in below(place):
        if node.name == "a" and attribute(node, "href"):
            yield node
