"""
Memory of the fetcher and of the core's side of the pipe over many fetches.

    python -m benchmarks.crawl.soak [--fetches 100000] [--json]

Pages with small pictures from 200 hosts, each page a case of its own with its own cookie jar; every
picture is held by a locked worker and dropped. Resident memory is read ten times on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.crawl import tree
from benchmarks.crawl.farm import running
from benchmarks.crawl.ours import Visitor, setup_of
from benchmarks.crawl.work import Work, work_of
from benchmarks.measure import Report
from crawler.fetch.client import FetcherProcess

_HOSTS = 200
_PAGES = 400
_STEPS = 10


def soak(fetches: int) -> Report:
    """Fetch so often; return samples of the memory in 10^6 bytes."""
    with running(_HOSTS, _PAGES, small=True) as plan:
        return asyncio.run(_soaked(plan | {"warm": 0, "at_once": 32}, fetches))


async def _soaked(plan: dict[str, Any], fetches: int) -> Report:
    work: Work = work_of(plan)
    requests, samples, begun = 0, [], time.perf_counter()
    a_round = sum(1 + len(page["pictures"]) for page in work.pages)
    async with FetcherProcess(setup_of(plan)) as fetcher:
        visitor = Visitor(fetcher, plan, decode=False)
        while requests < fetches:
            await work.all(visitor.visit, work.pages)
            requests += a_round
            if requests * _STEPS >= fetches * (len(samples) + 1):
                samples.append(_sample(requests, fetcher.pid or 0))
    return {
        "fetches": requests,
        "fetches_per_s": round(requests / (time.perf_counter() - begun), 1),
        "samples": samples,
        "growth_mb": _growth(samples),
    }


def _sample(requests: int, pid: int) -> Report:
    return {
        "fetches": requests,
        "fetcher_mb": round(tree.rss_mb(pid), 1),
        "core_mb": round(tree.rss_mb(os.getpid()), 1),
        "files": sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        "workers": len(tree.children(pid)),
    }


def _growth(samples: list[Report]) -> Report:
    """Return how much more there is at the end than after the first fifth."""
    first, last = samples[len(samples) // 5], samples[-1]
    return {part: round(last[part] - first[part], 1) for part in ("fetcher_mb", "core_mb")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl.soak")
    parser.add_argument("--fetches", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    report = soak(given.fetches) | {"machine": measure.machine()}
    print(json.dumps(report, indent=2) if given.json else "\n".join(map(str, report.items())))


if __name__ == "__main__":
    main()
