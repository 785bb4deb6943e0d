"""
Benign pictures: generated landscapes, or photographs from a folder that the user names.

The bytes stay in the sandbox process; everything that leaves it is a digest.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from matchers.decode import luma, pdq

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_LONGEST_SIDE = 1024
"""Pixels; larger photographs are reduced."""

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDigests:
    """Lower-case hexadecimal digests of one picture file."""

    md5: str
    sha1: str
    sha256: str
    pdq: str


class Album:
    """Pictures by name; the same seed and name give the same bytes."""

    def __init__(self, *, seed: int, folder: Path | None = None) -> None:
        self._seed = seed
        self._files = _pictures_in(folder) if folder is not None else []
        self._numbers: dict[str, int] = {}
        self._encoded: dict[tuple[str, str], bytes] = {}

    def jpeg(self, name: str, variant: str = "original") -> bytes:
        """
        Return the JPEG bytes of a picture.

        Variants: `original`, `reencoded` (stronger compression), `resized` (to three quarters),
        `thumb` (at most 160 pixels).
        """
        known = self._encoded.get((name, variant))
        if known is None:
            known = self._encoded[name, variant] = _encode(self._open(name), variant)
        return known

    def digests(self, name: str, variant: str = "original") -> PictureDigests:
        """Return the digests of a picture as a hash list would carry them."""
        content = self.jpeg(name, variant)
        with Image.open(io.BytesIO(content)) as picture:
            return PictureDigests(
                md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
                sha1=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
                sha256=hashlib.sha256(content).hexdigest(),
                pdq=_pdq(picture),
            )

    def _open(self, name: str) -> Image.Image:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number < len(self._files):
            return _load(self._files[number])
        return landscape(self._seed, name)


def _pdq(picture: Image.Image) -> str:
    whole = luma.block(picture, luma.Box(0, 0, *picture.size))
    return pdq.code(pdq.transform(whole)).hex()


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)


def _load(path: Path) -> Image.Image:
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return picture


def _encode(picture: Image.Image, variant: str) -> bytes:
    quality = 90
    if variant == "reencoded":
        quality = 62
    elif variant == "resized":
        picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
        quality = 75
    elif variant == "thumb":
        picture = picture.copy()
        picture.thumbnail((160, 160))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


# --------------------------------------------------------------------------- landscapes


def landscape(seed: int, name: str) -> Image.Image:
    """Draw a picture from nothing but a seed: relief, ranges of hills, and some stones."""
    word = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(word[:8], "big"))
    width, height = (int(side) for side in random.integers((340, 260), (440, 340)))
    ground = _octaves(random, width, height, first=3, last=7)
    lit = ground * _hills(random, ground)
    shades = np.clip(lit * 255, 0, 255).astype(np.uint8)
    picture = Image.fromarray(_palette(random)[shades])
    _draw_stones(random, picture)
    return picture


def _octaves(
    random: np.random.Generator, width: int, height: int, *, first: int, last: int
) -> Field:
    total = np.zeros((height, width), dtype=np.float32)
    for octave in range(first, last + 1):
        side = 2**octave
        grid = random.standard_normal((side, side), dtype=np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer) * np.float32(0.72 ** (octave - first))
    return _stretched(total)


def _stretched(field: Field) -> Field:
    middle, spread = field.mean(), 2 * field.std()
    stretched: Field = np.clip((field - middle) / (2 * spread) + np.float32(0.5), 0, 1)
    return stretched


def _palette(random: np.random.Generator) -> NDArray[np.uint8]:
    """Return 256 colours from dark to bright, so that the relief stays visible in grey."""
    stops = random.integers(0, 256, (4, 3)).astype(np.float32)
    stops = stops[np.argsort(stops.sum(axis=1))]
    stops[0] *= 0.25
    stops[-1] = 255 - (255 - stops[-1]) * 0.3
    places = np.linspace(0, 255, 4)
    channels = [np.interp(np.arange(256), places, stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _hills(random: np.random.Generator, ground: Field) -> Field:
    """Return how brightly each point is lit; below each ridge the light is another."""
    height, width = ground.shape
    light = np.ones((height, width), dtype=np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(int(random.integers(1, 4))):
        line = _octaves(random, width, 2, first=1, last=5)[0]
        base = float(random.uniform(0.15, 0.85))
        ridge = (base + (line - 0.5) * 0.45) * height
        shade = np.float32(random.choice((0.35, 0.5, 1.6, 2.0)))
        light *= np.where(rows > ridge[None, :], shade, np.float32(1))
    return light


def _draw_stones(random: np.random.Generator, picture: Image.Image) -> None:
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    for _ in range(int(random.integers(3, 9))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        long, short = random.uniform(8, 50, 2)
        colour = tuple(int(part) for part in random.integers(0, 256, 3))
        pen.ellipse((x - long, y - short, x + long, y + short), fill=colour)
