"""
VICS hash sets 1.2 to 2.0 (Project VIC, CAID): JSON, streamed.

Of a media record the digests and the category are read. Series, tags, comments, media files, EXIF
data, names and paths pass by unread: they are no part of a comparison, and concern children.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import ijson

from cases.errors import InvalidInput
from cases.model import Classification
from matchers.hashlist.columns import NO_DIGEST
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats.lines import MALFORMED
from matchers.hashlist.formats.options import Options
from matchers.hashlist.source import Source

NO_CATEGORY = "no_category"
OTHER_CATEGORY = "other_category"

_CONTEXT = ("odata.metadata", "@odata.context")
_HASH_SET = "#media"
_DIGESTS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "photodna": "photodna", "pdq": "pdq"}
_CATEGORY = "category"
_NEVER_READ = {"series", "tags", "comments", "mediafiles", "exifs"}
_MARK = b"\xef\xbb\xbf"
_DEEPEST = 32
_LONGEST_DIGEST = 512
_SILENT = 8 * 1024 * 1024
"""Bytes without any JSON event: a text or number longer than any field of a hash set."""
_LONGEST_NUMBER = 400
_ENDLESS = re.compile(rb"[0-9]{%d}" % _LONGEST_NUMBER)
"""No such number may reach the parser, which cannot stand those beyond Python's limit."""
_BROKEN = (ijson.JSONError, ValueError, ArithmeticError, SystemError)
"""What the parser raises; its messages quote the file, so none of them is shown."""


def read(source: Source, options: Options) -> Iterator[Candidate]:
    """
    Yield the candidates of a hash set; the line of a candidate is the number of its record.

    Raises:
        InvalidInput: no categories are chosen, the file is a case file, or it is not VICS.
    """
    if not options.categories:
        raise InvalidInput(
            f"{source.path}: is a VICS hash set, and sources number their categories differently; "
            "say which are listed: --match-category 1 --match-category 2"
        )
    records = _Records(source, options.categories)
    for event, value in _events(source, records):
        yield from records.take(event, value)
    records.require_complete()


def _events(source: Source, records: _Records) -> Iterator[tuple[str, Any]]:
    found = ijson.sendable_list()
    parser = ijson.basic_parse_coro(found)
    lines = 1
    for chunk in _checked(source, found):
        if not _fed(parser, chunk):
            break
        yield from found
        lines += chunk.count(b"\n")
    else:
        if _ended(parser):
            return
    raise InvalidInput(
        f"{source.path}: no valid JSON after record {records.number}, near line {lines}; it "
        "may be cut off, fetch it again"
    )


def _checked(source: Source, found: list[Any]) -> Iterator[bytes]:
    """Yield chunks as long as their values are of a bearable size; empty `found` between them."""
    tail, silent = b"", 0
    for number, chunk in enumerate(source.chunks()):
        if _ENDLESS.search(tail + chunk):
            raise InvalidInput(
                f"{source.path}: holds a number of more than {_LONGEST_NUMBER} digits"
            )
        yield chunk.removeprefix(_MARK) if number == 0 else chunk
        silent = 0 if found else silent + len(chunk)
        if silent > _SILENT:
            raise InvalidInput(f"{source.path}: holds a value longer than {_SILENT} bytes")
        found.clear()
        tail = chunk[-_LONGEST_NUMBER:]


def _fed(parser: Any, chunk: bytes) -> bool:
    try:
        parser.send(chunk)
    except (*_BROKEN, StopIteration):
        return False
    return True


def _ended(parser: Any) -> bool:
    try:
        parser.close()
    except _BROKEN:
        return False
    return True


