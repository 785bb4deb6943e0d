"""JSON and CSV for machines and spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import IO

from console.output.rows import Row
from console.output.text import cell


def print_json(value: object, file: IO[str], *, compact: bool = False) -> None:
    """
    Write one JSON document and a line end; `compact` puts it on one line.

    Everything outside ASCII is escaped, so that a terminal shows it and never obeys it.
    """
    indent = None if compact else 2
    json.dump(value, file, indent=indent, ensure_ascii=True, allow_nan=False)
    file.write("\n")


def csv_rows(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """
    Yield CSV lines (RFC 4180, CRLF), the header first; a cell never starts a formula.

    A list becomes its members, separated by spaces.
    """
    yield _line(columns)
    for row in rows:
        yield _line([_joined(row.get(column)) for column in columns])


def _joined(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _line(values: Sequence[object]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow([cell(value) for value in values])
    return buffer.getvalue()
