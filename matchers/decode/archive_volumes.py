"""
Whether a body is one volume of several, so that something of it must lie elsewhere.

Facts of the formats: APPNOTE.TXT 8.5 (zip), the technical notes on RAR 4 and RAR 5, 7zFormat.txt.
"""

from __future__ import annotations

import struct

ZIP_END = b"PK\x05\x06"
ZIP_TAIL = 22 + 0xFFFF
"""The end record and the longest comment after it."""
RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
_SEVEN_ZIP = b"7z\xbc\xaf'\x1c"
_VOLUME = 0x0001
_RAR_MAIN = 0x73
_NO_DISK = 0xFFFF
"""In a zip end record: see the zip64 record instead."""


def is_volume(body: bytes) -> bool:
    """Tell whether the body is a part of a split archive, by what it says of itself."""
    if body.startswith(RAR4):
        return _rar4(body)
    if body.startswith(RAR5):
        return _rar5(body)
    if body.startswith(_SEVEN_ZIP):
        return _seven_zip(body)
    return body.startswith(b"PK\x07\x08") or _zip(body)


def _zip(body: bytes) -> bool:
    at = body.rfind(ZIP_END, max(0, len(body) - ZIP_TAIL))
    if at < 0 or len(body) < at + 8:
        return False
    disk = int.from_bytes(body[at + 4 : at + 6], "little")
    return 0 < disk < _NO_DISK


def _rar4(body: bytes) -> bool:
    if len(body) < len(RAR4) + 7:
        return False
    _, kind, flags = struct.unpack_from("<HBH", body, len(RAR4))
    return kind == _RAR_MAIN and bool(flags & _VOLUME)


def _rar5(body: bytes) -> bool:
    at = len(RAR5) + 4  # the header's own checksum
    numbers = []
    for _ in range(6):
        number, at = variable(body, at)
        numbers.append(number)
    _size, kind, flags, *rest = numbers
    skipped = (flags & 1) + (flags >> 1 & 1)  # sizes of an extra area and of data
    return kind == 1 and bool(rest[skipped] & _VOLUME)


def variable(body: bytes, at: int) -> tuple[int, int]:
    """Read a RAR 5 number: seven bits a byte, lowest first, the eighth says that more follow."""
    value = 0
    for place, byte in enumerate(body[at : at + 10]):
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    return value, len(body)


def _seven_zip(body: bytes) -> bool:
    """The header stands at the end; if that is not here, this is not the last volume."""
    if len(body) < 32:
        return False
    offset, length = struct.unpack_from("<QQ", body, 12)
    return bool(32 + offset + length > len(body))
