"""The locked worker's answer, read as hostile: a picture record, or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cases.model import NotChecked
from matchers.decode.record import PictureRecord, View

_MOST_SIDE = 20_000
_MOST_FRAMES = 10_000_000
_MOST_VIEWS = 64


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _View(_Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    pdq: str = Field(pattern=r"^[0-9a-f]{64}$")
    quality: int = Field(ge=0, le=100)


class _Record(_Strict):
    # A record may have travelled as JSON, which knows lists only.
    format: str = Field(pattern=r"^[A-Z0-9]{1,8}$")
    width: int = Field(ge=1, le=_MOST_SIDE)
    height: int = Field(ge=1, le=_MOST_SIDE)
    frames: int = Field(ge=1, le=_MOST_FRAMES)
    scale: int = Field(default=1, ge=1, le=8)
    views: Annotated[tuple[_View, ...], Field(strict=False, min_length=1, max_length=_MOST_VIEWS)]
    phash: str = Field(pattern=r"^[0-9a-f]{16}$")
    dhash: str = Field(pattern=r"^[0-9a-f]{16}$")
    flags: Annotated[
        tuple[Literal["flat", "low_quality", "grid", "partial", "animated"], ...],
        Field(strict=False, max_length=5),
    ]


class _Failure(_Strict):
    error: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")


def read_record(answer: Mapping[str, object]) -> PictureRecord | NotChecked:
    """
    Return the record, the reason that the worker gave, or `bad_record`; never raises.

    The first view of a record is always the upright one.
    """
    try:
        if "error" in answer:
            return NotChecked(reason=_Failure.model_validate(dict(answer)).error)
        record = _plain(_Record.model_validate(dict(answer)))
    except ValidationError:
        return NotChecked(reason="bad_record")
    return record if record.views[0].name == "upright" else NotChecked(reason="bad_record")


def _plain(record: _Record) -> PictureRecord:
    views = tuple(View(name=view.name, pdq=view.pdq, quality=view.quality) for view in record.views)
    members = record.model_dump(exclude={"views"})
    return PictureRecord(**members, views=views)
