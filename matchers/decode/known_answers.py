"""Prove that this machine's decoder, inside its lock, gives the digests that it should."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from matchers.decode.measuring import measure

_PDQ = "ab5d030d02aa8b78b4ff5491f77d6237505faa28780e97368700e9cc1bd512df"
"""Of the drawn picture."""
_TOLERANCE = {"PNG": 0, "JPEG": 8, "GIF": 8, "WEBP": 8}
"""Format -> bits that its loss, or another version of its encoder, may move."""
_CELLS = (16, 20)
_CELL = 16
"""Pixels."""


def self_test() -> None:
    """
    Measure a drawn picture in each format and compare with the known answer.

    Raises:
        RuntimeError: a decoder or a digest of this machine does not work as it should; the
            worker must not be used.
    """
    for kind, tolerance in _TOLERANCE.items():
        record = measure({}, encoded(kind))
        if record.get("format") != kind:
            raise RuntimeError(f"picture self-test failed: {kind} cannot be read here")
        found = int(record["views"][0]["pdq"], 16)
        if (found ^ int(_PDQ, 16)).bit_count() > tolerance:
            raise RuntimeError(f"picture self-test failed: {kind} gives another digest here")


def drawn_picture() -> Image.Image:
    """Draw a picture by formula, the same on every machine: a mosaic of greys with a slope."""
    row, column = np.mgrid[0 : _CELLS[0], 0 : _CELLS[1]]
    cells = (row * 37 + column * 61 + row * column * 17 + row * row * 29) * 53 % 181
    mosaic = np.kron(cells, np.ones((_CELL, _CELL), dtype=np.int64))
    slope = np.linspace(0, 60, mosaic.shape[1]).astype(np.int64)
    pixels = np.stack([mosaic + slope, mosaic + 30, mosaic + slope[::-1]], axis=-1)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def encoded(kind: str) -> bytes:
    """Return the drawn picture as a file of that format, in memory."""
    stream = BytesIO()
    drawn_picture().save(stream, format=kind, quality=90)
    return stream.getvalue()
