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

from crawler.extract.links import absolute, media_kind

_PARAMETERS = frozenset(
    {"url", "u", "link", "to", "target", "dest", "destination", "goto", "go", "redirect", "redir"}
    | {"out", "href", "v", "file", "src", "r", "l", "q"}
)
_EMBEDDED = re.compile(r"https?(?::|%3a)(?:/|%2f){2}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_PLAYER = re.compile(r"player\.php$|/player/?$", re.IGNORECASE)


def embeds_url(url: str) -> bool:
    """Tell whether the path or query of a URL holds another URL."""
    return _EMBEDDED.search(url, url.find("//") + 2) is not None


def unwrapped(url: str) -> str | None:
    """
    Return the absolute http(s) URL that a wrapper link carries, or none.

    >>> unwrapped("https://out.example/go?u=https%3A%2F%2Fimg.example%2Fa.jpg")
    'https://img.example/a.jpg'
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        return None
    for name, value in pairs:
        if name.lower() in _PARAMETERS and (inner := _inner(value, url, path=parts.path)):
            return inner
    return _bare(unquote(parts.query)) or _decoded(parts.path.rstrip("/").rsplit("/", 1)[-1])


def _inner(value: str, url: str, *, path: str) -> str | None:
    if _PLAYER.search(path) and media_kind(absolute(value, url) or ""):
        return absolute(value, url)
    return _bare(value) or _decoded(value.replace(" ", "+"))


def _bare(value: str) -> str | None:
    """Accept a value that is an absolute URL, with or without its scheme."""
    if value.startswith("//"):
        value = "https:" + value
    return absolute(value, value) if value.lower().startswith(("http://", "https://")) else None


def _decoded(value: str) -> str | None:
    if not _BASE64.fullmatch(value):
        return None
    padded = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        text = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return _bare(text)
