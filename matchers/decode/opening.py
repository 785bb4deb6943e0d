"""
Open a hostile picture: few formats, bounded pixels, one retry for a truncated body.

Plug-ins are imported here, because a locked worker cannot open files later. Nothing of Pillow's
own error text leaves this module.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from matchers.decode import jpeg

MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
PLUGINS = (
    JpegImagePlugin,
    PngImagePlugin,
    GifImagePlugin,
    WebPImagePlugin,
    AvifImagePlugin,
    MpoImagePlugin,
    BmpImagePlugin,
    TiffImagePlugin,
    IcoImagePlugin,
)

Image.preinit()  # Pillow would do it at the first use, which is after the lock


def _register_heif() -> bool:
    """Bring in HEIF if the extra is installed; only the pictures themselves are read."""
    try:
        heif = import_module("pillow_heif")
    except ImportError:
        return False
    heif.register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )
    return True


FORMATS = (
    *("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "ICO"),
    *(("HEIF",) if _register_heif() else ()),
)
"""
Of the 43 openers that Pillow registers; the rare ones are where its faults are found.

MPO opens as JPEG. A name that has no opener, such as MPO, would make Pillow load all the others.
"""
_MEASURED_MODES = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"}
_MEASURED_MODES |= {"I", "I;16", "I;16L", "I;16B"}
"""Of Pillow's; what remains has no known range (real numbers) or needs a profile (LAB)."""

_FAULTS = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on a broken file; it has no common base."""


class UnreadableError(Exception):
    """The body is not a picture that can be measured; the message is a machine word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A picture whose first frame is decoded."""

    picture: ImageFile.ImageFile
    size: tuple[int, int]
    """Width and height of the whole picture, whatever it was reduced to."""
    scale: int
    """By which the decoder reduced it: 1, 2, 4 or 8."""
    partial: bool
    """Whether a part of it was missing."""


@contextmanager
def guarded() -> Iterator[None]:
    """Map every fault of the decoder to one machine word."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise UnreadableError("too_many_pixels") from None
        except UnidentifiedImageError:
            raise UnreadableError("unsupported_format") from None
        except MemoryError:
            raise UnreadableError("out_of_memory") from None
        except _FAULTS:
            raise UnreadableError("undecodable") from None


def open_picture(body: bytes, *, full: bool = True) -> Opened:
    """
    Return the picture with its first frame decoded.

    Unless it shall be at its full size, a JPEG is decoded at a half, a quarter or an eighth, as
    far as that leaves enough for PDQ, and in grey.

    Raises:
        UnreadableError: `empty`, `unsupported_format`, `too_many_pixels`, `out_of_memory`,
            `undecodable`.
    """
    if not body:
        raise UnreadableError("empty")
    try:
        return _load(body, full=full, partial=False)
    except UnreadableError as problem:
        if str(problem) != "undecodable":
            raise
    with _truncated_allowed():
        return _load(body, full=full, partial=True)


def check_size(picture: Image.Image) -> None:
    """
    Refuse a picture, or a frame, that is too large to decode.

    Raises:
        UnreadableError: `too_many_pixels` or, for one without pixels, `undecodable`.
    """
    if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
        raise UnreadableError("too_many_pixels")
    if min(picture.size) < 1:
        raise UnreadableError("undecodable")


def _load(body: bytes, *, full: bool, partial: bool) -> Opened:
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    with guarded():
        picture = Image.open(BytesIO(body), formats=FORMATS)
        check_size(picture)
        size, scale = picture.size, 1
        if not full and isinstance(picture, JpegImagePlugin.JpegImageFile):
            picture, scale = _drafted(picture, body)
        picture.load()
        if scale == 1:
            check_size(picture)  # some formats know their size only now
            size = picture.size
        if picture.mode not in _MEASURED_MODES:
            raise UnreadableError("unsupported_format")
    return Opened(picture=picture, size=size, scale=scale, partial=partial)


def _drafted(
    picture: JpegImagePlugin.JpegImageFile, body: bytes
) -> tuple[ImageFile.ImageFile, int]:
    """Return the JPEG, set to be decoded at a fraction of its size, and that fraction."""
    size, scale = picture.size, jpeg.scale_for(picture.size)
    if scale == 1:
        return picture, 1
    cut = jpeg.first_scan(body) if scale == 8 and "progressive" in picture.info else None
    drafted = Image.open(BytesIO(cut), formats=("JPEG",)) if cut is not None else picture
    drafted.draft("L", (size[0] // scale, size[1] // scale))
    return drafted, scale


@contextmanager
def _truncated_allowed() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
