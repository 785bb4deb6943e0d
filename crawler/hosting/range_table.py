"""
One compact, memory-mapped file per range table, and look-ups in it.

File: magic, length of the header, header (JSON), then sorted disjoint ranges as machine integers
(IPv6 start and end as high and low halves, IPv4 start and end, each with a value number), value
offsets, values (JSON). The header carries a SHA-256 of everything behind it.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import socket
import struct
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Literal

from cases.errors import InvalidInput
from crawler.hosting.addresses import Address, read_address, unwrap
from crawler.hosting.range_age import Freshness, freshness_of

MAGIC = b"HWRANGES1\n"
SUFFIX = ".ranges"
_LOW = (1 << 64) - 1
_MOST_READ = 8192
"""Values of a table that are kept read; about 2 MB."""

Kind = Literal["asn", "country", "front"]
Claims = Literal["physical", "registry", "seat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeValue:
    """What a table says of a range; only the members of its kind are set."""

    asn: int | None = None
    name: str | None = None
    """Name of the autonomous system."""
    domain: str | None = None
    """Domain of whoever holds the autonomous system."""
    country: str | None = None
    provider: str | None = None
    """Catalogue id of a front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The table covers the address."""

    values: tuple[RangeValue, ...]
    """More than one where the source states more than one (an address with two origins)."""
    first: str
    last: str
    """Addresses; the part of the stated range for which nothing more specific is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The table was read and does not cover the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeader:
    """What a table is, where it is from and what it may be used for."""

    kind: Kind
    name: str
    claims: Claims | None
    """For tables of countries: what kind of statement each line is."""
    built: date
    licence: str
    v4: int
    v6: int
    values: int
    sha256: str
    source_sha256: str = ""
    """Of the file that was imported."""


Segment = tuple[int, int, int]
"""First and last address as integers, and the number of the value."""


def table_path(into: Path, kind: str, name: str) -> Path:
    """Return where a table of this kind and name lies."""
    return into / f"{kind}-{name}{SUFFIX}"


