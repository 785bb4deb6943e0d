"""
One decoded picture as luma, read in bands of rows, so that no second whole copy is made.

Transparency lies on white, 16-bit grey is scaled (Pillow would clamp it), palettes and CMYK are
converted by Pillow; colour profiles are not used, as lists are made without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.decode.pdq import SIDE, Matrix, decimation

_BAND_PIXELS = 1 << 20
_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114
"""ITU-R BT.601."""


class Box(NamedTuple):
    """A part of the picture in pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top


def grey(picture: Image.Image) -> Image.Image:
    """Return the whole picture in mode L, flattened on white."""
    canvas = Image.new("L", picture.size)
    for top, band in _bands(picture, Box(0, 0, *picture.size)):
        canvas.paste(_flat(band).convert("L"), (0, top))
    return canvas


def block(
    picture: Image.Image, box: Box, *, mirrored: bool = False, flipped: bool = False
) -> Matrix:
    """
    Return the 64 x 64 luma block of a part of the picture.

    `mirrored` and `flipped` give the block of the picture turned left to right or upside down;
    the result differs a little from the turned block, because sampling is not symmetric.
    """
    across = decimation(box.width)[:, :: -1 if mirrored else 1].T
    down = decimation(box.height)[:, :: -1 if flipped else 1]
    narrow = np.empty((box.height, SIDE))
    for top, band in _bands(picture, box):
        narrow[top : top + band.height] = _luma(_flat(band)) @ across
    return down @ narrow


def _bands(picture: Image.Image, box: Box) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, _BAND_PIXELS // box.width)
    for top in range(0, box.height, rows):
        bottom = min(box.height, top + rows)
        yield top, picture.crop((box.left, box.top + top, box.right, box.top + bottom))


def _flat(band: Image.Image) -> Image.Image:
    if band.mode.startswith("I") or band.mode == "F":
        return _eight_bits(band)
    if band.has_transparency_data:
        return _on_white(band.convert("RGBA"))
    return band if band.mode in {"L", "RGB"} else band.convert("RGB")


def _eight_bits(band: Image.Image) -> Image.Image:
    values = np.asarray(band).astype(np.float64)
    return Image.fromarray(np.clip(values // 256, 0, 255).astype(np.uint8))


def _on_white(band: Image.Image) -> Image.Image:
    white = Image.new("RGBA", band.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, band).convert("RGB")


def _luma(band: Image.Image) -> npt.NDArray[np.float32]:
    pixels = np.asarray(band)
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    luma: npt.NDArray[np.float32] = (red * _RED + green * _GREEN + blue * _BLUE).astype(np.float32)
    return luma
