"""
Report files: CSV with named columns or in the field's six-column order, and JSON Lines.

Every line gets its own verdict; a bad line never costs a good one.
"""

from __future__ import annotations

import csv
import io
import json
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
    text = _decode(_load(path), path)
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(text)
    else:
        yield from _csv_lines(text, path)


def _load(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInput(f"{path}: larger than 512 MiB; split it.")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}).") from None


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
    delimiter = _delimiter(lines[0])
    columns = None if _looks_like_location(lines[0]) else _columns(lines[0], delimiter)
    if columns is None and not _looks_like_location(lines[0]):
        raise InvalidInput(
            f"{path}: the first line names no column 'url'. Name the columns "
            f"({', '.join(sorted(set(NAMES.values())))}), separated by ; or , or a tab."
        )
    first = 2 if columns else 1
    for number, raw in enumerate(lines[first - 1 :], start=first):
        if raw.strip():
            yield _line(number, raw, _CsvFields(columns or SIX_COLUMNS, delimiter))


def _delimiter(header: str) -> str:
    return max(";,\t", key=header[:LONGEST_LINE].count)


def _columns(header: str, delimiter: str) -> tuple[str, ...] | None:
    names = tuple(
        NAMES.get(cell.strip().lower(), "") for cell in header[:LONGEST_LINE].split(delimiter)
    )
    return names if "url" in names else None


def _looks_like_location(line: str) -> bool:
    return "://" in line[:200]


@dataclass(frozen=True, slots=True)
class _CsvFields:
    columns: tuple[str, ...]
    delimiter: str

    def __call__(self, raw: str) -> dict[str, str]:
        try:
            row = next(csv.reader(io.StringIO(raw), delimiter=self.delimiter, strict=True))
        except (csv.Error, StopIteration):
            raise InvalidInput("has an unclosed or misplaced quotation mark.") from None
        if len(row) > len(self.columns):
            raise InvalidInput(
                f"has {len(row)} fields where {len(self.columns)} are expected; "
                "quote fields that hold the separator."
            )
        return {name: cell for name, cell in zip(self.columns, row, strict=False) if name}


def _line(number: int, raw: str, fields_of: Callable[[str], dict[str, str]]) -> Line:
    try:
        if len(raw) > LONGEST_LINE:
            raise InvalidInput(f"is longer than {LONGEST_LINE} characters.")
        fields = fields_of(raw)
        fields.pop("type", None)
        return Line(number=number, draft=draft_from(fields))
    except InvalidInput as problem:
        return Line(number=number, draft=None, problem=str(problem))
