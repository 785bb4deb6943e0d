"""Which addresses and network numbers an RDAP object covers, read tolerantly; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from crawler.hosting.addresses import Address, Network, read_address
from crawler.hosting.loose import items, members, text

_ORIGINS = ("lacnic_originAutnum", "nicbr_autnum", "arin_originas0_originautnums")
_PADDED = re.compile(r"(?:^|\.)0\d")
_MAX_ASN = 0xFFFFFFFF

Range = tuple[Address | None, Address | None]


def covered_range(answer: Mapping[str, Any]) -> Range:
    """Read the covered range: the two members, else cidr0, else a handle that is a prefix."""
    start, end = _address(answer.get("startAddress")), _address(answer.get("endAddress"))
    if start and end and start.version == end.version and int(start) <= int(end):
        return start, end
    start, end = _cidr0(answer)
    if start is not None:
        return start, end
    for stated in (answer.get("startAddress"), answer.get("handle")):
        network = _prefix(text(stated))
        if network is not None:
            return network[0], network[-1]
    return None, None


def read_asn(value: object) -> int | None:
    """Read a network number: 64500, "64500", "AS64500", or with a dot (RFC 5396)."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int):
        return value if 0 < value <= _MAX_ASN else None
    high, dot, low = value.strip().upper().removeprefix("AS").strip().rpartition(".")
    parts = [high, low] if dot else [low]
    if not all(part.isascii() and part.isdigit() and len(part) < 11 for part in parts):
        return None
    number = int(low) + (int(high) << 16 if dot else 0)
    return number if 0 < number <= _MAX_ASN else None


def origin_asns(answer: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the origin numbers that registries add to a network, at most 20."""
    stated = (read_asn(one) for member in _ORIGINS for one in items(answer.get(member)))
    return tuple(dict.fromkeys(asn for asn in stated if asn))[:20]


def _address(value: object) -> Address | None:
    """Read an address; zero-padded octets (`192.000.002.001`) are decimal, as registries mean."""
    plain = (text(value) or "").partition("/")[0]
    octets = plain.split(".") if _PADDED.search(plain) else ()
    if len(octets) == 4 and all(octet.isascii() and octet.isdigit() for octet in octets):
        plain = ".".join(str(int(octet[-9:])) for octet in octets)
    return read_address(plain) if plain else None


def _cidr0(answer: Mapping[str, Any]) -> Range:
    """Return the range of `cidr0_cidrs`, when its blocks lie side by side."""
    read = [_cidr0_block(members(block)) for block in items(answer.get("cidr0_cidrs"))]
    blocks = [block for block in read if block is not None]
    if not blocks or len(blocks) != len(read) or len({block.version for block in blocks}) > 1:
        return None, None
    start = min((block[0] for block in blocks), key=int)
    end = max((block[-1] for block in blocks), key=int)
    whole = sum(block.num_addresses for block in blocks) == int(end) - int(start) + 1
    return (start, end) if whole else (None, None)


def _cidr0_block(block: Mapping[str, Any]) -> Network | None:
    """Read one block; both forms of the extension, the length as number or text."""
    prefix = text(block.get("v4prefix") or block.get("v6prefix"))
    length = block.get("length")
    digits = str(length) if isinstance(length, int) and length in range(129) else text(length)
    return _prefix(f"{prefix}/{digits}") if prefix and digits else None


def _prefix(stated: str | None) -> Network | None:
    """Read a prefix; LACNIC writes handles without trailing zero octets (`192.0.2/24`)."""
    address, slash, length = (stated or "").partition("/")
    if not slash:
        return None
    if ":" not in address:
        address += ".0" * (3 - address.count("."))
    try:
        return ip_network(f"{address}/{length}", strict=False)
    except ValueError:
        return None
