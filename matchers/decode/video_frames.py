"""One decoded frame -> PDQ and quality; frames that say the same are dropped."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from matchers.decode import flags, pdq

_BAND_PIXELS = 1 << 20
_SAME_BITS = 8
"""Two key frames of a scene that stands still differ by a few bits only."""
_LATEST_S = 10_000_000.0
"""What a film claims beyond that is not worth a number."""


class Frames:
    """The frames of one film that differ, in the order of their decoding."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self._codes: list[int] = []
        self.measured = 0

    def add(self, pixels: npt.NDArray[np.uint8], at_s: float | None) -> None:
        """Measure a frame; `pixels` is grey, rows first, as it is shown."""
        self.measured += 1
        block = _block(pixels)
        coefficients = pdq.transform(block)
        code = pdq.code(coefficients)
        plain = flags.is_flat(block) or flags.is_grid(block, coefficients)
        quality = 0 if plain else pdq.quality(block)
        number = int.from_bytes(code)
        if all((number ^ other).bit_count() > _SAME_BITS for other in self._codes):
            self._codes.append(number)
            self.kept.append({"at_s": seconds(at_s), "pdq": code.hex(), "quality": quality})


def seconds(value: float | None) -> float:
    """
    Return a time as the record may hold it.

    >>> seconds(float("nan")), seconds(-3.0), seconds(1.23456)
    (0.0, 0.0, 1.235)
    """
    if value is None or not math.isfinite(value):
        return 0.0
    return round(min(max(0.0, value), _LATEST_S), 3)


def _block(pixels: npt.NDArray[np.uint8]) -> pdq.Matrix:
    height, width = pixels.shape
    across = pdq.decimation(width).T
    narrow = np.empty((height, pdq.SIDE))
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        narrow[top : top + rows] = pixels[top : top + rows].astype(np.float32) @ across
    block: pdq.Matrix = pdq.decimation(height) @ narrow
    return block
