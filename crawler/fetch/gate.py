"""
The URL gate: reads a URL the way browsers do, checks it, and returns the parts that are used.

Reading and use share one parse, so that nothing can mean one thing here and another there. The
module stays light to import: `inspect gate` starts with it.

Order of the checks, first refusal wins: length, form, scheme, user information, host (hidden
service before other names), port, numeric address, never-request rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from crawler.fetch import address, never_request
from crawler.fetch.contract import FetchCode
from crawler.fetch.hostname import HostError, read_host
from crawler.fetch.practice import PracticeNetwork

MAX_LENGTH = 4096
"""Characters of a URL."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_STRIP = "".join(map(chr, range(0x21)))
_DROP = str.maketrans("", "", "\t\n\r")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN = re.compile(r"[A-Za-z0-9/._~%=&+-]*")
"""Stands anywhere in a request line as it is."""
_PATH_QUOTED = set(' "#<>?`{}^')
_QUERY_QUOTED = set(" \"#<>'")
_BLOCKED_PORTS = frozenset({1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679})
"""The block list of the WHATWG fetch standard, from 1024 upwards, with the two below."""
_CHAT_PORTS = frozenset({6665, 6666, 6667, 6668, 6669, 6697, 10080})
_STORE_PORTS = frozenset({3306, 5432, 6379, 9200, 11211, 27017})
"""Data stores that answer to anyone who can speak to them."""
_BAD_PORTS = _BLOCKED_PORTS | _CHAT_PORTS | _STORE_PORTS

