"""Short walks over a parsed tree; bs4's own searches are too slow for pages of many elements."""

from __future__ import annotations

from collections.abc import Container, Iterator

from bs4 import Tag

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
    return (node for node in tag.descendants if isinstance(node, Tag))


def first_below(tag: Tag, names: Container[str]) -> Tag | None:
    """Return the first element inside `tag` with one of these names."""
    return next((node for node in below(tag) if node.name in names), None)


def links_in(place: Tag) -> Iterator[Tag]:
    """Yield the links inside an element, itself included."""
    if place.name == "a":
        yield place
    yield from (node for node in below(place) if node.name == "a" and attribute(node, "href"))