class _Records:
    """Media records out of JSON events, one at a time."""

    def __init__(self, source: Source, categories: Mapping[int, Classification | None]) -> None:
        self.number = 0
        self._path = source.path
        self._categories = categories
        self._keys: list[str] = []
        """Of the containers that are open, innermost last."""
        self._is_hash_set = False
        self._seen_values = False
        self._record: dict[str, object] = {}
        self._hashes: list[tuple[str, str]] = []
        self._pair: dict[str, str] = {}

    def take(self, event: str, value: object) -> Iterator[Candidate]:
        """Take one event of the parser in."""
        if event == "map_key":
            self._keys[-1] = str(value)[:64].casefold()
        elif event in {"start_map", "start_array"}:
            yield from self._open(event)
        elif event in {"end_map", "end_array"}:
            self._keys.pop()
            yield from self._close(event)
        else:
            yield from self._scalar(value)

    def require_complete(self) -> None:
        """Refuse a file that was valid JSON and no hash set."""
        if not self._seen_values:
            raise self._bad("holds no list of media records; is it a VICS hash set?")

    def _open(self, event: str) -> Iterator[Candidate]:
        depth = len(self._keys)
        if depth >= _DEEPEST:
            raise self._bad(f"is nested deeper than {_DEEPEST} levels")
        if depth == 0 and event != "start_map":
            raise self._bad("does not begin as a VICS hash set does")
        if depth == 1 and self._keys[0] == "value":
            self._begin_values(event)
        if depth == 2 and self._in_values():
            if event == "start_map":
                self._begin_record()
            else:
                yield self._malformed()
        if depth == 3 and self._in_values() and self._keys[2] == "media":
            raise self._case_file()
        if depth == 4 and self._in_values():
            self._pair = {}
        self._keys.append("")

    def _close(self, event: str) -> Iterator[Candidate]:
        if not self._in_values() or event != "end_map":
            return
        if len(self._keys) == 4 and self._in_pair():
            self._end_pair()
        if len(self._keys) == 2:
            yield from self._end_record()

    def _scalar(self, value: object) -> Iterator[Candidate]:
        depth = len(self._keys)
        if depth == 1 and self._keys[0] in _CONTEXT:
            self._begin(value)
        elif depth == 2 and self._in_values():
            yield self._malformed()
        elif depth == 3 and self._in_values() and self._keys[2] in (*_DIGESTS, _CATEGORY):
            self._record.setdefault(self._keys[2], _short(value))
        elif depth == 5 and self._in_pair() and self._keys[4] in {"hashname", "hashvalue"}:
            self._pair[self._keys[4]] = str(_short(value) or "")

    def _in_values(self) -> bool:
        return len(self._keys) >= 2 and self._keys[0] == "value"

    def _in_pair(self) -> bool:
        return self._in_values() and self._keys[2] not in _NEVER_READ

    def _begin(self, context: object) -> None:
        if not isinstance(context, str) or not context.casefold().endswith(_HASH_SET):
            raise self._case_file()
        self._is_hash_set = True

    def _begin_values(self, event: str) -> None:
        if not self._is_hash_set:
            raise self._bad("does not say first that it is a VICS hash set (odata, #Media)")
        if event != "start_array" or self._seen_values:
            raise self._bad("holds no single list of media records")
        self._seen_values = True

    def _begin_record(self) -> None:
        self.number += 1
        self._record, self._hashes = {}, []

    def _malformed(self) -> Candidate:
        self.number += 1
        return Candidate(self.number, None, "", problem=MALFORMED)

    def _end_pair(self) -> None:
        name, text = self._pair.get("hashname"), self._pair.get("hashvalue")
        if name and text and len(self._hashes) < len(_DIGESTS) * 2:
            plain = "".join(letter for letter in name.casefold() if letter.isalnum())
            self._hashes.append((plain, text))
        self._pair = {}

    def _end_record(self) -> Iterator[Candidate]:
        category = _category(self._record.get(_CATEGORY))
        if category is None or category not in self._categories:
            problem = NO_CATEGORY if category is None else OTHER_CATEGORY
            yield Candidate(self.number, None, "", problem=problem)
            return
        own = [(name, str(self._record[name])) for name in _DIGESTS if self._record.get(name)]
        digests = dict.fromkeys((*own, *self._hashes))
        if not digests:
            yield Candidate(self.number, None, "", problem=NO_DIGEST)
        for name, text in digests:
            yield Candidate(self.number, name, text, self._categories[category])

    def _case_file(self) -> InvalidInput:
        return self._bad(
            "is a VICS case file or of an unknown kind, not a hash set; case files hold what "
            "concerns children and offenders, so none of it was read. Ask for a hash set"
        )

    def _bad(self, what: str) -> InvalidInput:
        return InvalidInput(f"{self._path}: {what}")


def _short(value: object) -> object:
    return None if isinstance(value, str) and len(value) > _LONGEST_DIGEST else value


def _category(value: object) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
