"""
The opaque references of a segment's rows: mapped, never loaded.

`SEGMENT.names` holds each reference between line feeds; its place is where it begins.
`SEGMENT.places` finds it: first the hashes of all references, ascending (8 bytes each), then their
places (4 bytes each). `SEGMENT-TYPE.refs` holds pairs of a row and a place, four columns of 4 bytes
one after the other: rows and places by row, then places and rows by place. A row that several
entries list has several pairs. A segment without references has none of these files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.errors import ConfigurationProblem
from cases.model import SignalType
from matchers.index.segment import Buffer, map_file

Places = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.uint32]

_CELL = np.dtype("<u4")
_HASH = np.dtype("<u8")
_NAMES = ".names"
_EMPTY: Places = np.empty(0, dtype=_CELL)


class References:
    """The references of one segment."""

    def __init__(self, directory: Path, segment: str, kinds: Iterable[SignalType]) -> None:
        """Map the files that are there. Raises `ConfigurationProblem` if they do not fit."""
        names = directory / names_name(segment)
        self._names: Buffer | None = None
        self._hashes: npt.NDArray[np.uint64] = np.empty(0, dtype=_HASH)
        self._places = _EMPTY
        self._pairs: dict[SignalType, npt.NDArray[np.uint32]] = {}
        if names.exists():
            self._names = map_file(names)
            self._hashes, self._places = _index(directory / places_name(segment))
            files = {kind: directory / pairs_name(segment, kind) for kind in kinds}
            self._pairs = {kind: _pairs(path) for kind, path in files.items() if path.exists()}

    def of_row(self, kind: SignalType, row: int) -> tuple[str, ...]:
        """Return the references under which a row is listed; empty for most lists."""
        pairs = self._pairs.get(kind)
        if pairs is None:
            return ()
        first, last = np.searchsorted(pairs[0], np.array((row, row + 1), dtype=_CELL))
        return tuple(dict.fromkeys(self.name(int(place)) for place in pairs[1, first:last]))

    def rows(self, kind: SignalType, reference: str) -> list[int]:
        """Return all rows, dead ones too, that are listed under a reference."""
        pairs = self._pairs.get(kind)
        found: set[int] = set()
        if pairs is not None:
            for place in self._places_of(reference):
                first = np.searchsorted(pairs[2], _CELL.type(place))
                last = np.searchsorted(pairs[2], _CELL.type(place), side="right")
                found.update(pairs[3, first:last].tolist())
        return sorted(found)

    def pairs(self, kind: SignalType) -> tuple[Rows, Places]:
        """Return the rows that have references, ascending, and beside them the places."""
        pairs = self._pairs.get(kind)
        return (_EMPTY, _EMPTY) if pairs is None else (pairs[0], pairs[1])

    def name(self, place: int) -> str:
        """Return the reference at a place."""
        names = self._names
        assert names is not None
        return names[place : names.find(b"\n", place)].decode("ascii", "replace")

    def _places_of(self, reference: str) -> Iterator[int]:
        """Yield where a reference stands; it may have been written more than once."""
        wanted = _HASH.type(reference_hash(reference))
        first = int(np.searchsorted(self._hashes, wanted))
        for place, known in zip(self._places[first:], self._hashes[first:], strict=True):
            if known != wanted:
                return
            if self.name(int(place)) == reference:
                yield int(place)


def mentions(version: Path, reference: str) -> bool:
    """Tell whether any segment of a version holds a reference, be its rows dead or not."""
    wanted = b"\n" + reference.encode("ascii", "replace") + b"\n"
    return any(map_file(path).find(wanted) != -1 for path in version.glob(f"*{_NAMES}"))


def reference_hash(reference: str) -> int:
    """Return the hash by which a reference is found, below 2 to the 64."""
    text = reference.encode("ascii", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def names_name(segment: str) -> str:
    """Return the name of the file of the references themselves."""
    return f"{segment}{_NAMES}"


def places_name(segment: str) -> str:
    """Return the name of the file by which references are found."""
    return f"{segment}.places"


def pairs_name(segment: str, kind: SignalType) -> str:
    """Return the name of the file that ties rows to references."""
    return f"{segment}-{kind}.refs"


def _index(path: Path) -> tuple[npt.NDArray[np.uint64], Places]:
    mapped = map_file(path)
    count, rest = divmod(len(mapped), _HASH.itemsize + _CELL.itemsize)
    if rest:
        raise _damaged(path)
    hashes = np.frombuffer(mapped, dtype=_HASH, count=count)
    return hashes, np.frombuffer(mapped, dtype=_CELL, offset=hashes.nbytes)


def _pairs(path: Path) -> npt.NDArray[np.uint32]:
    mapped = map_file(path)
    if len(mapped) % (4 * _CELL.itemsize):
        raise _damaged(path)
    return np.frombuffer(mapped, dtype=_CELL).reshape(4, -1)


def _damaged(path: Path) -> ConfigurationProblem:
    return ConfigurationProblem(f"{path}: damaged; import this hash list again")
