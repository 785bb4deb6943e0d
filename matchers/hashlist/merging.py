"""Several segments -> one, in bounded memory; dead rows and withdrawn references stay behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from cases.model import SignalType
from matchers.hashlist.entry import Signal
from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.segment import OpenSegment
from matchers.hashlist.writer import SegmentWriter

MOST_DELTAS = 8
"""Delta segments of a version; with more of them they are merged into one."""
SMALL_LIST = 50_000
"""Rows of a list that is written anew rather than carried along in parts."""
MOST_SHARE = 0.25
"""Rows of deltas and dead rows, by rows of the base, from which all is merged."""


def to_merge(segments: Sequence[SegmentInfo]) -> int | None:
    """
    Return from which segment on a version is to be merged into one, or none. Pure.

    The base is written anew when the deltas weigh a quarter of it; before that only deltas are.
    """
    if len(segments) <= 1:
        return 0 if segments and 2 * sum(segments[0].dead.values()) > segments[0].total else None
    base = sum(segments[0].rows.values())
    rest = sum(one.total for one in segments[1:]) + sum(segments[0].dead.values())
    if base + rest <= SMALL_LIST or rest > base * MOST_SHARE:
        return 0
    return 1 if len(segments) - 1 > MOST_DELTAS else None


def merge(
    segments: Iterable[OpenSegment], writer: SegmentWriter, *, without: str | None = None
) -> int:
    """
    Write all rows in force of the segments, newest first, into a new one.

    Rows that are listed under the reference `without` alone are left out, dead ones as well;
    returns how many in force those were.
    """
    return sum(
        _copy(segment, kind, writer, without)
        for segment in segments
        for kind in segment.info.rows
        if segment.info.rows[kind]
    )


def _copy(
    segment: OpenSegment, kind: SignalType, writer: SegmentWriter, without: str | None
) -> int:
    left_out = _only_under(segment, kind, without) if without is not None else []
    named = segment.references.row_numbers(kind)
    kept = np.ones(segment.info.rows[kind], dtype=bool)
    kept[segment.dead[kind].rows()] = False
    withdrawn = int(kept[left_out].sum())
    kept[left_out] = False
    named = named[kept[named]]
    kept[named] = False
    _copy_plain(segment, kind, writer, kept)
    for row in named.tolist():
        add_signal(segment, kind, row, writer, without=without)
    return withdrawn


def _copy_plain(
    segment: OpenSegment, kind: SignalType, writer: SegmentWriter, kept: npt.NDArray[np.bool_]
) -> None:
    """Write the kept rows, which have no reference."""
    table = np.array([writer.class_number(made) for made in segment.classes], dtype="<u2")
    numbers = np.frombuffer(segment.class_numbers[kind], dtype="<u2")
    start = 0
    for values in segment.blocks(kind):
        part = slice(start, start + len(values))
        writer.add_rows(kind, values[kept[part]], table[numbers[part]][kept[part]])
        start += len(values)


def add_signal(
    segment: OpenSegment,
    kind: SignalType,
    row: int,
    writer: SegmentWriter,
    *,
    without: str | None = None,
) -> None:
    """Write one row with all its references but one."""
    value, made = segment.value(kind, row), segment.entry_class(kind, row)
    for reference in segment.references.of_row(kind, row):
        if reference != without:
            writer.add(Signal(kind, value, made.classification, reference, made.state))


def _only_under(segment: OpenSegment, kind: SignalType, reference: str) -> list[int]:
    """Return the rows, dead ones too, that are listed under this reference and no other."""
    of_row = segment.references.of_row
    rows = segment.references.rows(kind, reference)
    return [row for row in rows if of_row(kind, row) == (reference,)]
