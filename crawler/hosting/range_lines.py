"""Lines of public range tables, in their common shapes, read strictly."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal

from crawler.hosting.iso3166 import country_code
from crawler.hosting.range_table import Kind

_ASN = re.compile(r"(?:AS)?(\d{1,10})", re.IGNORECASE)
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
BLANK = frozenset({"", "-", "0", "none", "null", "n/a"})
TOP = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_MAX_NAME = 120
_DOMAIN = re.compile(r"[a-z0-9_.-]{1,253}")
_CONTINENTS = frozenset({"AF", "AN", "AS", "EU", "NA", "OC", "SA", "ZZ"})
_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,12})?")

_COLUMNS = {
    "network": ("network", "cidr", "prefix", "ip_prefix", "ip_range"),
    "start": ("start", "start_ip", "range_start", "ip_from", "ip_range_start", "first", "from"),
    "end": ("end", "end_ip", "range_end", "ip_to", "ip_range_end", "last", "to"),
    "asn": ("asn", "as_number", "autonomous_system_number", "as"),
    "name": ("as_name", "autonomous_system_organization", "as_organization", "as_description"),
    "domain": ("as_domain",),
    "country": ("country_code", "country_iso_code", "iso_code", "cc", "country"),
    "provider": ("provider",),
}


Value = tuple[tuple[str, str | int], ...]
"""Members of a `RangeValue` that are set."""


class RefusedLineError(ValueError):
    """The line cannot be used; its only argument is the machine word that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeLine:
    """One usable line."""

    version: Literal[4, 6]
    first: int
    last: int
    value: Value | None
    """None when the line says that nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Which column holds what; by header when the file has one, else by position."""

    kind: Kind
    fallback: str
    """Provider of a front list whose lines name none."""
    columns: dict[str, int] | None = None


def header_columns(fields: Sequence[str]) -> dict[str, int] | None:
    """Return the known columns when these fields are a header; none when they are data."""
    names = [field.strip().lower() for field in fields]
    if not names or _looks_numeric(names[0]):
        return None
    found: dict[str, int] = {}
    for member, words in _COLUMNS.items():
        places = [names.index(word) for word in words if word in names]
        if places:
            found[member] = places[0]
    return found


def missing_columns(kind: Kind, columns: dict[str, int]) -> tuple[str, ...]:
    """Name the columns without which a file with this header cannot be used."""
    needed = {"asn": ("asn",), "country": ("country",), "front": ()}[kind]
    lacking = [member for member in needed if member not in columns]
    if "network" not in columns and not {"start", "end"} <= columns.keys():
        lacking.append("network (or start and end)")
    return tuple(lacking)


def read_line(fields: Sequence[str], shape: Shape) -> RangeLine:
    """Read one line. Raises `RefusedLineError`."""
    cells = [field.strip() for field in fields]
    if shape.columns is None:
        version, first, last, used = _positional_range(cells)
        members = _positional_members(cells[used:], shape.kind)
    else:
        version, first, last = _named_range(cells, shape.columns)
        members = {name: _cell(cells, at) for name, at in shape.columns.items()}
    return ranged(version, first, last, _value(shape, members))


def ranged(version: Literal[4, 6], first: int, last: int, value: Value | None) -> RangeLine:
    """Return a line about a range; all addresses at once are no range."""
    if first == 0 and last == TOP[version]:
        raise RefusedLineError("whole_space")
    return RangeLine(version=version, first=first, last=last, value=value)


def read_network(text: str) -> tuple[Literal[4, 6], int, int]:
    """Read `192.0.2.0/24` or one address, no bare number. Raises `RefusedLineError`."""
    if text.isdigit():
        raise RefusedLineError("bad_address")
    return _one_cell(text.strip())


def _looks_numeric(text: str) -> bool:
    start = text.partition("/")[0]
    return start.isdigit() or _number(start) is not None


def _named_range(cells: Sequence[str], columns: dict[str, int]) -> tuple[Literal[4, 6], int, int]:
    if "network" in columns:
        return _one_cell(_cell(cells, columns["network"]))
    return _two_cells(_cell(cells, columns["start"]), _cell(cells, columns["end"]))


def _positional_range(cells: Sequence[str]) -> tuple[Literal[4, 6], int, int, int]:
    first = _cell(cells, 0)
    second = _cell(cells, 1)
    if "/" not in first and _looks_numeric(second) and _looks_like_end(first, second):
        return (*_two_cells(first, second), 2)
    return (*_one_cell(first), 1)


