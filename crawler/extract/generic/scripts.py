"""Media that scripts name as plain strings; no script is ever run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bs4 import Tag

from crawler.extract.links import LinkKind, LinkRole, media_kind
from crawler.extract.page import Page, attribute

_LIMIT = 300_000
_FOUND = 50
_NAMED = re.compile(
    r"[\"']?\b(file|src|source|url|image|img|full\w*|original\w*|large\w*|mp4|webm|hd|sd|video\w*|"
    r"media\w*|download\w*|content_?url|path)\b[\"']?\s*[:=]\s*([\"'])((?:https?:|/|\\/)[^\"'<>\s]{4,3000})\2",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"thumb|preview|small|icon|avatar|logo|sprite|loading|blank|\.(?:md|th)\.\w+$", re.IGNORECASE
)


def script_media(page: Page, tag: Tag) -> Iterator[tuple[str, LinkKind, LinkRole, str]]:
    """Yield `(url, kind, role, rule)` of addresses that a script gives to a telling name."""
    kind = attribute(tag, "type").lower()
    text = (tag.string or "")[:_LIMIT]
    if kind == "application/ld+json" or ("http" not in text and "/" not in text):
        return
    for count, found in enumerate(_NAMED.finditer(text)):
        if count >= _FOUND:
            return
        url = page.absolute(_unescaped(found[3]))
        by_name = media_kind(url) if url else None
        if url and by_name and not _SMALL.search(url.rsplit("/", 2)[-1]):
            yield url, by_name, "linked", "script"


def _unescaped(text: str) -> str:
    """Undo the escapes of a JavaScript string."""
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text.replace("\\/", "/")
