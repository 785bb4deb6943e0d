"""What the head of an answer says, as far as it may be believed, recorded or passed on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.fetch import coding
from crawler.fetch.contract import FetchCode
from crawler.fetch.errors import CodedError
from crawler.fetch.redirects import REDIRECTS

if TYPE_CHECKING:
    import aiohttp

SHOWN_HEADERS = frozenset(
    {
        "server",
        "via",
        "cf-ray",
        "cf-mitigated",
        "x-cache",
        "x-served-by",
        "x-sucuri-id",
        "x-fastly-request-id",
        "x-amz-cf-id",
        "x-azure-ref",
        "x-azion-request-id",
        "x-cdn",
        "x-iinfo",
        "akamai-grn",
        "cdn-pullzone",
        "x-ipfs-path",
        "x-ipfs-roots",
        "retry-after",
        "content-type",
        "content-length",
    }
)
_MAX_VALUE = 200
_MAX_NAMES = 50
_UNPRINTABLE = re.compile(r"[^ -~]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_RANGE = re.compile(r"\s*bytes\s+([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)\s*", re.IGNORECASE)
_LENGTH_DIGITS = 18
_PARTIAL = 206


class UnsoundHead(CodedError):
    """The head contradicts itself, or answers something that was not asked."""


def require_sound(response: aiohttp.ClientResponse) -> None:
    """
    Refuse a head after which nobody can say what the body is.

    That is a status that is no answer (101: nobody asked for another protocol), a coding of the
    transfer that was not asked for (RFC 9112, 6.1), a length beyond all bounds, and a redirect to
    several places.

    Raises:
        UnsoundHead: `malformed_answer`.
    """
    headers = response.headers
    transfer = ",".join(headers.getall("Transfer-Encoding", ())).lower().replace(" ", "")
    places = set(headers.getall("Location", ())) if response.status in REDIRECTS else set()
    length = headers.get("Content-Length", "")
    sound = transfer in ("", "chunked", "identity") and len(length) <= _LENGTH_DIGITS
    if not sound or response.status < 200 or len(places) > 1:
        raise UnsoundHead(FetchCode.MALFORMED_ANSWER)


def partial(response: aiohttp.ClientResponse) -> bool:
    """
    Tell whether a success carries a part only, though the whole was asked for (RFC 9110, 14.4).

    A 206 counts as whole when it says that its range is all there is.
    """
    if not 200 <= response.status < 300:
        return False
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None:
        return response.status == _PARTIAL
    first, last, length = found.groups()
    return int(first) > 0 or length == "*" or int(last) + 1 != int(length)


def codings(response: aiohttp.ClientResponse) -> tuple[str, ...]:
    """Return the codings of the body in the order in which they were applied."""
    return coding.codings(response.headers.getall("Content-Encoding", ()))


def shown_headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the allow-listed headers, printable ASCII, cut at 200 characters."""
    return {
        name.lower(): printable(value)[:_MAX_VALUE]
        for name, value in reversed(list(response.headers.items()))
        if name.lower() in SHOWN_HEADERS
    }


def cookie_names(response: aiohttp.ClientResponse) -> tuple[str, ...]:
    """Return the names of the cookies that an answer sets."""
    return tuple(name for name in response.cookies if _TOKEN.fullmatch(name))[:_MAX_NAMES]


def media_type(response: aiohttp.ClientResponse) -> str:
    """Return the claimed media type without parameters; empty when there is none."""
    text = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return text if _MEDIA_TYPE.fullmatch(text) else ""


def claimed_type(response: aiohttp.ClientResponse) -> str:
    """Return the claimed media type, with the character set if one is claimed."""
    found = _CHARSET.search(response.headers.get("Content-Type", ""))
    return media_type(response) + (f"; charset={found[1].lower()}" if found else "")


def declared_length(response: aiohttp.ClientResponse) -> int | None:
    """Return the claimed length of a body that is not encoded."""
    text = response.headers.get("Content-Length", "")
    plain = "Content-Encoding" not in response.headers
    return int(text) if plain and text.isascii() and text.isdigit() and len(text) < 16 else None


def printable(value: str) -> str:
    """Replace what is no printable ASCII."""
    return _UNPRINTABLE.sub("?", value)
