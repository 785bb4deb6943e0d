"""
Report files: CSV with named columns or in the field's six-column order, and JSON Lines.

Every line gets its own verdict; a bad line never costs a good one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cases.errors import InvalidInput
from hostwatch.intake.draft import Draft, draft_from

SIX_COLUMNS = ("url", "referrer", "reporter", "reference", "source", "type")
"""`URL;REFERER;WORKUSER-EMAIL;REFERENCE;SOURCE;TYPE`, as hotline tools exchange it."""
NAMES = {
    "url": "url",
    "referer": "referrer",
    "referrer": "referrer",
    "note": "note",
    "priority": "priority",
    "source": "source",
    "reporter": "reporter",
    "workuser-email": "reporter",
    "reference": "reference",
    "type": "type",
}
LONGEST_LINE = 65_536
"""Characters."""
LARGEST_FILE = 512 * 1024 * 1024
"""Bytes."""
_SEPARATORS = ";,\t|"
_NEVER = "\x1f"
"""A delimiter that stands in no line."""
_RUN_TOGETHER = re.compile(r"[\s|]+[a-z]{3,10}://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a report file: a draft, or the sentence that says why not."""

    number: int
    draft: Draft | None
    problem: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """
    Read a report file line by line.

    Raises:
        InvalidInput: the file as a whole cannot be read.
    """
    yield from lines_of(load(path), path)


def load(path: Path) -> bytes:
    """Read a report file, once: it may be a pipe. Raises `InvalidInput`."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}).") from None
    if len(content) > LARGEST_FILE:
        raise InvalidInput(f"{path}: larger than 512 MiB; split it.")
    return content


def lines_of(content: bytes, path: Path) -> Iterator[Line]:
    """Read the lines of a loaded file; `path` names it and its form. Raises `InvalidInput`."""
    text = _decode(content, path)
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(text)
    else:
        yield from _csv_lines(text, path)


def _decode(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if b"\x00" in content[:4096]:
        raise InvalidInput(f"{path}: is not a text file; save it as UTF-8 text.")
    return content.decode("cp1252", errors="replace")


def _json_lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(_split(text), start=1):
        if raw.strip():
            yield _line(number, raw, _json_fields)


def _split(text: str) -> list[str]:
    # Only line feeds end a line: str.splitlines would also cut at separators inside a note.
    return [line.rstrip("\r") for line in text.split("\n")]


def _json_fields(raw: str) -> dict[str, str]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidInput("is not one JSON object.") from None
    if not isinstance(value, dict):
        raise InvalidInput("is not one JSON object.")
    unknown = [name for name in value if name.lower() not in NAMES]
    if unknown:
        raise InvalidInput(f"has a member that is not known; known are: {', '.join(NAMES)}.")
    if not all(isinstance(item, str) or item is None for item in value.values()):
        raise InvalidInput("has a member that is not text.")
    return {NAMES[name.lower()]: item or "" for name, item in value.items()}


def _csv_lines(text: str, path: Path) -> Iterator[Line]:
    lines = _split(text)
    form = _form(lines[0][:LONGEST_LINE], path)
    for number, raw in enumerate(lines[form.first - 1 :], start=form.first):
        if raw.strip():
            yield _line(number, raw, form)


def _form(header: str, path: Path) -> _CsvForm:
    """Read from its first line what a file consists of. Raises `InvalidInput`."""
    delimiter = max(";,\t", key=header.count)
    if _looks_like_location(header):
        listed = delimiter not in header
        return _CsvForm(("url",) if listed else SIX_COLUMNS, delimiter, first=1)
    columns = tuple(NAMES.get(cell.strip().lower(), "") for cell in header.split(delimiter))
    if "url" not in columns:
        raise InvalidInput(
            f"{path}: the first line names no column 'url'. Name the columns "
            f"({', '.join(sorted(set(NAMES.values())))}), separated by ; or , or a tab."
        )
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise InvalidInput(f"{path}: the first line names a column twice: {', '.join(twice)}.")
    return _CsvForm(columns, delimiter, first=2)


def _looks_like_location(line: str) -> bool:
    return "://" in line[:200]


@dataclass(frozen=True, slots=True)
class _CsvForm:
    columns: tuple[str, ...]
    delimiter: str
    first: int
    """Line on which the reports begin."""

    def __call__(self, raw: str) -> dict[str, str]:
        row = self._row(raw)
        self._refuse_other_form(raw, row)
        fields = {name: cell for name, cell in zip(self.columns, row, strict=False) if name}
        if _RUN_TOGETHER.search(fields.get("url", "")):
            raise InvalidInput("holds more than one location in its column of locations.")
        return fields

    def _row(self, raw: str) -> list[str]:
        # In a file of one column a separator is part of the location.
        delimiter = self.delimiter if len(self.columns) > 1 else _NEVER
        try:
            return next(csv.reader(io.StringIO(raw), delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            raise InvalidInput("has an unclosed or misplaced quotation mark.") from None

    def _refuse_other_form(self, raw: str, row: list[str]) -> None:
        """A line that is read by the wrong separator would become a wrong location."""
        expected = len(self.columns)
        unnamed = self.first == 1 and expected > 1
        if len(row) > expected or (unnamed and len(row) not in (1, expected)):
            raise InvalidInput(
                f"has {len(row)} fields where {expected} are expected; "
                "quote fields that hold the separator."
            )
        single = expected > 1 and len(row) == 1 and not raw.lstrip().startswith('"')
        if single and any(sign in raw for sign in _SEPARATORS):
            raise InvalidInput(
                "is separated by another sign than the first line; "
                "put a location that holds ; , | or a tab into quotation marks."
            )


def _line(number: int, raw: str, fields_of: Callable[[str], dict[str, str]]) -> Line:
    try:
        if len(raw) > LONGEST_LINE:
            raise InvalidInput(f"is longer than {LONGEST_LINE} characters.")
        fields = fields_of(raw)
        fields.pop("type", None)
        return Line(number=number, draft=draft_from(fields))
    except InvalidInput as problem:
        return Line(number=number, draft=None, problem=str(problem))
