"""
Where a site itself speaks on a page: title, headings and error boxes.

Posts quote what sites say, so that running text is never among it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from bs4 import Tag

from crawler.extract.page import Page, attribute, text_of
from crawler.extract.phrases import without_names

_HEADINGS = frozenset({"title", "h1", "h2"})
_NO_BOXES = _HEADINGS | {"body", "html", "form", "link", "script"}
_BOX = re.compile(
    r"(?:^|[-_\s])(?:err|errors?|error-?(?:box|page|message|msg|text)|alert(?:-\w+)?|not-?found|"
    r"404|subtitle|notice|callout|flash|infobox|info-box|removed|deleted|dmca|blockpage|blocked|suspended|warn(?:ing)?)(?:$|[-_\s])",
    re.IGNORECASE,
)
_LOUD = frozenset({"b", "strong", "h3", "h4", "big", "font"})
_LEADS = re.compile(r"h(?:tt|xx)ps?\W|\b(?:re-?)?up(?:load)?ed\b|\bnew link\b", re.IGNORECASE)
_LONE_LENGTH = 160
"""Characters of a page that says one thing; of what is said loud."""
_BARE_TAGS = 120
_BARE_LENGTH = 800
"""Characters of a page that holds next to nothing."""
_BOX_LENGTH = 400
"""Characters; what is longer is no error box but a page's content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What the site itself says, by place."""

    title: str
    headings: tuple[str, ...]
    """Title, h1 and h2."""
    boxes: tuple[str, ...]
    """Error boxes."""

    @property
    def all(self) -> tuple[str, ...]:
        """Everything the site says."""
        return (*self.headings, *self.boxes)


def voices(page: Page) -> Voices:
    """Collect title, headings and error boxes of a page."""
    return page.once(_voices)


def _voices(page: Page) -> Voices:
    heads = page.named(*_HEADINGS)[:40]
    bare = _bare_words(page)
    boxes = islice(_boxes(page), 40)
    return Voices(
        title=next((text_of(tag) for tag in heads if tag.name == "title"), "")[:_BOX_LENGTH],
        headings=_short(heads),
        boxes=(*_short(boxes), *bare),
    )


def _bare_words(page: Page) -> tuple[str, ...]:
    """
    Return what is set in bold or in a heading of any rank on a page that holds next to nothing.

    Simple sites say "File Not Found" so, without a title, a heading of the first ranks or a box.
    A quotation is somebody's, and a page with one is no such page.
    """
    if page.named("blockquote"):
        return ()
    if len(page.tags) > _BARE_TAGS or len(text := text_of(page.soup)) > _BARE_LENGTH:
        return ()
    loud = [without_names(text_of(tag)) for tag in page.named(*_LOUD)]
    if len(text) <= _LONE_LENGTH and not (page.named("h1", "h2") or _LEADS.search(text)):
        loud.append(without_names(_without_links(page, text)))
    return tuple(dict.fromkeys(said for said in loud if 0 < len(said) <= _LONE_LENGTH))


def _without_links(page: Page, text: str) -> str:
    """Leave out links, such as a menu's words, and what is for visitors without scripts."""
    for tag in page.named("a", "noscript"):
        if 0 < len(said := text_of(tag)) < len(text):
            text = text.replace(said, " ", 1)
    return " ".join(text.split())


def _boxes(page: Page) -> Iterator[Tag]:
    named_as_box = cache(_named_as_box)  # the elements of a page share their classes
    for tag in page.tags:
        if tag.attrs and tag.name not in _NO_BOXES:
            words = attribute(tag, "class"), attribute(tag, "id")
            if any(words) and named_as_box(*words):
                yield tag


def _named_as_box(class_words: str, identity: str) -> bool:
    return any(_BOX.search(word) for word in (*class_words.split()[:20], identity) if word)


def _short(tags: Iterable[Tag]) -> tuple[str, ...]:
    short = (text for tag in tags if len(text := text_of(tag)) <= _BOX_LENGTH)
    return tuple(dict.fromkeys(said for text in short if (said := without_names(text))))
