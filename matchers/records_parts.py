"""The locked worker's answer on an archive or a film, read as hostile: a record, or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cases.model import Digests, NotChecked

_MOST_MEMBERS = 2_000
_MOST_FRAMES = 1_000
_LONGEST = 1 << 40
"""Bytes of a member."""
_LATEST_S = 10_000_000
_WORD = r"^[a-z][a-z0-9_]{0,39}$"

Word = Annotated[str, Field(pattern=_WORD)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Frame(_Strict):
    """A key frame that differs from the others."""

    at_s: float = Field(ge=0, le=_LATEST_S, allow_inf_nan=False)
    pdq: str = Field(pattern=r"^[0-9a-f]{64}$")
    quality: int = Field(ge=0, le=100)


class VideoRecord(_Strict):
    """What was measured on a film."""

    kind: Literal["video"]
    format: str = Field(pattern=r"^[a-z0-9_]{1,16}$")
    duration_s: float = Field(ge=0, le=_LATEST_S, allow_inf_nan=False)
    frames: Annotated[tuple[Frame, ...], Field(strict=False, min_length=1, max_length=_MOST_FRAMES)]
    partial: bool


class Member(_Strict):
    """A file in an archive; its name is not known here."""

    ordinal: int = Field(ge=1, le=_MOST_MEMBERS)
    md5: str = Field(pattern=r"^[0-9a-f]{32}$")
    sha1: str = Field(pattern=r"^[0-9a-f]{40}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    length: int = Field(ge=0, le=_LONGEST)
    kind: Literal["picture", "video", "archive", "other"]
    complete: bool
    record: dict[str, object] | None
    """Of a picture or a film; checked by whoever compares it."""

    @property
    def digests(self) -> Digests:
        """Return the digests as the domain has them."""
        return Digests(md5=self.md5, sha1=self.sha1, sha256=self.sha256, length=self.length)


class ArchiveRecord(_Strict):
    """What was measured on an archive."""

    kind: Literal["archive"]
    format: str = Field(pattern=r"^[a-z0-9.]{1,16}$")
    members: Annotated[tuple[Member, ...], Field(strict=False, max_length=_MOST_MEMBERS)]
    total: int = Field(ge=0)
    skipped: dict[Word, Annotated[int, Field(ge=1)]] = Field(max_length=20)
    encrypted: bool
    opened: bool
    partial: bool


class _Failure(_Strict):
    error: Word


_Record = TypeVar("_Record", ArchiveRecord, VideoRecord)


def read_archive(answer: Mapping[str, object]) -> ArchiveRecord | NotChecked:
    """Return the record, the reason that the worker gave, or `bad_record`; never raises."""
    return _read(ArchiveRecord, answer)


def read_video(answer: Mapping[str, object]) -> VideoRecord | NotChecked:
    """Return the record, the reason that the worker gave, or `bad_record`; never raises."""
    return _read(VideoRecord, answer)


def _read(model: type[_Record], answer: Mapping[str, object]) -> _Record | NotChecked:
    try:
        if "error" in answer:
            return NotChecked(reason=_Failure.model_validate(dict(answer)).error)
        return model.model_validate(dict(answer))
    except ValidationError:
        return NotChecked(reason="bad_record")
