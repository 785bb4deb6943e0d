"""Processes seen through /proc: who descends from whom, who still lives, and what one remembers."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)\s*(.*)")
_PIECE = 64 * 1024 * 1024
_PAGE = _OVERLAP = 4096


def wait_until(met: Callable[[], object], *, what: str, seconds: float = 90.0) -> None:
    """Poll until a condition holds; fail with what was waited for."""
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, f"still waiting after {seconds:g} s: {what}"
        time.sleep(0.05)


def wait_for_none(left: Callable[[], list[str]], *, what: str, seconds: float = 240.0) -> None:
    """Poll until nothing is left; fail with what is. Gives the machine time in between."""
    until = time.monotonic() + seconds
    while found := left():
        assert time.monotonic() < until, f"still waiting after {seconds:g} s: {what}: {found}"
        time.sleep(0.5)


def parents() -> dict[int, int]:
    """Return the parent of each live process; a dead one that nobody buried is left out."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(entry.name)] = int(parent)
    return found


def descendants(pid: int) -> frozenset[int]:
    """Return the process ids of all live descendants."""
    known = parents()
    found: set[int] = set()
    generation = {pid}
    while generation:
        generation = {child for child, parent in known.items() if parent in generation} - found
        found |= generation
    return frozenset(found)


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def all_gone(pids: frozenset[int]) -> bool:
    return not pids & parents().keys()


def memory(pid: int) -> Iterator[bytes]:
    """Yield what a process remembers, in large pieces: its own mappings without empty pages."""
    gathered: list[bytes] = []
    for region in _regions(pid):
        gathered.append(_without_empty_pages(region))
        if sum(map(len, gathered)) >= _PIECE:
            yield b"".join(gathered)
            gathered.clear()
    yield b"".join(gathered)


def _without_empty_pages(region: bytes) -> bytes:
    whole = len(region) // _PAGE * _PAGE
    pages = np.frombuffer(region, dtype=np.uint64, count=whole // 8).reshape(-1, _PAGE // 8)
    return pages[pages.any(axis=1)].tobytes() + region[whole:]


def _regions(pid: int) -> Iterator[bytes]:
    text = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as mem:
        for line in text.splitlines():
            first, last, rights, inode, name = _MAPPING.match(line).groups()
            its_own = inode == "0" or "w" in rights or "/memfd:" in name
            if rights.startswith("r") and its_own and not name.startswith("[v"):
                yield from _pieces(mem, int(first, 16), int(last, 16))


def _pieces(mem, first: int, last: int) -> Iterator[bytes]:
    for start in range(first, last, _PIECE):
        try:
            mem.seek(start)
            yield mem.read(min(_PIECE + _OVERLAP, last - start))
        except OSError:  # unmapped meanwhile
            return
