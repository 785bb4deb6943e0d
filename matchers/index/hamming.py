"""
Search of 256-bit codes by distance, exact at every radius.

The file holds four planes of 64 bits, one after the other, so that most rows are ruled out after
half of their bits were read. Nothing is loaded; any number of processes may share the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.errors import ConfigurationProblem

CODE_BYTES = 32
_PLANES = 4
_BLOCK = 1 << 18
"""Rows per step: bounds the memory of a query."""

Words = npt.NDArray[np.uint64]


def planes(codes: npt.NDArray[np.uint8]) -> Words:
    """Return codes, shape (count, 32), as the file's four planes, shape (4, count)."""
    return np.ascontiguousarray(np.ascontiguousarray(codes).view("<u8").T)


class HammingIndex:
    """
    Rows of codes.

    Raises:
        ConfigurationProblem: the file is missing, empty or of a wrong length.
    """

    bits = 8 * CODE_BYTES

    @classmethod
    def open(cls, directory: Path, name: str) -> HammingIndex:
        """Map the segment `name` of a directory."""
        return cls(directory / f"{name}.planes")

    def __init__(self, path: Path) -> None:
        try:
            words = np.memmap(path, dtype="<u8", mode="r").view(np.ndarray)
            self._planes: Words = words.reshape(_PLANES, -1)
        except (OSError, ValueError):
            raise ConfigurationProblem(
                f"{path}: missing, empty or damaged; import this hash list again"
            ) from None

    def __len__(self) -> int:
        return int(self._planes.shape[1])

    def query(self, code: bytes, radius: int) -> list[tuple[int, int]]:
        """
        Return (row, distance) of all codes within `radius` bits, nearest first.

        Raises:
            ValueError: the code is not 32 bytes long.
        """
        if len(code) != CODE_BYTES:
            raise ValueError("a code has 32 bytes")
        wanted = np.frombuffer(code, dtype="<u8")
        found: list[tuple[int, int]] = []
        for start in range(0, len(self), _BLOCK):
            found += self._scan(start, wanted, radius)
        return sorted(found, key=lambda pair: (pair[1], pair[0]))

    def _scan(self, start: int, wanted: Words, radius: int) -> list[tuple[int, int]]:
        block = self._planes[:, start : start + _BLOCK]
        half = _differing(block[0], wanted[0]) + _differing(block[1], wanted[1])
        near = np.flatnonzero(half <= radius)
        rest = sum(
            _differing(block[plane][near], wanted[plane]).astype(np.int64)
            for plane in range(2, _PLANES)
        )
        distance = half[near] + rest
        kept = distance <= radius
        rows, distances = (near[kept] + start).tolist(), distance[kept].tolist()
        return list(zip(rows, distances, strict=True))


def _differing(plane: Words, word: np.uint64) -> npt.NDArray[np.uint8]:
    counts: npt.NDArray[np.uint8] = np.bitwise_count(plane ^ word)
    return counts
