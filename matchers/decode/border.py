"""Find uniform borders (frames, letter boxes), so that the picture inside is compared too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matchers.decode.luma import Box

_TOLERANCE = 16
"""Grey levels that compression may move a uniform border."""
_LEAST_SIDE = 32
_LEAST_SHARE = 0.25
"""Of each side that must be left; a small thing on a large plain ground is not trimmed to."""


def inner_box(pixels: npt.NDArray[np.uint8]) -> Box | None:
    """
    Return the part inside uniform borders, or none if there is no border worth a second look.

    `pixels` is grey, rows first. A border is at least two pixels or one part in a hundred wide.
    """
    height, width = pixels.shape
    top, bottom = _span(pixels, axis=1)
    left, right = _span(pixels[top:bottom], axis=0)
    box = Box(left, top, right, bottom)
    removed = max(
        width - box.width - max(1, width // 100), height - box.height - max(1, height // 100)
    )
    enough = min(box.width / width, box.height / height) >= _LEAST_SHARE
    return box if removed > 0 and enough and min(box.width, box.height) >= _LEAST_SIDE else None


def _span(pixels: npt.NDArray[np.uint8], *, axis: int) -> tuple[int, int]:
    low, high = pixels.min(axis=axis).astype(int), pixels.max(axis=axis).astype(int)
    start = _border(low, high)
    end = _border(low[::-1], high[::-1])
    return (start, len(low) - end) if start + end < len(low) else (0, len(low))


def _border(low: npt.NDArray[np.int_], high: npt.NDArray[np.int_]) -> int:
    """Count the lines from the start that are as plain as the first one and of its grey."""
    level = (int(low[0]) + int(high[0])) // 2
    content = (low < level - _TOLERANCE) | (high > level + _TOLERANCE)
    return int(np.argmax(content)) if content.any() else len(low)
