"""Several segments -> one, in bounded memory; dead rows and withdrawn references stay behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cases.model import SignalType
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.segment import OpenSegment
from matchers.hashlist.writer import SegmentWriter

_GONE = 0
"""Stands for no place: the first reference begins at 1."""
_Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How far a list may grow by deltas before its parts are merged."""

    small: int = 50_000
    """Rows of a list that is written anew rather than carried along in parts."""
    deltas: int = 8
    """Delta segments; when there are more they are merged into one."""
    share: float = 0.25
    """Rows of deltas and dead rows, by rows of the base; from there on all is merged."""


def to_merge(segments: Sequence[SegmentInfo], growth: Growth) -> int | None:
    """Return from which segment on a version is to be merged into one, or none. Pure."""
    if not segments:
        return None
    base = sum(segments[0].rows.values())
    rest = sum(one.total for one in segments[1:]) + sum(segments[0].dead.values())
    if rest and (base + rest <= growth.small or rest > base * growth.share):
        return 0
    return 1 if len(segments) - 1 > growth.deltas else None


def merge(
    segments: Iterable[OpenSegment], writer: SegmentWriter, *, without: str | None = None
) -> int:
    """
    Write all rows in force of the segments, newest first, into a new one.

    Rows that are listed under the reference `without` alone are left out, dead ones as well;
    returns how many in force those were.
    """
    left_out = 0
    for segment in segments:
        places = _NewPlaces(segment, writer, without)
        for kind, count in segment.info.rows.items():
            left_out += _copy(segment, kind, writer, places) if count else 0
    return left_out


def _copy(segment: OpenSegment, kind: SignalType, writer: SegmentWriter, places: _NewPlaces) -> int:
    kept = np.ones(segment.info.rows[kind], dtype=bool)
    kept[segment.dead[kind].rows()] = False
    withdrawn = int(kept[places.only[kind]].sum())
    kept[places.only[kind]] = False
    table = np.array([writer.class_number(made) for made in segment.classes], dtype="<u2")
    numbers = np.frombuffer(segment.class_numbers[kind], dtype="<u2")
    start = 0
    for values in segment.blocks(kind):
        part = slice(start, start + len(values))
        writer.add_rows(kind, values[kept[part]], table[numbers[part]][kept[part]])
        rows, new = places.of_rows(kind, start, start + len(values))
        in_force = kept[rows]
        writer.references.extend(kind, values[rows[in_force] - start], new[in_force])
        start += len(values)
    return withdrawn


class _NewPlaces:
    """Where the references of a segment stand in the new one; only those in force go over."""

    def __init__(self, segment: OpenSegment, writer: SegmentWriter, without: str | None) -> None:
        self._pairs = {
            kind: _in_force(segment, kind) for kind, count in segment.info.rows.items() if count
        }
        self.only = {kind: _only_under(segment, kind, without) for kind in self._pairs}
        """Rows, dead ones too, that are listed under the withdrawn reference alone."""
        empty = np.empty(0, dtype=np.uint32)
        used = [places for _, places in self._pairs.values()]
        self._old = np.unique(np.concatenate(used)) if used else empty
        self._new = np.empty(len(self._old), dtype=np.uint32)
        for at, place in enumerate(self._old.tolist()):
            name = segment.references.name(place)
            self._new[at] = _GONE if name == without else writer.references.place(name)

    def of_rows(self, kind: SignalType, start: int, stop: int) -> tuple[_Numbers, _Numbers]:
        """Return the rows of a range that have references, and their new places."""
        rows, places = self._pairs[kind]
        first, last = np.searchsorted(rows, np.array((start, stop), dtype=np.uint32))
        new = self._new[np.searchsorted(self._old, places[first:last])]
        return rows[first:last][new != _GONE], new[new != _GONE]


def _in_force(segment: OpenSegment, kind: SignalType) -> tuple[_Numbers, _Numbers]:
    rows, places = segment.references.pairs(kind)
    alive = ~np.isin(rows, segment.dead[kind].rows())
    return rows[alive], places[alive]


def _only_under(segment: OpenSegment, kind: SignalType, reference: str | None) -> list[int]:
    if reference is None:
        return []
    of_row = segment.references.of_row
    rows = segment.references.rows(kind, reference)
    return [row for row in rows if of_row(kind, row) == (reference,)]
