"""Which pictures carry too little to be told apart by a perceptual digest alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy import fft  # numpy imports it at first use: too late in the lock

from matchers.decode.pdq import SIDE, Matrix

_FLAT_DEVIATION = 3.0
"""Grey levels."""
_LOST_SHARE = 0.005
"""Of the variation that PDQ sees; below it the bits are noise (plain stripes, for instance)."""
_DIP, _RETURN = 0.3, 0.8
"""A pattern repeats if its likeness to itself, moved, falls below the one and rises again."""


def is_flat(block: Matrix) -> bool:
    """Tell whether the 64 x 64 luma block is one plain grey."""
    return float(block.std()) < _FLAT_DEVIATION


def is_grid(block: Matrix, coefficients: Matrix) -> bool:
    """Tell whether the picture is a regular pattern: stripes, squares, bricks."""
    varying = block - block.mean()
    total = float(np.square(varying).sum())
    if total == 0:
        return False
    seen = float(np.square(coefficients).sum()) / total
    return seen < _LOST_SHARE or _repeats(varying, axis=0) or _repeats(varying, axis=1)


def _repeats(varying: Matrix, *, axis: int) -> bool:
    waves = fft.rfft(varying, axis=axis)
    power = np.square(waves.real) + np.square(waves.imag)
    likeness = fft.irfft(power.sum(axis=1 - axis), SIDE)
    shifted: npt.NDArray[np.float64] = likeness[: SIDE // 2 + 1] / likeness[0]
    dips = np.flatnonzero(shifted < _DIP)
    return bool(dips.size and shifted[dips[0] :].max() > _RETURN)
