"""
Statistics of the address registries (`delegated-...-extended`, NRO's joined file): who registered.

Lines are `registry|country|type|start|count or length|date|status|...`, after a line with the
version and the date and lines of sums (RIR statistics exchange format).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from ipaddress import ip_address

from crawler.hosting.range_lines import TOP, RangeLine, RefusedLineError, country_value, ranged

_IN_USE = frozenset({"allocated", "assigned"})


def statistics_date(text: str) -> date | None:
    """Return the date in the first line of a statistics file: `2|apnic|20261101|...`."""
    fields = text.split("|")
    try:
        return datetime.strptime(fields[2], "%Y%m%d").replace(tzinfo=UTC).date()
    except (ValueError, IndexError):
        return None


def statistics_lines(
    lines: Iterable[tuple[int, str]],
) -> Iterator[tuple[int, RangeLine | RefusedLineError]]:
    """Yield what each line about addresses says; sums and network numbers are passed over."""
    for number, text in lines:
        fields = text.split("|")
        if len(fields) < 7 or fields[2] not in {"ipv4", "ipv6"} or fields[-1] == "summary":
            if len(fields) < 6:
                yield number, RefusedLineError("too_few_fields")
            continue
        try:
            yield number, _line(fields)
        except RefusedLineError as refusal:
            yield number, refusal


def _line(fields: list[str]) -> RangeLine:
    kind, start, size, status = fields[2], fields[3], fields[4], fields[6]
    try:
        address = ip_address(start)
    except ValueError:
        raise RefusedLineError("bad_address") from None
    version = 4 if kind == "ipv4" else 6
    if address.version != version:
        raise RefusedLineError("mixed_families")
    first = int(address)
    last = first + _count(version, size) - 1
    if last > TOP[version]:
        raise RefusedLineError("end_beyond_space")
    value = country_value(fields[1].strip()) if status in _IN_USE else None
    return ranged(4 if version == 4 else 6, first, last, value)


def _count(version: int, size: str) -> int:
    """Read the number of IPv4 addresses, or the length of an IPv6 prefix."""
    if not (size.isascii() and size.isdigit() and len(size) <= 10):
        raise RefusedLineError("bad_size")
    number = int(size)
    if version == 6 and number > 128:
        raise RefusedLineError("bad_size")
    count = number if version == 4 else 1 << (128 - number)
    if not count:
        raise RefusedLineError("bad_size")
    return count
