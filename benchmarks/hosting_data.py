"""Made-up address space, hosts and tables, for the hosting benchmark."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from crawler.fetch.contract import DnsAnswer
from crawler.hosting.ranges import import_ranges

COUNTRIES = ("DE", "NL", "FR", "US", "SE", "CZ", "RO", "BG")
_KINDS = ("co.uk", "com", "example", "test", "de", "org", "com.br", "ck")


def networks(count: int, *, seed: int) -> Iterator[tuple[str, str, int]]:
    """Yield first and last address and a number, disjoint and in order; a fifth are IPv6."""
    chance = random.Random(seed)
    four = count * 4 // 5
    step = ((1 << 32) - (1 << 28)) // four
    for number in range(four):
        first = (1 << 24) + number * step
        last = first + chance.randrange(step // 2, step)
        yield str(IPv4Address(first)), str(IPv4Address(last)), chance.randrange(90_000)
    for number in range(count - four):
        first = (0x2001 << 112) + (number << 80)
        last = first + (1 << 79)
        yield str(IPv6Address(first)), str(IPv6Address(last)), chance.randrange(90_000)


def write_tables(into: Path, *, ranges: int, today: date) -> dict[str, int]:
    """Import a table of networks, two of countries and one of a front; return bytes of each."""
    sizes: dict[str, int] = {}
    for kind, name, seed, count in (
        ("asn", "made", 1, ranges),
        ("country", "one", 2, ranges),
        ("country", "two", 3, ranges // 2),
        ("front", "cloudflare", 4, 40),
    ):
        source = into / f"{kind}-{name}.csv"
        with source.open("w", encoding="ascii") as file:
            for first, last, number in networks(count, seed=seed):
                file.write(f"{first},{last},{_said(kind, number)}\n")
        report = import_ranges(
            source,
            kind=kind,  # type: ignore[arg-type]
            name=name,
            build_date=today,
            licence="none",
            into=into / "ranges",
        )
        source.unlink()
        sizes[f"{kind}-{name}"] = report.path.stat().st_size
    return sizes


def _said(kind: str, number: int) -> str:
    if kind == "asn":
        return f"{number + 1},Network {number}"
    return COUNTRIES[number % len(COUNTRIES)] if kind == "country" else "cloudflare"


def hosts(count: int, *, seed: int = 7) -> list[tuple[str, DnsAnswer]]:
    """Return URLs and what DNS answers for their hosts: one to three addresses, some aliases."""
    chance = random.Random(seed)
    made: list[tuple[str, DnsAnswer]] = []
    for number in range(count):
        host = f"www.board{number}.{chance.choice(_KINDS)}"
        if number % 10 == 0:
            host = f"bucket{number}.s3.eu-west-1.amazonaws.com"
        v4 = [str(IPv4Address(chance.randrange(1 << 24, 0xDF000000))) for _ in range(1)]
        v6 = [str(IPv6Address((0x2001 << 112) + chance.getrandbits(96)))]
        cnames = (f"edge{number}.cdn.cloudflare.net",) if number % 7 == 0 else ()
        answer = DnsAnswer(
            host=host,
            outcome="ok",
            addresses=(*v4, *(v6 if number % 2 else ())),
            cnames=cnames,
            ttl=300,
            resolver="192.0.2.53",
        )
        made.append((f"https://{host}/b/res/{number}.html", answer))
    return made
