"""
Rows of an immutable segment that no longer count.

The file holds a mark, the number of rows, the number of those removed, a check sum, and one bit a
row. It is tested on rows that were found only, so it costs a look-up nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.errors import ConfigurationProblem

_HEAD = struct.Struct("<8sQQI")
_MARK = b"hwtomb-1"


class Tombstones:
    """Removed rows of one segment; `row in tombstones` says whether a row is removed."""

    def __init__(self, bitmap: bytes, *, count: int, removed: int) -> None:
        self._bitmap = bitmap
        self._removed = removed
        self.count = count
        """Rows of the segment, removed ones included; 0 where none was ever removed."""

    @classmethod
    def empty(cls) -> Tombstones:
        """Return those of a segment of which nothing was removed."""
        return cls(b"", count=0, removed=0)

    @classmethod
    def open(cls, path: Path) -> Tombstones:
        """
        Read the file.

        Raises:
            ConfigurationProblem: it is missing or damaged.
        """
        try:
            content = path.read_bytes()
            mark, count, removed, check = _HEAD.unpack_from(content)
        except (OSError, struct.error):
            raise _damaged(path) from None
        bitmap = content[_HEAD.size :]
        whole = mark == _MARK and len(bitmap) == -(-count // 8)
        if not whole or check != _check(bitmap, count, removed):
            raise _damaged(path)
        return cls(bitmap, count=count, removed=removed)

    def __contains__(self, row: int) -> bool:
        return 0 <= row < self.count and bool(self._bitmap[row >> 3] >> (row & 7) & 1)

    def __len__(self) -> int:
        return self._removed

    def rows(self) -> npt.NDArray[np.int64]:
        """Return the removed rows, ascending."""
        bits = np.unpackbits(np.frombuffer(self._bitmap, dtype=np.uint8), bitorder="little")
        return np.flatnonzero(bits).astype(np.int64)


def write_tombstones(path: Path, rows: Iterable[int], count: int) -> None:
    """
    Write the removed rows of a segment of `count` rows; naming one twice changes nothing.

    Raises:
        ValueError: a row is not one of the segment.
    """
    removed = np.fromiter(rows, dtype=np.int64)
    if len(removed) and not 0 <= removed.min() <= removed.max() < count:
        raise ValueError("a removed row is not one of the segment")
    bits = np.zeros(count, dtype=np.uint8)
    bits[removed] = 1
    bitmap = np.packbits(bits, bitorder="little").tobytes()
    held = int(np.count_nonzero(bits))
    head = _HEAD.pack(_MARK, count, held, _check(bitmap, count, held))
    path.write_bytes(head + bitmap)


def _check(bitmap: bytes, count: int, removed: int) -> int:
    return zlib.crc32(bitmap, zlib.crc32(struct.pack("<QQ", count, removed)))


def _damaged(path: Path) -> ConfigurationProblem:
    return ConfigurationProblem(f"{path}: missing or damaged; import this hash list again")
