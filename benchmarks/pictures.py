"""
Photo-like pictures from a seed: relief at all scales, light, edges, shapes, grain; nobody in them.

A JPEG of quality 85 has 1.3 to 1.8 bits per pixel, like a photograph; plain drawings have a tenth.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Field = NDArray[np.float32]
Size = tuple[int, int]

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_SIZES: list[Size] = [(512, 384), (384, 512), (640, 360), (448, 448), (600, 400), (500, 333)]
"""Of pictures on the web; the small ones are the hard ones."""
_COARSEST, _FINEST = 2, 11
"""Octaves of relief: powers of two of cells across the longer side."""
_FALL = 0.72
"""Of the strength of an octave that the next finer one has."""
_GRAIN = 7.0
"""Standard deviation of the grain, in grey levels."""


def photo(seed: int, *, size: Size = (704, 528)) -> Image.Image:
    """Draw one picture; another seed gives an unrelated one."""
    random = np.random.default_rng(seed)
    light = _lit(random, size)
    colours = _tints(random, size)
    pixels = light[:, :, None] * 190 + 30 + colours * 40
    pixels += random.normal(0, _GRAIN, pixels.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    _shapes(random, picture)
    return picture


def encode(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return the picture as a file, in memory."""
    stream = BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


def album(count: int, *, folder: Path | None = None) -> list[int | Path]:
    """Name so many pictures: those of a folder, as far as it reaches, or drawn ones."""
    if folder is None:
        return list(range(count))
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return [*sorted(files)[:count]]


def load(name: int | Path) -> Image.Image:
    """Return one picture of an album."""
    if isinstance(name, Path):
        with Image.open(name) as opened:
            return opened.convert("RGB")
    return photo(name, size=_SIZES[name % len(_SIZES)])


def _lit(random: np.random.Generator, size: Size) -> Field:
    relief = _octaves(random, size, _COARSEST, _FINEST)
    ridge = _ridges(random, size)
    slope = _gradient(random, size)
    mixed = 0.75 * relief + 0.25 * _octaves(random, size, 1, 3)
    light = mixed * ridge + slope
    even = (light - light.mean()) / (float(light.std()) or 1.0)
    return (0.5 + 0.5 * np.tanh(0.8 * even)).astype(np.float32)


def _octaves(random: np.random.Generator, size: Size, first: int, last: int) -> Field:
    total = np.zeros(size[::-1], dtype=np.float32)
    for octave in range(first, last + 1):
        cells = max(2, 2**octave * size[0] // max(size)), max(2, 2**octave * size[1] // max(size))
        if cells[0] >= size[0] or cells[1] >= size[1]:
            break
        grid = random.standard_normal(cells[::-1], dtype=np.float32)
        layer = Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer) * np.float32(_FALL ** (octave - first))
    spread = float(total.std()) or 1.0
    return (total / (4 * spread) + np.float32(0.5)).astype(np.float32)


def _ridges(random: np.random.Generator, size: Size) -> Field:
    """Return how brightly each point is lit; on the other side of an edge it is another light."""
    width, height = size
    light = np.ones((height, width), dtype=np.float32)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(int(random.integers(2, 5))):
        turn = random.uniform(0, np.pi)
        along = across * np.cos(turn) + down * np.sin(turn)
        over = down * np.cos(turn) - across * np.sin(turn)
        wave = random.uniform(0.03, 0.12) * max(size)
        line = wave * np.sin(along / (random.uniform(0.08, 0.3) * max(size)))
        side = over - line > random.uniform(-0.3, 0.5) * max(size)
        light *= np.where(side, np.float32(random.choice((0.55, 0.7, 1.35, 1.6))), np.float32(1))
    return light


def _gradient(random: np.random.Generator, size: Size) -> Field:
    across = np.linspace(-0.5, 0.5, size[0], dtype=np.float32)[None, :]
    down = np.linspace(-0.5, 0.5, size[1], dtype=np.float32)[:, None]
    return across * np.float32(random.uniform(-0.4, 0.4)) + down * np.float32(
        random.uniform(-0.5, 0.5)
    )


def _tints(random: np.random.Generator, size: Size) -> Field:
    planes = [_octaves(random, size, 1, 4) - 0.5 for _ in range(3)]
    return np.stack(planes, axis=-1) * 2


def _shapes(random: np.random.Generator, picture: Image.Image) -> None:
    pen = ImageDraw.Draw(picture)
    sides = np.array(picture.size)
    for _ in range(int(random.integers(4, 12))):
        colour = tuple(int(part) for part in random.integers(15, 240, 3))
        corner = random.uniform(-0.05, 0.95, 2) * sides
        extent = random.uniform(0.03, 0.22, 2) * sides
        box = [*(float(v) for v in corner), *(float(v) for v in corner + extent)]
        kinds: list[Callable[..., None]] = [pen.ellipse, pen.rectangle, pen.line]
        kind = kinds[int(random.integers(0, 3))]
        options = {"width": max(2, min(picture.size) // 90)} if kind == pen.line else {}
        kind(box, fill=colour, **options)
