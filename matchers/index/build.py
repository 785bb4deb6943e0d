"""
Build the files of an index from signals that come in any order, in bounded memory.

Signals are spilled to a raw file beside the target, then sorted one range of leading bytes at a
time; of equal signals the first one stays. Every row carries the number of its classification.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from matchers.index.exact import radix_bits, radix_table
from matchers.index.hamming import planes

_ROWS_AT_ONCE = 1_000_000
_CLASS_BYTES = 2
_BUFFER = 1 << 20

Rows = npt.NDArray[np.uint8]


class Spill:
    """Signals of one width on their way into an index; rows of value and class number."""

    def __init__(self, path: Path, *, width: int) -> None:
        self.path = path
        self.width = width
        self.count = 0
        self._file: BinaryIO = path.open("wb", buffering=_BUFFER)

    def add(self, value: bytes, class_number: int) -> None:
        """Append one signal; the class number is below 65,536."""
        self._file.write(value + class_number.to_bytes(_CLASS_BYTES, "little"))
        self.count += 1

    def close(self) -> None:
        """Flush and close the raw file."""
        self._file.close()

    def sorted_unique(self) -> Iterator[Rows]:
        """Yield the rows in ascending order of their values without repeats, part by part."""
        raw = np.memmap(self.path, dtype=np.uint8, mode="r").view(np.ndarray)
        rows = raw.reshape(-1, self.width + _CLASS_BYTES)
        parts = -(-self.count // _ROWS_AT_ONCE)
        for low, high in _ranges(parts):
            leading = rows[:, 0]
            part = rows[(leading >= low) & (leading < high)] if parts > 1 else rows
            if len(part):
                yield _first_of_equals(part, self.width)


def write_exact(spill: Spill, directory: Path, name: str) -> int:
    """Write `name.keys`, `name.radix` and `name.classes`; return how many keys they hold."""
    count = _write_rows(spill, directory / f"{name}.keys", directory / f"{name}.classes")
    keys = np.memmap(directory / f"{name}.keys", dtype=np.uint8, mode="r").view(np.ndarray)
    table = radix_table(keys.reshape(-1, spill.width), radix_bits(count))
    table.tofile(directory / f"{name}.radix")
    return count


def write_hamming(spill: Spill, directory: Path, name: str, *, bits: int) -> int:
    """Write `name.planes` and `name.classes`; return how many codes they hold."""
    if bits != spill.width * 8:
        raise ValueError("the spill holds signals of another width")
    rows = directory / f"{name}.rows"
    count = _write_rows(spill, rows, directory / f"{name}.classes")
    codes = np.memmap(rows, dtype=np.uint8, mode="r").view(np.ndarray)
    planes(codes.reshape(-1, spill.width)).tofile(directory / f"{name}.planes")
    rows.unlink()
    return count


def _write_rows(spill: Spill, keys: Path, classes: Path) -> int:
    count = 0
    with keys.open("wb") as key_file, classes.open("wb") as class_file:
        for part in spill.sorted_unique():
            key_file.write(part[:, : spill.width].tobytes())
            class_file.write(part[:, spill.width :].tobytes())
            count += len(part)
    return count


def _ranges(parts: int) -> Iterator[tuple[int, int]]:
    """Split the values 0 to 255 of a leading byte into ranges, at most 256 of them."""
    edges = np.linspace(0, 256, min(256, max(1, parts)) + 1).astype(int).tolist()
    yield from itertools.pairwise(edges)


def _first_of_equals(rows: Rows, width: int) -> Rows:
    order = _order(rows, width)
    ordered = rows[order]
    values = ordered[:, :width]
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = (values[1:] != values[:-1]).any(axis=1)
    return ordered[fresh]


def _order(rows: Rows, width: int) -> npt.NDArray[np.intp]:
    """Return the stable ascending order of the rows' values, compared as bytes."""
    padded = np.zeros((len(rows), -(-width // 8) * 8), dtype=np.uint8)
    padded[:, :width] = rows[:, :width]
    words = padded.view(">u8").astype(np.uint64)
    return np.lexsort(words.T[::-1])
