"""
The chunks' tables: for every value of every chunk, the rows whose code has it.

All tables lie one after the other, widest chunk first, so that a cell is `base | value` and a
flipped bit is an XOR. `cells` holds, per block of 256 cells, 257 offsets from the block's start
in `rows`; `blocks` holds those starts. Offsets take two bytes, or four where a block is crowded.
Codes of one word also stand beside the rows, in `copies`: they are then read where the table is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.index.chunks import CELLS_OF_A_BLOCK, Split, flips, starts

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.uint32]

_ROWS_AT_ONCE = 1 << 24
"""Rows sorted in one go: 128 MB."""
_ROWS_PER_STEP = 1 << 20
CELLS_AT_ONCE = 1 << 14
"""Cells looked at together: more would not stay in a processor's cache."""
_CELLS_PER_STEP = 1 << 20
_OFFSETS = CELLS_OF_A_BLOCK + 1
_BLOCK_SHIFT = 8


class Crowded(Exception):
    """A block holds more rows than two bytes can count."""


class Cells(NamedTuple):
    """Which cells to look at, whatever the code."""

    chunk: npt.NDArray[np.intp]
    """Per cell, the chunk that it belongs to."""
    flip: npt.NDArray[np.int64]
    """Per cell, the bits to flip in that chunk's value."""


class Probe(NamedTuple):
    """The cells to look at for one radius, in parts whose temporary arrays are small."""

    parts: tuple[Cells, ...]
    split: Split


def probe(widths: Sequence[int], shared: Split) -> Probe:
    """Spell out which cells a split radius asks for."""
    per_chunk = [flips(width, units) for width, units in zip(widths, shared.units, strict=True)]
    chunk = np.repeat(np.arange(len(widths)), [len(part) for part in per_chunk]).astype(np.intp)
    flip = np.concatenate(per_chunk)
    cuts = [slice(start, start + CELLS_AT_ONCE) for start in range(0, len(flip), CELLS_AT_ONCE)]
    return Probe(tuple(Cells(chunk[cut], flip[cut]) for cut in cuts), shared)


class Tables:
    """The tables of one segment, mapped."""

    def __init__(
        self,
        *,
        widths: Sequence[int],
        cells: Rows,
        blocks: Rows,
        rows: Rows,
        copies: Words | None,
    ) -> None:
        self.rows = rows
        """By place."""
        self.copies = copies
        """The rows' codes, by place; none for long codes."""
        self._bases = np.array(bases(widths), dtype=np.int64)
        self._cells = cells
        self._blocks = blocks
        self._ascending = np.arange(0)

    def places(
        self, values: npt.NDArray[np.int64], wanted: Cells, *, most: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
        """
        Return the places of all rows in the cells wanted, query after query, and where each ends.

        `values` are the chunks' values, shape (queries, chunks). A row appears once per cell that
        holds it. None if there are more than `most`.
        """
        cell = (values | self._bases).take(wanted.chunk, axis=1)
        cell ^= wanted.flip
        block = cell >> _BLOCK_SHIFT
        cell += block
        first = self._cells.take(cell)
        cell += 1
        held = (self._cells.take(cell) - first).astype(np.int64)
        ends = held.cumsum().reshape(held.shape)
        total = int(ends[-1, -1])
        if total > most:
            return None
        # Of each cell: the place of its first row less the number of rows in the cells before it.
        shift = self._blocks.take(block).astype(np.int64)
        shift += first
        shift += held
        shift -= ends
        places = shift.ravel().repeat(held.ravel())
        places += self._counting(total)
        return places, ends[:, -1]

    def _counting(self, count: int) -> npt.NDArray[np.intp]:
        if len(self._ascending) < count:
            self._ascending = np.arange(2 * count)
        return self._ascending[:count]


def bases(widths: Sequence[int]) -> list[int]:
    """Return the first cell of every table; a multiple of its size, as the widths descend."""
    return starts([1 << width for width in widths])


def write_tables(
    codes: Sequence[Words],
    widths: Sequence[int],
    *,
    rows: BinaryIO,
    cells: BinaryIO,
    blocks: BinaryIO,
    copies: BinaryIO | None,
    cell_bytes: Literal[2, 4],
) -> None:
    """
    Write the tables of codes, given as words from the lowest bit on, each of shape (count,).

    Raises:
        Crowded: a block has more rows than `cell_bytes` can count.
    """
    written = 0
    for start, width in zip(starts(widths), widths, strict=True):
        for low, high, part in _sorted_parts(codes, start, width):
            held = (part & np.uint64(0xFFFFFFFF)).astype("<u4")
            rows.write(held.tobytes())
            if copies is not None:
                copies.write(codes[0].take(held).tobytes())
            values = part >> np.uint64(32)
            for first in range(low, high, _CELLS_PER_STEP):
                span = first, min(high, first + _CELLS_PER_STEP)
                written += _write_cells(values, span, written, cells, blocks, cell_bytes)


def _write_cells(
    sorted_values: Words,
    span: tuple[int, int],
    written: int,
    cells: BinaryIO,
    blocks: BinaryIO,
    cell_bytes: int,
) -> int:
    """Write the offsets of some cells whose rows begin at `written`; return how many rows."""
    first, last = span
    low, high = np.searchsorted(sorted_values, np.array(span, dtype=np.uint64))
    values = (sorted_values[low:high] - np.uint64(first)).astype(np.int64)
    ends = np.bincount(values, minlength=last - first).cumsum().reshape(-1, CELLS_OF_A_BLOCK)
    block = np.concatenate(([0], ends[:-1, -1]))
    if int((ends[:, -1] - block).max()) >= 1 << (8 * cell_bytes):
        raise Crowded
    offsets = np.zeros((len(ends), _OFFSETS), dtype=f"<u{cell_bytes}")
    offsets[:, 1:] = ends - block[:, None]
    cells.write(offsets.tobytes())
    blocks.write((block + written).astype("<u4").tobytes())
    return int(high - low)


def _sorted_parts(
    codes: Sequence[Words], start: int, width: int
) -> Iterator[tuple[int, int, Words]]:
    """Yield a range of a chunk's values and its rows, as value << 32 | row, ascending."""
    count = len(codes[0])
    parts = min(1 << (width - _BLOCK_SHIFT), -(-count // _ROWS_AT_ONCE))
    edges = np.linspace(0, 1 << (width - _BLOCK_SHIFT), parts + 1).astype(int) << _BLOCK_SHIFT
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        held = np.concatenate(list(_valued(codes, start, width, (low, high))))
        held.sort()
        yield low, high, held


def _valued(
    codes: Sequence[Words], start: int, width: int, span: tuple[int, int]
) -> Iterator[Words]:
    whole = span[1] - span[0] == 1 << width
    for first in range(0, len(codes[0]), _ROWS_PER_STEP):
        value = _chunk([word[first : first + _ROWS_PER_STEP] for word in codes], start, width)
        row = np.arange(first, first + len(value), dtype=np.uint64)
        held = value << np.uint64(32) | row
        yield held if whole else held[(value >= span[0]) & (value < span[1])]


def _chunk(codes: Sequence[Words], start: int, width: int) -> Words:
    """Return bits `start` to `start + width` of every code."""
    word, shift = divmod(start, 64)
    value = codes[word] >> np.uint64(shift)
    if shift + width > 64:
        value |= codes[word + 1] << np.uint64(64 - shift)
    return value & np.uint64((1 << width) - 1)