def pack(
    header: TableHeader, v4: Sequence[Segment], v6: Sequence[Segment], values: Sequence[bytes]
) -> bytes:
    """Return the bytes of a table file; segments sorted and disjoint, `header.sha256` ignored."""
    body = b"".join(_sections(v4, v6, values))
    told = {
        "kind": header.kind,
        "name": header.name,
        "claims": header.claims,
        "built": header.built.isoformat(),
        "licence": header.licence,
        "v4": len(v4),
        "v6": len(v6),
        "values": len(values),
        "source_sha256": header.source_sha256,
        "byteorder": sys.byteorder,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    text = json.dumps(told, ensure_ascii=True).encode("ascii")
    head = MAGIC + struct.pack("<I", len(text)) + text
    return head + b"\0" * (-len(head) % 8) + body


def _sections(v4: Sequence[Segment], v6: Sequence[Segment], values: Sequence[bytes]) -> list[bytes]:
    offsets = [0]
    for value in values:
        offsets.append(offsets[-1] + len(value))
    return [
        _packed("Q", [start >> 64 for start, _, _ in v6]),
        _packed("Q", [start & _LOW for start, _, _ in v6]),
        _packed("Q", [end >> 64 for _, end, _ in v6]),
        _packed("Q", [end & _LOW for _, end, _ in v6]),
        _packed("I", [value for _, _, value in v6]),
        _packed("I", [start for start, _, _ in v4]),
        _packed("I", [end for _, end, _ in v4]),
        _packed("I", [value for _, _, value in v4]),
        _packed("I", offsets),
        *values,
    ]


def _packed(code: str, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"={len(numbers)}{code}", *numbers)


class RangeTable:
    """One open table; safe to share between tasks, since what it says never changes."""

    __slots__ = (
        "_age",
        "_blob",
        "_offsets",
        "_read",
        "_v4",
        "_v6",
        "header",
        "path",
        "source",
        "version",
    )

    def __init__(self, *, path: Path, header: TableHeader, body: memoryview) -> None:
        self.path = path
        self.header = header
        self.source = f"table:{header.kind}-{header.name}"
        """The name that claims give as their source."""
        self.version = header.built.isoformat()
        """The build date, which every claim carries."""
        self._age: tuple[date, Freshness] | None = None
        six, four = header.v6, header.v4
        cut = _Cutter(body)
        self._v6 = (*(cut.take("Q", six) for _ in range(4)), cut.take("I", six))
        self._v4 = tuple(cut.take("I", four) for _ in range(3))
        self._offsets = cut.take("I", header.values + 1)
        self._blob = cut.rest()
        self._read: dict[int, tuple[RangeValue, ...]] = {}

    @classmethod
    def open(cls, path: Path) -> RangeTable:
        """
        Map a table file and verify it whole.

        Raises:
            InvalidInput: the file is not a table, is damaged, or cannot be read.
        """
        try:
            with path.open("rb") as file:
                view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            header, start = _read_header(view)
            return cls(path=path, header=header, body=_verified(view[start:], header.sha256))
        except (OSError, ValueError, KeyError, TypeError, struct.error) as problem:
            sentence = (
                f"The range table {path.name} is damaged or cannot be read; "
                "import it again with 'hostwatch ranges import'."
            )
            raise InvalidInput(sentence) from problem

    def freshness(self, now: datetime) -> Freshness:
        """Say whether the table may be relied on."""
        today = now.date()
        if self._age is None or self._age[0] != today:
            self._age = today, freshness_of(self.header.kind, self.header.built, today)
        return self._age[1]

    def lookup(self, address: str | Address) -> Found | NotFound:
        """Return what the most specific range around a numeric address says."""
        read = read_address(address) if isinstance(address, str) else address
        if read is None:
            return NotFound()
        inner = unwrap(read)
        if isinstance(inner, IPv4Address):
            return self._lookup_v4(int(inner))
        return self._lookup_v6(int(inner))

    def _lookup_v4(self, number: int) -> Found | NotFound:
        starts, ends, values = self._v4
        at = bisect_right(starts, number) - 1
        if at < 0 or ends[at] < number:
            return NotFound()
        first, last = _dotted(starts[at]), _dotted(ends[at])
        return Found(values=self._values(values[at]), first=first, last=last)

    def _lookup_v6(self, number: int) -> Found | NotFound:
        high, low, end_high, end_low, values = self._v6
        left = bisect_left(high, number >> 64)
        right = bisect_right(high, number >> 64)
        at = bisect_right(low, number & _LOW, left, right) - 1
        if at < 0 or (end := end_high[at] << 64 | end_low[at]) < number:
            return NotFound()
        first, last = _colons(high[at] << 64 | low[at]), _colons(end)
        return Found(values=self._values(values[at]), first=first, last=last)

    def _values(self, number: int) -> tuple[RangeValue, ...]:
        known = self._read.get(number)
        if known is None:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            text = bytes(self._blob[self._offsets[number] : self._offsets[number + 1]])
            known = tuple(RangeValue(**members) for members in json.loads(text))
            self._read[number] = known
        return known


def _dotted(number: int) -> str:
    return socket.inet_ntop(socket.AF_INET, number.to_bytes(4, "big"))


def _colons(number: int) -> str:
    """Write RFC 5952 text; the system's writing differs where an IPv4 address may be inside."""
    if number >> 64 == 0:
        return str(IPv6Address(number))
    return socket.inet_ntop(socket.AF_INET6, number.to_bytes(16, "big"))


class _Cutter:
    """Cut consecutive arrays from one view."""

    __slots__ = ("_at", "_view")

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def take(self, code: Literal["Q", "I"], count: int) -> memoryview[int]:
        size = count * (8 if code == "Q" else 4)
        part = self._view[self._at : self._at + size]
        if len(part) != size:
            raise ValueError
        self._at += size
        return part.cast(code)

    def rest(self) -> memoryview:
        return self._view[self._at :]


def _verified(body: memoryview, sha256: str) -> memoryview:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ValueError
    return body


def _read_header(view: memoryview) -> tuple[TableHeader, int]:
    if bytes(view[: len(MAGIC)]) != MAGIC:
        raise ValueError
    at = len(MAGIC)
    (length,) = struct.unpack("<I", view[at : at + 4])
    told = json.loads(bytes(view[at + 4 : at + 4 + length]))
    if told.pop("byteorder") != sys.byteorder:
        raise ValueError
    end = at + 4 + length
    header = TableHeader(**{**told, "built": date.fromisoformat(told["built"])})
    return header, end + (-end % 8)
