"""The two stacks that are compared: ours, and the one put together from the field's tools."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import imagehash
from PIL import Image
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from matchers.decode.job import measure

Image.MAX_IMAGE_PIXELS = None


def ours(body: bytes) -> dict[str, Any]:
    """Return our record, with the exact digests beside it."""
    return measure({}, body) | _exact(body)


def peer(body: bytes) -> dict[str, Any]:
    """Return what python-threatexchange, imagehash and hashlib say, each opening the file."""
    pdq, quality = pdq_from_bytes(body)
    phash = str(imagehash.phash(Image.open(io.BytesIO(body))))
    dhash = str(imagehash.dhash(Image.open(io.BytesIO(body))))
    return {"pdq": pdq, "quality": quality, "phash": phash, "dhash": dhash} | _exact(body)


def _exact(body: bytes) -> dict[str, str]:
    return {
        "md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(body, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
