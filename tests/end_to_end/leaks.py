"""
Search anything for any piece of given bytes, however it is written.

Blocks of 16 bytes at multiples of 16 are indexed, so that every run of 31 bytes holds one. Text is
searched as it stands, and read as hexadecimal, as base64 and with its escapes undone.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

import numpy as np

WINDOW = 31
"""Bytes: the shortest piece that is surely found."""
_BLOCK = 16
_LEAST_VARIED = 9
"""Different byte values that a block must have to be a sign of anything."""
_TABLE_BITS = 25
_MIX = np.uint64(0x9E3779B97F4A7C15)

_PRINTABLE = re.compile(rb"[\x20-\x7e\t\r\n]{%d,}" % WINDOW)
_HEX = re.compile(rb"[0-9A-Fa-f]{%d,}" % (2 * WINDOW))
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % (WINDOW * 4 // 3))
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u00([0-9A-Fa-f]{2})|([nrtabfv\"'/\\]))")
_NAMED = dict(zip(b"nrtabfv\"'/\\", b"\n\r\t\a\b\f\v\"'/\\", strict=True))
_PAIRS = 6
"""Bytes above 127 that a window surely has some time, each a pair in UTF-8."""
_WIDE_PAIR = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Canaries:
    """Bytes that must be nowhere."""

    def __init__(self, bodies: Iterable[bytes]) -> None:
        blocks = np.concatenate([_blocks(body) for body in bodies])
        self._heads, first = np.unique(blocks[:, 0], return_index=True)
        self._tails = blocks[first, 1]
        self._table = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._table[_hashed(self._heads)] = True

    def __len__(self) -> int:
        return len(self._heads)

    def stand_in(self, content: bytes) -> bool:
        """Whether any piece of the canaries stands in the content, in any spelling."""
        return any(self._raw(spelling) for spelling in spellings(content))

    def _raw(self, content: bytes) -> bool:
        return any(self._at(content, shift) for shift in range(8))

    def _at(self, content: bytes, shift: int) -> bool:
        count = (len(content) - shift) // 8
        if count < 2:
            return False
        words = np.frombuffer(content, dtype="<u8", offset=shift, count=count)
        places = np.flatnonzero(self._table[_hashed(words[:-1])])
        near = np.searchsorted(self._heads, words[places]).clip(max=len(self) - 1)
        same = (self._heads[near] == words[places]) & (self._tails[near] == words[places + 1])
        return bool(same.any())


def _blocks(body: bytes):
    """Return the blocks that are varied enough to be a sign of anything, as rows of two words."""
    rows = np.frombuffer(body, dtype=np.uint8, count=len(body) // _BLOCK * _BLOCK)
    rows = rows.reshape(-1, _BLOCK)
    changes = np.count_nonzero(np.diff(np.sort(rows, axis=1), axis=1), axis=1)
    return rows[changes + 1 >= _LEAST_VARIED].view("<u8")


def _hashed(words):
    return (words * _MIX) >> np.uint64(64 - _TABLE_BITS)


def spellings(content: bytes) -> Iterator[bytes]:
    """Yield the content as it is, then all that its text may stand for."""
    yield content
    text = b"\0".join(_PRINTABLE.findall(content))
    yield b"\0".join(_from_hex(text))
    yield b"\0".join(_from_base64(text))
    yield from _unescaped(text)
    yield b"\0".join(_unwidened(content))


def _from_hex(text: bytes) -> Iterator[bytes]:
    for run in _HEX.findall(text):
        for start in (0, 1):
            digits = run[start:]
            yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _from_base64(text: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(text):
        letters = run.translate(_URL_SAFE)
        for start in range(4):
            piece = letters[start:]
            yield base64.b64decode(piece + b"A" * (-len(piece) % 4))


def _unescaped(text: bytes) -> Iterator[bytes]:
    """Undo escapes once, then at any depth: there backslashes in a row count as one."""
    escaped = b"\0".join(run for run in text.split(b"\0") if b"\\" in run)
    yield _ESCAPE.sub(_meant, escaped)
    yield _ESCAPE.sub(_meant, re.sub(rb"\\+", rb"\\", escaped))


def _meant(escape: re.Match[bytes]) -> bytes:
    digits = escape[1] or escape[2]
    return bytes.fromhex(digits.decode()) if digits else bytes([_NAMED[escape[3][0]]])


def _unwidened(content: bytes) -> Iterator[bytes]:
    """Undo UTF-8 of text that was read as Latin-1, where such pairs stand close together."""
    letters = np.frombuffer(content, dtype=np.uint8)
    first, second = letters[:-1] & 0xFE == 0xC2, letters[1:] & 0xC0 == 0x80
    pairs = np.flatnonzero(first & second)
    close = pairs[:-_PAIRS][pairs[_PAIRS:] - pairs[:-_PAIRS] <= 2 * WINDOW]
    for start in close[::_PAIRS]:
        run = content[max(0, start - 2 * WINDOW) : start + 4 * WINDOW]
        yield _WIDE_PAIR.sub(lambda pair: pair[0].decode().encode("latin-1"), run)
