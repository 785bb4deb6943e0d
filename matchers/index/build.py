"""
Build the files of an index from signals that come in any order, in bounded memory.

Signals are spilled to a raw file beside the target, then sorted one range of leading bytes at a
time; of equal signals the first one stays. Every row carries the number of its classification.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cases.errors import InvalidInput
from matchers.index import exact, hamming
from matchers.index.chunks import choose_widths, permutation
from matchers.index.classes import CLASS_BYTES
from matchers.index.segment import Meta, map_file, meta_path, sealed
from matchers.index.tables import Crowded, Words, write_tables

_ROWS_AT_ONCE = 2_000_000
_ROWS_PER_STEP = 1 << 16
_BUFFER = 1 << 20
_SEED = 1
_MOST_PLACES = (1 << 32) - 1
"""Rows in all tables together: their places are numbers of four bytes."""

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
        self._file.write(value + class_number.to_bytes(CLASS_BYTES, "little"))
        self.count += 1

    def extend(self, values: Rows, class_numbers: npt.NDArray[np.uint16]) -> None:
        """Append signals, shape (count, width), with their class numbers, shape (count,)."""
        rows = np.empty((len(values), self.width + CLASS_BYTES), dtype=np.uint8)
        rows[:, : self.width] = values
        rows[:, self.width :] = class_numbers.astype("<u2")[:, None].view(np.uint8)
        self._file.write(rows.tobytes())
        self.count += len(rows)

    def close(self) -> None:
        """Flush and close the raw file."""
        self._file.close()

    def sorted_unique(self) -> Iterator[Rows]:
        """Yield the rows in ascending order of their values without repeats, part by part."""
        if not self.count:
            return
        raw = np.frombuffer(map_file(self.path), dtype=np.uint8)
        rows = raw.reshape(-1, self.width + CLASS_BYTES)
        for low, high in _ranges(rows):
            yield _first_of_equals(_between(rows, low, high), self.width)


def write_exact(spill: Spill, directory: Path, name: str) -> int:
    """Write `name.keys`, `.radix`, `.classes` and `.meta.json`; return the number of keys."""
    keys = directory / f"{name}.keys"
    with keys.open("wb") as key_file, (directory / f"{name}.classes").open("wb") as class_file:
        count = 0
        for part in spill.sorted_unique():
            key_file.write(part[:, : spill.width].tobytes())
            class_file.write(part[:, spill.width :].tobytes())
            count += len(part)
    held = np.frombuffer(map_file(keys, size=count * spill.width), dtype=np.uint8)
    table = exact.radix_table(held.reshape(-1, spill.width), exact.radix_bits(count))
    table.tofile(directory / f"{name}.radix")
    sizes = {"keys": held.nbytes, "radix": table.nbytes, "classes": count * CLASS_BYTES}
    _seal(Meta(form=exact.FORM, width=spill.width, count=count, sizes=sizes), directory, name)
    return count


def write_hamming(spill: Spill, directory: Path, name: str, *, bits: int) -> int:
    """
    Write a segment of codes of 64 or 256 bits; return how many it holds.

    Its files are `name.near` and `.far` (the codes), `.classes`, `.meta.json`, and, unless it is
    small, `.rows`, `.cells` and `.blocks` (the tables).

    Raises:
        ValueError: the spill holds signals of another width.
        InvalidInput: there are more codes than tables can number, some 400 million.
    """
    if bits != spill.width * 8 or bits not in hamming.SIZES:
        raise ValueError("the spill holds signals of another width")
    count = _write_planes(spill, directory, name)
    chunks = choose_widths(bits, count) if count >= hamming.FEWEST_TABLED else ()
    if count * len(chunks) > _MOST_PLACES:
        raise InvalidInput(f"{count} codes are too many for one list; import it as several")
    meta = Meta(
        form=hamming.FORM, width=spill.width, count=count, seed=_SEED, chunks=list(chunks), sizes={}
    )
    try:
        _write_tables(meta, directory, name)
    except Crowded:
        meta = replace(meta, cell_bytes=4)
        _write_tables(meta, directory, name)
    sizes = hamming.expected_sizes(meta) | {"classes": count * CLASS_BYTES}
    _seal(replace(meta, sizes=sizes), directory, name)
    return count


def _write_planes(spill: Spill, directory: Path, name: str) -> int:
    order = permutation(spill.width * 8, _SEED)
    near = hamming.PLANE_BYTES // 8
    count = 0
    with ExitStack() as stack:
        near_file, far_file, class_file = (
            stack.enter_context((directory / f"{name}.{suffix}").open("wb"))
            for suffix in ("near", "far", "classes")
        )
        for part in spill.sorted_unique():
            for start in range(0, len(part), _ROWS_PER_STEP):
                step = part[start : start + _ROWS_PER_STEP]
                words = hamming.planes(np.ascontiguousarray(step[:, : spill.width]), order)
                near_file.write(words[:, :near].tobytes())
                far_file.write(words[:, near:].tobytes())
            class_file.write(part[:, spill.width :].tobytes())
            count += len(part)
    if spill.width <= hamming.PLANE_BYTES:
        (directory / f"{name}.far").unlink()
    return count


def _write_tables(meta: Meta, directory: Path, name: str) -> None:
    if not meta.chunks:
        return
    with ExitStack() as stack:
        suffixes = hamming.expected_sizes(meta).keys() & {"rows", "cells", "blocks", "copies"}
        files = {
            suffix: stack.enter_context((directory / f"{name}.{suffix}").open("wb", _BUFFER))
            for suffix in suffixes
        }
        write_tables(
            _columns(meta, directory, name),
            meta.chunks,
            rows=files["rows"],
            cells=files["cells"],
            blocks=files["blocks"],
            copies=files.get("copies"),
            cell_bytes=meta.cell_bytes,
        )


def _columns(meta: Meta, directory: Path, name: str) -> list[Words]:
    """Return the codes' words, lowest bits first, each of shape (count,)."""
    columns: list[Words] = []
    for suffix in ("near", "far") if meta.width > hamming.PLANE_BYTES else ("near",):
        words = np.frombuffer(map_file(directory / f"{name}.{suffix}"), dtype="<u8")
        columns += list(words.reshape(meta.count, -1).T)
    return columns


