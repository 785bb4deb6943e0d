"""
JPEG files at a fraction of their size: how far one may be reduced, and the first scan alone.

A progressive file begins with the averages of all 8 x 8 blocks (its DC scan, a tenth of the bytes)
and refines them afterwards (ITU-T T.81, annex G). Where those averages are all that is needed, the
rest is not decoded. The file is hostile: what is not exactly in order is decoded in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAST_SIDE = 192
"""Pixels that the shorter side keeps; below, PDQ's sampling suffers."""
_SCALES = (8, 4, 2)
"""What libjpeg reduces by without computing the rest."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_PROGRESSIVE, _SCAN = 0xC2, 0xDA
_TABLES = {0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}
"""DHT, DQT, DRI, COM, APP0 to APP15: what may stand between frame and scans."""
_MOST_SEGMENTS = 2_000
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Ends the coded data of a scan; stuffed zeros and restart markers belong to it."""

_Segment = tuple[int, bytes, int]
"""Marker, its content, and where the data after it begins."""


def scale_for(size: tuple[int, int]) -> int:
    """Return 8, 4 or 2, by which a picture may be reduced, or 1."""
    shorter = min(size) // LEAST_SIDE
    return next((scale for scale in _SCALES if shorter >= scale), 1)


def first_scan(body: bytes) -> bytes | None:
    """
    Return the file cut after its first scan, if that holds the averages of all luma blocks.

    None for any other file, a truncated one, and one whose later scans would replace what the
    first one said (more than its last bit), so that what is seen is what is measured.
    """
    segments = list(_segments(body))
    if not segments or segments[-1][0] != _END[1]:
        return None
    frames = [content for marker, content, _ in segments if marker == _PROGRESSIVE]
    scans = [(content, at) for marker, content, at in segments if marker == _SCAN]
    known = all(marker in _TABLES for marker, *_ in segments[:-1] if marker not in _PICTURE)
    if len(frames) != 1 or not scans or not known or len(frames[0]) < 9:
        return None
    component = frames[0][6]
    later = all(_refines(content) for content, _ in scans[1:])
    if not (_is_first_averages(scans[0][0], component) and later):
        return None
    return body[: _end_of_data(body, scans[0][1])] + _END


_PICTURE = {_PROGRESSIVE, _SCAN}


def _is_first_averages(scan: bytes, component: int) -> bool:
    count = scan[0] if scan else 0
    if len(scan) != 4 + 2 * count or count < 1:
        return False
    first, last, approximation = scan[-3:]
    return scan[1] == component and (first, last) == (0, 0) and approximation in {0x00, 0x01}


def _refines(scan: bytes) -> bool:
    """Tell whether a later scan leaves averages alone, or adds their last bit."""
    return len(scan) >= 6 and (scan[-3] > 0 or scan[-1] == 0x10)


def _segments(body: bytes) -> Iterator[_Segment]:
    """Yield the segments until the end marker; stops early where the file is out of order."""
    at = 2 if body.startswith(_START) else len(body)
    for _ in range(_MOST_SEGMENTS):
        if body[at : at + 1] != b"\xff" or at + 2 > len(body):
            return
        marker = body[at + 1]
        if marker == _END[1]:
            yield marker, b"", at + 2
            return
        length = int.from_bytes(body[at + 2 : at + 4], "big")
        after = at + 2 + length
        if length < 2 or after > len(body):
            return
        yield marker, body[at + 4 : after], after
        at = _end_of_data(body, after) if marker == _SCAN else after


def _end_of_data(body: bytes, at: int) -> int:
    found = _MARKER.search(body, at)
    return found.start() if found else len(body)
