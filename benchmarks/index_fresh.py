"""Open a segment in a process of its own: how long, how much private memory, the first answer."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from benchmarks.index_data import random_codes
from benchmarks.measure import Report, private_mb
from matchers.index.exact import ExactIndex
from matchers.index.hamming import HammingIndex

_WARM_UP = 200
_LOOKUPS = 100_000


def hamming(directory: Path, name: str, radius: int) -> Report:
    """Open, answer one query, then a few more."""
    before = private_mb()
    start = time.perf_counter()
    index = HammingIndex.open(directory, name)
    opened = time.perf_counter()
    queries = [code.tobytes() for code in random_codes(_WARM_UP, index.bits // 8, seed=7)]
    asked = time.perf_counter()
    index.query(queries[0], radius)
    answered = time.perf_counter()
    for query in queries:
        index.query(query, radius)
    return {
        "open_ms": (opened - start) * 1e3,
        "first_answer_s": opened - start + answered - asked,
        "private_mb": private_mb() - before,
    }


def exact(directory: Path, name: str, width: int) -> Report:
    """Open, then look up listed and unlisted keys in turn, in random order."""
    before = private_mb()
    start = time.perf_counter()
    index = ExactIndex.open(directory, name, width=width)
    opened = time.perf_counter()
    index.row(bytes(width))
    held = private_mb() - before
    keys = _keys(index, width)
    asked = time.process_time()
    found = sum(index.row(key) is not None for key in keys)
    seconds = time.process_time() - asked
    if found != len(keys) // 2:
        raise SystemExit("the index does not find what it lists")
    return {
        "open_ms": (opened - start) * 1e3,
        "private_mb": held,
        "lookups_per_s": len(keys) / seconds,
    }


def _keys(index: ExactIndex, width: int) -> list[bytes]:
    others = random_codes(_LOOKUPS, width, seed=7)
    rows = (others[:, :8].copy().view("<u8")[:, 0] % len(index)).tolist()
    listed = index.keys(0, len(index))
    pairs = (
        (listed[row].tobytes(), other.tobytes()) for row, other in zip(rows, others, strict=True)
    )
    return [key for pair in pairs for key in pair]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("hamming", "exact"))
    parser.add_argument("directory", type=Path)
    parser.add_argument("name")
    parser.add_argument("figure", type=int, help="radius, or width in bytes")
    given = parser.parse_args()
    measured = hamming if given.what == "hamming" else exact
    print(json.dumps(measured(given.directory, given.name, given.figure)))


if __name__ == "__main__":
    main()
