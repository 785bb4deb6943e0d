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
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""
Of the 43 openers that Pillow registers; the rare ones are where its faults are found.

MPO opens as JPEG. A name that has no opener, such as MPO, would make Pillow load all the others.
"""
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
PLUGINS = (
    JpegImagePlugin,
    PngImagePlugin,
    GifImagePlugin,
    WebPImagePlugin,
    AvifImagePlugin,
    MpoImagePlugin,
)

Image.preinit()  # Pillow would do it at the first use, which is after the lock

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


def open_picture(body: bytes) -> tuple[ImageFile.ImageFile, bool]:
    """
    Return the picture with its first frame decoded, and whether part of it was missing.

    Raises:
        UnreadableError: `unsupported_format`, `too_many_pixels`, `out_of_memory`, `undecodable`.
    """
    if not body:
        raise UnreadableError("empty")
    try:
        return _load(body), False
    except UnreadableError as problem:
        if str(problem) != "undecodable":
            raise
    with _truncated_allowed():
        return _load(body), True


def _load(body: bytes) -> ImageFile.ImageFile:
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    with guarded():
        picture = Image.open(BytesIO(body), formats=FORMATS)
        if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
            raise UnreadableError("too_many_pixels")
        if min(picture.size) < 1:
            raise UnreadableError("undecodable")
        picture.load()
    return picture


@contextmanager
def _truncated_allowed() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
