"""Choose at what size a decoded picture's luma is read, and on which grounds it lies."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image

from matchers.decode import jpeg, luma
from matchers.decode.luma import BLACK, WHITE, Reduced, Source, Whole


class Sources(NamedTuple):
    """One picture as luma."""

    white: Source
    """Laid on white, as most programs show it."""
    black: Source | None
    """Laid on black, if one can see through it."""


def of(picture: Image.Image, *, full: bool = False) -> Sources:
    """Return a picture of full size, reduced as far as that leaves enough for PDQ unless `full`."""
    scale = 1 if full else jpeg.scale_for(picture.size)
    if scale == 1:
        black = Whole(picture, ground=BLACK) if luma.sees_through(picture) else None
        return Sources(Whole(picture), black)
    small = luma.shrunk(picture, scale)
    white = _reduced(small, WHITE, picture.size, scale)
    clear = small.mode == "RGBA"
    return Sources(white, _reduced(small, BLACK, picture.size, scale) if clear else None)


def _reduced(small: Image.Image, ground: int, size: tuple[int, int], scale: int) -> Reduced:
    return Reduced(luma.on_ground(small, ground), size=size, scale=scale)


def drafted(picture: Image.Image, *, size: tuple[int, int], scale: int) -> Sources:
    """Return a JPEG that its decoder has reduced already."""
    return Sources(Reduced(luma.grey(picture), size=size, scale=scale), None)
