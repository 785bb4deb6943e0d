"""Range tables: imported once from a public file, looked up without network."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from cases.errors import InvalidInput
from crawler.hosting.range_flatten import Ranged, flatten
from crawler.hosting.range_lines import (
    RangeLine,
    RefusedLineError,
    Shape,
    header_columns,
    missing_columns,
    read_line,
)
from crawler.hosting.range_table import (
    Claims,
    Found,
    Kind,
    NotFound,
    RangeTable,
    RangeValue,
    TableHeader,
    pack,
    table_path,
)
from crawler.hosting.replace_file import replace_file

__all__ = [
    "Found",
    "ImportReport",
    "NotFound",
    "RangeTable",
    "RangeValue",
    "import_ranges",
    "table_path",
]

_MAX_LINE = 16 * 1024
_MAX_BYTES = 4 * 1024**3
_MAX_REFUSED = 100_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

Value = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of each line of an imported file."""

    accepted: int
    without_value: int
    """Lines that say that nothing is known: AS 0, `ZZ`, blanks."""
    refused: tuple[tuple[int, str], ...]
    """Line number and machine word."""
    path: Path


def import_ranges(
    source: Path,
    *,
    kind: Kind,
    name: str,
    build_date: date,
    licence: str,
    into: Path,
    claims: Claims | None = None,
) -> ImportReport:
    """
    Import a CSV or TSV file (also .gz) as the table `<kind>-<name>`, replacing it at once.

    Lines are `start,end,value...` or `network,value...`, IPv4 and IPv6, dotted or as one decimal
    number, with or without a header. Where ranges overlap the most specific one wins.

    Args:
        source: the file.
        kind: `asn` (number and name), `country` or `front` (catalogue id of a provider).
        name: how claims call the table; also the provider of front lists that name none.
        build_date: when the data was made, not when it was fetched.
        licence: short note that is shown with the table.
        into: the directory of the tables; made when missing.
        claims: for countries what each line states; `physical` unless told otherwise.

    Raises:
        InvalidInput: the file cannot be read, or no line of it can be used. An existing table of
            that name stays as it was.
    """
    _check_name(name)
    lines = _Lines(Shape(kind=kind, fallback=name), source)
    lines.read_all()
    if not lines.accepted:
        raise InvalidInput(lines.nothing_usable())
    header = TableHeader(
        kind=kind,
        name=name,
        claims=(claims or "physical") if kind == "country" else None,
        built=build_date,
        licence=licence,
        v4=0,
        v6=0,
        values=0,
        sha256="",
    )
    path = table_path(into, kind, name)
    replace_file(path, lines.packed(header))
    return ImportReport(
        accepted=lines.accepted,
        without_value=lines.without_value,
        refused=tuple(lines.refused),
        path=path,
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"The table name {name!r} cannot be used: 1 to 32 lower-case letters, digits, "
            "'-' and '_' are allowed."
        )


class _Lines:
    """The lines of one source file, sorted into usable, empty and refused."""

    def __init__(self, shape: Shape, source: Path) -> None:
        self.shape = shape
        self.source = source
        self.accepted = 0
        self.without_value = 0
        self.refused: list[tuple[int, str]] = []
        self._delimiter = ""
        self._ranges: dict[int, list[tuple[int, int, Value]]] = {4: [], 6: []}

    def read_all(self) -> None:
        """Read every line; refusals are kept with their line number."""
        for number, line in _numbered(self.source):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
            if text and not text.startswith("#"):
                self._take(number, text)

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

    def _take(self, number: int, text: str) -> None:
        first = not self._delimiter
        if first:
            self._delimiter = _delimiter(text)
        try:
            fields = _fields(text, self._delimiter)
            if not (first and self._is_header(fields)):
                self._keep(read_line(fields, self.shape))
        except RefusedLineError as refusal:
            self._refuse(number, str(refusal))

    def _keep(self, line: RangeLine) -> None:
        if line.value is None:
            self.without_value += 1
            return
        self.accepted += 1
        self._ranges[line.version].append((line.first, line.last, line.value))

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
            "by comma, semicolon or tab. Nothing was changed."
        )

    def packed(self, header: TableHeader) -> bytes:
        """Return the table file of all kept lines."""
        numbers: dict[tuple[Value, ...], int] = {}
        v4 = flatten(_numbered_values(self._ranges[4], numbers))
        v6 = flatten(_numbered_values(self._ranges[6], numbers))
        return pack(header, v4, v6, [_encoded(values) for values in numbers])


def _numbered_values(
    ranges: list[tuple[int, int, Value]], numbers: dict[tuple[Value, ...], int]
) -> list[Ranged]:
    """Give each set of values a number; a range stated twice keeps both values."""
    merged: dict[tuple[int, int], tuple[Value, ...]] = {}
    for first, last, value in ranges:
        known = merged.get((first, last), ())
        if value not in known:
            merged[first, last] = (*known, value)
    return [
        (first, last, numbers.setdefault(values, len(numbers)))
        for (first, last), values in merged.items()
    ]


def _encoded(values: tuple[Value, ...]) -> bytes:
    return json.dumps([dict(value) for value in values], separators=(",", ":")).encode("ascii")


def _delimiter(text: str) -> str:
    return next((sign for sign in "\t;" if sign in text), ",")


def _fields(text: str, delimiter: str) -> list[str]:
    if len(text) >= _MAX_LINE - 4:
        raise RefusedLineError("too_long")
    if "\0" in text:
        raise RefusedLineError("nul")
    try:
        return next(csv.reader([text], delimiter=delimiter))
    except (csv.Error, StopIteration):
        raise RefusedLineError("bad_quoting") from None


def _numbered(source: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; an over-long line comes once, cut."""
    try:
        with closing(_opened(source)) as file:
            yield from _bounded_lines(file, source)
    except (OSError, EOFError, zlib.error) as problem:
        raise InvalidInput(
            f"{source.name} cannot be read to its end ({type(problem).__name__}); "
            "fetch the file again. Nothing was changed."
        ) from None


def _opened(source: Path) -> IO[bytes] | gzip.GzipFile:
    file = source.open("rb")
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not zipped:
        return file
    file.close()
    return gzip.open(source, "rb")


def _bounded_lines(file: IO[bytes] | gzip.GzipFile, source: Path) -> Iterator[tuple[int, bytes]]:
    number = size = 0
    while line := file.readline(_MAX_LINE):
        number += 1
        size += len(line)
        yield number, line
        while line and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE)
            size += len(line)
        if size > _MAX_BYTES:
            raise InvalidInput(f"{source.name} is larger than 4 GiB when unpacked.")
