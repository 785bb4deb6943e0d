"""Media that scripts name as plain strings; no script is ever run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice

from bs4 import Tag

from crawler.extract.generic.packed import plain_texts
from crawler.extract.links import LinkKind, LinkRole, media_kind
from crawler.extract.page import Page, attribute

_LIMIT = 300_000
_PLAYLIST = re.compile(r"[\w/%-]\.(?:m3u8|mpd)(?=[\"'?\\\s]|$)", re.IGNORECASE)
_FOUND = 1000
"""Addresses of one script; a comic has as many pages."""
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")
_NAMED = re.compile(
    r"[\"']?\b(file|src|source|url|image|img|full\w*|original\w*|large\w*|mp4|webm|hd|sd|video\w*|"
    r"media\w*|download\w*|content_?url|path)\b[\"']?\s*[:=]\s*([\"'])((?:https?:|/|\\/|\\x68ttp)[^\"'<>\s]{4,3000})\2",
    re.IGNORECASE,
)
_QUOTED_FILM = re.compile(
    r"()([\"'])((?:https?:)?\\?/\\?/[^\"'<>\s]{4,3000}?\.(?:mp4|m4v|webm|m3u8|mpd)(?:\?[^\"'<>\s]{0,2000})?)\2",
    re.IGNORECASE,
)
"""A film's address as a value of any name or call, such as `loadSource("...")`."""
_LABELLED_FILM = re.compile(
    r"()(\])((?:https?:)?//[^\"',\s\[\]]{4,3000}?\.(?:mp4|m4v|webm|m3u8|mpd)(?:\?[^\"',\s\[\]]*)?)",
    re.IGNORECASE,
)
"""One of several sizes in one value, such as `[720p]https://...`."""
_VALUE = r"[\"'](?:https?:|/|\\/|\.{0,2}/)[^\"'<>\s]{4,3000}[\"']"
_LIST = re.compile(
    rf"\b(\w{{1,60}})[\"']?\s*[:=]\s*(?:new\s+Array\s*\(|\[)\s*({_VALUE}(?:\s*,\s*{_VALUE}){{1,2000}})",
    re.IGNORECASE,
)
_ADDED = re.compile(rf"\b(\w{{1,60}})(?:\.push\(|\[\d{{1,5}}\]\s*=)\s*({_VALUE})", re.IGNORECASE)
"""Lists of addresses, written at once or one by one: readers of comics and slide shows."""
_ONE = re.compile(r"[\"']([^\"']+)[\"']")
_LEADS = re.compile(
    r"\blocation(?:\.href)?\s*(?:=|\.(?:assign|replace)\()\s*([\"'])([^\"'\s]{4,2000})\1"
)
_SMALL = re.compile(
    r"thumb|preview|small|icon|avatar|logo|sprite|loading|blank|\.(?:md|th)\.\w+$", re.IGNORECASE
)


def script_media(page: Page, tag: Tag) -> Iterator[tuple[str, LinkKind, LinkRole, str]]:
    """Yield `(url, kind, role, rule)` of addresses that a script gives to a telling name."""
    script = tag.string or ""
    if attribute(tag, "type").lower() == "application/ld+json" or not (
        "/" in script or "atob(" in script or "\\u002" in script
    ):
        return
    yield from text_media(page, script)


def text_media(page: Page, text: str) -> Iterator[tuple[str, LinkKind, LinkRole, str]]:
    """Yield `(url, kind, role, rule)` of addresses that a text of a script's form names."""
    found = list(islice(_named(page, text), _FOUND))
    film = any(kind == "video" for _, kind, _ in found)
    stills = {url for url, kind, still in found if film and still and kind == "picture"}
    for link, sort in dict.fromkeys((url, kind) for url, kind, _ in found):
        yield link, sort, "preview" if link in stills else "linked", "script"


def _named(page: Page, script: str) -> Iterator[tuple[str, LinkKind, bool]]:
    """Yield address, kind, and whether a name says that it is the still of a player's film."""
    for text in plain_texts(script):
        yield from ((url, kind, False) for url, kind in _listed(page, text))
        named = (pattern.finditer(text) for pattern in (_NAMED, _QUOTED_FILM, _LABELLED_FILM))
        for found in chain.from_iterable(named):
            url = page.absolute(_unescaped(found[3]))
            kind = media_kind(url) if url else None
            if url and kind and not _SMALL.search(url.rsplit("/", 2)[-1]):
                yield url, kind, found[1].lower() not in _LIST_NAMES


_LIST_NAMES = frozenset({"url", "src", "path", "file"})
"""Names of members of lists of media of any kind; a player names its still otherwise."""


def _listed(page: Page, text: str) -> Iterator[tuple[str, LinkKind]]:
    """Yield media of lists that are not named after thumbnails, and where a script leads."""
    values = (
        value
        for pattern in (_LIST, _ADDED)
        for found in pattern.finditer(text)
        if not _SMALL.search(found[1])
        for value in _ONE.findall(found[2])
    )
    for value in chain(values, (found[2] for found in _LEADS.finditer(text))):
        url = page.absolute(_unescaped(value))
        kind = media_kind(url) if url else None
        if url and kind and not _SMALL.search(url.rsplit("/", 2)[-1]):
            yield url, kind


def stream_playlist(page: Page) -> bool:
    """Tell whether a script names a playlist of a film's pieces (HLS, DASH) instead of a file."""
    return any(
        _PLAYLIST.search(text)
        for tag in page.named("script")
        if "player" in (script := (tag.string or ""))[:_LIMIT].lower()
        for text in plain_texts(script)
    )


def _unescaped(text: str) -> str:
    """Undo the escapes of a JavaScript string."""
    if "\\" not in text:
        return text
    text = _HEX.sub(r"\\u00\1", text)
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text.replace("\\/", "/")
