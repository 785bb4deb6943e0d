"""
PDQ, 256 bits, as two matrix products and a cosine transform (matching.md 6).

Both box passes and the decimation to 64 along one axis are linear, so one fixed 64 x n matrix
does them all. The bits equal those of the reference library, which a test proves. Pictures come
in as luma, rows first, 0 to 255.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
_Places = npt.NDArray[np.int64]
_Any = TypeVar("_Any", bound=npt.NDArray[np.generic])

SIDE = 64
_BANDS = 16
_FREQUENCIES = np.arange(1, _BANDS + 1)
_COSINES: Matrix = np.sqrt(2 / SIDE) * np.cos(
    np.pi / (2 * SIDE) * np.outer(_FREQUENCIES, 2 * np.arange(SIDE) + 1)
)
_NOTHING = 1e-9
"""A weight below is rounding."""
_SIGNS: Matrix = np.where(_FREQUENCIES % 2 == 1, -1.0, 1.0)
"""What a mirrored axis does to each frequency."""


@lru_cache(maxsize=16)
def decimation(length: int) -> Matrix:
    """
    Return the 64 x `length` matrix of two box passes and the decimation along one axis.

    The window is ceil(length / 128) wide, clipped at the edges, each pass averaging over what
    is left of it; it reaches one further to the right when it is even.
    """
    return _sealed(reduced(length, 1))


class Taps(NamedTuple):
    """For each of the 64 samples along an axis, the few averages that it is read from."""

    places: npt.NDArray[np.int64]
    """64 x t; where fewer are needed, the rest has no weight."""
    weights: npt.NDArray[np.float32]
    """64 x t."""


@lru_cache(maxsize=64)
def taps(length: int, scale: int, *, offset: int = 0, mirrored: bool = False) -> Taps:
    """Return what is not zero of the matrix `reduced`; it is a sixtieth."""
    matrix = reduced(length, scale, offset=offset, mirrored=mirrored)
    used = matrix > _NOTHING
    count = int(used.sum(axis=1).max())
    starts = np.minimum(used.argmax(axis=1), matrix.shape[1] - count)
    places = _sealed(starts[:, None] + np.arange(count))
    weights = np.take_along_axis(matrix, places, axis=1).astype(np.float32)
    return Taps(places, _sealed(weights))


def sampled(lines: npt.NDArray[np.float32], read: Taps) -> npt.NDArray[np.float32]:
    """Return 64 x m samples of n x m averages."""
    found: npt.NDArray[np.float32] = np.einsum("it,itm->im", read.weights, lines[read.places])
    return found


def reduced(length: int, scale: int, *, offset: int = 0, mirrored: bool = False) -> Matrix:
    """
    Return the matrix of `decimation` for an axis known only as averages of `scale` pixels.

    The sampling grid stays that of the `length` full-size pixels, which a small picture taken as
    if it were whole would lose. The part looked at begins `offset` pixels into the first average;
    columns are averages. `mirrored` samples from the far end.
    """
    row, first, after, weight = _boxes(length)
    if mirrored:
        first, after = length - after, length - first
    cells = -(-(offset + length) // scale)
    steps = np.zeros((SIDE, cells + 1))
    for edge, change in ((first, weight), (after, -weight)):
        cell, rest = np.divmod(edge + offset, scale)
        np.add.at(steps, (row, cell), change * (scale - rest))
        # At the far end the rest is 0, or the next cell is the spare one.
        np.add.at(steps, (row, np.minimum(cell + 1, cells)), change * rest)
    matrix: Matrix = steps.cumsum(axis=1)[:, :cells]
    return matrix


def _boxes(length: int) -> tuple[_Places, _Places, _Places, Matrix]:
    """Return, for every tap of the second pass, its row, the ends of its box, and its weight."""
    window = -(-length // (2 * SIDE))
    reach = (window + 2) // 2
    centres = ((np.arange(SIDE) + 0.5) * length / SIDE).astype(np.int64)
    taps = centres[:, None] + np.arange(reach - window, reach)
    inside = (taps >= 0) & (taps < length)
    first = np.clip(taps + reach - window, 0, length)
    after = np.clip(taps + reach, 0, length)
    weight = 1 / np.maximum(after - first, 1) / inside.sum(axis=1, keepdims=True)
    row = np.broadcast_to(np.arange(SIDE)[:, None], taps.shape)
    return row[inside], first[inside], after[inside], weight[inside]


def _sealed(matrix: _Any) -> _Any:
    matrix.setflags(write=False)
    return matrix


def transform(block: Matrix) -> Matrix:
    """Return the 16 x 16 cosine coefficients, frequencies 1 to 16, of a 64 x 64 luma block."""
    return _COSINES @ block @ _COSINES.T


def code(coefficients: Matrix) -> bytes:
    """Return the 32 bytes: a bit per coefficient above the lower median, last one first."""
    return codes(coefficients[None])[0]


def codes(turns: Matrix) -> list[bytes]:
    """Return the code of each of n x 16 x 16 coefficients."""
    flat = turns.reshape(len(turns), -1)
    medians = np.partition(flat, 127, axis=1)[:, 127:128]
    packed = np.packbits((flat > medians)[:, ::-1], axis=1)
    return [row.tobytes() for row in packed]


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
