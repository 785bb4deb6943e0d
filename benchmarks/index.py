"""
The index against python-threatexchange, pynear and faiss, and by itself.

    python -m benchmarks.index --n 1000000 --radius 31 --json
    python -m benchmarks.index --n 10000000 --radius 8 --bits 64 --json

One processor, one thread; queries are timed by the processor time that they take, so that other
users of the machine do not count. Half of the queries are planted at distance 0 to the radius. A
peer that is not installed, or cannot do what is asked, is null with a note.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import measure
from benchmarks.index_data import Codes, Queries, brute_force, random_codes
from benchmarks.index_peers import PEERS, Peer, build
from benchmarks.measure import Report
from matchers.index.build import Spill, write_exact, write_hamming
from matchers.index.hamming import HammingIndex
from matchers.index.tombstones import Tombstones, write_tombstones

_NAME = "bench"
_DIGEST_BYTES = 32
_AT_ONCE = 1 << 20
_BATCH = 1000
_ADDITIONS = 21


def main() -> None:
    given = _arguments()
    processor = measure.pin()
    with tempfile.TemporaryDirectory(dir=given.directory) as scratch:
        report = _report(given, Path(scratch))
    report |= {
        "n": given.n,
        "radius": given.radius,
        "bits": given.bits,
        "versions": measure.versions("numpy", "threatexchange", "faiss-cpu", "pynear"),
        "machine": measure.machine() | {"pinned_to": processor},
    }
    if given.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(f"{name:34} {value}" for name, value in report.items()))


def _report(given: argparse.Namespace, scratch: Path) -> Report:
    codes = random_codes(given.n, given.bits // 8, seed=given.seed)
    report = _files(codes, scratch)
    report |= _alone(scratch, given.radius, given.fresh)
    index = HammingIndex.open(scratch, _NAME)
    listed = index.codes(0, len(index))
    report |= _additions(scratch, listed)
    queries = Queries(listed, given.radius, seed=given.seed + 1)
    peers, notes = _peers(given, listed)
    report |= {"notes": notes}
    report |= _recall(index, listed, queries, peers, given)
    report |= _ratios(index, queries, peers, given)
    if given.exact:
        del peers, listed, codes
        report |= _exact(given.n, scratch / "exact", given.fresh)
    return report


def _files(codes: Codes, scratch: Path) -> Report:
    start, worked = time.perf_counter(), time.process_time()
    spill = _spilled(codes, scratch)
    count = write_hamming(spill, scratch, _NAME, bits=spill.width * 8)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    spill.path.unlink()
    sizes = sum(path.stat().st_size for path in scratch.iterdir())
    return {
        "codes": count,
        "build_s": seconds,
        "build_processor_s": worked,
        "file_mb": sizes / 1e6,
    }


def _spilled(codes: Codes, directory: Path) -> Spill:
    spill = Spill(directory / "spill", width=codes.shape[1])
    for start in range(0, len(codes), _AT_ONCE):
        part = codes[start : start + _AT_ONCE]
        spill.extend(part, np.zeros(len(part), dtype=np.uint16))
    spill.close()
    return spill


def _alone(scratch: Path, radius: int, runs: int) -> Report:
    """Measure processes that do nothing else: first with a cold page cache, then warm."""
    arguments = ("benchmarks.index_fresh", "hamming", scratch, _NAME, radius)
    measure.forget(scratch.iterdir())
    cold = measure.fresh(*arguments)
    held = measure.share(scratch.iterdir())
    warm = [measure.fresh(*arguments) for _ in range(runs)]
    del held
    return {
        "cold_open_ms": cold["open_ms"],
        "cold_first_answer_s": cold["first_answer_s"],
        "open_ms": _median(warm, "open_ms"),
        "private_mb": _median(warm, "private_mb"),
    }


def _additions(scratch: Path, listed: Codes) -> Report:
    """Add one code to the list, and remove one: a small segment, or marks, written and opened."""
    fresh = random_codes(_ADDITIONS, listed.shape[1], seed=11)
    added = [measure.timed(partial(_add, scratch, code)) for code in fresh]
    rows = range(0, len(listed), -(-len(listed) // _ADDITIONS))
    removed = [measure.timed(partial(_remove, scratch, row, len(listed))) for row in rows]
    return {
        "add_one_ms": statistics.median(added) * 1e3,
        "remove_one_ms": statistics.median(removed) * 1e3,
    }


def _add(scratch: Path, code: Codes) -> None:
    spill = Spill(scratch / "one", width=len(code))
    spill.add(code.tobytes(), 0)
    spill.close()
    write_hamming(spill, scratch, "delta", bits=len(code) * 8)
    if not HammingIndex.open(scratch, "delta").query(code.tobytes(), 0):
        raise SystemExit("the added code is not found")


def _remove(scratch: Path, row: int, count: int) -> None:
    write_tombstones(scratch / "tombstones", [row], count)
    if row not in Tombstones.open(scratch / "tombstones"):
        raise SystemExit("the removed row is not marked")


def _peers(given: argparse.Namespace, codes: Codes) -> tuple[dict[str, Peer], dict[str, str]]:
    peers: dict[str, Peer] = {}
    notes: dict[str, str] = {}
    wanted = PEERS if given.bits == 256 else ["faiss_flat"]
    for name in PEERS:
        if name in given.without or name not in wanted:
            notes[name] = "left out as asked" if name in given.without else "256 bits only"
            continue
        start = time.perf_counter()
        peer, note = build(name, codes, given.radius)
        if peer is not None:
            peers[name] = peer
            note = f"built in {time.perf_counter() - start:.1f} s"
        notes[name] = note
    return peers, notes


def _recall(
    index: HammingIndex,
    codes: Codes,
    queries: Queries,
    peers: dict[str, Peer],
    given: argparse.Namespace,
) -> Report:
    """Compare all answers with brute force; ours must also have no row too many."""
    asked = queries.take(given.proofs)
    expected = [brute_force(codes, query, given.radius) for query in asked]
    answers = index.query_many(asked, given.radius)
    wrong = sum(len(set(found) - true) for found, true in zip(answers, expected, strict=True))
    total = sum(map(len, expected))
    met = sum(len(true & set(found)) for found, true in zip(answers, expected, strict=True))
    recalls = {}
    for name, peer in peers.items():
        rows = [peer.rows(query) for query in peer.prepare(asked)]
        pairs = zip(rows, expected, strict=True)
        recalls[name] = sum(len({row for row, _ in true} & found) for found, true in pairs) / total
    return {"recall": met / total, "wrong": wrong, "proved_on": total, "peer_recall": recalls}


def _ratios(
    index: HammingIndex, queries: Queries, peers: dict[str, Peer], given: argparse.Namespace
) -> Report:
    single = _rounds(index, queries, peers, given, _each, given.queries)
    ours = single["hostwatch"]
    report: Report = {
        f"ratio_to_{name}": _rounded(measure.ratio(ours, single[name])) if name in peers else None
        for name in PEERS
    }
    report["us_per_query"] = _per_query(single, given.queries)
    batch_peers = {name: peers[name] for name in ("threatexchange",) if name in peers}
    batch = _rounds(index, queries, batch_peers, given, _together, _BATCH)
    report["batch_ratio_to_threatexchange"] = (
        _rounded(measure.ratio(batch["hostwatch"], batch["threatexchange"]))
        if batch_peers
        else None
    )
    report["us_per_query_in_batches"] = _per_query(batch, _BATCH)
    return report


def _rounds(
    index: HammingIndex,
    queries: Queries,
    peers: dict[str, Peer],
    given: argparse.Namespace,
    ask: Callable[[HammingIndex, Codes, int], object],
    count: int,
) -> dict[str, list[float]]:
    """Time our answers and the peers' to the same new queries in every round."""
    asked: dict[str, Any] = {}

    def renew() -> None:
        asked["hostwatch"] = queries.take(count)
        for name, peer in peers.items():
            asked[name] = peer.prepare(asked["hostwatch"])

    def ours() -> None:
        ask(index, asked["hostwatch"], given.radius)

    def theirs(name: str) -> None:
        for query in asked[name]:
            peers[name].search(query)

    tasks = {"hostwatch": ours} | {name: partial(theirs, name) for name in peers}
    measure.interleaved(tasks, rounds=1, before=renew)
    return measure.interleaved(tasks, rounds=given.rounds, before=renew, clock=time.process_time)


