"""What a body is, by its first bytes."""

from __future__ import annotations

from typing import Literal

Kind = Literal["page", "json", "picture", "video", "archive", "other", "empty"]

NEEDED = 512
"""Bytes after which the kind is certain."""

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
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
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT = frozenset(range(0x20, 0x100)) | {0x09, 0x0A, 0x0C, 0x0D, 0x1B}
_BLANK = b"\xef\xbb\xbf \t\r\n\f"


def kind_of(head: bytes) -> Kind:
    """
    Tell the kind of a body from its first `NEEDED` bytes, or from all of them if it is shorter.

    >>> kind_of(b"<!doctype html><title>x</title>")
    'page'
    """
    if not head:
        return "empty"
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _boxed(head) or _placed(head) or _text(head)


def _boxed(head: bytes) -> Kind | None:
    """Recognise RIFF and ISO base media files, which name their brand at byte 8."""
    brand = head[8:12]
    if head[:4] == b"RIFF":
        return {b"WEBP": "picture", b"AVI ": "video"}.get(brand, "other")  # type: ignore[return-value]
    if head[4:8] == b"ftyp":
        return "picture" if brand in _PICTURE_BRANDS else "video"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video"
    return None


def _placed(head: bytes) -> Kind | None:
    """Recognise what is marked at a place other than the start."""
    if head[257:262] == b"ustar":
        return "archive"
    if head[:1] == b"G" and head[188:189] == b"G" and head[376:377] == b"G":
        return "video"
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00":
        return "picture"
    return None


def _text(head: bytes) -> Kind:
    if head[:2] in _UTF16:
        return "page"
    if not _TEXT.issuperset(head):
        return "other"
    return "json" if head.lstrip(_BLANK)[:1] in (b"{", b"[") else "page"
