"""Random codes, queries of which half are planted, and what brute force finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]

_ROWS = 1 << 16


def random_codes(count: int, width: int, *, seed: int) -> Codes:
    """Return codes of `width` bytes; uniform, as a fixed random order of bits makes real ones."""
    return np.random.default_rng(seed).integers(0, 256, (count, width), dtype=np.uint8)


class Queries:
    """Makes queries: one half random, the other listed codes changed in 0 to `radius` bits."""

    def __init__(self, codes: Codes, radius: int, *, seed: int) -> None:
        self._codes = codes
        self._radius = radius
        self._random = np.random.default_rng(seed)

    def take(self, count: int) -> Codes:
        """Return new queries, shape (count, width), in random order."""
        width = self._codes.shape[1]
        queries = self._random.integers(0, 256, (count, width), dtype=np.uint8)
        for number in range(0, count, 2):
            queries[number] = self._planted(width * 8)
        return queries[self._random.permutation(count)]

    def _planted(self, bits: int) -> Codes:
        row = self._random.integers(len(self._codes))
        flips = self._random.choice(bits, self._random.integers(self._radius + 1), replace=False)
        changed = np.unpackbits(self._codes[row])
        changed[flips] ^= 1
        return np.packbits(changed)


def brute_force(codes: Codes, query: Codes, radius: int) -> set[tuple[int, int]]:
    """Return (row, distance) of every code within the radius, by comparing all."""
    return {pair for part in _near(codes, query, radius) for pair in part}


def _near(codes: Codes, query: Codes, radius: int) -> Iterator[list[tuple[int, int]]]:
    wanted = query.view(np.uint64)
    for start in range(0, len(codes), _ROWS):
        differing = codes[start : start + _ROWS].view(np.uint64) ^ wanted
        distances = np.bitwise_count(differing).sum(axis=1)
        rows = np.flatnonzero(distances <= radius)
        yield list(zip((rows + start).tolist(), distances[rows].tolist(), strict=True))
