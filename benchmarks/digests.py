"""
All digests of one picture, against the stack that one would put together from the field's tools.

    python -m benchmarks.digests --json

Ours: MD5, SHA-1, SHA-256, then the locked worker's job (PDQ with its eight turns, trimmed and EXIF
view, quality and flags, pHash, dHash). Theirs: hashlib, python-threatexchange's PDQ, imagehash's
pHash and dHash, each opening the file. One processor, one thread, processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks import measure
from benchmarks.digest_accuracy import bits, formats
from benchmarks.digest_stacks import ours, peer
from benchmarks.measure import Report
from benchmarks.pictures import encode, photo

_SIZES = {"0_3mp": (640, 480), "2mp": (1600, 1250), "12mp": (4000, 3000)}
_PER_CASE = {"0_3mp": 8, "2mp": 3, "12mp": 2}
"""Pictures timed together in each round."""
_TIMES = {"jpeg_0_3mp": 5}
"""So many times the rounds, where they are short."""
_ACCURACY_PICTURES = 320


def main() -> None:
    given = _arguments()
    if given.memory:
        print(json.dumps(_memory_of(given.memory)))
        return
    _begin_again_with_one_thread()
    processor = measure.pin()
    report: Report = _speed(given.rounds)
    for name, stack in (("extra_mb_12mp", "ours"), ("peer_extra_mb_12mp", "peer")):
        report[name] = _memory(stack)
    report |= bits(given.pictures) | {"formats": formats()}
    report["versions"] = measure.versions(
        "pillow", "numpy", "ImageHash", "scipy", "pdqhash", "threatexchange", "pillow-heif"
    )
    report["machine"] = measure.machine() | {"pinned_to": processor}
    print(json.dumps(report, indent=2) if given.json else _plain(report))


def _begin_again_with_one_thread() -> None:
    """Start this program anew with one thread: libraries read that when they are loaded."""
    if any(os.environ.get(name) != "1" for name in measure.ONE_THREAD):
        os.environ.update(dict.fromkeys(measure.ONE_THREAD, "1"))
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.digests", *sys.argv[1:]])


def _cases() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name, size in _SIZES.items():
        pictures = [photo(seed, size=size) for seed in range(_PER_CASE[name])]
        found[f"jpeg_{name}"] = [encode(one, quality=85) for one in pictures]
        if name == "2mp":
            found["png_2mp"] = [encode(one, "PNG") for one in pictures]
            found["webp_2mp"] = [encode(one, "WEBP", quality=85) for one in pictures]
        if name == "12mp":
            found["progressive_12mp"] = [
                encode(one, quality=85, progressive=True) for one in pictures
            ]
    return found


def _speed(rounds: int) -> Report:
    report: Report = {}
    milliseconds: Report = {}
    for name, bodies in _cases().items():
        tasks = {"ours": partial(_all, ours, bodies), "peer": partial(_all, peer, bodies)}
        for task in tasks.values():
            task()
        seconds = _interleaved(tasks, rounds * _TIMES.get(name, 1))
        report[f"ratio_{name}"] = round(measure.ratio(seconds["ours"], seconds["peer"]), 2)
        milliseconds[name] = {
            stack: round(statistics.median(took) * 1000 / len(bodies), 2)
            for stack, took in seconds.items()
        }
    return report | {"milliseconds": milliseconds, "rounds": rounds}


def _interleaved(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Run both in turns; return seconds of the processor, to which neighbours add little."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            begun = time.process_time()
            task()
            seconds[name].append(time.process_time() - begun)
    return seconds


def _all(stack: Callable[[bytes], object], bodies: list[bytes]) -> None:
    for body in bodies:
        stack(body)


def _memory(stack: str) -> float:
    """
    Return the peak memory that a 12-megapixel baseline JPEG adds in a new process.

    That process gets the file by its standard input and has had only a small picture before, so
    that no freed memory of a large one hides what is used.
    """
    command = [sys.executable, "-m", "benchmarks.digests", "--memory", stack]
    body = encode(photo(1, size=_SIZES["12mp"]), quality=85)
    done = subprocess.run(command, input=body, capture_output=True, check=True)
    found: float = json.loads(done.stdout)["extra_mb"]
    return found


def _memory_of(stack: str) -> Report:
    work = ours if stack == "ours" else peer
    work(encode(Image.linear_gradient("L").convert("RGB")))
    body = sys.stdin.buffer.read()
    # "5" sets the high-water mark back to what is in use now (proc_pid_clear_refs(5)).
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    work(body)
    return {"extra_mb": round(_status("VmHWM") - before, 1), "file_mb": len(body) / 1e6}


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    line = next(line for line in lines if line.startswith(key))
    return int(line.split()[1]) * 1024 / 1e6


def _plain(report: Report) -> str:
    return "\n".join(f"{name:24} {value}" for name, value in report.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digests", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pictures", type=int, default=_ACCURACY_PICTURES)
    parser.add_argument("--memory", choices=["ours", "peer"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
