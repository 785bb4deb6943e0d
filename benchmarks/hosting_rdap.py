"""
How many registry answers of ordinary size one core reads in a second.

    python -m benchmarks.hosting_rdap --json

Two figures: the whole job of the locked worker (decode, parse, record as plain JSON), and the
parser alone. What counts is the fastest round; the others hold what the machine did besides. The
answers are invented and of the size and shape that a regional registry gives: a registrant with
nested desks, postal labels, remarks, links, events and the registry's notices.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.measure import Report, interleaved, machine, pin, versions
from crawler.hosting.rdap_job import read_answer, read_rdap
from crawler.hosting.rdap_parse import parse

TARGET = 5000
"""Answers in a second on one core."""
_ANSWERS = 500


def answer(number: int) -> bytes:
    """Return an invented answer about a network, about 3.5 kB."""
    label = f"Quay {number}\nHarbour\nNL"
    desks = [
        _entity("abuse", f"ABUSE{number}", f"abuse@host{number}.example", label),
        _entity("technical", f"TECH{number}", f"tech@host{number}.example", label),
        _entity("administrative", f"ADM{number}", f"admin@host{number}.example", label),
    ]
    owner = _entity("registrant", f"ORG-{number}", None, label) | {"entities": desks}
    told: dict[str, Any] = {
        "rdapConformance": ["rdap_level_0", "cidr0"],
        "objectClassName": "ip network",
        "handle": f"NET-{number}",
        "name": f"HARBOUR-{number}",
        "country": "NL",
        "type": "ASSIGNED PA",
        "startAddress": "192.0.2.0",
        "endAddress": "192.0.2.255",
        "cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 24}],
        "status": ["active"],
        "events": [{"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"}],
        "links": _links(f"ip/192.0.2.0#{number}"),
        "remarks": [{"title": "description", "description": ["Racks by the water", "Row 5"]}],
        "notices": [
            {"title": "Terms", "description": ["The registry's terms apply. " * 6], "links": []}
        ],
        "entities": [owner],
        "port43": "whois.registry.example",
    }
    return json.dumps(told).encode()


def _entity(role: str, handle: str, mail: str | None, label: str) -> dict[str, Any]:
    rows: list[object] = [
        ["version", {}, "text", "4.0"],
        ["fn", {}, "text", f"Desk {handle}"],
        ["kind", {}, "text", "org" if role == "registrant" else "group"],
        ["adr", {"label": label}, "text", ["", "", "", "", "", "", ""]],
        ["tel", {"type": "work"}, "text", "+31-000-0000"],
    ]
    if mail:
        rows.append(["email", {}, "text", mail])
    return {
        "objectClassName": "entity",
        "handle": handle,
        "roles": [role],
        "vcardArray": ["vcard", rows],
        "links": _links(f"entity/{handle}"),
        "events": [{"eventAction": "registration", "eventDate": "2020-01-01T00:00:00Z"}],
    }


def _links(path: str) -> list[dict[str, str]]:
    href = f"https://rdap.registry.example/{path}"
    return [{"value": href, "rel": "self", "href": href, "type": "application/rdap+json"}]


def run(rounds: int) -> Report:
    """Read 500 different answers in every round."""
    bodies = [answer(number) for number in range(_ANSWERS)]
    values = [read_answer(body) for body in bodies]
    seconds = interleaved(
        {
            "job": lambda: _each(lambda body: read_rdap({}, body), bodies),
            "parse": lambda: _each(parse, values),
        },
        rounds=rounds,
        clock=time.process_time,
    )
    speed = {name: round(_ANSWERS / min(took)) for name, took in seconds.items()}
    median = {name: round(_ANSWERS / statistics.median(took)) for name, took in seconds.items()}
    return {
        "answers": _ANSWERS,
        "bytes": round(statistics.mean(map(len, bodies))),
        "answers_per_second": speed,
        "median_answers_per_second": median,
        "target": TARGET,
        "met": speed["parse"] >= TARGET,
        "machine": machine(),
        "versions": versions(),
    }


def _each(read: Callable[[Any], object], given: Iterable[object]) -> None:
    """Read one after the other and keep nothing, as a worker does."""
    for one in given:
        read(one)


def main() -> int:
    """Print the figures; the exit code is 1 when the target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args()
    pin()
    report = run(chosen.rounds)
    speed = report["answers_per_second"]
    words = f"job {speed['job']}/s, parser {speed['parse']}/s, target {TARGET}/s"
    print(json.dumps(report) if chosen.json else words)
    return 0 if report["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
