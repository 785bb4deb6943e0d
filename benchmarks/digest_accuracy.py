"""How far digests are from the reference libraries', and which file formats are read rightly."""

from __future__ import annotations

import io
from collections.abc import Callable

import imagehash
import numpy as np
import pdqhash
from PIL import Image

from benchmarks.digest_stacks import peer
from benchmarks.measure import Report
from benchmarks.pictures import Size, encode, photo
from matchers.decode.job import measure

_WORST: list[Size] = [(384, 509), (391, 700), (768, 1201), (1535, 777), (1536, 1543), (1583, 1537)]
"""Sizes just above those at which the reduction becomes stronger."""
_CONFIDENT = 31
_FORMAT_PICTURES = 40


def bits(pictures: int) -> Report:
    """Return the bits that differ from the references, at full size and reduced."""
    random = np.random.default_rng(3)
    found: dict[str, list[int]] = {name: [] for name in _NAMES}
    for seed in range(pictures):
        size = (int(random.integers(200, 1900)), int(random.integers(200, 1900)))
        body = encode(photo(seed, size=_WORST[seed // 2 % 6] if seed % 2 else size), quality=85)
        for name, value in _compared(body).items():
            found[name].append(value)
    return {
        "bits_full_vs_pdqhash": max(found["full"]),
        "bits_reduced_mean": round(float(np.mean(found["reduced"])), 2),
        "bits_reduced_p99": float(np.percentile(found["reduced"], 99)),
        "bits_reduced_max": max(found["reduced"]),
        "phash_bits": max(found["phash"]),
        "dhash_bits": max(found["dhash"]),
        "phash_bits_reduced_mean": round(float(np.mean(found["phash_reduced"])), 2),
        "dhash_bits_reduced_mean": round(float(np.mean(found["dhash_reduced"])), 2),
        "pictures": pictures,
    }


def distance(first: str, second: str) -> int:
    """Return the bits in which two digests differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


_NAMES = ("full", "reduced", "phash", "dhash", "phash_reduced", "dhash_reduced")


def _compared(body: bytes) -> dict[str, int]:
    full, reduced = measure({"size": "full"}, body), measure({}, body)
    picture = Image.open(io.BytesIO(body))
    pdq = reference(picture)
    phash, dhash = str(imagehash.phash(picture)), str(imagehash.dhash(picture))
    return {
        "full": distance(full["views"][0]["pdq"], pdq),
        "reduced": distance(reduced["views"][0]["pdq"], pdq),
        "phash": distance(full["phash"], phash),
        "dhash": distance(full["dhash"], dhash),
        "phash_reduced": distance(reduced["phash"], phash),
        "dhash_reduced": distance(reduced["dhash"], dhash),
    }


def reference(picture: Image.Image) -> str:
    """Return the reference library's PDQ of a picture."""
    vector, _ = pdqhash.compute(np.asarray(picture.convert("RGB")))
    return np.packbits(vector).tobytes().hex()


def formats() -> Report:
    """Return, by file format, the share of pictures that still match themselves."""
    makers: dict[str, Callable[[Image.Image], tuple[bytes, Image.Image]]] = {
        "gif": lambda one: (encode(one, "GIF"), one),
        "palette_png": lambda one: (encode(one.quantize(256), "PNG"), one),
        "cmyk_jpeg": lambda one: (encode(one.convert("CMYK"), quality=90), one),
        "grey_16_bit_png": lambda one: (encode(_deep(one), "PNG"), one),
        "alpha_png": _see_through,
    }
    return {name: _matched(maker) for name, maker in makers.items()}


def _matched(maker: Callable[[Image.Image], tuple[bytes, Image.Image]]) -> Report:
    ours = theirs = 0
    for seed in range(_FORMAT_PICTURES):
        body, shown = maker(photo(5000 + seed, size=(640, 480)))
        wanted = reference(shown)
        ours += distance(measure({}, body)["views"][0]["pdq"], wanted) <= _CONFIDENT
        theirs += distance(peer(body)["pdq"], wanted) <= _CONFIDENT
    return {"ours": ours / _FORMAT_PICTURES, "peer": theirs / _FORMAT_PICTURES}


def _deep(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


def _see_through(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Return a picture cut out in an ellipse, and as a browser shows it, on white."""
    mask = Image.radial_gradient("L").resize(picture.size).point(lambda value: 255 * (value < 150))
    clear = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    clear.paste(picture, mask=mask)
    shown = Image.new("RGB", picture.size, (255, 255, 255))
    shown.paste(picture, mask=mask)
    return encode(clear, "PNG"), shown
