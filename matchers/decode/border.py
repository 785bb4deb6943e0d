"""Find uniform borders (frames, letter boxes), so that the picture inside is compared too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from matchers.decode.luma import Box, Pixels, Source

_TOLERANCE = 16
"""Grey levels that compression may move a uniform border."""
_LEAST_SIDE = 32
_LEAST_SHARE = 0.25
"""Of each side that must be left; a small thing on a large plain ground is not trimmed to."""
_LEAST_REMOVED = 100
"""One part of a side in so many, and at least two pixels, must be border."""

_WRITTEN_SHARE = 0.6
"""Of a line of a bar that writing may cover."""
_Border = Callable[[Pixels], int]


def inner_box(source: Source) -> Box | None:
    """
    Return the part inside uniform borders, or none if there is no border worth a second look.

    In a reduced picture the edge is placed within the averages that it runs through.
    """
    pixels, scale, whole = source.rows, source.scale, source.whole
    if not any(map(_even, (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))):
        return None
    top, bottom = _span(pixels, whole.height, scale, _uniform)
    rows = slice(top // scale, -(-bottom // scale))
    left, right = _span(pixels[rows].T, whole.width, scale, _uniform)
    return _worth(whole, Box(left, top, right, bottom))


def captionless_box(source: Source) -> Box | None:
    """
    Return the part between plain bars with writing on them, above, below or both; or none.

    A bar begins with a uniform line and goes on as long as most of a line has that one's grey.
    """
    pixels, whole = source.rows, source.whole
    if not (_even(pixels[0]) or _even(pixels[-1])):
        return None
    top, bottom = _span(pixels, whole.height, source.scale, _mostly)
    return _worth(whole, Box(0, top, whole.width, bottom))


def _even(line: Pixels) -> bool:
    """Tell whether a line at an edge could be that of a border; few are, and it takes no time."""
    return int(line.max()) - int(line.min()) <= 2 * _TOLERANCE


def _worth(whole: Box, box: Box) -> Box | None:
    removed = max(_beyond(whole.width, box.width), _beyond(whole.height, box.height))
    enough = min(box.width / whole.width, box.height / whole.height) >= _LEAST_SHARE
    return box if removed > 0 and enough and min(box.width, box.height) >= _LEAST_SIDE else None


def _beyond(side: int, left: int) -> int:
    return side - left - max(1, side // _LEAST_REMOVED)


def _span(lines: Pixels, length: int, scale: int, border: _Border) -> tuple[int, int]:
    """Return where the content begins and ends across these lines, in full-size pixels."""
    start, end = border(lines), border(lines[::-1])
    if start + end >= len(lines):
        return 0, length
    first = _edge(lines, start, scale)
    # The last line may stand for fewer pixels than the others.
    after = len(lines) * scale - _edge(lines[::-1], end, scale)
    return (first, min(length, after)) if min(length, after) > first else (0, length)


def _uniform(lines: Pixels) -> int:
    """Count the lines from the start that are as plain as the first one and of its grey."""
    low, high = lines.min(axis=1).astype(int), lines.max(axis=1).astype(int)
    level = (int(low[0]) + int(high[0])) // 2
    return _first((low < level - _TOLERANCE) | (high > level + _TOLERANCE))


def _mostly(lines: Pixels) -> int:
    """Count the lines from the start of which most has the grey of the first, uniform one."""
    level = int(np.median(lines[0]))
    off = np.abs(lines.astype(np.int16) - level) > _TOLERANCE
    return 0 if off[0].any() else _first(off.mean(axis=1) > _WRITTEN_SHARE)


def _first(content: npt.NDArray[np.bool_]) -> int:
    return int(np.argmax(content)) if content.any() else len(content)


def _edge(lines: Pixels, start: int, scale: int) -> int:
    """
    Return the full-size pixel at which the content begins, given the first line that shows it.

    That line is an average over border and content; how much of it is content shows in how far it
    stands off the border, compared with the line after it.
    """
    if start == 0 or scale == 1 or start + 1 >= len(lines):
        return start * scale
    level = int(np.median(lines[0]))
    off = np.abs(lines[start - 1 : start + 2].astype(int) - level).mean(axis=1)
    share = min(2.0, float(off[0] + off[1]) / max(float(off[2]), 1.0))
    return round((start + 1 - share) * scale)
