"""
INTERPOL's ICSE export: `;`, one header, a Baseline flag per row.

Only the digest columns and the flag are looked at; series names never leave the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cases.errors import InvalidInput
from matchers.hashlist.columns import NO_DIGEST, rows_of
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats.lines import has_content
from matchers.hashlist.formats.options import Options, Rows
from matchers.hashlist.source import Source

NOT_BASELINE = "not_baseline"
_DELIMITER = ";"
_MARKS = {"imageid", "seriesname", "baseline", "numberofsubmissions"}
_DIGESTS = ("md5", "sha1", "photodna")
_FLAG = "baseline"
_YES = {"1", "true", "yes"}


def is_header(line: str) -> bool:
    """Recognise the header of an ICSE export."""
    return len(_MARKS & set(_names(line))) >= 3


def read(source: Source, options: Options) -> Iterator[Candidate]:
    """
    Yield the candidates of the rows that the options choose.

    Raises:
        InvalidInput: no rows are chosen, or a column is missing.
    """
    if options.rows is None:
        raise InvalidInput(
            f"{source.path}: is an ICSE export; say which of its rows are listed: --rows baseline "
            "for those with the Baseline flag, or --rows all"
        )
    every = source.lines()
    first = next((line for line in every if has_content(line)), "")
    places = _places(_names(first), source)
    for row in rows_of(every, _DELIMITER, source):
        if any(cell.strip() for cell in row):
            yield from _row(row, places, source.lines_read, options.rows)


def _row(
    row: Sequence[str], places: dict[str, int], number: int, rows: Rows
) -> Iterator[Candidate]:
    cells = {name: row[at].strip() for name, at in places.items() if at < len(row)}
    if rows is Rows.BASELINE and cells.get(_FLAG, "").lower() not in _YES:
        yield Candidate(number, None, "", problem=NOT_BASELINE)
        return
    found = [(name, cells[name]) for name in _DIGESTS if cells.get(name)]
    if not found:
        yield Candidate(number, None, "", problem=NO_DIGEST)
    for name, text in found:
        yield Candidate(number, name, text)


def _places(names: Sequence[str], source: Source) -> dict[str, int]:
    places = {name: names.index(name) for name in (*_DIGESTS, _FLAG) if name in names}
    if "md5" not in places or _FLAG not in places:
        raise InvalidInput(
            f"{source.path}: an ICSE export has the columns MD5 and Baseline, divided by ;"
        )
    return places


def _names(line: str) -> list[str]:
    cells = line.split(_DELIMITER)
    return ["".join(letter for letter in cell.casefold() if letter.isalnum()) for cell in cells]
