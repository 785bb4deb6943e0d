"""The views of one picture that are compared: turns, EXIF orientation, trimmed, on black."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from matchers.decode import border, luma, pdq
from matchers.decode.luma import Source
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


def turned_views(coefficients: Matrix, quality: int) -> list[View]:
    """Return the eight turns and mirror images of the whole picture, `upright` first."""
    turns = pdq.dihedral(coefficients)
    codes = pdq.codes(np.stack(list(turns.values())))
    return [
        View(name=name, pdq=code.hex(), quality=quality)
        for name, code in zip(turns, codes, strict=True)
    ]


def exif_view(source: Source, orientation: int) -> View | None:
    """Return the view as a program shows it that obeys the EXIF orientation, if there is one."""
    turn = _ORIENTATIONS.get(orientation)
    if turn is None:
        return None
    mirrored, flipped, transposed = turn
    block = source.block(source.whole, mirrored=mirrored, flipped=flipped)
    return view_of("exif", block.T if transposed else block)


def inner_views(source: Source) -> list[View]:
    """Return the views without uniform borders, and without bars of writing, if there are any."""
    boxes = {"trimmed": border.inner_box(source), "uncaptioned": border.captionless_box(source)}
    if boxes["trimmed"] == boxes["uncaptioned"]:
        del boxes["uncaptioned"]
    return [view_of(name, source.block(box)) for name, box in boxes.items() if box is not None]


def whole_view(name: str, source: Source) -> View:
    """Return the view of a whole picture under that name."""
    return view_of(name, source.block(source.whole))


def luma_view(name: str, rows: npt.NDArray[np.uint8]) -> View:
    """
    Return the view of a picture that is already luma: rows first, 0 to 255, at full size.

    For frames of videos, whose luma plane the decoder gives as it is.
    """
    return whole_view(name, luma.Whole(Image.fromarray(rows)))


def orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if there is none that can be read."""
    try:
        with guarded():
            value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except UnreadableError:
        return 1  # broken metadata must not hide a picture
    return value if isinstance(value, int) else 1


def view_of(name: str, block: Matrix) -> View:
    """Return the view of a 64 x 64 luma block."""
    code = pdq.code(pdq.transform(block))
    return View(name=name, pdq=code.hex(), quality=pdq.quality(block))
