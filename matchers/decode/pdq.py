"""
PDQ, 256 bits, as two matrix products and a cosine transform (matching.md 6).

Both box passes and the decimation to 64 along one axis are linear, so one fixed 64 x n matrix
does them all. The bits equal those of the reference library, which a test proves. Pictures come
in as luma, rows first, 0 to 255.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

SIDE = 64
_BANDS = 16
_FREQUENCIES = np.arange(1, _BANDS + 1)
_COSINES: Matrix = np.sqrt(2 / SIDE) * np.cos(
    np.pi / (2 * SIDE) * np.outer(_FREQUENCIES, 2 * np.arange(SIDE) + 1)
)
_SIGNS: Matrix = np.where(_FREQUENCIES % 2 == 1, -1.0, 1.0)
"""What a mirrored axis does to each frequency."""


@lru_cache(maxsize=16)
def decimation(length: int) -> Matrix:
    """
    Return the 64 x `length` matrix of two box passes and the decimation along one axis.

    The window is ceil(length / 128) wide, clipped at the edges, each pass averaging over what
    is left of it; it reaches one further to the right when it is even.
    """
    window = -(-length // (2 * SIDE))
    reach = (window + 2) // 2
    centres = ((np.arange(SIDE) + 0.5) * length / SIDE).astype(np.int64)
    taps = centres[:, None] + np.arange(reach - window, reach)
    inside = (taps >= 0) & (taps < length)
    first = np.clip(taps + reach - window, 0, length)
    after = np.clip(taps + reach, 0, length)
    weight = 1 / np.maximum(after - first, 1) / inside.sum(axis=1, keepdims=True)
    steps = np.zeros((SIDE, length + 1))
    row = np.broadcast_to(np.arange(SIDE)[:, None], taps.shape)
    np.add.at(steps, (row[inside], first[inside]), weight[inside])
    np.add.at(steps, (row[inside], after[inside]), -weight[inside])
    matrix: Matrix = steps.cumsum(axis=1)[:, :length]
    matrix.setflags(write=False)
    return matrix


def transform(block: Matrix) -> Matrix:
    """Return the 16 x 16 cosine coefficients, frequencies 1 to 16, of a 64 x 64 luma block."""
    return _COSINES @ block @ _COSINES.T


def code(coefficients: Matrix) -> bytes:
    """Return the 32 bytes: a bit per coefficient above the lower median, last one first."""
    median = np.partition(coefficients, 127, axis=None)[127]
    return np.packbits((coefficients > median).ravel()[::-1]).tobytes()


def quality(block: Matrix) -> int:
    """Return PDQ's quality, 0 to 100: how much neighbours of the 64 x 64 block differ."""
    luma = block.astype(np.float32)
    steps = (np.diff(luma, axis=0), np.diff(luma, axis=1))
    scale, white = np.float32(100), np.float32(255)
    total = sum(float(np.abs(np.trunc(step * scale / white)).sum()) for step in steps)
    return min(100, int(total / 90))


def dihedral(coefficients: Matrix) -> dict[str, Matrix]:
    """
    Return the coefficients of the eight turns and mirror images, `upright` first.

    Turns are counter-clockwise. A mirrored axis flips the sign of its odd frequencies; a
    transposed picture has the transposed coefficients. Nothing is decoded again.
    """
    turned = coefficients.T
    across, down = _SIGNS[None, :], _SIGNS[:, None]
    return {
        "upright": coefficients,
        "rotated_90": turned * down,
        "rotated_180": coefficients * across * down,
        "rotated_270": turned * across,
        "mirrored": coefficients * across,
        "flipped": coefficients * down,
        "transposed": turned,
        "transversed": turned * across * down,
    }
