"""Photo-like pictures without people or meaning: smooth noise of several scales, and shapes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw


def photo(seed: int, *, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Draw a picture from a seed; different seeds give unrelated pictures."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((size[1], size[0], 3))
    for cells, strength in ((3, 60), (7, 45), (15, 30), (40, 14)):
        pixels += strength * _noise(rng, cells, size)
    pixels += rng.normal(0, 3, pixels.shape)
    picture = Image.fromarray(np.clip(pixels + 128, 0, 255).astype(np.uint8))
    _shapes(picture, rng)
    return picture


def encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture as a file in memory."""
    stream = BytesIO()
    picture.save(stream, format=kind, **options)
    return stream.getvalue()


def _noise(rng: np.random.Generator, cells: int, size: tuple[int, int]) -> np.ndarray:
    planes = []
    for _ in range(3):
        small = rng.uniform(-1, 1, (cells, cells + 1)).astype(np.float32)
        planes.append(np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)))
    common = planes[0]
    return np.stack([0.7 * common + 0.3 * plane for plane in planes], axis=-1)


def _shapes(picture: Image.Image, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for _ in range(6):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (
            int(rng.integers(width // 12, width // 4)),
            int(rng.integers(height // 12, height // 4)),
        )
        colour = tuple(int(value) for value in rng.integers(20, 236, 3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=colour)
