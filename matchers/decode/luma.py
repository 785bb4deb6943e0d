"""
One decoded picture as luma, whole or at an eighth, a quarter or half of its size.

Transparency lies on a plain ground, 16-bit grey is scaled (Pillow would clamp it), palettes and
CMYK are converted by Pillow; colour profiles are not used, as lists are made without them. Larger
pictures are read in bands of rows, so that no second whole copy is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.decode.pdq import SIDE, Matrix, Taps, decimation, sampled, taps

Pixels = npt.NDArray[np.uint8]

WHITE, BLACK = 255, 0
_BAND_PIXELS = 1 << 20
_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114
"""ITU-R BT.601."""
_DEEP_GREY = ("I", "I;16", "I;16L", "I;16B")
"""Grey of 16 bits, in Pillow's words; 32-bit and real numbers have no known range."""


class Box(NamedTuple):
    """A part of the picture in full-size pixels; right and bottom are the first ones outside."""

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


class Source(Protocol):
    """Where the luma of one picture is read from."""

    @property
    def grey(self) -> Image.Image:
        """The picture in mode L, at 1 / scale of its size."""

    @property
    def rows(self) -> Pixels:
        """The same as an array, rows first."""

    @property
    def scale(self) -> int:
        """Full-size pixels per pixel of `grey`: 1, 2, 4 or 8."""

    @property
    def whole(self) -> Box:
        """The whole picture, in full-size pixels."""

    def block(self, box: Box, *, mirrored: bool = False, flipped: bool = False) -> Matrix:
        """Return the 64 x 64 luma block of a part, sampled from its other ends if told."""


class Whole:
    """A picture at its full size; its block is that of the reference library."""

    scale = 1

    def __init__(self, picture: Image.Image, *, ground: int = WHITE) -> None:
        self._picture = picture
        self._ground = ground
        self.whole = Box(0, 0, *picture.size)
        self.grey = grey(picture, ground=ground)

    @property
    def rows(self) -> Pixels:
        """The grey picture as an array."""
        return np.asarray(self.grey)

    def block(self, box: Box, *, mirrored: bool = False, flipped: bool = False) -> Matrix:
        """Return the exact block, from the colours of the picture."""
        return block(self._picture, box, mirrored=mirrored, flipped=flipped, ground=self._ground)


class Reduced:
    """A picture of which averages over squares of `scale` pixels are known."""

    def __init__(self, small: Image.Image, *, size: tuple[int, int], scale: int) -> None:
        self.grey = small
        self.scale = scale
        self.whole = Box(0, 0, *size)
        self.rows: Pixels = np.asarray(small)
        self._real = self.rows.astype(np.float32)

    def block(self, box: Box, *, mirrored: bool = False, flipped: bool = False) -> Matrix:
        """Return the block, a little off the exact one."""
        across, columns = self._reading(box.left, box.width, mirrored=mirrored)
        down, rows = self._reading(box.top, box.height, mirrored=flipped)
        narrow = sampled(self._real[rows, columns], down)
        return sampled(narrow.T, across).T.astype(np.float64)

    def _reading(self, start: int, length: int, *, mirrored: bool) -> tuple[Taps, slice]:
        cell, offset = divmod(start, self.scale)
        cells = -(-(offset + length) // self.scale)
        read = taps(length, self.scale, offset=offset, mirrored=mirrored)
        return read, slice(cell, cell + cells)


def grey(picture: Image.Image, *, ground: int = WHITE) -> Image.Image:
    """Return the whole picture in mode L, flattened on its ground."""
    if _plain(picture):
        return picture.convert("L")
    canvas = Image.new("L", picture.size)
    for top, band in _bands(picture, Box(0, 0, *picture.size)):
        canvas.paste(_flat(band, ground).convert("L"), (0, top))
    return canvas


def shrunk(picture: Image.Image, scale: int) -> Image.Image:
    """
    Return averages over squares of `scale` pixels: in mode L, or RGBA if one can see through.

    Partly clear pixels count in the average as much as they are seen.
    """
    if _plain(picture):
        return picture.reduce(scale).convert("L")
    clear = sees_through(picture)
    size = (-(-picture.width // scale), -(-picture.height // scale))
    canvas = Image.new("RGBA" if clear else "L", size)
    for top, band in _bands(picture, Box(0, 0, *picture.size), multiple=scale):
        even = band.convert("RGBA") if clear else _opaque(band)
        canvas.paste(even.reduce(scale).convert(canvas.mode), (0, top // scale))
    return canvas


def on_ground(picture: Image.Image, ground: int) -> Image.Image:
    """Return a shrunk picture in mode L, laid on white (255) or black (0)."""
    return picture if picture.mode == "L" else _laid(picture, ground).convert("L")


def sees_through(picture: Image.Image) -> bool:
    """Tell whether any pixel is not opaque."""
    if not picture.has_transparency_data:
        return False
    if picture.mode not in {"RGBA", "LA", "PA"}:
        return True
    lowest, _ = picture.getchannel("A").getextrema()
    return isinstance(lowest, int) and lowest < 255


def block(
    picture: Image.Image,
    box: Box,
    *,
    mirrored: bool = False,
    flipped: bool = False,
    ground: int = WHITE,
) -> Matrix:
    """
    Return the exact 64 x 64 luma block of a part of the picture.

    `mirrored` and `flipped` give the block of the picture turned left to right or upside down;
    the result differs a little from the turned block, because sampling is not symmetric.
    """
    across = decimation(box.width)[:, :: -1 if mirrored else 1].T
    down = decimation(box.height)[:, :: -1 if flipped else 1]
    narrow = np.empty((box.height, SIDE))
    for top, band in _bands(picture, box):
        narrow[top : top + band.height] = _luma(_flat(band, ground)) @ across
    return down @ narrow


def _bands(
    picture: Image.Image, box: Box, *, multiple: int = 1
) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, _BAND_PIXELS // box.width // multiple) * multiple
    for top in range(0, box.height, rows):
        bottom = min(box.height, top + rows)
        yield top, picture.crop((box.left, box.top + top, box.right, box.top + bottom))


def _plain(picture: Image.Image) -> bool:
    return picture.mode in {"L", "RGB"} and not picture.has_transparency_data


def _flat(band: Image.Image, ground: int) -> Image.Image:
    return _laid(band.convert("RGBA"), ground) if sees_through(band) else _opaque(band)


def _opaque(band: Image.Image) -> Image.Image:
    if band.mode in _DEEP_GREY:
        return _eight_bits(band)
    return band if band.mode in {"L", "RGB"} else band.convert("RGB")


def _eight_bits(band: Image.Image) -> Image.Image:
    values = np.asarray(band).astype(np.int64)
    return Image.fromarray(np.clip(values >> 8, 0, 255).astype(np.uint8))


def _laid(band: Image.Image, ground: int) -> Image.Image:
    below = Image.new("RGBA", band.size, (ground, ground, ground, 255))
    return Image.alpha_composite(below, band).convert("RGB")


def _luma(band: Image.Image) -> npt.NDArray[np.float32]:
    pixels = np.asarray(band)
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    luma: npt.NDArray[np.float32] = (red * _RED + green * _GREEN + blue * _BLUE).astype(np.float32)
    return luma
