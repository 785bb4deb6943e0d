"""
The two digests of 64 bits, as imagehash makes them, bit for bit (a test proves it).

Own arithmetic, because imagehash imports scipy for the first of them: 60 MB for a 32 x 32 product.
"""

from __future__ import annotations

import imagehash
import numpy as np
from PIL import Image

from matchers.decode.pdq import Matrix

_SIDE = 32
_KEPT = 8
_COSINES: Matrix = 2 * np.cos(
    np.pi / (2 * _SIDE) * np.outer(np.arange(_KEPT), 2 * np.arange(_SIDE) + 1)
)

_NOISE = 1e-6
"""Below it a coefficient is nothing but rounding, as in even pictures; imagehash has 0 there."""


def phash(grey: Image.Image) -> str:
    """Return the pHash of a picture in mode L: 16 lower-case hexadecimal digits."""
    pixels = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=np.float64)
    lowest = _COSINES @ pixels @ _COSINES.T
    lowest[np.abs(lowest) < _NOISE] = 0
    middle = np.partition(lowest, (31, 32), axis=None)[31:33].mean()
    return str(imagehash.ImageHash(lowest > middle))


def dhash(grey: Image.Image) -> str:
    """Return the dHash of a picture in mode L: 16 lower-case hexadecimal digits."""
    pixels = np.asarray(grey.resize((_KEPT + 1, _KEPT), Image.Resampling.LANCZOS))
    return str(imagehash.ImageHash(pixels[:, 1:] > pixels[:, :-1]))