def _seal(meta: Meta, directory: Path, name: str) -> None:
    meta_path(directory, name).write_bytes(sealed(meta, directory, name))


def _leading(rows: Rows) -> npt.NDArray[np.uint16]:
    return np.ascontiguousarray(rows[:, :2]).view(">u2")[:, 0]


def _ranges(rows: Rows) -> Iterator[tuple[int, int]]:
    """Cut the values of the two leading bytes so that each range holds a bounded part."""
    sizes = np.zeros(1 << 16, dtype=np.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        sizes += np.bincount(_leading(rows[start : start + _ROWS_AT_ONCE]), minlength=1 << 16)
    low, ends = 0, sizes.cumsum()
    while low < 1 << 16:
        before = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, before + _ROWS_AT_ONCE, side="right")))
        if ends[high - 1] > before:
            yield low, high
        low = high


def _between(rows: Rows, low: int, high: int) -> Rows:
    if (low, high) == (0, 1 << 16):
        return rows
    parts: list[Rows] = []
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        step = rows[start : start + _ROWS_AT_ONCE]
        leading = _leading(step)
        parts.append(step[(leading >= low) & (leading < high)])
    return np.concatenate(parts)


def _first_of_equals(rows: Rows, width: int) -> Rows:
    order, tied = _order(rows, width)
    ordered = rows[order]
    values = ordered[tied, :width]
    repeats = tied[1:][(values[1:] == values[:-1]).all(axis=1)]
    return np.delete(ordered, repeats, axis=0) if len(repeats) else ordered


def _order(rows: Rows, width: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """
    Return the stable ascending order of the rows' values, compared as bytes.

    With it come the places in that order whose first eight bytes are those of a neighbour.
    """
    padded = np.zeros((len(rows), -(-width // 8) * 8), dtype=np.uint8)
    padded[:, :width] = rows[:, :width]
    words = padded.view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0], kind="stable")
    # Few rows agree in their first word; only those are sorted by the others.
    first = words[order, 0]
    same = first[1:] == first[:-1]
    tied = np.flatnonzero(np.concatenate((same, [False])) | np.concatenate(([False], same)))
    if len(tied):
        among = order[tied]
        order[tied] = among[np.lexsort(words[among].T[::-1])]
    return order, tied
