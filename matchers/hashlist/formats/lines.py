"""
Formats of one entry per line: plain text, ThreatExchange's local files, vPDQ.

Plain text has one digest per line, with an optional type before it (`sha1:`), `#` comments, or a
file name after it as `sha256sum` writes it (the name is not kept).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats.options import Options
from matchers.hashlist.source import Source

MALFORMED = "malformed"

_CHECKSUM_LINE = re.compile(r"([0-9A-Fa-f]{32,64}) [ *]")
_TYPED = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,31})\s*:\s*(.*)")
_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,31})[ \t]+(\S+)")
_VPDQ = re.compile(r"\d{1,9},\d{1,3},[0-9A-Fa-f]{64},\d{1,9}(\.\d{1,12})?")
_MEANING = {
    "md5": "md5",
    "hash_md5": "md5",
    "photo_md5": "md5",
    "video_md5": "md5",
    "sha1": "sha1",
    "hash_sha1": "sha1",
    "sha256": "sha256",
    "hash_sha256": "sha256",
    "pdq": "pdq",
    "hash_pdq": "pdq",
}
"""ThreatExchange's names of types that we compare by."""
_OTHERS = {"hash_tmk", "pdna", "photodna", "tmk_pdqf", "video_tmk_pdqf", "video_vpdq", "vpdq"}


def has_content(line: str) -> bool:
    """Tell an entry from an empty line and a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def is_checksum(line: str) -> bool:
    """Recognise a line of `sha256sum` and its like."""
    return _CHECKSUM_LINE.match(line) is not None


def is_typed(line: str) -> bool:
    """Recognise a line of a ThreatExchange file that names its type."""
    pair = _PAIR.fullmatch(line.strip())
    return pair is not None and pair[1].lower() in _MEANING.keys() | _OTHERS


def is_vpdq(line: str) -> bool:
    """Recognise `frame,quality,pdq,seconds`."""
    return _VPDQ.fullmatch(line.strip()) is not None


def read_text(source: Source, options: Options) -> Iterator[Candidate]:
    """Yield the candidates of a plain text file."""
    for line in source.lines():
        text = line.split("#", 1)[0].strip()
        if text:
            yield _entry(text, source.lines_read, options.signal_type)


def _entry(text: str, number: int, otherwise: str | None) -> Candidate:
    checksum = _CHECKSUM_LINE.match(text)
    if checksum:
        return Candidate(number, otherwise, checksum[1])
    typed = _TYPED.fullmatch(text)
    if typed:
        return Candidate(number, typed[1].lower().replace("-", ""), typed[2])
    return Candidate(number, otherwise, text)


def read_typed(source: Source, options: Options) -> Iterator[Candidate]:
    """Yield the candidates of a ThreatExchange file: `TYPE VALUE`, or `VALUE` of a given type."""
    for line in source.lines():
        if not has_content(line):
            continue
        pair = _PAIR.fullmatch(line.strip())
        if pair:
            kind = pair[1].lower()
            yield Candidate(source.lines_read, _MEANING.get(kind, kind), pair[2])
        elif options.signal_type and " " not in line.strip():
            yield Candidate(source.lines_read, options.signal_type, line.strip())
        else:
            yield Candidate(source.lines_read, None, "", problem=MALFORMED)


def read_vpdq(source: Source, _options: Options) -> Iterator[Candidate]:
    """Count the frames of a vPDQ file; a film is not compared by single frames of a list."""
    for line in source.lines():
        if has_content(line):
            problem = None if is_vpdq(line) else MALFORMED
            yield Candidate(source.lines_read, "vpdq", "", problem=problem)
