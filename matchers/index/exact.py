"""
Exact look-up of fixed-width keys in two files that are only mapped, never loaded.

`NAME.keys` holds the sorted keys without gaps; `NAME.radix` holds, for every value of the first
`bits` bits, the row of its first key (little-endian, 4 bytes), and the number of keys at the end.
Both are immutable, so any number of processes may share them.
"""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.errors import ConfigurationProblem

_MOST_BITS = 20
_CELL = 4
_ROWS_AT_ONCE = 1 << 20


def radix_bits(count: int) -> int:
    """Return how many leading bits are tabled, so that a bucket holds a few keys."""
    return max(0, min(_MOST_BITS, count.bit_length() - 2))


def radix_table(keys: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.uint32]:
    """Return the offsets of the buckets of sorted keys, shape (count, width)."""
    sizes = np.zeros(1 << bits, dtype=np.int64)
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        sizes += np.bincount(
            _leading(keys[start : start + _ROWS_AT_ONCE], bits), minlength=1 << bits
        )
    return np.concatenate(([0], np.cumsum(sizes))).astype("<u4")


def _leading(keys: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.int64]:
    words = np.ascontiguousarray(keys[:, :4]).view(">u4")[:, 0].astype(np.int64)
    return words >> (32 - bits)


class ExactIndex:
    """
    Rows of keys of one width.

    Raises:
        ConfigurationProblem: a file is missing or has not the length that its partner asks for.
    """

    def __init__(self, keys: Path, radix: Path, *, width: int) -> None:
        self._width = width
        self._keys = map_file(keys)
        self._radix = map_file(radix)
        self._bits = (len(self._radix) // _CELL - 1).bit_length() - 1
        if len(self._keys) % width or not self._consistent():
            raise ConfigurationProblem(f"{keys}: damaged; import this hash list again")

    def __len__(self) -> int:
        return len(self._keys) // self._width

    def row(self, key: bytes) -> int | None:
        """Return the row of a key of exactly the index's width, or none."""
        bucket = int.from_bytes(key[:4]) >> (32 - self._bits)
        start, end = self._offset(bucket) * self._width, self._offset(bucket + 1) * self._width
        at = self._keys.find(key, start, end)
        while at != -1 and (at - start) % self._width:
            at = self._keys.find(key, at + 1, end)
        return None if at == -1 else at // self._width

    def _offset(self, bucket: int) -> int:
        at = bucket * _CELL
        return int.from_bytes(self._radix[at : at + _CELL], "little")

    def _consistent(self) -> bool:
        buckets = 1 << self._bits if self._bits >= 0 else 0
        return len(self._radix) == (buckets + 1) * _CELL and self._offset(buckets) == len(self)


def map_file(path: Path) -> mmap.mmap:
    """Map a file for reading. Raises `ConfigurationProblem` if it is missing or empty."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        raise ConfigurationProblem(
            f"{path}: missing, empty or unreadable; import this hash list again"
        ) from None
