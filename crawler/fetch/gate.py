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

from crawler.fetch import address, never_request, urlparts
from crawler.fetch.contract import FetchCode
from crawler.fetch.hostname import HostError, read_host
from crawler.fetch.practice import PracticeNetwork
from crawler.fetch.urlparts import DEFAULT_PORTS, SCHEME, Parts, UrlError

MAX_LENGTH = 4096
"""Characters of a URL."""
_MAX_SENT = 3 * MAX_LENGTH
"""Characters of a URL when what is not ASCII has been percent-encoded."""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
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
        shown = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
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
    return urlparts.clean(url).partition("#")[0]


def host_of(url: str) -> str | None:
    """Return the host in lower case and A-labels, also of a refused URL if it can be read."""
    return _read(url).host


def join(base: str, reference: str) -> str:
    """
    Resolve a `Location` or link against the URL that it came from.

    Raises:
        ValueError: it has no meaning as a reference.

    """
    text = urlparts.clean(reference)
    if text.startswith("//"):  # one parse for all that names a host, however many slashes it has
        return f"{base.partition(':')[0]}:{text}"
    found = SCHEME.match(text)
    absolute = found is not None and text.startswith("//", found.end())
    return text if absolute else urljoin(base, text)


def shown(url: str) -> str:
    """
    Shorten a refused URL to what may be recorded of it.

    Of schemes other than http and https only the scheme remains: `data:` carries content.
    """
    text = urlparts.clean(url)
    found = SCHEME.match(text)
    if found is None or found[1].lower() not in DEFAULT_PORTS:
        return f"{found[1].lower()[:16]}:" if found else ""
    return text.encode("ascii", "replace").decode()[:MAX_LENGTH]


@lru_cache(maxsize=256)  # a URL is read where it is derived, permitted and requested
def _read(url: str) -> Allowed | Refused:
    if len(url) > MAX_LENGTH:
        return Refused(code=FetchCode.REFUSED_LENGTH, reason="length")
    try:
        return _judged(urlparts.split(urlparts.clean(url)))
    except UrlError as error:
        return Refused(code=error.code, reason=error.reason)


def _judged(split: Parts) -> Allowed | Refused:
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


def _with_port(split: Parts, host: str) -> Allowed | Refused:
    port = _port(split)
    if port is None:
        return Refused(code=FetchCode.REFUSED_PORT, reason="port", host=host)
    found = Allowed(
        scheme=split.scheme,
        host=host,
        port=port,
        path=urlparts.quoted_path(urlparts.without_dots(split.path)),
        query=None if split.query is None else urlparts.quoted_query(split.query),
        fragment=split.fragment,
        literal=address.parse(host) is not None,
    )
    if len(found.url) > _MAX_SENT:
        return Refused(code=FetchCode.REFUSED_LENGTH, reason="length", host=host)
    return found


def _port(split: Parts) -> int | None:
    if not split.port:
        return DEFAULT_PORTS[split.scheme]
    if not (split.port.isascii() and split.port.isdigit()) or len(split.port) > 12:
        return None
    port = int(split.port)
    usual = port in DEFAULT_PORTS.values()
    return port if usual or (1024 <= port <= 65535 and port not in _BAD_PORTS) else None
