"""
Exact look-up of fixed-width keys in files that are only mapped, never loaded.

`NAME.keys` holds the sorted keys without gaps; `NAME.radix` holds, for every value of the first
bits, the row of its first key (little-endian, 4 bytes), and the number of keys at the end.
All are immutable, so any number of processes may share them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from matchers.index.segment import Segment, damaged, meta_path, open_segment

FORM: Final = "exact-1"
_MOST_BITS = 24
_CELL = 4
_ROWS_AT_ONCE = 1 << 20

Keys = npt.NDArray[np.uint8]


def radix_bits(count: int) -> int:
    """Return how many leading bits are tabled, so that a bucket holds two to four keys."""
    return max(0, min(_MOST_BITS, count.bit_length() - 2))


def radix_table(keys: Keys, bits: int) -> npt.NDArray[np.uint32]:
    """Return the offsets of the buckets of sorted keys, shape (count, width)."""
    sizes = np.zeros(1 << bits, dtype=np.int64)
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        sizes += np.bincount(
            _leading(keys[start : start + _ROWS_AT_ONCE], bits), minlength=1 << bits
        )
    return np.concatenate(([0], np.cumsum(sizes))).astype("<u4")


def _leading(keys: Keys, bits: int) -> npt.NDArray[np.int64]:
    words = np.ascontiguousarray(keys[:, :4]).view(">u4")[:, 0].astype(np.int64)
    return words >> (32 - bits)


class ExactIndex:
    """Rows of keys of one width, in ascending order."""

    def __init__(self, segment: Segment, path: Path) -> None:
        self._path = path
        self._width = segment.meta.width
        self._count = segment.meta.count
        self._file = segment.files["keys"]
        self._find = self._file.find
        self._offsets = memoryview(segment.files["radix"]).cast("I")
        self._shift = 32 - radix_bits(self._count)

    @classmethod
    def open(cls, directory: Path, name: str, *, width: int) -> ExactIndex:
        """
        Map the segment `name` of a directory.

        Raises:
            ConfigurationProblem: a file is missing, damaged or of another segment.
        """
        path = meta_path(directory, name)
        segment = open_segment(directory, name, form=FORM)
        meta = segment.meta
        cells = (1 << radix_bits(meta.count)) + 1
        expected = {"keys": meta.count * width, "radix": cells * _CELL}
        if meta.width != width or any(meta.sizes.get(key) != expected[key] for key in expected):
            raise damaged(path)
        opened = cls(segment, path)
        if opened._offsets[0] != 0 or opened._offsets[cells - 1] != meta.count:
            raise damaged(path)
        return opened

    def __len__(self) -> int:
        return self._count

    def row(self, key: bytes) -> int | None:
        """
        Return the row of a key, or none.

        Raises:
            ValueError: the key has not the index's width.
            ConfigurationProblem: the table was damaged since it was opened.
        """
        width = self._width
        if len(key) != width:
            raise ValueError(f"a key of this index has {width} bytes")
        bucket = int.from_bytes(key[:4]) >> self._shift
        start, end = self._offsets[bucket], self._offsets[bucket + 1]
        if not start <= end <= self._count:
            raise damaged(self._path)
        start, end = start * width, end * width
        at = self._find(key, start, end)
        while at != -1 and (at - start) % width:
            at = self._find(key, at + 1, end)
        return None if at == -1 else at // width

    def keys(self, start: int, stop: int) -> Keys:
        """Return rows `start` to `stop` as they are listed, shape (rows, width)."""
        rows = np.frombuffer(self._file, dtype=np.uint8).reshape(-1, self._width)
        return rows[start:stop]
