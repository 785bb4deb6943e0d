"""
The bytes of a picture -> a record of digests and measures.

Needs no file and no network once imported. Only the record leaves; an exception never carries
anything of the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from matchers.decode import flags, frames, pdq, small, sources, views
from matchers.decode.opening import Opened, UnreadableError, guarded, open_picture
from matchers.decode.record import PictureRecord, View
from matchers.decode.sources import Sources

_FIELDS = tuple(field.name for field in fields(PictureRecord))
_VIEW_FIELDS = tuple(field.name for field in fields(View))
MEASURABLE_QUALITY = 50
"""PDQ's own advice; what is done with it is the core's policy."""


def measure(header: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """
    Measure one picture.

    Larger pictures are measured at a half, a quarter or an eighth of their size, which moves a
    few bits; `{"size": "full"}` in `header` asks for the reference's digests bit for bit. Returns
    a `PictureRecord` as a dictionary, or `{"error": word}` with one of `empty`,
    `unsupported_format`, `too_many_pixels`, `out_of_memory`, `undecodable`.
    """
    full = header.get("size") == "full"
    try:
        opened = open_picture(body, full=full)
        with guarded():
            return as_plain(_record(opened, full=full))
    except UnreadableError as problem:
        return {"error": str(problem)}


def as_plain(record: PictureRecord) -> dict[str, Any]:
    """Return the record as a dictionary; `dataclasses.asdict` takes ten times as long."""
    plain = {name: getattr(record, name) for name in _FIELDS}
    plain["views"] = tuple(view_as_plain(view) for view in record.views)
    return plain


def view_as_plain(view: View) -> dict[str, Any]:
    """Return the view as a dictionary."""
    return {name: getattr(view, name) for name in _VIEW_FIELDS}


def _record(opened: Opened, *, full: bool) -> PictureRecord:
    picture, shown = opened.picture, _sources(opened, full=full)
    block = shown.white.block(shown.white.whole)
    coefficients = pdq.transform(block)
    further = _further(shown, views.orientation(picture))
    phash, dhash = small.phash(shown.white), small.dhash(shown.white)
    counted = frames.count(picture)
    others = frames.frame_views(picture, frames.spread(counted or 1, opened.size))
    all_views = (*views.turned_views(coefficients, pdq.quality(block)), *further, *others)
    return PictureRecord(
        format=picture.format or "",
        width=opened.size[0],
        height=opened.size[1],
        frames=counted or 1,
        scale=shown.white.scale,
        views=all_views,
        phash=phash,
        dhash=dhash,
        flags=_flags(
            block,
            coefficients,
            all_views,
            partial=opened.partial or not _whole_animation(counted, others),
            animated=(counted or 1) > 1,
        ),
    )


def _sources(opened: Opened, *, full: bool) -> Sources:
    if opened.scale > 1:
        return sources.drafted(opened.picture, size=opened.size, scale=opened.scale)
    return sources.of(opened.picture, full=full)


def _further(shown: Sources, orientation: int) -> list[View]:
    found = [views.exif_view(shown.white, orientation), *views.inner_views(shown.white)]
    if shown.black is not None:
        found.append(views.whole_view("on_black", shown.black))
    return [view for view in found if view is not None]


def _whole_animation(counted: int | None, others: Sequence[View]) -> bool:
    """Tell whether the frames were counted, and the last one was measured."""
    if counted is None:
        return False
    return counted == 1 or bool(others and others[-1].name == f"frame_{counted - 1}")


def _flags(
    block: pdq.Matrix,
    coefficients: pdq.Matrix,
    all_views: Sequence[View],
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
