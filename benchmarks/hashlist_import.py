"""
Import of a large list, a delta of a few entries to it, and a merge of its parts.

    python -m benchmarks.hashlist_import --n 3000000 --kind digests --json

`digests` are rows of MD5, SHA-1 and SHA-256; `pdq` are rows of one code. Both are random.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from matchers.hashlist.entry import Candidate
from matchers.hashlist.publish import About, apply_delta, compact, import_list, verify

NOW = datetime(2026, 1, 2, tzinfo=UTC)
_WIDTHS = {"digests": {"md5": 16, "sha1": 20, "sha256": 32}, "pdq": {"pdq": 32}}
_ROWS_AT_ONCE = 10_000


def write_list(path: Path, count: int, kind: str) -> None:
    chance = random.Random(1)
    widths = _WIDTHS[kind]
    with path.open("w") as file:
        file.write(",".join(widths) + "\n")
        for start in range(0, count, _ROWS_AT_ONCE):
            rows = range(start, min(count, start + _ROWS_AT_ONCE))
            file.writelines(
                ",".join(chance.randbytes(width).hex() for width in widths.values()) + "\n"
                for _ in rows
            )


def added(count: int, kind: str) -> Iterator[Candidate]:
    chance = random.Random(2)
    for number in range(count):
        for name, width in _WIDTHS[kind].items():
            yield Candidate(number, name, chance.randbytes(width).hex(), reference=f"7-{number}")


def timed(task) -> tuple[float, object]:
    start = time.perf_counter()
    made = task()
    return round(time.perf_counter() - start, 3), made


def peak_mb() -> float:
    """Return the most memory held so far, mapped files included."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


class Private:
    """The most private memory while something runs: what mapped files do not account for."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._before = self._now()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth_mb(self) -> float:
        return round(self.peak_mb - self._before, 1)

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.peak_mb = max(self.peak_mb, self._now())

    def _now(self) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(one.split()[1]) / 1024 for one in lines if one.startswith("RssAnon"))


def measure(folder: Path, count: int, kind: str, referenced: bool) -> dict[str, object]:
    into, told = folder / "lists", [0]
    report: dict[str, object] = {"n": count, "kind": kind, "referenced": referenced}
    before = peak_mb()
    delta = {"now": NOW, "checkpoint": None, "source": "benchmark"}
    if referenced:
        about = {"tier": "baseline", "about": About(provenance="random")}
        first = lambda: apply_delta(  # noqa: E731
            into, "big", additions=added(count, kind), removals=(), **delta, **about
        )
    else:
        path = folder / "list.csv"
        write_list(path, count, kind)
        first = lambda: import_list(  # noqa: E731
            path, into=into, name="big", tier="baseline", classification=None, version=None,
            now=NOW, progress=lambda _: told.__setitem__(0, told[0] + 1),
        )  # fmt: skip
    cpu = time.process_time()
    with Private() as private:
        report["import_s"], made = timed(first)
    report["import_cpu_s"] = round(time.process_time() - cpu, 3)
    report["entries"] = made.manifest.total
    report["private_growth_mb"] = private.growth_mb
    report["growth_mb"] = round(peak_mb() - before, 1)
    report["progress_calls"] = told[0]
    for name, size in (("delta_10_s", 10), ("delta_1000_s", 1000), ("delta_again_s", 10)):
        report[name], _ = timed(
            lambda size=size: apply_delta(
                into, "big", additions=added(size, kind), removals=(), **delta
            )
        )
    removals = [Candidate(0, None, "", reference=f"7-{number}") for number in range(5)]
    report["remove_5_s"], _ = timed(
        lambda: apply_delta(into, "big", additions=(), removals=removals, **delta)
    )
    report["compact_s"], _ = timed(lambda: compact(into, "big", now=NOW))
    report["verify_s"], _ = timed(lambda: verify(into, "big"))
    report["growth_after_all_mb"] = round(peak_mb() - before, 1)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=3_000_000)
    parser.add_argument("--kind", choices=sorted(_WIDTHS), default="digests")
    parser.add_argument("--referenced", action="store_true", help="each entry has a reference")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), given.n, given.kind, given.referenced)
    if given.json:
        print(json.dumps(report, indent=2))
    else:
        for name, value in report.items():
            print(f"{name:20} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
