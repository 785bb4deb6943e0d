"""Edited copies stay near, other pictures stay far (the full measurement is a benchmark)."""

from __future__ import annotations

import itertools

from matcher_pictures import encode, photo
from PIL import Image, ImageDraw, ImageEnhance

from matchers.decode.job import measure
from matchers.digests import distance

SEEDS = range(20, 26)


def upright(body: bytes) -> str:
    return measure({}, body)["views"][0]["pdq"]


def watermarked(picture: Image.Image) -> Image.Image:
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    draw.text((20, copy.height - 40), "practice.example", fill=(255, 255, 255), font_size=24)
    return copy


def edits(picture: Image.Image) -> dict[str, bytes]:
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    return {
        "quality 40": encode(picture, "JPEG", quality=40),
        "half size": encode(half, "JPEG", quality=85),
        "watermark": encode(watermarked(picture), "JPEG", quality=85),
        "brighter": encode(ImageEnhance.Brightness(picture).enhance(1.2), "JPEG", quality=85),
        "grey": encode(picture.convert("L"), "JPEG", quality=85),
    }


def test_easy_edits_stay_confident() -> None:
    """Re-compressed, halved, marked, brightened and grey copies are within 31 bits."""
    for seed in SEEDS:
        picture = photo(seed, size=(1024, 768))
        wanted = upright(encode(picture, "JPEG", quality=92))
        for edit, body in edits(picture).items():
            assert distance(wanted, upright(body)) <= 31, (seed, edit)


def test_different_pictures_stay_out_of_review() -> None:
    """No two unrelated pictures are within 52 bits, in any view."""
    records = [measure({}, encode(photo(seed), "JPEG")) for seed in range(40, 60)]
    for first, second in itertools.combinations(records, 2):
        wanted = first["views"][0]["pdq"]
        assert min(distance(wanted, view["pdq"]) for view in second["views"]) > 52
