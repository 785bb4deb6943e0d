"""
Whether the end of an archive is there.

Readers take a tar, RAR or zip that was cut between two members for a whole one, so the marks that
close them are looked for here. 7z and the compressed formats cannot be read without their end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from matchers.decode.archive_volumes import RAR4, RAR5, ZIP_END, ZIP_TAIL, variable

_TAR_END = bytes(1024)
"""Two empty records."""
_RAR4_FILE, _RAR4_END = 0x74, 0x7B
_RAR4_LONG, _RAR4_LARGE = 0x8000, 0x0100
"""More follows the header; its length has an upper half (of files only)."""
_RAR5_END = 5
_RAR5_EXTRA, _RAR5_DATA = 1, 2


def has_end(body: bytes, archive_format: str) -> bool:
    """Tell whether an archive of that format is closed; true where that needs no look."""
    if archive_format == "zip":
        return ZIP_END in body[-ZIP_TAIL:]
    if archive_format == "tar":
        return body.endswith(_TAR_END)
    if archive_format == "rar":
        return _RAR4_END in _rar4_blocks(body)
    if archive_format == "rar5":
        return _RAR5_END in _rar5_blocks(body)
    return True


def _rar4_blocks(body: bytes) -> Iterator[int]:
    """Yield the kind of each block."""
    at = body.find(RAR4) + len(RAR4)
    while at + 7 <= len(body):
        kind, flags, length = struct.unpack_from("<BHH", body, at + 2)
        yield kind
        if flags & _RAR4_LONG and at + 11 <= len(body):
            length += int.from_bytes(body[at + 7 : at + 11], "little")
        if flags & _RAR4_LARGE and kind == _RAR4_FILE:
            length += int.from_bytes(body[at + 32 : at + 36], "little") << 32
        at += max(7, length)


def _rar5_blocks(body: bytes) -> Iterator[int]:
    """Yield the kind of each block."""
    at = body.find(RAR5) + len(RAR5)
    while at + 6 <= len(body):
        length, start = variable(body, at + 4)
        kind, inside = variable(body, start)
        flags, inside = variable(body, inside)
        yield kind
        if flags & _RAR5_EXTRA:
            _, inside = variable(body, inside)
        data = variable(body, inside)[0] if flags & _RAR5_DATA else 0
        at = start + max(1, length) + data
