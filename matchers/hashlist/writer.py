"""Signals -> the files of one segment, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cases.errors import InvalidInput
from cases.model import SignalType
from matchers.hashlist.entry import PERCEPTUAL, WIDTHS, EntryClass, Signal
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.references import Keys, ReferenceWriter
from matchers.hashlist.segment import classes_name, classes_text, index_name, open_segment
from matchers.index.build import Spill, write_exact, write_hamming

_MOST_CLASSES = 65_535
_PLANTED = 64
"""Signals of each type that are remembered for the test of the written index, at least half."""


class Sample:
    """A few of many values, evenly spread, whatever their number."""

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self._next = 0
        self._stride = 1

    def offer(self, number: int, value: bytes) -> None:
        """Keep the value if its number is due."""
        if number < self._next:
            return
        self.values.append(value)
        if len(self.values) >= _PLANTED:
            del self.values[1::2]
            self._stride *= 2
        self._next = number + self._stride


class SegmentWriter:
    """Takes examined signals in and writes the files of a segment."""

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.planted = {kind: Sample() for kind in WIDTHS}
        self._directory = directory
        self._classes: dict[EntryClass, int] = {EntryClass(): 0}
        self._spills: dict[SignalType, Spill] = {}
        self._references = ReferenceWriter(directory, name)

    def close(self) -> None:
        """Close the raw files; for a writer that is given up."""
        self._references.close()
        for spill in self._spills.values():
            spill.close()

    def taken(self) -> int:
        """Return how many signals were taken in, repeats included."""
        return sum(spill.count for spill in self._spills.values())

    def add(self, signal: Signal) -> None:
        """Take one signal in."""
        kind, value, classification, reference, state = signal
        number = 0
        if classification is not None or state != "listed":
            number = self.class_number(EntryClass(classification, state))
        spill = self._spills.get(kind) or self._new_spill(kind)
        self.planted[kind].offer(spill.count, value)
        spill.add(value, number)
        if reference is not None:
            self._references.add(kind, value, reference)

    def add_rows(self, kind: SignalType, values: Keys, numbers: npt.NDArray[np.uint16]) -> None:
        """Take many signals without references in; the class numbers are this writer's."""
        if len(values):
            spill = self._spills.get(kind) or self._new_spill(kind)
            self.planted[kind].offer(spill.count, values[0].tobytes())
            spill.extend(values, numbers)

    def class_number(self, entry_class: EntryClass) -> int:
        """Return the number of a class, a new one if needed; 0 is the list's own."""
        number = self._classes.setdefault(entry_class, len(self._classes))
        if number > _MOST_CLASSES:
            raise InvalidInput(
                f"the list has more than {_MOST_CLASSES} different classifications; "
                "is the right column mapped?"
            )
        return number

    def finish(self) -> SegmentInfo:
        """Sort what was taken into the files of the segment; of equal signals the first holds."""
        self.close()
        rows = {kind: self._write(kind, spill) for kind, spill in self._spills.items()}
        info = SegmentInfo(name=self.name, rows=rows)
        text = classes_text(list(self._classes))
        (self._directory / classes_name(self.name)).write_text(text, encoding="utf-8")
        self._references.finish(_RowFinder(self._directory, info))
        return info

    def _new_spill(self, kind: SignalType) -> Spill:
        path = self._directory / f"{self.name}-{kind}.spill"
        spill = self._spills[kind] = Spill(path, width=WIDTHS[kind])
        return spill

    def _write(self, kind: SignalType, spill: Spill) -> int:
        name = index_name(self.name, kind)
        if kind in PERCEPTUAL:
            count = write_hamming(spill, self._directory, name, bits=8 * WIDTHS[kind])
        else:
            count = write_exact(spill, self._directory, name)
        spill.path.unlink(missing_ok=True)
        return count


class _RowFinder:
    """Finds the rows of many values at once, in memory of a copy of one type's values."""

    def __init__(self, directory: Path, info: SegmentInfo) -> None:
        self._directory = directory
        self._info = info
        self._kind: SignalType | None = None
        self._sorted: npt.NDArray[Any] = np.empty(0)
        self._order: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)

    def __call__(self, kind: SignalType, values: Keys) -> npt.NDArray[np.int64]:
        if self._kind != kind:
            self._load(kind)
        at = np.searchsorted(self._sorted, _strings(values))
        return self._order[at].astype(np.int64)

    def _load(self, kind: SignalType) -> None:
        opened = open_segment(self._directory, self._info)
        every = np.concatenate([_strings(values) for values in opened.blocks(kind)])
        self._order = np.argsort(every, kind="stable")
        self._sorted = every[self._order]
        self._kind = kind


def _strings(values: Keys) -> npt.NDArray[Any]:
    """View rows as byte strings of one width; numpy compares them byte by byte, unsigned."""
    return np.ascontiguousarray(values).view(f"S{values.shape[1]}")[:, 0]
