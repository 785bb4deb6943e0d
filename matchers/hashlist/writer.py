"""Signals -> the files of one segment, in bounded memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cases.errors import InvalidInput
from cases.model import Classification, SignalType
from matchers.hashlist.entry import PERCEPTUAL, WIDTHS, EntryClass, Signal, State
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.referencing import Keys, ReferenceWriter
from matchers.hashlist.segment import classes_name, classes_text, index_name, open_segment
from matchers.index.build import Spill, write_exact, write_hamming

_MOST_CLASSES = 65_535
_BATCH = 8192
_PLANTED = 64
"""Signals of each type that are remembered for the test of the written index, at least half."""


class _Batch:
    """Signals of one type on their way to the disk."""

    def __init__(self, spill: Spill) -> None:
        self.spill = spill
        self.values: list[bytes] = []
        self.numbers: list[int] = []
        self.planted: list[bytes] = []
        """A few of all values, evenly spread, whatever their number."""
        self._next = 0
        self._stride = 1

    def flush(self) -> None:
        """Write what was gathered."""
        if self.values:
            rows = np.frombuffer(b"".join(self.values), dtype=np.uint8)
            self.extend(rows.reshape(len(self.values), -1), np.array(self.numbers, dtype=np.uint16))
            self.values.clear()
            self.numbers.clear()

    def extend(self, values: Keys, numbers: npt.NDArray[np.uint16]) -> None:
        """Write many."""
        start = self.spill.count
        while self._next < start + len(values):
            self._plant(values[max(0, self._next - start)].tobytes())
        self.spill.extend(values, numbers)

    def _plant(self, value: bytes) -> None:
        self.planted.append(value)
        if len(self.planted) >= _PLANTED:
            del self.planted[1::2]
            self._stride *= 2
        self._next += self._stride


class SegmentWriter:
    """Takes examined signals in and writes the files of a segment."""

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.references = ReferenceWriter(directory, name)
        self._directory = directory
        self._classes: dict[EntryClass, int] = {EntryClass(): 0}
        self._last_class: tuple[Classification | None, State] = EntryClass()
        self._last_number = 0
        self._batches: dict[SignalType, _Batch] = {}

    def close(self) -> None:
        """Close the raw files; for a writer that is given up."""
        self.references.close()
        for batch in self._batches.values():
            batch.spill.close()

    def taken(self) -> int:
        """Return how many signals were taken in, repeats included."""
        return sum(batch.spill.count + len(batch.values) for batch in self._batches.values())

    def planted(self) -> dict[SignalType, list[bytes]]:
        """Return a few of the signals of each type, for the test of the written segment."""
        return {kind: batch.planted for kind, batch in self._batches.items()}

    def add(self, signal: Signal) -> None:
        """Take one signal in."""
        kind, value, classification, reference, state = signal
        last_classification, last_state = self._last_class
        if classification is not last_classification or state != last_state:
            self._last_class = made = EntryClass(classification, state)
            self._last_number = self.class_number(made)
        batch = self._batches.get(kind) or self._new_batch(kind)
        batch.values.append(value)
        batch.numbers.append(self._last_number)
        if len(batch.values) >= _BATCH:
            batch.flush()
        if reference is not None:
            self.references.add(kind, value, reference)

    def add_rows(self, kind: SignalType, values: Keys, numbers: npt.NDArray[np.uint16]) -> None:
        """Take many signals without references in; the class numbers are this writer's."""
        if len(values):
            batch = self._batches.get(kind) or self._new_batch(kind)
            batch.flush()
            batch.extend(values, numbers)

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
        for batch in self._batches.values():
            batch.flush()
        self.close()
        rows = {kind: self._write(kind, batch.spill) for kind, batch in self._batches.items()}
        info = SegmentInfo(name=self.name, rows=rows)
        text = classes_text(list(self._classes))
        (self._directory / classes_name(self.name)).write_text(text, encoding="utf-8")
        self.references.finish(_RowFinder(self._directory, info))
        return info

    def _new_batch(self, kind: SignalType) -> _Batch:
        path = self._directory / f"{self.name}-{kind}.spill"
        batch = self._batches[kind] = _Batch(Spill(path, width=WIDTHS[kind]))
        return batch

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