_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "arpa", "localdomain", "lan")
_HIDDEN = ("onion", "i2p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A URL that may be requested, in the parts that the request is built from."""

    scheme: str
    host: str
    """Lower case, A-labels, without a trailing dot; an IPv6 address without brackets."""
    port: int
    path: str
    """Starts with `/`; percent-encoding as it was given."""
    query: str | None
    fragment: str
    """Kept with the report, never sent."""
    literal: bool
    """Whether the host is a numeric address."""

    @property
    def origin(self) -> str:
        """Scheme and authority, the default port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = "" if _DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{shown}"

    @property
    def url(self) -> str:
        """The URL that is requested, without fragment."""
        return self.origin + self.path + ("" if self.query is None else f"?{self.query}")

    @property
    def canonical(self) -> str:
        """The form that decides whether two URLs are the same location."""
        return _ESCAPE.sub(lambda found: found[0].upper(), self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A URL that must not be requested, and why."""

    code: FetchCode
    reason: str
    """A machine word: `scheme`, `userinfo`, `single_label`, `loopback`, ..."""
    host: str | None = None
    """The host as far as it could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    scheme: str
    userinfo: bool
    host: str
    port: str
    path: str
    query: str | None
    fragment: str


def check(
    url: str,
    *,
    reported: bool = False,
    practice: PracticeNetwork | None = None,
    own_networks: Sequence[address.Network] = (),
) -> Allowed | Refused:
    """
    Decide whether a URL may be requested; pure, resolves nothing.

    Args:
        url: as typed, or absolute as found on a page.
        reported: it was given by a person, so that the never-request rules do not apply.
        practice: numeric hosts are judged by the practice network.
        own_networks: the hotline's own ranges.

    >>> check("http://127.0.0.1/").code
    <FetchCode.REFUSED_ADDRESS: 'refused_address'>

    """
    found = _read(url)
    if isinstance(found, Refused):
        return found
    reason = address.refusal(found.host, practice=practice, own_networks=own_networks)
    if found.literal and reason is not None:
        return Refused(code=FetchCode.REFUSED_ADDRESS, reason=reason, host=found.host)
    rule = None if reported else never_request.never(found.url)
    if rule is not None:
        return Refused(code=FetchCode.REFUSED_NEVER_REQUEST, reason=rule, host=found.host)
    return found


def parts(url: str) -> Allowed | None:
    """Read a URL without judging its address or its purpose; none when that already fails."""
    found = _read(url)
    return found if isinstance(found, Allowed) else None


def canonical(url: str) -> str:
    """
    Bring a URL into the form that decides whether two reports are of the same location.

    Scheme and host in lower case and A-labels, default port, fragment and dot segments removed,
    percent-encoding in upper case, an empty path as `/`, the query in its order. A URL that
    cannot be requested stays as it is, cleaned of blanks at its ends and of its fragment.

    >>> canonical("HTTP://Example.test:80/a/../b?x=%2f#top")
    'http://example.test/b?x=%2F'
    """
    found = _read(url)
    if isinstance(found, Allowed):
        return found.canonical
    return _clean(url).partition("#")[0]


def host_of(url: str) -> str | None:
    """Return the host in lower case and A-labels, also of a refused URL if it can be read."""
    return _read(url).host


def join(base: str, reference: str) -> str:
    """
    Resolve a `Location` or link against the URL that it came from.

    Raises:
        ValueError: it has no meaning as a reference.

    """
    return urljoin(base, _clean(reference))


def shown(url: str) -> str:
    """
    Shorten a refused URL to what may be recorded of it.

    Of schemes other than http and https only the scheme remains: `data:` carries content.
    """
    text = _clean(url)
    found = _SCHEME.match(text)
    if found is None or found[1].lower() not in _DEFAULT_PORTS:
        return f"{found[1].lower()[:16]}:" if found else ""
    return text.encode("ascii", "replace").decode()[:MAX_LENGTH]


@lru_cache(maxsize=256)  # a URL is read where it is derived, permitted and requested
def _read(url: str) -> Allowed | Refused:
    if len(url) > MAX_LENGTH:
        return Refused(code=FetchCode.REFUSED_LENGTH, reason="length")
    split = _split(_clean(url))
    return split if isinstance(split, Refused) else _judged(split)


def _clean(url: str) -> str:
    r"""Strip blanks and control characters at the ends, drop tabs and line ends, turn `\\`."""
    text = url.strip(_STRIP).translate(_DROP)
    cut = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:cut].replace("\\", "/") + text[cut:]


def _split(text: str) -> _Parts | Refused:
    found = _SCHEME.match(text)
    if found is None:
        return Refused(code=FetchCode.REFUSED_MALFORMED, reason="no_scheme")
    scheme = found[1].lower()
    if scheme not in _DEFAULT_PORTS:
        return Refused(code=FetchCode.REFUSED_SCHEME, reason="scheme")
    rest = text[found.end() :]
    if not rest.startswith("//"):
        return Refused(code=FetchCode.REFUSED_MALFORMED, reason="no_authority")
    return _split_rest(scheme, rest.lstrip("/"))


def _split_rest(scheme: str, rest: str) -> _Parts:
    rest, _, fragment = rest.partition("#")
    rest, mark, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    userinfo, at, host = authority.rpartition("@")
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, ""
    return _Parts(
        scheme=scheme,
        userinfo=bool(at or userinfo),
        host=name,
        port=port,
        path=slash + path,
        query=query if mark else None,
        fragment=fragment,
    )


def _judged(split: _Parts) -> Allowed | Refused:
    host, problem = _host(split.host)
    if split.userinfo:
        return Refused(code=FetchCode.REFUSED_USERINFO, reason="userinfo", host=host)
    if host is None:
        return Refused(code=FetchCode.REFUSED_HOST, reason=problem)
    return _named(host) or _with_port(split, host)


def _host(text: str) -> tuple[str | None, str]:
    try:
        return read_host(text), ""
    except HostError as error:
        return None, str(error)


def _named(host: str) -> Refused | None:
    """Refuse names that lead to hidden services or into the own network."""
    if address.parse(host) is not None:
        return None
    if _under(host, _HIDDEN):
        return Refused(code=FetchCode.REFUSED_HIDDEN_SERVICE, reason="hidden_service", host=host)
    if "." not in host:
        return Refused(code=FetchCode.REFUSED_HOST, reason="single_label", host=host)
    if _under(host, _LOCAL_NAMES):
        return Refused(code=FetchCode.REFUSED_HOST, reason="local_name", host=host)
    return None


def _under(host: str, names: Sequence[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)


def _with_port(split: _Parts, host: str) -> Allowed | Refused:
    port = _port(split)
    if port is None:
        return Refused(code=FetchCode.REFUSED_PORT, reason="port", host=host)
    return Allowed(
        scheme=split.scheme,
        host=host,
        port=port,
        path=_quoted(_without_dots(split.path), _PATH_QUOTED),
        query=None if split.query is None else _quoted(split.query, _QUERY_QUOTED),
        fragment=split.fragment,
        literal=address.parse(host) is not None,
    )


def _port(split: _Parts) -> int | None:
    if not split.port:
        return _DEFAULT_PORTS[split.scheme]
    if not (split.port.isascii() and split.port.isdigit()) or len(split.port) > 12:
        return None
    port = int(split.port)
    usual = port in _DEFAULT_PORTS.values()
    return port if usual or (1024 <= port <= 65535 and port not in _BAD_PORTS) else None


def _without_dots(path: str) -> str:
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
