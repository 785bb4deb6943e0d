"""
A URL as text: read into its parts and written into a request line, as browsers do it.

Nothing is judged here; that is the gate's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.fetch.contract import FetchCode

DEFAULT_PORTS = {"http": 80, "https": 443}
_STRIP = "".join(map(chr, range(0x21)))
_DROP = str.maketrans("", "", "\t\n\r")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLAIN = re.compile(r"[A-Za-z0-9/._~%=&+-]*")
"""Stands anywhere in a request line as it is."""
_PATH_QUOTED = set(' "#<>?`{}^')
_QUERY_QUOTED = set(" \"#<>'")


class UrlError(Exception):
    """The text is no URL of the web; carries a code and a machine word."""

    def __init__(self, code: FetchCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A URL of the web in its parts, as they were written."""

    scheme: str
    userinfo: bool
    host: str
    port: str
    path: str
    query: str | None
    fragment: str


def clean(url: str) -> str:
    r"""Strip blanks and control characters at the ends, drop tabs and line ends, turn `\\`."""
    text = url.strip(_STRIP).translate(_DROP)
    cut = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:cut].replace("\\", "/") + text[cut:]


def split(text: str) -> Parts:
    """
    Read a URL; it has been cleaned.

    Raises:
        UrlError: it has no scheme, another one than http and https, or no authority.
    """
    found = SCHEME.match(text)
    if found is None:
        raise UrlError(FetchCode.REFUSED_MALFORMED, "no_scheme")
    scheme = found[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise UrlError(FetchCode.REFUSED_SCHEME, "scheme")
    rest = text[found.end() :]
    if not rest.startswith("//"):
        raise UrlError(FetchCode.REFUSED_MALFORMED, "no_authority")
    return _split_rest(scheme, rest.lstrip("/"))


def _split_rest(scheme: str, rest: str) -> Parts:
    rest, _, fragment = rest.partition("#")
    rest, mark, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    userinfo, at, host = authority.rpartition("@")
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, ""
    return Parts(
        scheme=scheme,
        userinfo=bool(at or userinfo),
        host=name,
        port=port,
        path=slash + path,
        query=query if mark else None,
        fragment=fragment,
    )


def without_dots(path: str) -> str:
    """Resolve `.` and `..`, also percent-encoded, as the URL standard does."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
        if plain in (".", "..") and at == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def quoted_path(text: str) -> str:
    """Percent-encode what cannot stand in the path of a request line."""
    return _quoted(text, _PATH_QUOTED)


def quoted_query(text: str) -> str:
    """Percent-encode what cannot stand in the query of a request line."""
    return _quoted(text, _QUERY_QUOTED)


def _quoted(text: str, also: set[str]) -> str:
    """Percent-encode what cannot stand in a request line; leave everything else untouched."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(
        character if "!" <= character <= "~" and character not in also else _escaped(character)
        for character in text
    )


def _escaped(character: str) -> str:
    """Encode as UTF-8; a byte that was no UTF-8 in a header stays that byte."""
    try:
        encoded = character.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = b"?"
    return "".join(f"%{byte:02X}" for byte in encoded)
