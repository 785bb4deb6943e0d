"""
The bytes of a picture -> a record of digests and measures.

Needs no file, no network and no thread once imported. Only the record leaves; an exception never
carries anything of the body.
"""

from __future__ import annotations

import importlib
from dataclasses import asdict
from typing import Any

import imagehash
from PIL import ImageFile

from matchers.decode import flags, luma, pdq, views
from matchers.decode.luma import Box
from matchers.decode.opening import UnreadableError, guarded, open_picture
from matchers.decode.record import PictureRecord, View

importlib.import_module("scipy.fftpack")  # imagehash imports it at first use: too late in the lock

MEASURABLE_QUALITY = 50
"""PDQ's own advice; what is done with it is the core's policy."""
ANIMATION_PIXELS = 200_000_000
"""Decoded pixels allowed over all frames that must be passed to reach the last one."""
_MOST_FRAMES = 1_000_000
"""What a file claims beyond that is not worth a number."""
_STILL = {"MPO"}
"""Formats whose further frames are previews or the other eye."""


def measure(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    """
    Measure one picture.

    `header` is not needed and is there because every job has one. Returns a `PictureRecord` as
    a dictionary, or `{"error": word}` with one of `empty`, `unsupported_format`,
    `too_many_pixels`, `out_of_memory`, `undecodable`.
    """
    del header
    try:
        picture, partial = open_picture(body)
        with guarded():
            return asdict(_record(picture, partial=partial))
    except UnreadableError as problem:
        return {"error": str(problem)}


def _record(picture: ImageFile.ImageFile, *, partial: bool) -> PictureRecord:
    size, kind = picture.size, picture.format or ""
    grey = luma.grey(picture)
    block = luma.block(picture, Box(0, 0, *size))
    coefficients = pdq.transform(block)
    more = [views.exif_view(picture), views.trimmed_view(picture, grey)]
    frames, counted = (1, True) if kind in _STILL else _frames(picture)
    partial = partial or not counted
    if frames > 1:
        last = _last_frame(picture, frames)
        more, partial = [*more, last], partial or last is None
    all_views = (*views.turned_views(block, coefficients), *filter(None, more))
    return PictureRecord(
        format=kind,
        width=size[0],
        height=size[1],
        frames=frames,
        views=all_views,
        phash=str(imagehash.phash(grey)),
        dhash=str(imagehash.dhash(grey)),
        flags=_flags(block, coefficients, all_views, partial=partial, animated=frames > 1),
    )


def _frames(picture: ImageFile.ImageFile) -> tuple[int, bool]:
    """Return how many frames there are, and whether they could be counted."""
    try:
        with guarded():
            claimed = int(getattr(picture, "n_frames", 1))
    except UnreadableError:
        return 1, False
    return min(max(1, claimed), _MOST_FRAMES), True


def _last_frame(picture: ImageFile.ImageFile, frames: int) -> View | None:
    """Return the last frame's view, if it can be read within the budget."""
    if frames * picture.width * picture.height > ANIMATION_PIXELS:
        return None
    try:
        with guarded():
            picture.seek(frames - 1)
            picture.load()
            return views.frame_view(picture)
    except UnreadableError:
        return None


def _flags(
    block: pdq.Matrix,
    coefficients: pdq.Matrix,
    all_views: tuple[View, ...],
    *,
    partial: bool,
    animated: bool,
) -> tuple[str, ...]:
    found = {
        "flat": flags.is_flat(block),
        "low_quality": all(view.quality < MEASURABLE_QUALITY for view in all_views),
        "grid": flags.is_grid(block, coefficients),
        "partial": partial,
        "animated": animated,
    }
    return tuple(name for name, present in found.items() if present)
