"""Which format a file has, by its first bytes, and the reader for it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cases.errors import InvalidInput
from matchers.hashlist.columns import find_delimiter, is_header, read_table
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats import icse, jsonl, lines, vics
from matchers.hashlist.formats.options import ListFormat, Options
from matchers.hashlist.ncmec.candidates import read_file
from matchers.hashlist.source import Source

_MARK = b"\xef\xbb\xbf"


def read_candidates(
    source: Source,
    *,
    columns: Mapping[str, str] | None = None,
    scheme: str | None = None,
    options: Options | None = None,
) -> Iterator[Candidate]:
    """
    Yield what the file lists, and close it.

    `columns` and `scheme` hold where the options have none. Without a format in the options the
    content decides.

    Raises:
        InvalidInput: the file or an option cannot be used.
    """
    given = options or Options()
    chosen = replace(given, columns=given.columns or columns or None, scheme=given.scheme or scheme)
    with source:
        yield from _READERS[_format(source, chosen)](source, chosen)
        for _ in source.chunks():
            pass  # the digest is that of the whole file


def _format(source: Source, options: Options) -> ListFormat:
    if options.format is not None:
        return options.format
    if options.columns is not None:
        return ListFormat.CSV
    return detect(source.head(), str(source.path))


def detect(head: bytes, name: str) -> ListFormat:
    """
    Return the format that the first bytes of a file speak for.

    Raises:
        InvalidInput: XML or JSON, but of no kind that is known.
    """
    text = head.removeprefix(_MARK).decode(errors="replace").lstrip()
    if text.startswith("<"):
        return _xml(text, name)
    if text.startswith(("{", "[")):
        return _json(text, name)
    first = next((line for line in text.splitlines() if lines.has_content(line)), "")
    return _by_line(first)


def _xml(text: str, name: str) -> ListFormat:
    if "queryResult" in text:
        return ListFormat.NCMEC
    raise InvalidInput(f"{name}: is XML, but not NCMEC's hash sharing; name another file")


def _json(text: str, name: str) -> ListFormat:
    if "odata." in text[:1024]:
        return ListFormat.VICS
    if _is_object(text.splitlines()[0]):
        return ListFormat.JSONL
    raise InvalidInput(
        f"{name}: is JSON, but neither JSON Lines nor begins as a VICS hash set; if it is one of "
        "them, say so with --format jsonl or --format vics"
    )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _by_line(first: str) -> ListFormat:
    if icse.is_header(first):
        return ListFormat.ICSE
    if lines.is_vpdq(first):
        return ListFormat.VPDQ
    if lines.is_typed(first):
        return ListFormat.THREATEXCHANGE
    if lines.is_checksum(first):
        return ListFormat.TEXT
    table = is_header([first]) or find_delimiter(first) is not None
    return ListFormat.CSV if table else ListFormat.TEXT


def _csv(source: Source, options: Options) -> Iterator[Candidate]:
    every = source.lines()
    first = next((line for line in every if lines.has_content(line)), None)
    if first is not None:
        yield from read_table(
            itertools.chain([first], every),
            source,
            columns=options.columns,
            scheme=options.scheme,
        )


_READERS: Mapping[ListFormat, Callable[[Source, Options], Iterator[Candidate]]] = {
    ListFormat.TEXT: lines.read_text,
    ListFormat.CSV: _csv,
    ListFormat.ICSE: icse.read,
    ListFormat.JSONL: jsonl.read,
    ListFormat.NCMEC: read_file,
    ListFormat.THREATEXCHANGE: lines.read_typed,
    ListFormat.VICS: vics.read,
    ListFormat.VPDQ: lines.read_vpdq,
}