def _each(index: HammingIndex, codes: Codes, radius: int) -> object:
    return [index.query(code.tobytes(), radius) for code in codes]


def _together(index: HammingIndex, codes: Codes, radius: int) -> object:
    return index.query_many(codes, radius)


def _exact(count: int, scratch: Path, runs: int) -> Report:
    scratch.mkdir()
    codes = random_codes(count, _DIGEST_BYTES, seed=5)
    start = time.perf_counter()
    spill = _spilled(codes, scratch)
    del codes
    write_exact(spill, scratch, _NAME)
    seconds = time.perf_counter() - start
    spill.path.unlink()
    held = measure.share(scratch.iterdir())
    seen = [
        measure.fresh("benchmarks.index_fresh", "exact", scratch, _NAME, _DIGEST_BYTES)
        for _ in range(runs)
    ]
    del held
    return {
        "exact_build_s": seconds,
        "exact_file_mb": sum(path.stat().st_size for path in scratch.iterdir()) / 1e6,
        "exact_open_ms": _median(seen, "open_ms"),
        "exact_private_mb": _median(seen, "private_mb"),
        "exact_lookups_per_s": _median(seen, "lookups_per_s"),
    }


def _median(runs: list[Report], key: str) -> float:
    return float(statistics.median(run[key] for run in runs))


def _rounded(value: float) -> float:
    return round(value, 2)


def _per_query(seconds: dict[str, list[float]], count: int) -> dict[str, float]:
    return {
        name: round(statistics.median(times) / count * 1e6, 1) for name, times in seconds.items()
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="signals in the list")
    parser.add_argument("--radius", type=int, help="bits; 31 for 256 bits, 8 for 64")
    parser.add_argument("--bits", type=int, choices=(64, 256), default=256)
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds, at least 7")
    parser.add_argument("--queries", type=int, default=50, help="single queries a round")
    parser.add_argument("--proofs", type=int, default=100, help="queries compared to brute force")
    parser.add_argument("--fresh", type=int, default=7, help="processes that only open and ask")
    parser.add_argument("--without", action="append", default=[], choices=list(PEERS))
    parser.add_argument("--no-exact", dest="exact", action="store_false", help="no digests")
    parser.add_argument("--directory", type=Path, help="where the files are made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.radius is None:
        given.radius = 31 if given.bits == 256 else 8
    return given


if __name__ == "__main__":
    main()
