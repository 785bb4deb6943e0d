"""Make single values fit to stand in a text: one line, printable, URLs exact or defanged."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from cases.model import Comparison, Match, Possible

_URL_SAFE = "%:/?#[]@!$&'()*+,;=-._~"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, limit: int = 200) -> str:
    r"""
    Return foreign text as one printable line of at most `limit` characters.

    Control, bidirectional, private and surrogate characters become blanks, runs of blanks one.

    >>> one_line("Example\r\nBcc: x")
    'Example Bcc: x'
    """
    shown = "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in text[: limit * 4])
    joined = " ".join(shown.split())
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"


def ascii_url(url: str) -> str:
    """
    Return the URL in the characters of RFC 3986; what was allowed there stays byte for byte.

    >>> ascii_url("https://files.example/a b")
    'https://files.example/a%20b'
    """
    return quote(url, safe=_URL_SAFE, encoding="utf-8", errors="surrogatepass")


def defang(url: str) -> str:
    """
    Return a URL that no mail program turns into a link.

    >>> defang("https://files.example/d/abc.html")
    'hxxps://files[.]example/d/abc.html'
    """
    safe = ascii_url(url)
    scheme, separator, rest = safe.partition("://")
    if not separator:
        return safe.replace(".", "[.]")
    authority, tail = _split_authority(rest)
    return scheme.replace("t", "x") + separator + authority.replace(".", "[.]") + tail


def _split_authority(rest: str) -> tuple[str, str]:
    ends = [at for at in (rest.find(mark) for mark in "/?#") if at >= 0]
    end = min(ends, default=len(rest))
    return rest[:end], rest[end:]


def shown_url(url: str, *, defanged: bool) -> str:
    """Return the URL as the human part of a notice prints it."""
    return defang(url) if defanged else ascii_url(url)


def part_of(comparison: Comparison) -> str | None:
    """Return which part of a thing agreed with a list: none for the thing itself."""
    return comparison.part if isinstance(comparison, Match | Possible) else None


def part_words(part: str | None) -> str | None:
    """
    Name a part of a thing; none for the thing itself.

    >>> part_words("member_3")
    'member 3 of the archive'
    """
    if part is None:
        return None
    name, _, number = part.partition("_")
    if name == "member" and number.isdigit():
        return f"member {number} of the archive"
    return "key frames of the film" if part == "video" else one_line(part, 40)


def utc(at: datetime | None) -> str:
    """
    Return a time as RFC 3339 in UTC, to the second; `not recorded` for none.

    >>> utc(datetime(2026, 11, 20, 10, 30, tzinfo=UTC))
    '2026-11-20T10:30:00Z'
    """
    if at is None:
        return "not recorded"
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_or_none(at: datetime | None) -> str | None:
    """Return a time for a machine part; none stays none."""
    return None if at is None else utc(at)


def host_of(url: str) -> str | None:
    """Return the host of a URL, or none where it has no readable one."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
