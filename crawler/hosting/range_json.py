"""
Published JSON lists of fronts' addresses, told apart by their members.

Fastly and Gcore (`addresses`, `ipv6_addresses`, `addresses_v6`), CloudFront (two members of its
own), Amazon's ip-ranges (only its front, CloudFront), MISP warning lists (`list`), and cdncheck's
`sources_data.json` (`cdn`, `waf`, by provider).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from cases.errors import InvalidInput
from crawler.hosting.loose import members
from crawler.hosting.range_lines import (
    RangeLine,
    RefusedLineError,
    Shape,
    provider_value,
    ranged,
    read_network,
)
from crawler.hosting.range_source import whole

_PLAIN = (
    "addresses",
    "addresses_v6",
    "ipv6_addresses",
    "CLOUDFRONT_GLOBAL_IP_LIST",
    "CLOUDFRONT_REGIONAL_EDGE_IP_LIST",
    "list",
)
_CDNCHECK = {
    "akamai": "akamai",
    "cloudflare": "cloudflare",
    "cloudfront": "cloudfront",
    "fastly": "fastly",
    "incapsula": "imperva",
    "sucuri": "sucuri",
}
"""
cdncheck's names -> catalogue ids. Others of its `cdn` group, such as all of Google's cloud, carry
hosting: taken for fronts they would hide hosts.
"""

Stated = tuple[str, str]
"""Network as written and provider."""


def read_json(source: Path) -> Mapping[str, Any]:
    """Read a JSON object. Raises `InvalidInput`."""
    try:
        answer = json.loads(whole(source).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise InvalidInput(f"{source.name} is no JSON object. Nothing was changed.")
    return answer


def json_date(answer: Mapping[str, Any]) -> date | None:
    """Return when a list says it was made: `createDate` (Amazon) or `version` (MISP)."""
    written = answer.get("createDate") or answer.get("version")
    digits = "".join(sign for sign in str(written) if sign.isdigit())[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def json_lines(
    answer: Mapping[str, Any], shape: Shape
) -> Iterator[tuple[int, RangeLine | RefusedLineError]]:
    """Yield the networks of the list, counted from 1."""
    for number, (text, provider) in enumerate(_stated(answer, shape.fallback), start=1):
        try:
            yield number, ranged(*read_network(text), provider_value(provider))
        except RefusedLineError as refusal:
            yield number, refusal


def _stated(answer: Mapping[str, Any], fallback: str) -> Iterator[Stated]:
    plain = chain.from_iterable(_texts(answer.get(name)) for name in _PLAIN)
    yield from ((text, fallback) for text in plain)
    yield from ((text, fallback) for text in _of_amazon(answer))
    for group in ("cdn", "waf"):
        for name, listed in members(answer.get(group)).items():
            provider = _CDNCHECK.get(str(name))
            if provider is not None:
                yield from ((text, provider) for text in _texts(listed))


def _of_amazon(answer: Mapping[str, Any]) -> Iterator[str]:
    """Take the front only; the other services of the file are hosting."""
    for group, member in (("prefixes", "ip_prefix"), ("ipv6_prefixes", "ipv6_prefix")):
        listed = answer.get(group)
        for entry in listed if isinstance(listed, list) else ():
            told = members(entry)
            if told.get("service") == "CLOUDFRONT":
                yield from _texts([told.get(member)])


def _texts(listed: object) -> Iterable[str]:
    """Return the texts of a list; what is no text stays as a bad entry with its number."""
    if not isinstance(listed, list):
        return ()
    return (one[:64] if isinstance(one, str) else "" for one in listed)
