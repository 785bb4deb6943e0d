"""
What the core asks of the fetcher process and what it answers.

These values cross a pipe as JSON; both ends validate them. No body of a response is among them:
a body becomes digests in the fetcher and a schema-checked record in a locked worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from cases.model import Digests


class Derivation(StrEnum):
    """Why a request is allowed (DESIGN: fetch permit)."""

    REPORTED_URL = "reported_url"
    PATHWAY_STEP = "pathway_step"
    REDIRECT_HOP = "redirect_hop"
    EMBEDDED_MEDIA = "embedded_media"
    JSON_TWIN = "json_twin"
    DOWNLOAD_STEP = "download_step"
    LINK_CHECK = "link_check"
    LOCKER_HOP = "locker_hop"
    LIVENESS_CONTROL = "liveness_control"
    SOFT_404_SIBLING = "soft_404_sibling"
    DNS = "dns"
    RDAP = "rdap"
    FRONT_API = "front_api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A case's permission for one URL (or, for DNS, one host name), with its derivation."""

    case_id: str
    derivation: Derivation
    url: str
    """Exactly the URL that may be requested; for `dns` the host name."""
    parent: str | None = None
    """URL of the page or hop that it was derived from."""


class FetchCode(StrEnum):
    """The closed set of ways in which a request ends without a usable answer."""

    # refused before anything left the machine
    REFUSED_SCHEME = "refused_scheme"
    REFUSED_HOST = "refused_host"
    REFUSED_USERINFO = "refused_userinfo"
    REFUSED_PORT = "refused_port"
    REFUSED_ADDRESS = "refused_address"
    REFUSED_LENGTH = "refused_length"
    REFUSED_MALFORMED = "refused_malformed"
    REFUSED_HIDDEN_SERVICE = "refused_hidden_service"
    REFUSED_NEVER_REQUEST = "refused_never_request"
    REFUSED_PERMIT = "refused_permit"
    REFUSED_MANDATE = "refused_mandate"
    REFUSED_REDIRECT = "refused_redirect"
    PAUSED = "paused"
    # name resolution
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    DNS_TIMEOUT = "dns_timeout"
    # connection
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    NO_ROUTE = "no_route"
    RESET = "reset"
    TLS_FAILED = "tls_failed"
    # answer
    TIMEOUT = "timeout"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_LOOP = "redirect_loop"
    MALFORMED_ANSWER = "malformed_answer"
    # ours
    FETCHER_DOWN = "fetcher_down"
    WORKER_DOWN = "worker_down"
    HOST_BUSY = "host_busy"
    """Another machine asked the host all the time."""
    HOST_RESTING = "host_resting"
    """The host asked for a pause, or failed again and again; it is left alone for a while."""
    EGRESS_DOWN = "egress_down"
    """The way out leads nowhere: its proxy is dead or refuses us, or no such network is here."""


MAX_COOKIE_NAMES = 64
"""Names of cookies that one result tells."""
MAX_HOP_URL = 16 * 1024
"""Characters of the URL of a hop; the gate lets none through that is as long."""

