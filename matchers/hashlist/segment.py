"""One immutable part of a version, opened: its indexes, dead rows, classes and references."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem
from cases.model import Classification, SignalType
from matchers.hashlist.entry import PERCEPTUAL, WIDTHS, EntryClass, State
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.references import References
from matchers.index.classes import CLASS_BYTES, classes
from matchers.index.exact import ExactIndex
from matchers.index.hamming import HammingIndex
from matchers.index.tombstones import Tombstones

Keys = npt.NDArray[np.uint8]

_BLOCK = 1 << 16
"""Rows per step: bounds the memory of a walk."""
_CLASSES = TypeAdapter(list[tuple[str | None, str | None, State]])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSegment:
    """Look-up in one segment; dead rows are not found."""

    info: SegmentInfo
    exact: Mapping[SignalType, ExactIndex]
    near: Mapping[SignalType, HammingIndex]
    dead: Mapping[SignalType, Tombstones]
    class_numbers: Mapping[SignalType, memoryview]
    classes: tuple[EntryClass, ...]
    references: References

    def row(self, kind: SignalType, value: bytes) -> int | None:
        """Return the row, in force, of exactly this signal, or none."""
        row = self.row_of_any(kind, value)
        return None if row is None or row in self.dead[kind] else row

    def rows_of(self, kind: SignalType, values: Sequence[bytes]) -> dict[bytes, int]:
        """Return value -> row in force, of those that are listed; fastest for many."""
        index = self.near.get(kind)
        if index is None:
            return {one: row for one in values if (row := self.row(kind, one)) is not None}
        codes = np.frombuffer(b"".join(values), dtype=np.uint8).reshape(len(values), -1)
        answers = zip(values, index.query_many(codes, 0), strict=True)
        dead = self.dead[kind]
        return {one: found[0][0] for one, found in answers if found and found[0][0] not in dead}

    def row_of_any(self, kind: SignalType, value: bytes) -> int | None:
        """Return the row of exactly this signal, dead or not, or none."""
        if kind in self.exact:
            return self.exact[kind].row(value)
        if kind in self.near:
            return next((row for row, _ in self.near[kind].query(value, 0)), None)
        return None

    def neighbours(
        self, kind: SignalType, codes: Sequence[bytes], radius: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yield (which code, row, distance) of rows in force within so many bits, nearest first."""
        index = self.near.get(kind)
        if index is None or not codes:
            return
        asked = np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(len(codes), -1)
        dead = self.dead[kind]
        for number, found in enumerate(index.query_many(asked, radius)):
            for row, distance in found:
                if row not in dead:
                    yield number, row, distance

    def values(self, kind: SignalType, start: int, stop: int) -> Keys:
        """Return rows as they are listed, shape (rows, width)."""
        if kind in self.exact:
            return self.exact[kind].keys(start, stop)
        return self.near[kind].codes(start, stop)

    def blocks(self, kind: SignalType) -> Iterator[Keys]:
        """Yield all rows as they are listed, part by part."""
        count = self.info.rows[kind]
        for start in range(0, count, _BLOCK):
            yield self.values(kind, start, min(count, start + _BLOCK))

    def value(self, kind: SignalType, row: int) -> bytes:
        """Return one row as it is listed."""
        return self.values(kind, row, row + 1).tobytes()

    def entry_class(self, kind: SignalType, row: int) -> EntryClass:
        """Return what a row is listed as."""
        at = row * CLASS_BYTES
        number = int.from_bytes(self.class_numbers[kind][at : at + CLASS_BYTES], "little")
        if number >= len(self.classes):
            raise ConfigurationProblem(
                f"{classes_name(self.info.name)}: damaged; import this hash list again"
            )
        return self.classes[number]


def index_name(segment: str, kind: SignalType) -> str:
    """Return with what the names of the files of one type begin."""
    return f"{segment}-{kind}"


def classes_name(segment: str) -> str:
    """Return the name of the file of a segment's classes."""
    return f"{segment}.classes.json"


def dead_name(segment: str, kind: SignalType) -> str:
    """Return the name of the file of a segment's dead rows of one type."""
    return f"{index_name(segment, kind)}.dead"


def open_segment(directory: Path, info: SegmentInfo) -> OpenSegment:
    """
    Open a segment of a version.

    Raises:
        ConfigurationProblem: it is damaged, or holds other counts than its manifest says.
    """
    kinds = [kind for kind, count in info.rows.items() if count]
    opened = OpenSegment(
        info=info,
        exact={
            kind: ExactIndex.open(directory, index_name(info.name, kind), width=WIDTHS[kind])
            for kind in kinds
            if kind not in PERCEPTUAL
        },
        near={
            kind: HammingIndex.open(directory, index_name(info.name, kind))
            for kind in kinds
            if kind in PERCEPTUAL
        },
        dead={kind: _dead(directory, info, kind) for kind in kinds},
        class_numbers={kind: classes(directory, index_name(info.name, kind)) for kind in kinds},
        classes=_classes(directory / classes_name(info.name)),
        references=References(directory, info.name, kinds),
    )
    for kind in kinds:
        _check(opened, kind, directory)
    return opened


def _dead(directory: Path, info: SegmentInfo, kind: SignalType) -> Tombstones:
    if not info.dead.get(kind):
        return Tombstones.empty()
    return Tombstones.open(directory / dead_name(info.name, kind))


def _classes(path: Path) -> tuple[EntryClass, ...]:
    try:
        named = _CLASSES.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise ConfigurationProblem(
            f"{path}: missing or damaged; import this hash list again"
        ) from None
    return tuple(
        EntryClass(Classification(scheme=scheme, value=value) if scheme and value else None, state)
        for scheme, value, state in named
    )


def classes_text(made: list[EntryClass]) -> str:
    """Return the file that names the classes of a segment by number."""
    rows = [
        (
            one.classification and one.classification.scheme,
            one.classification and one.classification.value,
            one.state,
        )
        for one in made
    ]
    return json.dumps(rows)


def _check(opened: OpenSegment, kind: SignalType, directory: Path) -> None:
    index = opened.exact[kind] if kind in opened.exact else opened.near[kind]
    rows, dead = opened.info.rows[kind], opened.info.dead.get(kind, 0)
    numbers = opened.class_numbers[kind]
    fits = len(index) == rows and len(numbers) == rows * CLASS_BYTES
    if not fits or len(opened.dead[kind]) != dead:
        raise ConfigurationProblem(
            f"{directory}: {index_name(opened.info.name, kind)} holds {len(index)} signals and its "
            f"manifest says {rows}; import this hash list again"
        )
