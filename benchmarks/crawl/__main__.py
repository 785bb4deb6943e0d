"""
The fetcher on pages with pictures, beside plain aiohttp and Scrapy with its images pipeline.

    python -m benchmarks.crawl [--json] [--small]

A farm of hosts on loopback, in a process of its own whose processor time counts for nobody, serves
pages of 4 to 6 pictures (log-normal sizes, median 220 kB). The clients take turns in every round,
each in a new process, and fetch the same bytes with as many requests at once:

    hostwatch     gate, permit, name, address policy, three digests, page record, body held, dropped
    bare          aiohttp, connections kept, SHA-256 of every body; no name, no page is read
    bare_all      the same with MD5 and SHA-1 too, as hostwatch needs them
    scrapy        images pipeline, storing to a folder in memory; page is read

What counts is the median over the rounds of the ratio within a round. `apart` is what the locked
workers add: reading pages and (in a run of its own) decoding every picture, which then is handed
over to a worker; the fetcher's and core's side of that run stands there too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks import measure
from benchmarks.crawl.farm import Plan, running
from benchmarks.measure import Report

_CLIENTS = {
    "hostwatch": ("ours", "drop"),
    "bare": ("bare", "sha256"),
    "bare_all": ("bare", "all"),
    "scrapy": ("scrapy_client",),
}
_AT_ONCE = 32
_PAGES = 240
_WARM = 40
_SMALL = (12, 4)


def main() -> None:
    given = _arguments()
    rounds, pages, warm = given.rounds, given.pages, _WARM
    if given.small:
        rounds, (pages, warm) = 1, _SMALL
    report: Report = {}
    for hosts in given.hosts or (1, 200):
        with running(min(hosts, pages), pages + warm, small=given.small) as plan:
            plan |= {"warm": warm, "at_once": _AT_ONCE, "workers": 1 if given.small else 2}
            report[f"hosts_{hosts}"] = _compared(plan, rounds, given.without)
    report["hash_ms_per_mb"] = _hashing()
    report["versions"] = measure.versions("aiohttp", "scrapy", "twisted", "pillow", "dnspython")
    report["machine"] = measure.machine()
    print(json.dumps(report, indent=2) if given.json else _plain(report))


def _compared(plan: Plan, rounds: int, without: list[str]) -> Report:
    names = [name for name in _CLIENTS if name not in without]
    runs: dict[str, list[Report]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            runs[name].append(_run(plan, *_CLIENTS[name]))
    report: Report = {name: _figures(found) for name, found in runs.items()}
    for peer in names[1:]:
        report[f"ratio_to_{peer}"] = {
            "per_cpu_s": _ratio(runs["hostwatch"], runs[peer], _cpu),
            "with_workers": _ratio(runs["hostwatch"], runs[peer], _cpu_of_all),
            "per_wall_s": _ratio(runs["hostwatch"], runs[peer], _wall),
        }
    report["apart"] = _apart(runs["hostwatch"], _run(plan, "ours", "decode"))
    return report


def _run(plan: Plan, client: str, *words: str) -> Report:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.crawl.{client}", *words],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{client} failed: {done.stderr[-2000:]}")
    found: Report = json.loads(done.stdout)
    return found


def _cpu(run: Report) -> float:
    """Return the seconds of everything but the locked workers."""
    return sum(seconds for part, seconds in run["cpu_s"].items() if part != "workers")


def _cpu_of_all(run: Report) -> float:
    return float(sum(run["cpu_s"].values()))


def _wall(run: Report) -> float:
    return float(run["wall_s"])


def _ratio(ours: list[Report], theirs: list[Report], of: Any) -> float:
    return round(measure.ratio(map(of, ours), map(of, theirs)), 3)


def _figures(runs: list[Report]) -> Report:
    return {
        "pages_per_wall_s": _median(run["pages"] / _wall(run) for run in runs),
        "pages_per_cpu_s": _median(run["pages"] / _cpu(run) for run in runs),
        "mb_per_page": _median(run["bytes"] / run["pages"] / 1e6 for run in runs),
        "cpu_ms_per_request": {
            part: _median(run["cpu_s"][part] / run["requests"] * 1000 for run in runs)
            for part in runs[0]["cpu_s"]
        },
    }


def _apart(held: list[Report], decoded: Report) -> Report:
    """Return what the locked workers cost: a page with its bodies held, a picture decoded."""
    a_page = statistics.median(run["cpu_s"]["workers"] / run["pages"] for run in held)
    pictures = decoded["requests"] - decoded["pages"]
    more = decoded["cpu_s"]["workers"] - a_page * decoded["pages"]
    return {
        "workers_cpu_ms_per_page": round(a_page * 1000, 1),
        "decode_cpu_ms_per_picture": round(more / pictures * 1000, 1),
        "cpu_ms_per_request_with_decoding": round(_cpu(decoded) / decoded["requests"] * 1000, 2),
        "pages_per_wall_s_with_decoding": round(decoded["pages"] / decoded["wall_s"], 1),
    }


def _hashing() -> Report:
    body = os.urandom(1024 * 1024)
    return {
        name: _median(_timed(name, body) for _ in range(15)) for name in ("md5", "sha1", "sha256")
    }


def _timed(name: str, body: bytes) -> float:
    begun = time.process_time()
    for _ in range(10):
        hashlib.new(name, body, usedforsecurity=False)
    return (time.process_time() - begun) * 100 * 1e6 / len(body)


def _median(values: Any) -> float:
    return round(float(statistics.median(values)), 2)


def _plain(report: Report) -> str:
    return "\n".join(f"{name:16} {json.dumps(value)}" for name, value in report.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--small", action="store_true", help="few small pictures, one round")
    parser.add_argument("--hosts", type=int, action="append", help="default: 1 and 200")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=_PAGES)
    parser.add_argument("--without", action="append", default=[], choices=[*_CLIENTS][1:])
    return parser.parse_args()


if __name__ == "__main__":
    main()
