"""
Open the files of one segment: all there, of the right lengths, and belonging together.

`NAME.meta.json` says what they hold, and carries a fingerprint of itself and of samples of every
file. It tells a cut, exchanged or foreign file at once; a changed byte between the samples is
told by the digests in the list's manifest.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from cases.errors import ConfigurationProblem

Buffer = mmap.mmap | bytes
"""A mapped file; an empty one cannot be mapped."""

_SAMPLES = 4
_SAMPLE_BYTES = 4096
_LARGEST_META = 1 << 16


@checked(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid", strict=True))
class Meta:
    """What the files of a segment hold."""

    form: Literal["exact-1", "hamming-1"]
    width: int = Field(ge=4, le=64)
    """Bytes of a signal."""
    count: int = Field(ge=0, lt=1 << 32)
    seed: int = 0
    """Of the order of bits."""
    chunks: list[int] = Field(default_factory=list)
    """Their widths in bits, widest first; none without tables."""
    cell_bytes: Literal[2, 4] = 2
    sizes: dict[str, int]
    """File's suffix -> bytes."""
    fingerprint: str = ""


_ADAPTER = TypeAdapter(Meta)


@dataclass(frozen=True, slots=True)
class Segment:
    """The files of one segment, mapped."""

    meta: Meta
    files: Mapping[str, Buffer]
    """By suffix."""


def meta_path(directory: Path, name: str) -> Path:
    """Return where a segment says what it holds."""
    return directory / f"{name}.meta.json"


def sealed(meta: Meta, directory: Path, name: str) -> bytes:
    """Return the text of the meta file for finished files."""
    files = {
        suffix: map_file(directory / f"{name}.{suffix}", size=size)
        for suffix, size in meta.sizes.items()
    }
    done = replace(meta, fingerprint=_fingerprint(meta, files))
    return json.dumps(asdict(done), sort_keys=True).encode() + b"\n"


def open_segment(directory: Path, name: str, *, form: str) -> Segment:
    """
    Map the files of a segment.

    Raises:
        ConfigurationProblem: one is missing, damaged, or belongs to another segment.
    """
    path = meta_path(directory, name)
    meta = _read_meta(path)
    if meta.form != form:
        raise damaged(path)
    files = {
        suffix: map_file(directory / f"{name}.{suffix}", size=size)
        for suffix, size in meta.sizes.items()
    }
    if meta.fingerprint != _fingerprint(meta, files):
        raise damaged(path)
    return Segment(meta, files)


def map_file(path: Path, *, size: int | None = None) -> Buffer:
    """
    Map a file for reading.

    Raises:
        ConfigurationProblem: it is missing, unreadable, or not of the size asked for; without
            a size, it is empty.
    """
    try:
        with path.open("rb") as file:
            if size == 0 and not file.read(1):
                return b""
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        raise ConfigurationProblem(
            f"{path}: missing, empty or unreadable; import this hash list again"
        ) from None
    if size is not None and len(mapped) != size:
        raise damaged(path)
    return mapped


def damaged(path: Path) -> ConfigurationProblem:
    """Make the error for files that cannot be what was written."""
    return ConfigurationProblem(
        f"{path}: damaged, or not of these files; import this hash list again"
    )


def _read_meta(path: Path) -> Meta:
    try:
        with path.open("rb") as file:
            return _ADAPTER.validate_json(file.read(_LARGEST_META))
    except OSError:
        raise ConfigurationProblem(f"{path}: missing; import this hash list again") from None
    except (ValidationError, ValueError):
        raise damaged(path) from None


def _fingerprint(meta: Meta, files: Mapping[str, Buffer]) -> str:
    said = asdict(replace(meta, fingerprint=""))
    seen = hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16)
    for _, content in sorted(files.items()):
        last = max(0, len(content) - _SAMPLE_BYTES)
        for number in range(_SAMPLES):
            at = last * number // (_SAMPLES - 1)
            seen.update(content[at : at + _SAMPLE_BYTES])
    return seen.hexdigest()
