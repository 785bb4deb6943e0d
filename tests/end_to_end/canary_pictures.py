"""Pictures of pure noise, so that any few bytes of one are found nowhere else in the world."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leaks import WINDOW, Canaries
from PIL import Image

from sandbox.pictures import Album, landscape

SIZE = (192, 144)
"""Pixels; larger than a preview, so that previews are other bytes."""
VARIANTS = ("original", "reencoded", "thumb")
JPEG_TABLES = 1024
"""Bytes at the start of a JPEG that all JPEGs share."""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Noise in a folder, and what the practice web serves of it."""

    folder: Path
    served: tuple[bytes, ...]
    """The files as they are served, which are not those of the folder."""

    def canaries(self) -> Canaries:
        """Return what must not be found: the files served and what they look like."""
        return Canaries(needle for content in self.served for needle in _needles(content))

    def digests(self) -> frozenset[str]:
        return frozenset(hashlib.sha256(content).hexdigest() for content in self.served)


def make_pictures(folder: Path, *, count: int, seed: int) -> Pictures:
    """Write noise as JPEG and PNG; return it with the bytes that a sandbox will make of it."""
    folder.mkdir()
    for number in range(count):
        _noise().save(folder / f"{number:03d}.{('jpg', 'png')[number % 2]}", quality=92)
    album = Album(seed=seed, folder=folder)
    served = tuple(
        album.jpeg(f"any-{number}", variant) for number in range(count) for variant in VARIANTS
    )
    return Pictures(folder=folder, served=served)


def _noise() -> Image.Image:
    """Put noise, which makes all unique, over a landscape, which perceptual digests live on."""
    land = landscape(int.from_bytes(os.urandom(4), "big"), "noise").resize(SIZE)
    noise = Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3))
    return Image.blend(land, noise, 0.35)


def listed_digests(hash_list: str) -> frozenset[str]:
    """Return the SHA-256 digests of a practice hash list."""
    return frozenset(row["sha256"] for row in csv.DictReader(io.StringIO(hash_list)))


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB").tobytes()


def _needles(content: bytes) -> Iterable[bytes]:
    yield content[JPEG_TABLES:]
    yield pixels(content)


def witness(content: bytes) -> Iterator[bytes]:
    """Return one window of the file and one of its pixels, for positive controls."""
    for whole in (content, pixels(content)):
        starts = range(len(whole) // 2, len(whole), WINDOW)
        windows = (whole[start : start + WINDOW] for start in starts)
        # A quoted backslash cannot be told from an escape, so that piece would not be found.
        yield next(window for window in windows if b"\\" not in window)
