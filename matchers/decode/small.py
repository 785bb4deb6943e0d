"""
The two digests of 64 bits, at full size as imagehash makes them, bit for bit (a test proves it).

Own arithmetic, because imagehash imports scipy for the first of them: 25 MB for a 32 x 32 product.
"""

from __future__ import annotations

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from matchers.decode.luma import Source
from matchers.decode.pdq import Matrix

_SIDE = 32
_KEPT = 8
_COSINES: Matrix = 2 * np.cos(
    np.pi / (2 * _SIDE) * np.outer(np.arange(_KEPT), 2 * np.arange(_SIDE) + 1)
)

_NOISE = 1e-6
"""Below it a coefficient is nothing but rounding, as in even pictures; imagehash has 0 there."""


_PHASH_GAP, _DHASH_GAP = 1.5, 4.0
"""A reduced picture is averaged to so many times the last size first: quicker."""


def phash(source: Source) -> str:
    """Return the pHash of a picture: 16 lower-case hexadecimal digits."""
    pixels = _resized(source, (_SIDE, _SIDE), _PHASH_GAP).astype(np.float64)
    lowest = _COSINES @ pixels @ _COSINES.T
    lowest[np.abs(lowest) < _NOISE] = 0
    middle = np.partition(lowest, (31, 32), axis=None)[31:33].mean()
    return str(imagehash.ImageHash(lowest > middle))


def dhash(source: Source) -> str:
    """Return the dHash of a picture: 16 lower-case hexadecimal digits."""
    pixels = _resized(source, (_KEPT + 1, _KEPT), _DHASH_GAP)
    return str(imagehash.ImageHash(pixels[:, 1:] > pixels[:, :-1]))


def _resized(source: Source, size: tuple[int, int], gap: float) -> npt.NDArray[np.uint8]:
    filtered = Image.Resampling.LANCZOS
    gap_used = gap if source.scale > 1 else None
    return np.asarray(source.grey.resize(size, filtered, reducing_gap=gap_used))
