"""
Which entries of a list are refused, and why. Pure.

An entry that everything matches, such as the digest of the empty file, would turn every failed
download into a match; an entry that nothing can match hides that the list was damaged.
"""

from __future__ import annotations

import base64
import hashlib
from typing import get_args

from matchers.hashlist.entry import WIDTHS, Candidate, Signal, SignalType

BAD_LENGTH = "bad_length"
NOT_HEXADECIMAL = "not_hexadecimal"
UNSUPPORTED_TYPE = "unsupported_type"
EMPTY_FILE = "empty_file"
ALL_SAME = "all_same"
LOW_ENTROPY = "low_entropy"
LOW_QUALITY = "low_quality"
DUPLICATE = "duplicate"

LEAST_QUALITY = 50
"""PDQ codes of lower quality collide with unrelated pictures."""
_LEAST_ONES, _MOST_ONES = 64, 192
"""A PDQ code has 128 ones of 256 by its making; far from that the picture had no content."""
_LEAST_VARIED = 8
"""Different bytes of the 32; random codes have about 30."""
_BASE32_SHA1 = 32
"""Characters."""

_BY_LENGTH: dict[int, SignalType] = {32: "md5", 40: "sha1", 64: "sha256"}
_EMPTY = frozenset(
    hashlib.new(name, b"", usedforsecurity=False).digest() for name in ("md5", "sha1", "sha256")
)
_KINDS = frozenset(get_args(SignalType))


def examine(candidate: Candidate) -> Signal | str:
    """Return the signal, or the machine word of the reason why it is refused."""
    if candidate.problem is not None:
        return candidate.problem
    if candidate.kind is not None and candidate.kind not in _KINDS:
        return UNSUPPORTED_TYPE
    read = _read(candidate)
    if isinstance(read, str):
        return read
    kind, value = read
    reason = _unfit(kind, value, candidate.quality)
    return reason or Signal(kind, value, candidate.classification)


def _read(candidate: Candidate) -> tuple[SignalType, bytes] | str:
    text, kind = candidate.text, candidate.kind
    value = _from_hex(text)
    if value is None:
        decoded = _from_base32(text) if kind in {None, "sha1"} else None
        return ("sha1", decoded) if decoded is not None else _not_read(text)
    guessed = _BY_LENGTH.get(len(text))
    for name, width in WIDTHS.items():
        if width == len(value) and name == (kind or guessed):
            return name, value
    return BAD_LENGTH


def _not_read(text: str) -> str:
    digits = set("0123456789abcdefABCDEF")
    return BAD_LENGTH if set(text) <= digits else NOT_HEXADECIMAL


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if text.isalnum() else None
    except ValueError:
        return None


def _from_base32(text: str) -> bytes | None:
    if len(text) != _BASE32_SHA1:
        return None
    try:
        return base64.b32decode(text, casefold=True)
    except ValueError:
        return None


def _unfit(kind: SignalType, value: bytes, quality: str | None) -> str | None:
    varied = len(set(value))
    if varied == 1:
        return ALL_SAME
    if value in _EMPTY and kind != "pdq":
        return EMPTY_FILE
    if kind != "pdq":
        return None
    ones = int.from_bytes(value).bit_count()
    if varied < _LEAST_VARIED or not _LEAST_ONES <= ones <= _MOST_ONES:
        return LOW_ENTROPY
    return None if quality is None or _enough(quality) else LOW_QUALITY


def _enough(quality: str) -> bool:
    try:
        return float(quality) >= LEAST_QUALITY
    except ValueError:
        return False
