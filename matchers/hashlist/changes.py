"""Additions and removals against a version -> a delta segment and dead rows."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cases.model import SignalType
from matchers.hashlist.compile import Refusals
from matchers.hashlist.entry import Candidate, EntryClass, Signal
from matchers.hashlist.hygiene import CANARY, DUPLICATE, NOT_LISTED, examine
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.reader import OpenList, Row
from matchers.hashlist.segment import dead_name
from matchers.hashlist.writer import SegmentWriter
from matchers.index.tombstones import write_tombstones

_AT_ONCE = 4096
_REMEMBERED = 64

_Known = dict[tuple[SignalType, bytes], Row]


class _Kept(NamedTuple):
    """A signal that loses some of its references, but not the last."""

    entry_class: EntryClass
    references: tuple[str, ...]


class Changes:
    """
    What a delta does to an open version.

    All removals come before all additions: a source that changes an entry removes what it was.
    """

    def __init__(self, parent: OpenList, writer: SegmentWriter, refusals: Refusals) -> None:
        self.removed: Counter[SignalType] = Counter()
        """Rows taken out of force."""
        self.gone: list[tuple[SignalType, bytes]] = []
        """A few of the removed signals, for the test of the new version."""
        self._parent = parent
        self._writer = writer
        self.refusals = refusals
        self._dead: dict[tuple[str, SignalType], bytearray] = {}
        self._kept: dict[tuple[SignalType, bytes], _Kept] = {}

    @property
    def any(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.removed or self._writer.taken())

    def take(self, removals: Iterable[Candidate], additions: Iterable[Candidate]) -> None:
        """Work out a whole delta."""
        self.remove(removals)
        self.add(additions)
        self._write_kept()

    def remove(self, candidates: Iterable[Candidate]) -> None:
        """
        Take signals out of force.

        A candidate with a reference and no digest removes all that is listed under it. One with
        both removes the digest unless another reference lists it too.
        """
        for candidate in candidates:
            if candidate.reference is not None and not candidate.text:
                self._remove_reference(candidate.line, candidate.reference)
                continue
            signal = examine(candidate)
            if isinstance(signal, str):
                self.refusals.add(candidate.line, signal)
            else:
                self._remove(candidate.line, signal)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Bring signals into force; what is listed with another class is replaced."""
        for batch in _batches(self._examined(candidates)):
            known = self._known([signal for _, signal in batch])
            for line, signal in batch:
                self._add(line, signal, known.get((signal.kind, signal.value)))

    def _write_kept(self) -> None:
        """Write what only lost some of its references."""
        for (kind, value), kept in self._kept.items():
            for reference in kept.references:
                self._writer.add(
                    Signal(
                        kind,
                        value,
                        kept.entry_class.classification,
                        reference,
                        kept.entry_class.state,
                    )
                )
        self._kept.clear()

    def write_dead(self, directory: Path) -> dict[str, SegmentInfo]:
        """Write the dead rows of the segments that have new ones; return those segments."""
        changed: dict[str, SegmentInfo] = {}
        for segment in self._parent.segments:
            dead = dict(segment.info.dead)
            for kind, count in segment.info.rows.items():
                marks = self._dead.get((segment.info.name, kind))
                if marks is not None:
                    fresh = np.flatnonzero(np.frombuffer(marks, dtype=np.uint8))
                    rows = np.union1d(fresh, segment.dead[kind].rows())
                    write_tombstones(directory / dead_name(segment.info.name, kind), rows, count)
                    dead[kind] = len(rows)
            if dead != segment.info.dead:
                changed[segment.info.name] = replace(segment.info, dead=dead)
        return changed

    def _examined(self, candidates: Iterable[Candidate]) -> Iterator[tuple[int, Signal]]:
        for candidate in candidates:
            signal = examine(candidate)
            if isinstance(signal, str):
                self.refusals.add(candidate.line, signal)
            else:
                yield candidate.line, signal

    def _known(self, signals: Iterable[Signal]) -> _Known:
        """Return where signals are in force in the parent; perceptual ones are asked together."""
        by_kind: defaultdict[SignalType, list[bytes]] = defaultdict(list)
        for signal in signals:
            by_kind[signal.kind].append(signal.value)
        return {
            (kind, value): Row(segment, kind, row, 0)
            for kind, values in by_kind.items()
            for segment in self._parent.segments
            if segment.info.rows.get(kind)
            for value, row in segment.rows_of(kind, values).items()
        }

    def _add(self, line: int, signal: Signal, row: Row | None) -> None:
        if row is None or not self._in_force(row):
            self._writer.add(signal)
            return
        old, references = row.entry_class, row.references
        if old.state == "canary":
            self.refusals.add(line, CANARY)
            return
        known = signal.reference is None or signal.reference in references
        if known and (signal.classification, signal.state) == old:
            self.refusals.add(line, DUPLICATE)
            return
        self._kill(row)
        self._writer.add(signal)
        for reference in references:
            self._writer.add(signal._replace(reference=reference))

    def _remove(self, line: int, signal: Signal) -> None:
        row = self._known([signal]).get((signal.kind, signal.value))
        if row is None or not self._in_force(row):
            known = self._kept.get((signal.kind, signal.value))
            if known is None or not self._remove_kept(signal, known):
                self.refusals.add(line, NOT_LISTED)
        elif row.entry_class.state == "canary":
            self.refusals.add(line, CANARY)
        elif not self._loses_reference(signal.reference, row):
            self.refusals.add(line, NOT_LISTED)

    def _remove_reference(self, line: int, reference: str) -> None:
        """Take all that is listed under a reference out of force."""
        found = [
            Row(segment, kind, number, 0)
            for segment in self._parent.segments
            for kind in segment.info.rows
            for number in segment.references.rows(kind, reference)
            if number not in segment.dead[kind]
        ]
        if not found:
            self.refusals.add(line, NOT_LISTED)
        for row in found:
            if self._in_force(row):
                self._loses_reference(reference, row)
            else:
                known = self._kept.get((row.kind, row.value))
                if known is not None:
                    self._remove_kept(Signal(row.kind, row.value, reference=reference), known)

    def _loses_reference(self, reference: str | None, row: Row) -> bool:
        """Kill a row; it comes back in the delta where other references list it as well."""
        references = row.references
        if reference is not None and references and reference not in references:
            return False
        self._kill(row)
        left = tuple(one for one in references if one != reference)
        if reference is not None and left:
            self._kept[row.kind, row.value] = _Kept(row.entry_class, left)
        elif len(self.gone) < _REMEMBERED:
            self.gone.append((row.kind, row.value))
        return True

    def _remove_kept(self, signal: Signal, kept: _Kept) -> bool:
        if signal.reference is not None and signal.reference not in kept.references:
            return False
        left = tuple(one for one in kept.references if one != signal.reference)
        if signal.reference is None or not left:
            del self._kept[signal.kind, signal.value]
        else:
            self._kept[signal.kind, signal.value] = kept._replace(references=left)
        return True

    def _in_force(self, row: Row) -> bool:
        marks = self._dead.get((row.segment.info.name, row.kind))
        return marks is None or not marks[row.number]

    def _kill(self, row: Row) -> None:
        place = (row.segment.info.name, row.kind)
        marks = self._dead.get(place)
        if marks is None:
            marks = self._dead[place] = bytearray(row.segment.info.rows[row.kind])
        marks[row.number] = 1
        self.removed[row.kind] += 1


def _batches(signals: Iterator[tuple[int, Signal]]) -> Iterator[list[tuple[int, Signal]]]:
    while batch := list(itertools.islice(signals, _AT_ONCE)):
        yield batch
