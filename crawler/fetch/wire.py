"""The values on the pipe between core and fetcher, and their checks at both ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.settings import Egress, Fetch, Isolation, Network
from crawler.fetch.contract import (
    MAX_COOKIE_NAMES,
    MAX_HOP_URL,
    DnsAnswer,
    FetchCode,
    FetchRequest,
    FetchResult,
    ResolveRequest,
)
from crawler.fetch.practice import PracticeNetwork

T = TypeVar("T")

_HEX = {"md5": 32, "sha1": 40, "sha256": 64}
_MAX_TEXT = 200

MAX_COOKIES = 50
"""Cookies that a request may bring along."""
_COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_COOKIE_VALUE = re.compile(r"[!-:<-~]([ -:<-~]{0,4094}[!-:<-~])?|")
"""Printable ASCII without `;`, blanks only inside."""

_MAX_MEMBERS = 10_000
"""Ordinals of an archive's members are no greater."""

MAX_PASSWORD = 200
"""Characters of one password of an archive."""
MAX_PASSWORDS = 10
"""Passwords that are tried on one archive."""


class WireError(Exception):
    """A value on the pipe is not what it should be; its text is a machine word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetcherSetup:
    """What the fetcher process is told when it starts."""

    egresses: tuple[Egress, ...]
    network: Network
    fetch: Fetch
    isolation: Isolation
    jobs: Mapping[str, str]
    """
    Import strings of the jobs `page`, `rdap`, `picture`, `archive` and `video`; a missing one is
    never run.
    """
    practice: PracticeNetwork | None = None
    credentials: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    """User and password for the proxy of an egress, by its name; read from their files."""
    asks_turns: bool = False
    """Whether other machines fetch too, so that the core is asked for every turn at a host."""


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    size: Literal["full"] | None = None
    passwords: tuple[Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD)], ...] = Field(
        (), max_length=MAX_PASSWORDS
    )
    full: tuple[Annotated[int, Field(ge=1, le=_MAX_MEMBERS, strict=True)], ...] = Field(
        (), max_length=_MAX_MEMBERS
    )


class _Look(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ticket: str = Field(pattern=r"^[0-9a-f]{16}$")
    ask: _Ask


SETUP: TypeAdapter[FetcherSetup] = TypeAdapter(FetcherSetup)
REQUEST: TypeAdapter[FetchRequest] = TypeAdapter(FetchRequest)
RESULT: TypeAdapter[FetchResult] = TypeAdapter(FetchResult)
RESOLVE: TypeAdapter[ResolveRequest] = TypeAdapter(ResolveRequest)
RECORD: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])
ANSWER: TypeAdapter[DnsAnswer] = TypeAdapter(DnsAnswer)


def load(adapter: TypeAdapter[T], value: object) -> T:
    """
    Validate a value that came over the pipe.

    Raises:
        WireError: it does not fit its type; what was found is not quoted.
    """
    try:
        return adapter.validate_python(value)
    except ValidationError:
        raise WireError("value_does_not_fit") from None


def load_request(value: object) -> FetchRequest:
    """
    Validate a fetch request and the bounds of what it sends along.

    Raises:
        WireError: a bound is broken.
    """
    request = load(REQUEST, value)
    if not cookies_sound(request):
        raise WireError("bound_broken")
    return request


def cookies_sound(request: FetchRequest) -> bool:
    """Tell whether the given cookies can be sent as they are (RFC 6265, 4.1.1, a little wider)."""
    return len(request.cookies) <= MAX_COOKIES and all(
        _COOKIE_NAME.fullmatch(name) and _COOKIE_VALUE.fullmatch(value)
        for name, value in request.cookies
    )


def dump_look(ticket: str, ask: Mapping[str, object] | None) -> bytes:
    """
    Turn a request to look at a held body into JSON.

    Raises:
        WireError: a bound is broken, or something unknown is asked; it is not quoted.
    """
    ticket, plain = load_look({"ticket": ticket, "ask": dict(ask or {})})
    look: dict[str, object] = {"ticket": ticket, "ask": plain}
    return dump(RECORD, look)


def load_look(value: object) -> tuple[str, dict[str, object]]:
    """
    Validate a request to look at a held body; return its ticket and what is asked.

    Raises:
        WireError: a bound is broken, or something unknown is asked; it is not quoted.
    """
    try:
        look = _Look.model_validate(value)
    except ValidationError:
        raise WireError("bad_ask") from None
    return look.ticket, look.ask.model_dump(mode="json", exclude_defaults=True)


def dump(adapter: TypeAdapter[T], value: T) -> bytes:
    """
    Turn a value into JSON.

    Raises:
        WireError: it holds a text that cannot be written.
    """
    try:
        return adapter.dump_json(value)
    except ValueError:
        raise WireError("unwritable_value") from None


def load_result(value: object) -> FetchResult:
    """
    Validate a fetch result and its bounds: hexadecimal lengths, header lengths, URL lengths.

    Raises:
        WireError: a bound is broken.
    """
    result = load(RESULT, value)
    sound = (
        _digests_sound(result)
        and all(len(text) <= _MAX_TEXT for text in result.headers.values())
        and all(len(hop.url) <= MAX_HOP_URL for hop in result.hops)
        and len(result.cookie_names) <= MAX_COOKIE_NAMES
    )
    if not sound:
        raise WireError("bound_broken")
    return result


def unfetched(request: FetchRequest, code: FetchCode) -> FetchResult:
    """Return the result of a request for which nothing left the machine."""
    now = datetime.now(UTC)
    return FetchResult(egress=request.egress, started=now, finished=now, hops=(), error=code)


def _digests_sound(result: FetchResult) -> bool:
    digests = result.body.digests if result.body else None
    return digests is None or all(
        re.fullmatch(f"[0-9a-f]{{{length}}}", getattr(digests, name))
        for name, length in _HEX.items()
    )
