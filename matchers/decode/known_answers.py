"""Prove that this machine's decoders, inside their lock, give the digests that they should."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from matchers.decode.known_heif import DRAWN
from matchers.decode.measuring import measure
from matchers.decode.opening import FORMATS

_PDQ = "ab5d030d02aa8b78b4ff5491f77d6237505faa28780e97368700e9cc1bd512df"
"""Of the drawn picture."""
_CELLS = (16, 20)
_CELL = 16
"""Pixels."""
_LOSSLESS, _LOSSY, _RESIZED = 0, 16, 24
"""Bits that a format's loss, another version of its encoder, or another size may move."""


@lru_cache(maxsize=1)
def samples() -> dict[str, tuple[str, bytes, int]]:
    """Return, by name, the format, the file and the bits allowed for each way of writing one."""
    drawn, grey = drawn_picture(), drawn_picture().convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    double, large = (_enlarged(drawn, times) for times in (2, 6))
    found = {
        "png": ("PNG", encoded("PNG"), _LOSSLESS),
        "png_palette": ("PNG", _file(drawn.quantize(256), "PNG"), _LOSSY),
        "png_16_bit": ("PNG", _file(deep, "PNG"), _LOSSY),
        "jpeg": ("JPEG", encoded("JPEG"), _LOSSY),
        "jpeg_reduced": ("JPEG", _file(double, "JPEG", quality=90), _RESIZED),
        "jpeg_first_scan": ("JPEG", _file(large, "JPEG", quality=80, progressive=True), _RESIZED),
        "jpeg_cmyk": ("JPEG", _file(drawn.convert("CMYK"), "JPEG", quality=90), _LOSSY),
        "gif": ("GIF", encoded("GIF"), _LOSSY),
        "webp": ("WEBP", encoded("WEBP"), _LOSSY),
        "avif": ("AVIF", _file(drawn, "AVIF", quality=90, max_threads=1, speed=10), _LOSSY),
        "bmp": ("BMP", encoded("BMP"), _LOSSLESS),
        "tiff": ("TIFF", _file(drawn, "TIFF", compression="tiff_lzw"), _LOSSLESS),
    }
    if "HEIF" in FORMATS:
        found["heif"] = ("HEIF", DRAWN, _LOSSY)
    return found


def warm() -> None:
    """
    Write and measure the samples once.

    Call it before the lock: encoders may ask for more than decoders, and libraries load parts of
    themselves at their first use.
    """
    for _, body, _ in samples().values():
        measure({}, body)
        measure({"size": "full"}, body)


def self_test() -> None:
    """
    Measure a drawn picture in each format and compare with the known answer.

    Raises:
        RuntimeError: a decoder or a digest of this machine does not work as it should; the
            worker must not be used.
    """
    for name, (kind, body, tolerance) in samples().items():
        record = measure({}, body)
        if record.get("format") != kind:
            raise RuntimeError(f"picture self-test failed: {name} cannot be read here")
        found = int(record["views"][0]["pdq"], 16)
        if (found ^ int(_PDQ, 16)).bit_count() > tolerance:
            raise RuntimeError(f"picture self-test failed: {name} gives another digest here")


def drawn_picture() -> Image.Image:
    """Draw a picture by formula, the same on every machine: a mosaic of greys with a slope."""
    row, column = np.mgrid[0 : _CELLS[0], 0 : _CELLS[1]]
    cells = (row * 37 + column * 61 + row * column * 17 + row * row * 29) * 53 % 181
    mosaic = np.kron(cells, np.ones((_CELL, _CELL), dtype=np.int64))
    slope = np.linspace(0, 60, mosaic.shape[1]).astype(np.int64)
    pixels = np.stack([mosaic + slope, mosaic + 30, mosaic + slope[::-1]], axis=-1)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def encoded(kind: str) -> bytes:
    """Return the drawn picture as a file of that format, in memory."""
    return _file(drawn_picture(), kind, quality=90)


def _file(picture: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


def _enlarged(picture: Image.Image, times: int) -> Image.Image:
    size = (picture.width * times, picture.height * times)
    return picture.resize(size, Image.Resampling.NEAREST)
