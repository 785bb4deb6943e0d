"""
Links that carry another link: taken apart as text, never followed.

Interstitial pages (`/out?url=`), referrer hiders (`href.li/?`), film players (`player.php?v=`)
and Base64 forms are understood. Asking the wrapper itself would tell a third party of the link.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.extract.links import absolute, media_kind, path_of

_PARAMETERS = frozenset(
    {"url", "u", "link", "to", "target", "dest", "destination", "goto", "go", "redirect", "redir"}
    | {"out", "href", "v", "file", "src", "r", "l", "q", "image", "img", "request", "media"}
)
_EMBEDDED = re.compile(r"https?(?::|%3a)(?:/|%2f){2}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_FIRST = frozenset("aSL")
"""With what the Base64 form of `http`, `HTTP` or `//` begins."""
_PLAYER = re.compile(r"player\.php$|/player/?$|/_next/image/?$", re.IGNORECASE)
_PLAYER_LENGTH = 20
"""Characters at the end of an address in which `_PLAYER` finds all it needs."""
_VIEWER = re.compile(
    r"/(?:view|show|pop_?up|display|full|big|large|zoom|open)[-_]?(?:er|image|img|pic(?:ture)?|photo)?"
    r"\.(?:php\d?|aspx?|jsp|cgi|html?)$",
    re.IGNORECASE,
)
_VIEWED = frozenset({"fn", "file", "img", "image", "src", "pic", "picture", "photo", "path", "url"})
_PASSES = re.compile(
    r"/(?:redirect\w*|redir|out|away|go(?:to)?|leave|exit|jump|link(?:out)?)(?:[/.]|$)"
)
"""Paths of pages that pass a visitor on, with the address as their last part."""
_LAYERS = 4
"""A wrapper may hold a wrapper."""


def embeds_url(url: str) -> bool:
    """Tell whether the path or query of a URL holds another URL."""
    return _embedded(url) is not None


def unwrapped(url: str) -> str | None:
    """
    Return the absolute http(s) URL that a wrapper link carries, or none.

    >>> unwrapped("https://out.example/go?u=https%3A%2F%2Fimg.example%2Fa.jpg")
    'https://img.example/a.jpg'
    """
    inner = _unwrapped(url)
    for _ in range(_LAYERS):
        deeper = _unwrapped(inner) if inner else None
        if not deeper:
            break
        inner = deeper
    return inner


def carried(url: str) -> str | None:
    """
    Return the URL that an image proxy shows: in its query, or as the tail of its path.

    >>> carried("https://cdn.example/w_200/https://img.example/a.jpg")
    'https://img.example/a.jpg'
    """
    found = _embedded(url)
    if found is None:
        return unwrapped(url) if _PLAYER.search(url.partition("?")[0][-_PLAYER_LENGTH:]) else None
    tail = url[found.start() :]
    return unwrapped(url) or _bare(unquote(tail) if "%2f" in tail[:12].lower() else tail)


def viewed(url: str) -> str | None:
    """
    Return the picture or film that a viewer's page of the same site names in its query, or none.

    >>> viewed("https://site.example/view_image.php?fn=%2Fdata%2Fa.jpg")
    'https://site.example/data/a.jpg'
    """
    if "?" not in url or not _VIEWER.search(path_of(url)):
        return None
    pairs = parse_qsl(url.partition("?")[2], max_num_fields=20)
    found = (absolute(value, url) for name, value in pairs if name.lower() in _VIEWED)
    return next((inner for inner in found if inner and media_kind(inner)), None)


def _embedded(url: str) -> re.Match[str] | None:
    start = url.find("//") + 2
    return _EMBEDDED.search(url, start) if "http" in url[start:].lower() else None


def _unwrapped(url: str) -> str | None:
    """Open one layer."""
    if "?" not in url:
        return _in_path(path_of(url))
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        return None
    for name, value in pairs:
        plain = _inner(value, url, path=parts.path) if name.lower() in _PARAMETERS else None
        if inner := plain or _decoded(value.replace(" ", "+")):
            return inner
    return (
        _bare(unquote(parts.query))
        or _decoded(parts.query)
        or _decoded(parts.path.rstrip("/").rsplit("/", 1)[-1])
    )


def _in_path(path: str) -> str | None:
    """Open a wrapper that carries the address as the last part of its path."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if last[:7].lower() in {"http%3a", "https%3"} and _PASSES.search(path):
        return _bare(unquote(last))
    return _decoded(last)


def _inner(value: str, url: str, *, path: str) -> str | None:
    if _PLAYER.search(path) and media_kind(absolute(value, url) or ""):
        return absolute(value, url)
    return _bare(value)


def _bare(value: str) -> str | None:
    """Accept a value that is an absolute URL, with or without its scheme."""
    if value.startswith("//"):
        value = "https:" + value
    return absolute(value, value) if value.lower().startswith(("http://", "https://")) else None


def decoded(value: str) -> str | None:
    """
    Return the absolute http(s) URL that a value is, plain or in Base64, or none.

    >>> decoded("aHR0cHM6Ly9maWxlcy5leGFtcGxlL2Euemlw")
    'https://files.example/a.zip'
    """
    return _bare(value) or _decoded(value)


def _decoded(value: str) -> str | None:
    if value[:1] not in _FIRST or not _BASE64.fullmatch(value):
        return None
    padded = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        text = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return _bare(text)
