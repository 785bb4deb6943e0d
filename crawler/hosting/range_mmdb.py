"""
Tables in the MMDB format (GeoLite2, DB-IP, IPinfo, ip-location-db), read by the extra `mmdb`.

The file is walked by look-ups from one network to the next, so that a tree that is crooked by
accident or design ends after a bounded number of steps; the reader in plain Python is used, since
a damaged file can make it fail but not misread memory.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from pathlib import Path
from typing import Any, Literal

from cases.errors import InvalidInput
from crawler.hosting.loose import members
from crawler.hosting.range_lines import (
    TOP,
    RangeLine,
    RefusedLineError,
    Shape,
    Value,
    asn_value,
    country_value,
    provider_value,
)
from crawler.hosting.range_source import whole

_MAX_STEPS = 20_000_000
_BEHIND_V4 = 1 << 32
"""First number behind the IPv4 addresses in a tree of both families."""
_ALIASES = tuple(IPv6Network(one) for one in ("::ffff:0:0/96", "2001::/32", "2002::/16"))
"""Where such a tree holds its IPv4 part once more."""

_Leaf = tuple[Literal[4, 6], int, int, Any]
"""IP version, first and last number, and what is said of them."""
Numbered = tuple[int, RangeLine | RefusedLineError]


class MmdbFile:
    """One open file."""

    def __init__(self, source: Path) -> None:
        """
        Open a file whole.

        Raises:
            InvalidInput: the extra is not installed, or the file is damaged.
        """
        self._name = source.name
        library = _library()
        content = io.BytesIO(whole(source))
        with _damaged(self._name):
            self._reader = library.open_database(content, library.MODE_FD)
            told = self._reader.metadata()
            self.built = _day(told.build_epoch)
            self._both = told.ip_version == 6

    def lines(self, shape: Shape) -> Iterator[Numbered]:
        """Yield what the tree says of each network, counted from 1. Raises `InvalidInput`."""
        with _damaged(self._name):
            yield from self._lines(shape)

    def _lines(self, shape: Shape) -> Iterator[Numbered]:
        number = 0
        walks = [self._walk(4, 0)] + ([self._walk(6, _BEHIND_V4)] if self._both else [])
        for walk in walks:
            for version, first, last, record in walk:
                number += 1
                if record is not None:
                    yield number, _line(version, first, last, members(record), shape)

    def _walk(
        self, version: Literal[4, 6], at: int
    ) -> Iterator[tuple[Literal[4, 6], int, int, Any]]:
        kind: type[IPv4Address | IPv6Address] = IPv4Address if version == 4 else IPv6Address
        bits = 32 if version == 4 else 128
        for _ in range(_MAX_STEPS):
            if at > TOP[version]:
                return
            behind = _behind_alias(at) if version == 6 else None
            if behind is not None:
                at = behind
                continue
            record, length = self._reader.get_with_prefix_len(kind(at))
            size = 1 << (bits - min(max(length, 0), bits))
            last = at // size * size + size - 1
            yield version, at, last, record
            at = last + 1
        raise ValueError


def _behind_alias(number: int) -> int | None:
    address = IPv6Address(number)
    inside = next((one for one in _ALIASES if address in one), None)
    return None if inside is None else int(inside.broadcast_address) + 1


def _line(
    version: Literal[4, 6], first: int, last: int, record: Mapping[str, Any], shape: Shape
) -> RangeLine | RefusedLineError:
    try:
        value = _value(record, shape)
    except RefusedLineError as refusal:
        return refusal
    return RangeLine(version=version, first=first, last=last, value=value)


def _value(record: Mapping[str, Any], shape: Shape) -> Value | None:
    if shape.kind == "front":
        return provider_value(str(record.get("provider") or shape.fallback))
    if shape.kind == "country":
        return country_value(_country(record))
    number = record.get("autonomous_system_number", record.get("asn", ""))
    name = record.get("autonomous_system_organization") or record.get("as_name") or ""
    return asn_value(str(number), str(name), str(record.get("as_domain") or ""))


def _country(record: Mapping[str, Any]) -> str:
    """Read `country.iso_code`, `country_code` or a plain `country`."""
    nested = record.get("country")
    code = (
        nested.get("iso_code") if isinstance(nested, dict) else record.get("country_code", nested)
    )
    return str(code or "").strip()


def _day(seconds: object) -> date | None:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _library() -> Any:
    try:
        return importlib.import_module("maxminddb")
    except ImportError:
        raise InvalidInput(
            "MMDB files are read with the extra 'mmdb', which is not installed; install it with "
            "pip install 'hostwatch[mmdb]', or import the same database as CSV."
        ) from None


@contextmanager
def _damaged(name: str) -> Iterator[None]:
    """Turn whatever a damaged file makes the reader raise into one sentence."""
    try:
        yield
    except InvalidInput:
        raise
    except Exception as problem:  # noqa: BLE001 (a crooked file may raise anything)
        raise InvalidInput(
            f"{name} is a damaged MMDB file ({type(problem).__name__}); fetch it again. "
            "Nothing was changed."
        ) from None
