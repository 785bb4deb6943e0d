"""
The opaque references of a segment's rows: mapped, never loaded.

`SEGMENT.names` holds each reference between line feeds. `SEGMENT-TYPE.refs` holds pairs of a row
and its reference's place in that file (little-endian, 4 bytes each), by row; a row that several
entries list has several pairs. A segment without references has neither file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cases.errors import ConfigurationProblem
from cases.model import SignalType
from matchers.hashlist.entry import WIDTHS
from matchers.index.segment import map_file

_PAIR = np.dtype("<u4")
_NAMES = ".names"
_BLOCK = 1 << 18
_NONE = 0xFFFFFFFF

Keys = npt.NDArray[np.uint8]
RowOf = Callable[[SignalType, Keys], npt.NDArray[np.int64]]
"""Values, shape (count, width) -> their rows in the written index."""


class ReferenceWriter:
    """References on their way into a segment, in bounded memory."""

    def __init__(self, directory: Path, segment: str) -> None:
        self._directory = directory
        self._segment = segment
        self._names: BinaryIO | None = None
        self._size = 0
        self._last: tuple[str, int] = ("", _NONE)
        self._spills: dict[SignalType, BinaryIO] = {}

    def add(self, kind: SignalType, value: bytes, reference: str) -> None:
        """Note that a signal is listed under a reference."""
        place = self._place(reference)
        spill = self._spills.get(kind)
        if spill is None:
            spill = self._spills[kind] = self._spill_path(kind).open("wb", buffering=1 << 18)
        spill.write(value + place.to_bytes(4, "little"))

    def close(self) -> None:
        """Close the raw files."""
        for file in (self._names, *self._spills.values()):
            if file is not None:
                file.close()

    def finish(self, row_of: RowOf) -> None:
        """Write the pairs, once the rows of the values are known."""
        self.close()
        for kind in self._spills:
            path = self._spill_path(kind)
            pairs = np.concatenate([_pairs(kind, block, row_of) for block in _blocks(path, kind)])
            pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
            pairs.tofile(self._directory / _pairs_name(self._segment, kind))
            path.unlink()

    def _place(self, reference: str) -> int:
        """Return where the reference stands; the digests of one entry come one after the other."""
        if self._last[0] != reference:
            if self._names is None:
                self._names = (self._directory / _names_name(self._segment)).open("wb")
                self._size = self._names.write(b"\n")
            self._last = (reference, self._size)
            self._size += self._names.write(reference.encode("ascii") + b"\n")
        return self._last[1]

    def _spill_path(self, kind: SignalType) -> Path:
        return self._directory / f"{self._segment}-{kind}.refs-spill"


class References:
    """The references of one segment."""

    def __init__(self, directory: Path, segment: str, kinds: list[SignalType]) -> None:
        """Map the files that are there. Raises `ConfigurationProblem` if they do not fit."""
        names = directory / _names_name(segment)
        self._names = map_file(names) if names.exists() else None
        self._pairs: dict[SignalType, npt.NDArray[np.uint32]] = {}
        for kind in kinds:
            path = directory / _pairs_name(segment, kind)
            if self._names is not None and path.exists():
                self._pairs[kind] = _mapped_pairs(path)

    def __bool__(self) -> bool:
        return self._names is not None

    def of_row(self, kind: SignalType, row: int) -> tuple[str, ...]:
        """Return the references under which a row is listed; empty for most lists."""
        pairs = self._pairs.get(kind)
        if pairs is None:
            return ()
        first, last = np.searchsorted(pairs[:, 0], (row, row + 1))
        found = dict.fromkeys(self._name(int(place)) for place in pairs[first:last, 1])
        return tuple(found)

    def row_numbers(self, kind: SignalType) -> npt.NDArray[np.int64]:
        """Return all rows that have a reference, ascending."""
        pairs = self._pairs.get(kind)
        return np.empty(0, dtype=np.int64) if pairs is None else np.unique(pairs[:, 0]).astype(int)

    def rows(self, kind: SignalType, reference: str) -> list[int]:
        """Return all rows, dead ones too, that are listed under a reference."""
        places = list(self._places(reference))
        pairs = self._pairs.get(kind)
        if pairs is None or not places:
            return []
        return sorted(set(pairs[np.isin(pairs[:, 1], places), 0].tolist()))

    def _places(self, reference: str) -> Iterator[int]:
        wanted = _between_line_feeds(reference)
        at = -1 if self._names is None else self._names.find(wanted)
        while self._names is not None and at != -1:
            yield at + 1
            at = self._names.find(wanted, at + 1)

    def _name(self, place: int) -> str:
        names = self._names
        assert names is not None
        return names[place : names.find(b"\n", place)].decode("ascii", "replace")


def mentions(version: Path, reference: str) -> bool:
    """Tell whether any segment of a version holds a reference, be its rows dead or not."""
    wanted = _between_line_feeds(reference)
    return any(map_file(path).find(wanted) != -1 for path in version.glob(f"*{_NAMES}"))


def mentioned(version: Path, wanted: Collection[str]) -> set[str]:
    """Return those of many references that a version holds, in one walk over its files."""
    left = {reference.encode("ascii", "replace") for reference in wanted}
    found: set[str] = set()
    for path in version.glob(f"*{_NAMES}"):
        with path.open("rb") as file:
            found.update(
                line[:-1].decode("ascii", "replace") for line in file if line[:-1] in left
            )
    return found


def _between_line_feeds(reference: str) -> bytes:
    return b"\n" + reference.encode("ascii", "replace") + b"\n"


def _names_name(segment: str) -> str:
    return f"{segment}{_NAMES}"


def _pairs_name(segment: str, kind: SignalType) -> str:
    return f"{segment}-{kind}.refs"


def _mapped_pairs(path: Path) -> npt.NDArray[np.uint32]:
    mapped = map_file(path)
    if len(mapped) % (2 * _PAIR.itemsize):
        raise ConfigurationProblem(f"{path}: damaged; import this hash list again")
    return np.frombuffer(mapped, dtype=_PAIR).reshape(-1, 2)


def _blocks(path: Path, kind: SignalType) -> Iterator[Keys]:
    width = WIDTHS[kind] + _PAIR.itemsize
    raw = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray).reshape(-1, width)
    for start in range(0, len(raw), _BLOCK):
        yield raw[start : start + _BLOCK]


def _pairs(kind: SignalType, block: Keys, row_of: RowOf) -> npt.NDArray[np.uint32]:
    width = WIDTHS[kind]
    places = np.ascontiguousarray(block[:, width:]).view(_PAIR)[:, 0]
    rows = row_of(kind, block[:, :width])
    return np.column_stack((rows.astype(_PAIR), places))
