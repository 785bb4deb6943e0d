"""References on their way into a segment, in bounded memory; `references` says how they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cases.model import SignalType
from matchers.hashlist.entry import WIDTHS
from matchers.hashlist.references import (
    Places,
    names_name,
    pairs_name,
    places_name,
    reference_hash,
)
from matchers.index.segment import map_file

Keys = npt.NDArray[np.uint8]
RowOf = Callable[[SignalType, Keys], npt.NDArray[np.int64]]
"""Values, shape (count, width) -> their rows in the written index."""

_CELL = np.dtype("<u4")
_HASH = np.dtype("<u8")
_BLOCK = 1 << 18
_BUFFER = 1 << 18


class ReferenceWriter:
    """Takes references in, and writes their files once the rows are known."""

    def __init__(self, directory: Path, segment: str) -> None:
        self._directory = directory
        self._segment = segment
        self._names: BinaryIO | None = None
        self._found: BinaryIO | None = None
        self._size = 0
        self._last: tuple[str, int] = ("", 0)
        self._spills: dict[SignalType, BinaryIO] = {}

    def add(self, kind: SignalType, value: bytes, reference: str) -> None:
        """Note that a signal is listed under a reference."""
        place = self.place(reference)
        self._spill(kind).write(value + place.to_bytes(4, "little"))

    def extend(self, kind: SignalType, values: Keys, places: Places) -> None:
        """Note references of many signals by their places; shapes (count, width), (count,)."""
        if len(values):
            cells = places.astype(_CELL)[:, None].view(np.uint8)
            self._spill(kind).write(np.concatenate((values, cells), axis=1).tobytes())

    def place(self, reference: str) -> int:
        """Return where a reference stands; the digests of one entry come one after the other."""
        if self._last[0] != reference:
            if self._names is None or self._found is None:
                self._names = (self._directory / names_name(self._segment)).open("wb")
                self._found = self._found_path().open("wb", buffering=_BUFFER)
                self._size = self._names.write(b"\n")
            self._last = (reference, self._size)
            self._found.write(
                reference_hash(reference).to_bytes(8, "little") + self._size.to_bytes(4, "little")
            )
            self._size += self._names.write(reference.encode("ascii") + b"\n")
        return self._last[1]

    def close(self) -> None:
        """Close the raw files."""
        for file in (self._names, self._found, *self._spills.values()):
            if file is not None:
                file.close()

    def finish(self, row_of: RowOf) -> None:
        """Write the files, once the rows of the values are known."""
        self.close()
        if self._found is not None:
            self._write_index()
        for kind in self._spills:
            path = self._spill_path(kind)
            pairs = np.concatenate([_pairs(kind, block, row_of) for block in _blocks(path, kind)])
            _write_pairs(pairs, self._directory / pairs_name(self._segment, kind))
            path.unlink()

    def _write_index(self) -> None:
        width = _HASH.itemsize + _CELL.itemsize
        raw = np.frombuffer(map_file(self._found_path()), dtype=np.uint8).reshape(-1, width)
        hashes = np.ascontiguousarray(raw[:, : _HASH.itemsize]).view(_HASH)[:, 0]
        places = np.ascontiguousarray(raw[:, _HASH.itemsize :]).view(_CELL)[:, 0]
        order = np.argsort(hashes, kind="stable")
        with (self._directory / places_name(self._segment)).open("wb") as file:
            file.write(hashes[order].tobytes())
            file.write(places[order].tobytes())
        self._found_path().unlink()

    def _spill(self, kind: SignalType) -> BinaryIO:
        spill = self._spills.get(kind)
        if spill is None:
            spill = self._spills[kind] = self._spill_path(kind).open("wb", buffering=_BUFFER)
        return spill

    def _spill_path(self, kind: SignalType) -> Path:
        return self._directory / f"{self._segment}-{kind}.refs-spill"

    def _found_path(self) -> Path:
        return self._directory / f"{self._segment}.places-spill"


def _blocks(path: Path, kind: SignalType) -> Iterator[Keys]:
    width = WIDTHS[kind] + _CELL.itemsize
    raw = np.frombuffer(map_file(path), dtype=np.uint8).reshape(-1, width)
    for start in range(0, len(raw), _BLOCK):
        yield raw[start : start + _BLOCK]


def _pairs(kind: SignalType, block: Keys, row_of: RowOf) -> npt.NDArray[np.uint32]:
    width = WIDTHS[kind]
    places = np.ascontiguousarray(block[:, width:]).view(_CELL)[:, 0]
    rows = row_of(kind, block[:, :width])
    return np.column_stack((rows.astype(_CELL), places))


def _write_pairs(pairs: npt.NDArray[np.uint32], path: Path) -> None:
    with path.open("wb") as file:
        for first, second in ((0, 1), (1, 0)):
            order = np.lexsort((pairs[:, second], pairs[:, first]))
            for column in (first, second):
                file.write(pairs[order, column].tobytes())
