"""Frames of an animation (or pages, or pictures of one file) beyond the one first shown."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import ImageFile

from matchers.decode import sources, views
from matchers.decode.opening import UnreadableError, check_size, guarded
from matchers.decode.record import View

ANIMATION_PIXELS = 200_000_000
"""Decoded pixels allowed over all frames that must be passed to reach the last one: 2 s."""
SAMPLED = 8
"""Frames measured beside the first one."""
_LEAST_COST = 5_000
"""Pixels that a frame counts for at least: passing a tiny one takes time as well."""
_MOST_FRAMES = 1_000_000
"""What a file claims beyond that is not worth a number."""
_STILL = {"MPO", "ICO"}
"""Formats whose further frames are previews, or the other eye, or the same in other sizes."""


def count(picture: ImageFile.ImageFile) -> int | None:
    """Return how many frames there are, 1 to 1,000,000, or none if they cannot be counted."""
    if picture.format in _STILL:
        return 1
    try:
        with guarded():
            claimed = int(getattr(picture, "n_frames", 1))
    except UnreadableError:
        return None
    return min(max(1, claimed), _MOST_FRAMES)


def spread(frames: int, size: tuple[int, int]) -> tuple[int, ...]:
    """
    Return the frames to measure beside frame 0, in order: evenly spread, the last one among them.

    Those that cannot be reached within `ANIMATION_PIXELS` are left out.
    """
    reachable = min(frames, ANIMATION_PIXELS // max(_LEAST_COST, size[0] * size[1]))
    last = max(0, reachable - 1)
    return tuple(sorted({-(-last * step // SAMPLED) for step in range(1, SAMPLED + 1)} - {0}))


def frame_views(picture: ImageFile.ImageFile, numbers: Sequence[int]) -> list[View]:
    """Return the views `frame_<number>` of these frames, until one cannot be read."""
    found: list[View] = []
    try:
        for number in numbers:
            with guarded():
                picture.seek(number)
                check_size(picture)
                picture.load()
                found.append(views.whole_view(f"frame_{number}", sources.of(picture).white))
    except UnreadableError:
        return found
    return found
