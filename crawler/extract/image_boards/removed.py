"""Marks by which boards show that a file was deleted from a post that still stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import Tag

from crawler.extract.page import attribute, classes, text_of
from crawler.extract.tree import below

_SAID = re.compile(
    r"^(?:\W*(?:file|image)\W*(?:has been\W+|was\W+)?(?:removed|deleted)\W*"
    r"|画像が?削除.*|.{2,20}によって(?:削除|隔離)されました"
    r"|ファイル.*削除.*|\W*файл удал[её]н\W*)$",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"^(?:image|file|pic(?:ture)?)?[-_]?(?:deleted|removed)(?:[-_.]|$)|^banned[-_]image\.",
    re.IGNORECASE,
)
_ALT = re.compile(r"\b(?:file|image|picture)\b.{0,20}\b(?:deleted|removed)\b", re.IGNORECASE)
_CLASS = re.compile(r"^(?:deleted|file-?deleted\w*)$", re.IGNORECASE)
_TEXTS = frozenset({"div", "span", "p", "td", "b", "strong", "em", "i", "small", "font"})


def file_was_deleted(places: Iterable[Tag]) -> bool:
    """Tell whether some elements show that a file was deleted."""
    return any(is_mark(tag) for place in places for tag in below(place))


def is_mark(tag: Tag) -> bool:
    """Tell whether an element stands where a file was."""
    if tag.name == "img":
        name = attribute(tag, "src").partition("?")[0].rsplit("/", 1)[-1]
        named = any(_CLASS.match(word) for word in classes(tag))
        return named or bool(_PICTURE.search(name) or _ALT.search(attribute(tag, "alt")))
    if tag.name not in _TEXTS or any(
        isinstance(child, Tag) and child.name != "br" for child in tag.children
    ):
        return False
    said = "".join(str(child) for child in tag.children if not isinstance(child, Tag))
    return len(said) < 80 and _SAID.match(text_of(tag)) is not None
