"""
Which entries of a list are refused, and why. Pure.

An entry that everything matches, such as the digest of the empty file, would turn every failed
download into a match; an entry that nothing can match hides that the list was damaged.
"""

from __future__ import annotations

import base64
import hashlib
import re

from cases.model import SignalType
from matchers.hashlist.entry import SMALL, WIDTHS, Candidate, Signal, State

BAD_LENGTH = "bad_length"
NOT_HEXADECIMAL = "not_hexadecimal"
UNSUPPORTED_TYPE = "unsupported_type"
EMPTY_FILE = "empty_file"
ALL_SAME = "all_same"
LOW_ENTROPY = "low_entropy"
LOW_QUALITY = "low_quality"
BAD_REFERENCE = "bad_reference"
DUPLICATE = "duplicate"
CANARY = "canary"
"""The entry is one of the list's own canaries, which are benign."""
NOT_LISTED = "not_listed"
"""A removal of what the list does not hold."""

LEAST_QUALITY = 50
"""PDQ codes of lower quality collide with unrelated pictures."""
_LEAST_ONES, _MOST_ONES = 64, 192
"""A PDQ code has 128 ones of 256 by its making; far from that the picture had no content."""
_LEAST_VARIED = 8
"""Different bytes of the 32; random codes have about 30."""
_LEAST_SMALL_ONES, _MOST_SMALL_ONES = 12, 52
"""Of 64 bits; half of them are ones where a picture has content."""
_BASE32_SHA1 = 32
_BASE64_PDQ = 44
"""Characters."""
_REFERENCE = re.compile(r"[!-~]{1,128}")
"""Printable ASCII without spaces."""

_BY_LENGTH: dict[int, SignalType] = {32: "md5", 40: "sha1", 64: "sha256"}
_BY_NAME: dict[str | None, SignalType] = {kind: kind for kind in WIDTHS}
_new = tuple.__new__
"""Makes a `Signal` in a third of the time of its own constructor."""
_EMPTY = frozenset(
    hashlib.new(name, b"", usedforsecurity=False).digest() for name in ("md5", "sha1", "sha256")
)


def examine(candidate: Candidate) -> Signal | str:
    """Return the signal, or the machine word of the reason why it is refused."""
    # Called for every entry of lists of millions: the common case stands in one piece.
    _, name, text, classification, quality, problem, reference, negative = candidate
    if problem is not None:
        return problem
    kind = _BY_LENGTH.get(len(text)) if name is None else _BY_NAME.get(name)
    if kind is None and name is not None:
        return UNSUPPORTED_TYPE
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if kind is None or len(value) != WIDTHS[kind] or len(text) != 2 * len(value):
        decoded = _otherwise(name, text)
        if decoded is None:
            return _not_read(text)
        kind, value = decoded
    reason = _unfit(kind, value, quality)
    if reason is not None:
        return reason
    if reference is not None and not _REFERENCE.fullmatch(reference):
        return BAD_REFERENCE
    state: State = "negative" if negative else "listed"
    return _new(Signal, (kind, value, classification, reference, state))


def is_reference(text: str) -> bool:
    """Tell whether a text may be an entry's reference."""
    return _REFERENCE.fullmatch(text) is not None


def _not_read(text: str) -> str:
    digits = set("0123456789abcdefABCDEF")
    return BAD_LENGTH if set(text) <= digits else NOT_HEXADECIMAL


def _otherwise(name: str | None, text: str) -> tuple[SignalType, bytes] | None:
    """SHA-1 comes in base32 also, PDQ in base64."""
    if name in {None, "sha1"} and (value := _from_base32(text)) is not None:
        return "sha1", value
    if name == "pdq" and (value := _from_base64(text)) is not None:
        return "pdq", value
    return None


def _from_base32(text: str) -> bytes | None:
    if len(text) != _BASE32_SHA1:
        return None
    try:
        return base64.b32decode(text, casefold=True)
    except ValueError:
        return None


def _from_base64(text: str) -> bytes | None:
    if len(text) != _BASE64_PDQ:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _unfit(kind: SignalType, value: bytes, quality: str | None) -> str | None:
    if value.count(value[0]) == len(value):
        return ALL_SAME
    if kind == "pdq":
        return _unfit_picture(value, quality)
    if kind in SMALL:
        ones = int.from_bytes(value).bit_count()
        return None if _LEAST_SMALL_ONES <= ones <= _MOST_SMALL_ONES else LOW_ENTROPY
    return EMPTY_FILE if value in _EMPTY else None


def _unfit_picture(value: bytes, quality: str | None) -> str | None:
    ones = int.from_bytes(value).bit_count()
    if len(set(value)) < _LEAST_VARIED or not _LEAST_ONES <= ones <= _MOST_ONES:
        return LOW_ENTROPY
    return None if quality is None or _enough(quality) else LOW_QUALITY


def _enough(quality: str) -> bool:
    try:
        return float(quality) >= LEAST_QUALITY
    except ValueError:
        return False
