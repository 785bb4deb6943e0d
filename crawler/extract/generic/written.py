"""Links that a page writes as text, also defanged (`hxxp://host[.]example`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from crawler.extract.page import attribute

_WRITTEN = re.compile(
    r"h(?:tt|xx|\*\*)ps?\s?(?:\[:\]|:)\s?//[^\s<>\"'`|\\^{}]{4,4000}", re.IGNORECASE
)
_DOTS = re.compile(r"\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))\s?", re.IGNORECASE)
_DOTTED = re.compile(r"(?<=\w) ?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)) ?(?=\w)", re.IGNORECASE)
_MARKS = ("[.]", "(.)", "{.}", "[dot]", "(dot)")
_SCHEME = re.compile(r"^h(?:tt|xx|\*\*)p(s?)\s?(?:\[:\]|:)\s?//", re.IGNORECASE)
_FIRST_BRACKET = re.compile(r"([^\[\]]*)\]")
_CLOSING = {")": "(", "]": "["}
_FIELD_LIMIT = 20_000


def written_links(text: str) -> Iterator[str]:
    """
    Yield the URLs in a text, defanging undone.

    >>> list(written_links("see hxxps://locker[.]example/abc.zip."))
    ['https://locker.example/abc.zip']
    """
    if "//" not in text:
        return
    lowered = text.lower()
    refanged = _DOTTED.sub(".", text) if any(mark in lowered for mark in _MARKS) else text
    for found in _WRITTEN.finditer(refanged):
        scheme = _SCHEME.match(found[0])
        if scheme:
            rest = _DOTS.sub(".", found[0][scheme.end() :])
            yield f"http{scheme[1].lower()}://{_trimmed(rest)}"


def _trimmed(rest: str) -> str:
    """Cut the punctuation of the sentence around a URL."""
    rest = re.split(r"\[/?(?:img|url|/)", rest, maxsplit=1, flags=re.IGNORECASE)[0]
    if closed := _FIRST_BRACKET.match(rest):  # as in `[url=https://...]name`
        rest = closed[1]
    while rest:
        last = rest[-1]
        unpaired = last in _CLOSING and rest.count(last) > rest.count(_CLOSING[last])
        if last not in ".,;:!?*…。、" and not unpaired:
            break
        rest = rest[:-1]
    return rest


def field_text(tag: Tag) -> str:
    """Return the text that a form field shows, such as an image host's embed codes."""
    if tag.name == "input" and attribute(tag, "type").lower() in {"", "text", "url"}:
        return attribute(tag, "value")[:_FIELD_LIMIT]
    return ""
