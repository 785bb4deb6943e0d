"""
What every benchmark shares: one processor, interleaved rounds, private memory, a cold cache.

A machine is never quiet. So the parts that are compared take turns in every round, and what
counts is the median over the rounds of their ratio within a round.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import mmap
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Report = dict[str, Any]
Clock = Callable[[], float]


def pin() -> int:
    """Bind this process and those it starts to one processor and one thread; return which."""
    processor = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processor})
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    return processor


def interleaved(
    tasks: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    before: Callable[[], None] | None = None,
    clock: Clock = time.perf_counter,
) -> dict[str, list[float]]:
    """
    Run every task once a round, starting with another one each time; return seconds.

    On a busy machine a short task is over before it is interrupted and a long one is not: then
    only `time.process_time` compares tasks that work in this process alone.
    """
    names = list(tasks)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        if before is not None:
            before()
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds[name].append(timed(tasks[name], clock=clock))
    return seconds


def timed(task: Callable[[], object], *, clock: Clock = time.perf_counter) -> float:
    """Return the seconds that a task takes, without garbage collection."""
    gc.disable()
    try:
        start = clock()
        task()
        return clock() - start
    finally:
        gc.enable()


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Return the median over the rounds of how many times longer theirs took."""
    return float(statistics.median(other / own for own, other in zip(ours, theirs, strict=True)))


def private_mb() -> float:
    """Return the memory that this process shares with no other, in 10^6 bytes."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    sizes = (int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return sum(sizes) * 1024 / 1e6


def share(paths: Iterable[Path]) -> list[mmap.mmap]:
    """
    Map files and touch every page, as another process that uses them would.

    While they are held, pages of files count as shared in processes that map them too.
    """
    held: list[mmap.mmap] = []
    for path in paths:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        sum(mapped[at] for at in range(0, len(mapped), mmap.PAGESIZE))
        held.append(mapped)
    return held


def forget(paths: Iterable[Path]) -> None:
    """Drop files from the page cache; they must not be mapped by any process."""
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def fresh(module: str, *arguments: object) -> Report:
    """Run a module of ours in a new process and return the JSON that it prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    report: Report = json.loads(done.stdout)
    return report


def versions(*packages: str) -> dict[str, str | None]:
    """Return the versions of Python and of packages; none for one that is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def machine() -> Report:
    """Describe the machine by what its numbers depend on."""
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "processors": os.cpu_count(),
        "memory_gb": round(int(_first("/proc/meminfo", "MemTotal").split()[0]) / 1e6, 1),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 1),
    }


def _first(path: str, key: str) -> str:
    for line in Path(path).read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "0"
