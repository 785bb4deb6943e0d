"""What the farm serves: pages of a gallery and photo-like pictures of the web's sizes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

from PIL import Image

from benchmarks.pictures import encode, photo

_MEDIAN = 220_000
_SPREAD = 0.95
"""Of the logarithm of the size: one picture in a hundred is larger than 2 MB."""
_LEAST, _MOST = 20_000, 3_000_000
_PER_PIXEL = {"JPEG": 0.155, "PNG": 1.95, "WEBP": 0.11}
"""Bytes, as the pictures of `benchmarks.pictures` have them."""
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_WORDS = ("harbour", "light", "morning", "bridge", "stone", "river", "window", "garden")


@dataclass(frozen=True, kw_only=True)
class Served:
    """One body and its media type."""

    content_type: str
    body: bytes


def pictures(count: int, *, small: bool = False) -> list[Served]:
    """Draw so many pictures: 7 of 10 JPEG, 2 WebP, 1 PNG; sizes log-normal, median 220 kB."""
    sheet = photo(7, size=(640, 480) if small else (2600, 1950))
    return [_picture(sheet, number, size) for number, size in enumerate(_sizes(count, small))]


def _sizes(count: int, small: bool) -> Iterator[int]:
    """Take the sizes at evenly spread quantiles, in a fixed shuffled order."""
    normal = NormalDist(0.0, _SPREAD)
    ranks = list(range(count))
    random.Random(5).shuffle(ranks)
    for rank in ranks:
        factor = 2.718281828 ** normal.inv_cdf((rank + 0.5) / count)
        size = int(min(max(_MEDIAN * factor, _LEAST), _MOST))
        yield size // 10 if small else size


def _picture(sheet: Image.Image, number: int, size: int) -> Served:
    kind = ("JPEG",) * 7 + ("WEBP",) * 2 + ("PNG",)
    form = kind[number % len(kind)]
    width = max(48, round((size / _PER_PIXEL[form] / 0.75) ** 0.5))
    cut = _cut(sheet, number, (width, width * 3 // 4))
    quality = {} if form == "PNG" else {"quality": 85 if form == "JPEG" else 80}
    return Served(content_type=_TYPES[form], body=encode(cut, form, **quality))


def _cut(sheet: Image.Image, number: int, size: tuple[int, int]) -> Image.Image:
    """Cut a piece out of the sheet at a place of its own; a larger one is put together of two."""
    place = random.Random(number)
    if size[0] > sheet.width or size[1] > sheet.height:
        double = Image.new("RGB", (sheet.width * 2, sheet.height * 2))
        for left, top in ((0, 0), (sheet.width, 0), (0, sheet.height), (sheet.width, sheet.height)):
            double.paste(sheet, (left, top))
        sheet = double
    left = place.randrange(sheet.width - size[0] + 1)
    top = place.randrange(sheet.height - size[1] + 1)
    return sheet.crop((left, top, left + size[0], top + size[1]))


def page(number: int, shown: list[str]) -> Served:
    """Write a page of about 20 kB with links, text and the pictures that it shows."""
    words = random.Random(number)
    figures = "".join(
        f'<figure><a href="{path}"><img src="{path}" alt=""></a>'
        f"<figcaption>{_text(words, 12)}</figcaption></figure>"
        for path in shown
    )
    links = "".join(f'<li><a href="/tag/{n}">{_text(words, 2)}</a></li>' for n in range(60))
    text = "".join(f"<p>{_text(words, 60)}</p>" for _ in range(30))
    body = (
        f"<!doctype html><html><head><meta charset=utf-8><title>{number}</title></head><body>"
        f"<nav><ul>{links}</ul></nav><main>{figures}{text}</main></body></html>"
    )
    return Served(content_type="text/html", body=body.encode())


def _text(words: random.Random, count: int) -> str:
    return " ".join(words.choices(_WORDS, k=count))
