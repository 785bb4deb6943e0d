"""
How codes are cut into chunks, and how a radius is shared out among them. Pure.

Two codes at most r bits apart differ by at most r_i bits in some chunk i, whenever the sum of
(r_i + 1) is at least r + 1 (pigeonhole). So it is enough to look, per chunk, at the cells of one
table that lie within r_i bits of the wanted one. Wide chunks make many cells to look at, narrow
ones make many rows in each; the widths are chosen where the sum of both is least.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

NARROWEST, WIDEST = 8, 28
"""Bits of a chunk; 8, because 256 cells share one block of the table."""
CELLS_OF_A_BLOCK = 256

LOOKUP_NS, CANDIDATE_NS, SCAN_NS, START_NS = 25.0, 25.0, 1.6, 30_000.0
"""Measured cost of a cell, of a row in it, of a row of a full scan, and of a look-up as such."""

_DESIGN_RADIUS = {256: 31, 64: 8}
"""Radius for which the widths are best; the others are exact as well."""
_BYTES_PER_ROW = 108
_SMALL_FILES = 4 << 20
_CELL_BYTES, _ROW_BYTES, _COPY_BYTES = 2, 4, 8


@dataclass(frozen=True, slots=True)
class Split:
    """A radius shared out among chunks."""

    units: tuple[int, ...]
    """Per chunk r_i + 1; 0 where the chunk need not be looked at."""
    lookups: int
    candidates: float
    """Expected rows, if the codes are spread evenly."""

    @property
    def cost_ns(self) -> float:
        """Predicted time of one look-up."""
        return START_NS + LOOKUP_NS * self.lookups + CANDIDATE_NS * self.candidates


def permutation(bits: int, seed: int) -> npt.NDArray[np.intp]:
    """
    Return a fixed order of the bits: neighbours in a code are alike, those in a chunk must not be.

    It depends on nothing but its arguments, so that files outlive the libraries that wrote them.
    """
    keys = [hashlib.sha256(f"{seed}:{bit}".encode()).digest() for bit in range(bits)]
    return np.array(sorted(range(bits), key=keys.__getitem__), dtype=np.intp)


def split(widths: Sequence[int], count: int, radius: int) -> Split:
    """Share a radius out where it costs least; each chunk's cost is convex, so greedy is best."""
    units = [0] * len(widths)
    costs = [_next_cost(width, 0, count) for width in widths]
    for _ in range(radius + 1):
        cheapest = min(range(len(widths)), key=costs.__getitem__)
        units[cheapest] += 1
        costs[cheapest] = _next_cost(widths[cheapest], units[cheapest], count)
    balls = [_ball(width, unit) for width, unit in zip(widths, units, strict=True)]
    rows = sum(ball * count / 2**width for ball, width in zip(balls, widths, strict=True))
    return Split(tuple(units), sum(balls), rows)


def choose_widths(bits: int, count: int) -> tuple[int, ...]:
    """
    Return the chunks' widths for so many codes, widest first; their sum is `bits`.

    The best of those whose files stay within 108 bytes a row, class number included.
    """
    radius = _DESIGN_RADIUS[bits]
    return min(
        _affordable(bits, count, radius), key=lambda widths: split(widths, count, radius).cost_ns
    )


def flips(width: int, units: int) -> npt.NDArray[np.int64]:
    """Return all numbers of `width` bits with fewer than `units` bits set, ascending."""
    if not units:
        return np.empty(0, dtype=np.int64)
    rings = [np.zeros(1, dtype=np.int64)]
    for _ in range(units - 1):
        last = rings[-1]
        more = [last[last < 1 << bit] | 1 << bit for bit in range(width)]
        rings.append(np.concatenate(more))
    return np.sort(np.concatenate(rings))


def _next_cost(width: int, units: int, count: int) -> float:
    if units > width:
        return float("inf")
    return comb(width, units) * (LOOKUP_NS + CANDIDATE_NS * count / (1 << width))


def _ball(width: int, units: int) -> int:
    return sum(comb(width, flipped) for flipped in range(units))


def _affordable(bits: int, count: int, radius: int) -> Iterator[tuple[int, ...]]:
    most = count * _BYTES_PER_ROW + _SMALL_FILES
    fewest_chunks, most_chunks = -(-bits // WIDEST), bits // NARROWEST
    for chunks in range(fewest_chunks, most_chunks + 1):
        for widths in _families(bits, chunks, radius):
            fits = widths[-1] >= NARROWEST and widths[0] <= WIDEST
            # The coarsest cut is always offered: some answer must remain.
            if fits and (chunks == most_chunks or _file_bytes(bits, count, widths) <= most):
                yield widths


def _families(bits: int, chunks: int, radius: int) -> Iterator[tuple[int, ...]]:
    """Yield even widths, then some with narrow chunks where the radius leaves one bit less."""
    yield _even(bits, chunks)
    smaller_share, larger = divmod(radius + 1, chunks)
    if smaller_share and larger:
        for narrow in range(NARROWEST, bits // chunks + 1):
            rest = bits - narrow * (chunks - larger)
            yield _even(rest, larger) + (narrow,) * (chunks - larger)


def _even(total: int, parts: int) -> tuple[int, ...]:
    width, more = divmod(total, parts)
    return (width + 1,) * more + (width,) * (parts - more)


def _file_bytes(bits: int, count: int, widths: Sequence[int]) -> int:
    cells = sum(1 << width for width in widths)
    entry = _ROW_BYTES + (_COPY_BYTES if bits == 64 else 0)
    return cells * _CELL_BYTES + count * (bits // 8 + entry * len(widths))


def starts(widths: Sequence[int]) -> list[int]:
    """Return the first bit of every chunk in the permuted code."""
    return [0, *itertools.accumulate(widths)][:-1]
