"""
How honest re-checks are: thousands of generated situations over weeks of virtual time.

    python -m benchmarks.recheck [--situations 1000] [--first 0] [--whole] [--json]

Each situation has a true course (present, re-encoded, changed, removed in seven manners, expired,
down in four) and spells of trouble in front of it, seen through two unfiltered ways out, one, or a
filtered one. The real re-check, presence rules, schedule and takedown verdict run on it; only the
wire is in memory. Beside them runs the rule of thumb "three errors or a changed hash = removed".
Looks at a state of the world that was seen before are not made again; `--whole` makes each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

from cases.model import Observation
from sandbox.rechecks.compose import compose
from sandbox.rechecks.course import Course, follow
from sandbox.rechecks.report import as_json, summed


async def courses(first: int, count: int, *, whole: bool) -> list[Course]:
    """Follow so many situations."""
    known: dict[object, Observation] | None = None if whole else {}
    return [await follow(compose(seed), known) for seed in range(first, first + count)]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--situations", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first one")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    begun = time.perf_counter()
    followed = asyncio.run(courses(asked.first, asked.situations, whole=asked.whole))
    report: dict[str, Any] = as_json(summed(followed))
    report["seconds"] = round(time.perf_counter() - begun, 1)
    print(json.dumps(report, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
