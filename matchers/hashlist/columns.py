"""CSV lists: which column holds which digest, and the rows -> candidates."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

from cases.errors import InvalidInput
from cases.model import Classification
from matchers.hashlist.entry import Candidate
from matchers.hashlist.hygiene import BAD_REFERENCE, is_reference
from matchers.hashlist.source import Source

NO_DIGEST = "no_digest"
CLASSIFICATION_WITHOUT_SCHEME = "classification_without_scheme"

_DELIMITERS = ",;\t"
_DIGESTS = ("md5", "sha1", "sha256", "pdq", "phash", "dhash")
_MAPPABLE = (*_DIGESTS, "quality", "classification", "reference")
_KNOWN = {
    "md5": {"md5", "md5hash", "hashmd5"},
    "sha1": {"sha1", "sha1hash", "hashsha1"},
    "sha256": {"sha256", "sha256hash", "hashsha256"},
    "pdq": {"pdq", "pdqhash", "hashpdq"},
    "phash": {"phash"},
    "dhash": {"dhash"},
    "quality": {"quality", "pdqquality"},
}
"""A classification column is never guessed; it must be mapped."""
_LONGEST_ROW = 100
"""Lines that one row with quoted line breaks may span."""
_SHOWN_NAMES = 12
_SHOWN_LENGTH = 24


def find_delimiter(line: str) -> str | None:
    """Return the delimiter that the line holds most often, or none if it holds none."""
    best = max(_DELIMITERS, key=line.count)
    return best if best in line else None


def is_header(names: Sequence[str]) -> bool:
    """Tell whether one of the names is that of a digest column."""
    return any(_plain(name) in _KNOWN[kind] for name in names for kind in _DIGESTS)


def read_table(
    lines: Iterator[str],
    source: Source,
    *,
    columns: Mapping[str, str] | None,
    scheme: str | None,
) -> Iterator[Candidate]:
    """
    Yield the candidates of a CSV file, one per digest of a row.

    Raises:
        InvalidInput: no column of digests is found, the map names a column that is not there, or
            a quoted cell never ends.
    """
    first = next(lines)
    delimiter = find_delimiter(first) or ","
    cells = next(csv.reader([first], delimiter=delimiter))
    places = _places(cells, columns, source)
    headerless = columns is not None and _numbered(columns)
    if headerless:
        yield from _candidates(cells, places, source, scheme)
    for row in rows_of(lines, delimiter, source):
        if any(cell.strip() for cell in row):
            yield from _candidates(row, places, source, scheme)


def rows_of(lines: Iterator[str], delimiter: str, source: Source) -> Iterator[list[str]]:
    """
    Yield the rows; a quotation mark that is never closed would swallow all that follows.

    Raises:
        InvalidInput: names the line on which such a cell begins.
    """
    marks = 0

    def counted() -> Iterator[str]:
        nonlocal marks
        for line in lines:
            marks += line.count('"')
            yield line

    before = source.lines_read
    try:
        for row in csv.reader(counted(), delimiter=delimiter):
            span = source.lines_read - before
            if span > 1 and (marks % 2 or span > _LONGEST_ROW):
                raise _open_quote(source, before + 1)
            yield row
            marks, before = 0, source.lines_read
    except csv.Error:
        raise _open_quote(source, before + 1) from None


def _open_quote(source: Source, line: int) -> InvalidInput:
    return InvalidInput(
        f"{source.path}: line {line}: a quoted cell does not end; close its quotation mark"
    )


def _candidates(
    row: Sequence[str], places: Mapping[str, int], source: Source, scheme: str | None
) -> Iterator[Candidate]:
    cells = {name: row[at].strip() for name, at in places.items() if at < len(row)}
    number = source.lines_read
    written = cells.get("classification", "")
    classification = _classification(written, scheme)
    reference = cells.get("reference") or None
    problem = _problem(written, classification, reference)
    digests = [(name, cells[name]) for name in _DIGESTS if cells.get(name)]
    if not digests:
        yield Candidate(number, None, "", problem=NO_DIGEST)
    for name, text in digests:
        quality = (cells.get("quality") or None) if name == "pdq" else None
        yield Candidate(number, name, text, classification, quality, problem, reference)


def _problem(
    written: str, classification: Classification | None, reference: str | None
) -> str | None:
    if reference is not None and not is_reference(reference):
        return BAD_REFERENCE
    return CLASSIFICATION_WITHOUT_SCHEME if written and classification is None else None


def _classification(written: str, scheme: str | None) -> Classification | None:
    own, colon, value = written.partition(":")
    if colon and own.strip() and value.strip():
        return Classification(scheme=own.strip(), value=value.strip())
    return Classification(scheme=scheme, value=written) if scheme and written else None


# --------------------------------------------------------------------------- the column map


def _places(
    header: Sequence[str], columns: Mapping[str, str] | None, source: Source
) -> dict[str, int]:
    if columns is None:
        places = _known_places(header)
    else:
        _check_map(columns, source)
        places = {kind: _place(name, header, source) for kind, name in columns.items()}
    if not places.keys() & set(_DIGESTS):
        raise InvalidInput(
            f"{source.path}: no column of digests; found {_shown(header)}; the delimiter must be "
            "a comma, semicolon or tab, and columns with other names must be mapped, "
            "for example md5=HASH"
        )
    return places


def _known_places(header: Sequence[str]) -> dict[str, int]:
    names = [_plain(name) for name in header]
    return {
        kind: at
        for kind, known in _KNOWN.items()
        for at in [next((at for at, name in enumerate(names) if name in known), None)]
        if at is not None
    }


def _check_map(columns: Mapping[str, str], source: Source) -> None:
    unknown = sorted(set(columns) - set(_MAPPABLE))
    if unknown:
        raise InvalidInput(f"column map: {unknown[0]!r} is not one of {', '.join(_MAPPABLE)}")
    if any(name.isdecimal() for name in columns.values()) and not _numbered(columns):
        raise InvalidInput(f"{source.path}: map all columns by number or all by header name")


def _numbered(columns: Mapping[str, str]) -> bool:
    return all(name.isdecimal() for name in columns.values())


def _place(name: str, header: Sequence[str], source: Source) -> int:
    if name.isdecimal():
        if 1 <= int(name) <= len(header):
            return int(name) - 1
    else:
        wanted = name.strip().casefold()
        for at, cell in enumerate(header):
            if cell.strip().casefold() == wanted:
                return at
    raise InvalidInput(f"{source.path}: there is no column {name!r}; found {_shown(header)}")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _shown(header: Sequence[str]) -> str:
    names = [name.strip()[:_SHOWN_LENGTH] for name in header[:_SHOWN_NAMES]]
    return ", ".join("(a value)" if _looks_like_value(name) else repr(name) for name in names)


def _looks_like_value(name: str) -> bool:
    """Whether it may be a digest, which no message shows."""
    return len(name) >= 16 and name.isalnum()
