"""The views of one picture that are compared: turns, EXIF orientation, trimmed, last frame."""

from __future__ import annotations

import numpy as np
from PIL import ExifTags, Image

from matchers.decode import border, luma, pdq
from matchers.decode.luma import Box
from matchers.decode.opening import UnreadableError, guarded
from matchers.decode.pdq import Matrix
from matchers.decode.record import View

_ORIENTATIONS = {
    2: (True, False, False),
    3: (True, True, False),
    4: (False, True, False),
    5: (False, False, True),
    6: (False, True, True),
    7: (True, True, True),
    8: (True, False, True),
}
"""EXIF orientation -> mirror, flip, then transpose (EXIF 2.32, table 6)."""


def turned_views(block: Matrix, coefficients: Matrix) -> list[View]:
    """Return the eight turns and mirror images of the whole picture, `upright` first."""
    quality = pdq.quality(block)
    turns = pdq.dihedral(coefficients)
    return [_named(name, pdq.code(turn), quality) for name, turn in turns.items()]


def exif_view(picture: Image.Image) -> View | None:
    """Return the view as a program shows it that obeys the EXIF orientation, if there is one."""
    turn = _ORIENTATIONS.get(_orientation(picture))
    if turn is None:
        return None
    mirrored, flipped, transposed = turn
    whole = Box(0, 0, *picture.size)
    block = luma.block(picture, whole, mirrored=mirrored, flipped=flipped)
    return _view("exif", block.T if transposed else block)


def trimmed_view(picture: Image.Image, grey: Image.Image) -> View | None:
    """Return the view without uniform borders, if there are any."""
    box = border.inner_box(np.asarray(grey))
    return None if box is None else _view("trimmed", luma.block(picture, box))


def frame_view(picture: Image.Image) -> View:
    """Return the view of the frame that an animation stands at."""
    return _view("last_frame", luma.block(picture, Box(0, 0, *picture.size)))


def _orientation(picture: Image.Image) -> int:
    try:
        with guarded():
            value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except UnreadableError:
        return 1  # broken metadata must not hide a picture
    return value if isinstance(value, int) else 1


def _view(name: str, block: Matrix) -> View:
    return _named(name, pdq.code(pdq.transform(block)), pdq.quality(block))


def _named(name: str, code: bytes, quality: int) -> View:
    return View(name=name, pdq=code.hex(), quality=quality)
