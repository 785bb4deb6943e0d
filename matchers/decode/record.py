"""What the locked worker measures on a picture; validated again in the core."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view of the picture: as it is, turned, mirrored, or with its border trimmed."""

    name: str
    """`upright`, `rotated_90`, ..., `mirrored`, ..., `exif`, `trimmed`, `uncaptioned`, ..."""
    pdq: str
    """64 lower-case hexadecimal digits."""
    quality: int
    """PDQ quality, 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """Digests and measures of one decoded picture; no pixel leaves the worker."""

    format: str
    width: int
    height: int
    frames: int
    scale: int = 1
    """1 if measured at full size, as the reference libraries do; else reduced by 2, 4 or 8."""
    views: tuple[View, ...]
    phash: str
    dhash: str
    flags: tuple[str, ...] = ()
    """`flat`, `low_quality`, `grid`, `partial`, `animated`."""
