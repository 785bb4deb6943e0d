"""What a member of an archive is, by its first bytes; its name is never read."""

from __future__ import annotations

from typing import Literal

Kind = Literal["picture", "video", "archive", "other"]

NEEDED = 512
"""Bytes after which the kind is certain."""

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"BM", "picture"),
    (b"\xff\x0a", "picture"),
    (b"\x00\x00\x00\x0cJXL ", "picture"),
    (b"\x00\x00\x00\x0cjP  ", "picture"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"FLV\x01", "video"),
    (b"OggS", "video"),
    (b"\x00\x00\x01\xba", "video"),
    (b"\x00\x00\x01\xb3", "video"),
    (b"0&\xb2u\x8ef\xcf\x11", "video"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"PK\x07\x08", "archive"),
    (b"PK00PK", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf'\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"(\xb5/\xfd", "archive"),
)
_PICTURE_BRANDS = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
_TS_PACKET = 188


def kind_of(head: bytes) -> Kind:
    """
    Tell the kind of a body from its first `NEEDED` bytes, or from all of them if it is shorter.

    >>> kind_of(b"GIF89a...")
    'picture'
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _boxed(head) or _placed(head) or "other"


def _boxed(head: bytes) -> Kind | None:
    """Recognise RIFF and ISO base media files, which name their brand at byte 8."""
    brand = head[8:12]
    if head[:4] == b"RIFF":
        kinds: dict[bytes, Kind] = {b"WEBP": "picture", b"AVI ": "video"}
        return kinds.get(brand)
    if head[4:8] == b"ftyp":
        return "picture" if brand in _PICTURE_BRANDS else "video"
    return "video" if head[4:8] in {b"moov", b"mdat", b"wide"} else None


def _placed(head: bytes) -> Kind | None:
    """Recognise tar and MPEG transport streams, which are marked elsewhere than at the start."""
    if head[257:262] == b"ustar":
        return "archive"
    sync = (head[:1], head[_TS_PACKET : _TS_PACKET + 1], head[2 * _TS_PACKET : 2 * _TS_PACKET + 1])
    return "video" if sync == (b"G", b"G", b"G") else None