def _looks_like_end(first: str, second: str) -> bool:
    """Tell `start,end,...` from a single address that is followed by a plain AS number."""
    return first.isdigit() == second.isdigit()


def _positional_members(rest: Sequence[str], kind: Kind) -> dict[str, str]:
    first = _cell(rest, 0)
    if kind == "country":
        return {"country": _cell(rest, _country_place(rest))}
    if kind == "front":
        return {"provider": first}
    with_country = len(rest) > 2 and (country_code(rest[1]) or rest[1].lower() in BLANK)
    return {"asn": first, "name": _cell(rest, 2 if with_country else 1)}


def _country_place(rest: Sequence[str]) -> int:
    """Find the country: a continent (DB-IP city) or the network's number (iptoasn) is before it."""
    after_continent = (
        len(rest) == 6
        and rest[0] in _CONTINENTS
        and all(_DEGREES.fullmatch(one) for one in rest[4:])
    )
    after_number = len(rest) == 3 and rest[0].isdigit()
    return 1 if after_continent or after_number else 0


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _one_cell(text: str) -> tuple[Literal[4, 6], int, int]:
    if "/" not in text:
        return _two_cells(text, text)
    try:
        network = ip_network(text)
    except ValueError:
        loose = _is_loose_network(text)
        raise RefusedLineError("host_bits_set" if loose else "bad_address") from None
    first, last = int(network.network_address), int(network.broadcast_address)
    return (4 if network.version == 4 else 6), first, last


def _is_loose_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _two_cells(start: str, end: str) -> tuple[Literal[4, 6], int, int]:
    if start.isdigit() and end.isdigit():
        return _decimal_range(start, end)
    first, last = _number(start), _number(end)
    if first is None or last is None:
        raise RefusedLineError("bad_address")
    if first[0] != last[0]:
        raise RefusedLineError("mixed_families")
    return (first[0], *_ordered(first[1], last[1]))


def _decimal_range(start: str, end: str) -> tuple[Literal[4, 6], int, int]:
    if max(len(start), len(end)) > 39 or max(int(start), int(end)) > TOP[6]:
        raise RefusedLineError("bad_address")
    first, last = _ordered(int(start), int(end))
    return (4 if last <= TOP[4] else 6), first, last


def _ordered(first: int, last: int) -> tuple[int, int]:
    if first > last:
        raise RefusedLineError("end_before_start")
    return first, last


def _number(text: str) -> tuple[Literal[4, 6], int] | None:
    """Read one dotted or colon address; `inet_pton` refuses short and zero-padded forms."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        packed = socket.inet_pton(family, text)
    except (OSError, ValueError):
        return None
    return (6 if ":" in text else 4), int.from_bytes(packed, "big")


def _value(shape: Shape, members: dict[str, str]) -> Value | None:
    if shape.kind == "asn":
        return asn_value(members.get("asn", ""), members.get("name", ""), members.get("domain", ""))
    if shape.kind == "country":
        return country_value(members.get("country", ""))
    return provider_value(members.get("provider", "").lower() or shape.fallback)


def provider_value(provider: str) -> Value:
    """Return the value of a front's range. Raises `RefusedLineError`."""
    if not _PROVIDER.fullmatch(provider):
        raise RefusedLineError("bad_provider")
    return (("provider", provider),)


def asn_value(text: str, name: str, domain: str = "") -> Value | None:
    """Return the value of an announced range; none when nobody announces it."""
    if text.lower() in BLANK:
        return None
    found = _ASN.fullmatch(text)
    if found is None or int(found[1]) > 0xFFFFFFFF:
        raise RefusedLineError("bad_asn")
    if int(found[1]) == 0:
        return None
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    told: list[tuple[str, str | int]] = [("asn", int(found[1]))]
    if clean:
        told.append(("name", clean[:_MAX_NAME]))
    if _DOMAIN.fullmatch(domain.lower()):
        told.append(("domain", domain.lower()))
    return tuple(told)


def country_value(text: str) -> Value | None:
    """Return the value of a range of a country; none when none is known."""
    code = country_code(text)
    if code is not None:
        return (("country", code),)
    # EU, AP, ZZ, A1 and blanks say that no country is known; longer words are another column
    if text.lower() in BLANK or (len(text) == 2 and text.isalnum()):
        return None
    raise RefusedLineError("bad_country")
