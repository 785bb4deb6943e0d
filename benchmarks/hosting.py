"""
How fast a host is traced, and how little a round of re-checks asks.

    python -m benchmarks.hosting [--ranges 500000] [--hosts 600] [--urls 10000] [--json]

`offline`: everything that needs no network, for hosts that were never seen (normalise, both views
of the suffix list, catalogue, platform, network, two countries, front), on one core. `open`: a new
process opens and verifies the table of networks and looks one address up. `recheck`: a round of
re-checks against names and registries on loopback, alive and with one registry dead. The reading
of registry answers has a benchmark of its own: `python -m benchmarks.hosting_rdap`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import hosting_recheck
from benchmarks.hosting_data import hosts, write_tables
from benchmarks.measure import Report, fresh, interleaved, machine, pin, private_mb, versions
from config.catalogue import load_catalogue
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.offline import Answered, look_offline
from crawler.hosting.ranges import Found, RangeTable
from crawler.hosting.resolution import with_dns
from crawler.hosting.tables import HostingTables, load_tables

HOSTS_A_SECOND = 5000
OPEN_S = 0.3
COLD_P95_S = 3.0
HARD_CAP_S = 20.0
_HEAD = {"server": "nginx", "content-type": "text/html", "connection": "close", "date": "now"}
_HOSTS = 4000


def offline(ranges_dir: Path, rounds: int) -> Report:
    """Look different hosts up; the fastest round counts, the others hold what else happened."""
    tables = load_tables(ranges_dir, load_catalogue())
    made = hosts(_HOSTS)
    seconds = interleaved(
        {"hosts": lambda: _look_up(tables, made)}, rounds=rounds, clock=time.process_time
    )["hosts"]
    return {
        "hosts": _HOSTS,
        "hosts_per_second": round(_HOSTS / min(seconds)),
        "median_hosts_per_second": round(_HOSTS / sorted(seconds)[len(seconds) // 2]),
    }


def _look_up(tables: HostingTables, made: list[tuple[str, DnsAnswer]]) -> None:
    now = datetime.now(UTC)
    for url, answer in made:
        look_offline(
            tables,
            tables.names.of_url(url),
            with_dns(answer, answer.addresses[0], now=now),
            Answered(url=url, headers=_HEAD, cookie_names=("sid",)),
            now=now,
        )


def open_one(path: Path) -> Report:
    """Open a table in this process, verify it, and look one address up."""
    before = private_mb()
    started = time.perf_counter()
    table = RangeTable.open(path)
    found = table.lookup("100.0.0.1")
    took = time.perf_counter() - started
    looked_up = isinstance(found, Found)
    return {"seconds": took, "private_mb": private_mb() - before, "found": looked_up}


def opened(path: Path, rounds: int) -> Report:
    """Open a table in new processes."""
    runs = [fresh("benchmarks.hosting", "--open", path) for _ in range(rounds)]
    header = RangeTable.open(path).header
    return {
        "ranges": header.v4 + header.v6,
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "seconds": round(sorted(run["seconds"] for run in runs)[len(runs) // 2], 3),
        "private_mb": round(max(run["private_mb"] for run in runs), 1),
    }


def measure(asked: argparse.Namespace) -> Report:
    """Measure everything; offline and opening on one core, the round of re-checks on all."""
    recheck = hosting_recheck.measure(asked.hosts, asked.urls)
    pin()
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        write_tables(Path(folder), ranges=asked.ranges, today=datetime.now(UTC).date())
        imported = time.process_time() - started
        ranges_dir = Path(folder) / "ranges"
        report = {
            "offline": offline(ranges_dir, asked.rounds),
            "open": opened(ranges_dir / "asn-made.ranges", asked.rounds),
            "import_processor_s": round(imported, 1),
        }
    return {
        **report,
        "recheck": recheck,
        "machine": machine(),
        "versions": versions("aiohttp", "dnspython", "tldextract"),
    }


def met(report: Report) -> dict[str, bool]:
    """Compare with the targets."""
    alive, dead = report["recheck"]["alive"], report["recheck"]["one_dead"]
    return {
        "offline": report["offline"]["hosts_per_second"] >= HOSTS_A_SECOND,
        "open": report["open"]["seconds"] < OPEN_S,
        "one_dns_set_a_host": alive["dns_address_sets"] <= alive["hosts"],
        "one_rdap_query_a_range": alive["rdap_network_queries"] <= alive["ranges"],
        "cold_p95": alive["cold_p95_s"] < COLD_P95_S,
        "a_dead_registry_slows_no_other": dead["cold_p95_s"] < COLD_P95_S,
        "dead_registry_within_cap": dead["alone_at_the_dead_registry_s"] < HARD_CAP_S,
    }


def main() -> int:
    """Print the figures; the exit code is 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ranges", type=int, default=500_000)
    options.add_argument("--hosts", type=int, default=600)
    options.add_argument("--urls", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--json", action="store_true")
    options.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.open is not None:
        print(json.dumps(open_one(asked.open)))
        return 0
    report = measure(asked)
    report["met"] = met(report)
    print(json.dumps(report, indent=None if asked.json else 2))
    return 0 if all(report["met"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
