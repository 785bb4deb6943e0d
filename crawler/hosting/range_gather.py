"""What the lines of one source say, sorted into usable, empty and refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cases.errors import InvalidInput
from crawler.hosting.range_flatten import Ranged, flatten
from crawler.hosting.range_json import json_date, json_lines, read_json
from crawler.hosting.range_lines import (
    RangeLine,
    RefusedLineError,
    Shape,
    Value,
    header_columns,
    missing_columns,
    read_line,
)
from crawler.hosting.range_mmdb import MmdbFile
from crawler.hosting.range_source import MAX_LINE, Form, form_of, numbered_lines
from crawler.hosting.range_statistics import statistics_date, statistics_lines
from crawler.hosting.range_table import Segment, TableHeader, pack

_MAX_REFUSED = 100_000
_MAX_RANGES = 8_000_000

Numbered = tuple[int, RangeLine | RefusedLineError]
_Values = tuple[Value, ...]


class Gathered:
    """Everything that was read from one source."""

    def __init__(self, shape: Shape, source: Path) -> None:
        self.shape = shape
        self.source = source
        self.form: Form = form_of(source)
        self.built: date | None = None
        """Date that the file itself tells."""
        self.accepted = 0
        self.without_value = 0
        self.refused: list[tuple[int, str]] = []
        self._values: dict[Value, int] = {}
        self._ranges: dict[int, list[Ranged]] = {4: [], 6: []}

    def read_all(self) -> None:
        """
        Read the whole source; refusals are kept with their line number.

        Raises:
            InvalidInput: it cannot be read, is too large, or is not what it was taken for.
        """
        for number, line in self._lines():
            if isinstance(line, RefusedLineError):
                self._refuse(number, str(line))
            else:
                self._keep(line)

    def _lines(self) -> Iterator[Numbered]:
        if self.form == "mmdb":
            opened = MmdbFile(self.source)
            self.built = opened.built
            return opened.lines(self.shape)
        if self.form == "json":
            answer = read_json(self.source)
            self.built = json_date(answer)
            self._must_be("front", "a published list of a front's addresses")
            return json_lines(answer, self.shape)
        if self.form == "statistics":
            self._must_be("country", "a registry's statistics")
            return statistics_lines(self._dated())
        return self._table()

    def _must_be(self, kind: str, what: str) -> None:
        if self.shape.kind != kind:
            raise InvalidInput(
                f"{self.source.name} is {what}, which is imported as kind {kind}, not "
                f"{self.shape.kind}. Nothing was changed."
            )

    def _texts(self) -> Iterator[tuple[int, str]]:
        for number, line in numbered_lines(self.source):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
            if text and not text.startswith("#"):
                yield number, text

    def _dated(self) -> Iterator[tuple[int, str]]:
        for number, text in self._texts():
            if self.built is None:
                self.built = statistics_date(text)
            yield number, text

    def _table(self) -> Iterator[Numbered]:
        delimiter = ""
        for number, text in self._texts():
            first, delimiter = not delimiter, delimiter or _delimiter(text)
            try:
                fields = _fields(text, delimiter)
                if not (first and self._is_header(fields)):
                    yield number, read_line(fields, self.shape)
            except RefusedLineError as refusal:
                yield number, refusal

    def _is_header(self, fields: list[str]) -> bool:
        columns = header_columns(fields)
        if not columns:
            return False
        lacking = missing_columns(self.shape.kind, columns)
        if lacking:
            raise InvalidInput(
                f"{self.source.name} has no column for {', '.join(lacking)}; its header names "
                f"{len(fields)} columns of which {', '.join(columns)} are known."
            )
        self.shape = Shape(kind=self.shape.kind, fallback=self.shape.fallback, columns=columns)
        return True

    def _keep(self, line: RangeLine) -> None:
        if line.value is None:
            self.without_value += 1
            return
        self.accepted += 1
        if self.accepted > _MAX_RANGES:
            raise InvalidInput(
                f"{self.source.name} holds more than {_MAX_RANGES:,} ranges; take the edition "
                "for countries or networks, not the one for cities. Nothing was changed."
            )
        value = self._values.setdefault(line.value, len(self._values))
        self._ranges[line.version].append((line.first, line.last, value))

    def _refuse(self, number: int, reason: str) -> None:
        self.refused.append((number, reason))
        if len(self.refused) > _MAX_REFUSED:
            raise InvalidInput(
                f"More than {_MAX_REFUSED:,} lines of {self.source.name} cannot be used (line "
                f"{self.refused[0][0]}: {self.refused[0][1]}); check its delimiter and kind."
            )

    def nothing_usable(self) -> str:
        """Say why the file as a whole is refused."""
        first = f"; line {self.refused[0][0]}: {self.refused[0][1]}" if self.refused else ""
        return (
            f"No line of {self.source.name} can be used as a table of kind "
            f"{self.shape.kind}{first}. Expected are start,end,value or network,value, separated "
            "by comma, semicolon or tab, or a database in one of the forms that the manual names. "
            "Nothing was changed."
        )

    def disjoint(self) -> tuple[list[Segment], list[Segment], list[bytes]]:
        """Return IPv4 and IPv6 ranges, the most specific one in each place, and their values."""
        values, numbers = list(self._values), dict[tuple[int, ...], int]()
        v4 = flatten(_merged(self._ranges[4], numbers))
        v6 = flatten(_merged(self._ranges[6], numbers))
        return v4, v6, [_encoded([values[one] for one in joined]) for joined in numbers]


def packed(gathered: Gathered, header: TableHeader, *, smallest: int) -> bytes:
    """
    Return the table file of all that was kept.

    Raises:
        InvalidInput: it has fewer than `smallest` ranges.
    """
    v4, v6, values = gathered.disjoint()
    count = len(v4) + len(v6)
    if count < smallest:
        raise InvalidInput(
            f"{gathered.source.name} has only {count:,} ranges, fewer than half of what the table "
            "has now; the old table stays. If that is right, take it with: hostwatch ranges import."
        )
    return pack(header, v4, v6, values)


def _merged(ranges: list[Ranged], numbers: dict[tuple[int, ...], int]) -> list[Ranged]:
    """Give each set of values a number; a range stated twice keeps both values."""
    merged: dict[tuple[int, int], tuple[int, ...]] = {}
    for first, last, value in ranges:
        known = merged.get((first, last), ())
        if value not in known:
            merged[first, last] = (*known, value)
    return [
        (first, last, numbers.setdefault(values, len(numbers)))
        for (first, last), values in merged.items()
    ]


def _encoded(values: list[Value]) -> bytes:
    return json.dumps([dict(value) for value in values], separators=(",", ":")).encode("ascii")


def _delimiter(text: str) -> str:
    return next((sign for sign in "\t;" if sign in text), ",")


def _fields(text: str, delimiter: str) -> list[str]:
    if len(text) >= MAX_LINE - 4:
        raise RefusedLineError("too_long")
    if "\0" in text:
        raise RefusedLineError("nul")
    try:
        return next(csv.reader([text], delimiter=delimiter))
    except (csv.Error, StopIteration):
        raise RefusedLineError("bad_quoting") from None
