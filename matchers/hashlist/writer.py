"""Signals -> the files of one segment, in bounded memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cases.errors import InvalidInput
from cases.model import SignalType
from matchers.hashlist.entry import PERCEPTUAL, WIDTHS, EntryClass, Signal
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.references import Keys, ReferenceWriter
from matchers.hashlist.segment import classes_name, index_name, stored_values
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
        if number != self._next:
            return
        self.values.append(value)
        if len(self.values) >= _PLANTED:
            del self.values[1::2]
            self._stride *= 2
        self._next += self._stride


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
        self._references.finish(_Rows(self._directory, self.name))
        path = self._directory / classes_name(self.name)
        named = [[*(made.classification or _NO_CLASS), made.state] for made in self._classes]
        path.write_text(json.dumps(named), encoding="utf-8")
        return SegmentInfo(name=self.name, rows=rows)

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
