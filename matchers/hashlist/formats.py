"""
Which format a list file has, and the reader of plain text: lines -> candidates.

Plain text has one digest per line, with an optional type before it (`sha1:`), `#` comments, or a
file name after it as `sha256sum` writes it (the name is not kept). CSV is read by `columns`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from matchers.hashlist.columns import find_delimiter, is_header, read_table
from matchers.hashlist.entry import Candidate
from matchers.hashlist.source import Source

_CHECKSUM_LINE = re.compile(r"([0-9A-Fa-f]{32,64}) [ *]")
_TYPED = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,31})\s*:\s*(.*)")


def read_candidates(
    source: Source, *, columns: Mapping[str, str] | None, scheme: str | None
) -> Iterator[Candidate]:
    """
    Yield what the file lists; the first line with content decides between text and CSV.

    `columns` maps `md5`, `sha1`, `sha256`, `pdq`, `quality` or `classification` to a header name
    or to a column's number from 1 (then the file has no header). A classification is written
    `SCHEME:VALUE`, or `VALUE` when the list's own `scheme` is known.

    Raises:
        InvalidInput: the file or the column map cannot be used.
    """
    lines = source.lines()
    first = next((line for line in lines if _has_content(line)), None)
    if first is None:
        return
    every = itertools.chain([first], lines)
    if columns is None and not _is_table(first):
        yield from _plain_text(every, source)
    else:
        yield from read_table(every, source, columns=columns, scheme=scheme)


def _is_table(first: str) -> bool:
    if _CHECKSUM_LINE.match(first):
        return False
    return is_header([first]) or find_delimiter(first) is not None


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _plain_text(lines: Iterator[str], source: Source) -> Iterator[Candidate]:
    for line in lines:
        text = line.split("#", 1)[0].strip()
        if text:
            yield _entry(text, source.lines_read)


def _entry(text: str, number: int) -> Candidate:
    checksum = _CHECKSUM_LINE.match(text)
    if checksum:
        return Candidate(number, None, checksum[1])
    typed = _TYPED.fullmatch(text)
    if typed:
        return Candidate(number, typed[1].lower().replace("-", ""), typed[2])
    return Candidate(number, None, text)