REFUSALS = frozenset(code for code in FetchCode if code.value.startswith("refused_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """Caps and time-outs of one fetch, redirects included (`reference`: limits)."""

    connect_s: float = 10.0
    read_s: float = 15.0
    total_s: float = 60.0
    page_bytes: int = 2 * 1024 * 1024
    json_bytes: int = 8 * 1024 * 1024
    media_bytes: int = 64 * 1024 * 1024
    """Digested and, for pictures, buffered in a locked worker."""
    min_rate: int = 1024
    """Bytes per second, measured after 10 s."""
    redirects: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One fetch, with its permit."""

    permit: Permit
    egress: str
    method: Literal["GET", "POST"] = "GET"
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None
    user_agent: str | None = None
    accept_language: str | None = None
    jar: str | None = None
    """Name of the cookie jar; one per case, egress and visit, kept in memory only."""
    cookies: tuple[tuple[str, str], ...] = ()
    """Name and value, put into the jar for the host of the URL before it is asked."""
    tls: Literal["verify", "tolerate"] = "tolerate"
    """
    What a failed certificate means: `verify` ends the fetch; `tolerate` makes one second attempt
    without cookies, credentials or notes, marked `unverified`.
    """
    read_as: Literal["auto", "page", "media", "rdap", "nothing"] = "auto"
    """
    Which reader the body is given to: `auto` decides by its first bytes; `page` and `rdap` parse
    in a locked worker; `media` digests, and holds a picture for a decode; `nothing` only digests.
    """
    limits: FetchLimits = field(default_factory=FetchLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request of a fetch and the head of its answer."""

    url: str
    derivation: Derivation
    method: str
    status: int | None
    peer: str | None
    error: FetchCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is known of a body after it streamed through."""

    kind: Literal["page", "json", "picture", "video", "archive", "other", "empty"]
    """By its first bytes, not by what the server claims."""
    content_type: str
    """Media type that the server claims, lower case, without parameters; may be empty."""
    complete: bool
    """False when a cap or a broken stream cut it; then there are no digests."""
    length: int
    digests: Digests | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What one fetch found."""

    egress: str
    started: datetime
    finished: datetime
    hops: tuple[Hop, ...]
    error: FetchCode | None = None
    status: int | None = None
    """Status of the last hop that answered."""
    url: str | None = None
    """URL of the last hop."""
    peer: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names, allow-listed (`server`, `via`, ...); values cut at 200 characters."""
    cookie_names: tuple[str, ...] = ()
    body: Body | None = None
    record: Mapping[str, object] | None = None
    """What the locked worker read from a page or an RDAP answer; validate before use."""
    record_error: str | None = None
    """Why there is no record: `decode_crashed`, `cpu_limit`, `memory_limit`, `too_large`, ..."""
    ticket: str | None = None
    """A picture, archive or film is held in a locked worker under this ticket until `drop`."""
    tls: Literal["none", "verified", "unverified"] = "none"
    dns: Literal["none", "local", "tunnel"] = "none"
    """Where the last hop's name was resolved: not at all, from here, or through the proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRequest:
    """A name to resolve for a case; the permit's derivation is `dns`, its URL the host name."""

    permit: Permit
    egress: str
    records: Literal["addresses", "mx", "ns"] = "addresses"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """What the resolver said; absence and failure differ."""

    host: str
    outcome: Literal["ok", "nxdomain", "nodata", "servfail", "timeout", "refused"]
    addresses: tuple[str, ...] = ()
    """All A and AAAA, numeric, sorted; also those that the address policy refuses to connect to."""
    cnames: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Mail hosts by preference, or name servers; a null MX (RFC 7505) is `("",)`."""
    refused_addresses: tuple[str, ...] = ()
    ttl: int | None = None
    """Seconds."""
    resolver: str = ""
    dns: Literal["none", "local", "tunnel"] = "none"
    """Where the question was asked: nowhere, from here, or through the proxy."""
    milliseconds: int = 0


class Fetcher(Protocol):
    """The fetcher process, seen from the core."""

    async def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch; failures are in the result. Raises only `TemporaryFailure` (process gone)."""
        ...

    async def decode(
        self, ticket: str, ask: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        """
        Have the held body measured; return the worker's record.

        The body stays held until `drop`, its time running anew, so that it may be measured again
        with another `ask`: `{"size": "full"}` of a picture, `{"passwords": [...]}` of an archive,
        and `{"full": [ordinal, ...]}` for members of it.
        A failure is the record `{"error": "decode_crashed" | "undecodable" | ...}`; after one
        that ended the worker the ticket is unknown.
        """
        ...

    async def drop(self, ticket: str) -> None:
        """Throw the held body away."""
        ...

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        """Resolve a host name through the egress."""
        ...

    async def pause(self, paused: bool) -> None:
        """Stop every fetch at once, also those in flight, or take fetching up again."""
        ...

    async def forget(self, jar: str) -> None:
        """Throw a cookie jar away."""
        ...
