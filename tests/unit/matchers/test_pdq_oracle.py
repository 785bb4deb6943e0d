"""PDQ by two matrix products is the reference library's PDQ, bit for bit."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
from matcher_pictures import encode, photo
from PIL import Image

from matchers.decode import luma, pdq
from matchers.decode.job import measure
from matchers.decode.luma import Box
from matchers.digests import distance

pdqhash = pytest.importorskip(
    "pdqhash", reason="pdqhash is missing: install the extra 'oracle' (needs a C++ compiler)"
)

FULL = {"size": "full"}
SIZES = [
    (640, 480),
    (481, 641),
    (64, 64),
    (63, 200),
    (128, 129),
    (1001, 333),
    (37, 23),
    (900, 700),
]


def reference(picture: Image.Image) -> tuple[str, int]:
    vector, quality = pdqhash.compute(np.asarray(picture.convert("RGB")))
    return np.packbits(vector).tobytes().hex(), int(quality)


@pytest.mark.parametrize("seed", range(16))
def test_equals_the_reference(seed: int) -> None:
    """Digest and quality equal the reference's on pictures of many sizes."""
    picture = photo(seed, size=SIZES[seed % len(SIZES)])
    block = luma.block(picture, Box(0, 0, *picture.size))
    assert (pdq.code(pdq.transform(block)).hex(), pdq.quality(block)) == reference(picture)


def test_three_hundred_small_pictures_equal_the_references() -> None:
    """PDQ, its quality, pHash and dHash equal the three libraries' on pictures of all sizes."""
    random = np.random.default_rng(11)
    for seed in range(300):
        picture = photo(3000 + seed, size=tuple(int(side) for side in random.integers(40, 170, 2)))
        record = measure(FULL, encode(picture, "BMP"))
        upright = record["views"][0]
        assert (upright["pdq"], upright["quality"]) == reference(picture), seed
        assert record["phash"] == str(imagehash.phash(picture)), seed
        assert record["dhash"] == str(imagehash.dhash(picture)), seed


@pytest.mark.parametrize("value", [0, 7, 128, 255])
def test_plain_pictures_have_imagehashs_digest(value: int) -> None:
    """No rounding shows where all is even, or even in one direction."""
    for picture in (Image.new("L", (100, 80), value), Image.linear_gradient("L")):
        record = measure(FULL, encode(picture, "PNG"))
        assert record["phash"] == str(imagehash.phash(picture))


@pytest.mark.parametrize("seed", range(8))
def test_dihedral_views_equal_the_reference(seed: int) -> None:
    """The eight turns from one block equal the reference's eight, each under its own name."""
    picture = photo(seed + 100, size=SIZES[seed])
    vectors, _ = pdqhash.compute_dihedral(np.asarray(picture))
    turns = pdq.dihedral(pdq.transform(luma.block(picture, Box(0, 0, *picture.size))))
    order = ["upright", "rotated_90", "rotated_180", "rotated_270", "flipped", "mirrored"]
    order += ["transposed", "transversed"]
    expected = [np.packbits(vector).tobytes() for vector in vectors]
    assert [pdq.code(turns[name]) for name in order] == expected


def converted(kind: str, picture: Image.Image) -> bytes:
    match kind:
        case "png8":
            return encode(picture.quantize(256), "PNG")
        case "png8_transparent":
            return encode(picture.quantize(255), "PNG", transparency=255)
        case "png_grey_alpha":
            return encode(picture.convert("LA"), "PNG")
        case "png16":
            grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
            return encode(Image.fromarray(grey), "PNG")
        case "cmyk":
            return encode(picture.convert("CMYK"), "JPEG", quality=95)
        case "gif":
            return encode(picture, "GIF")
        case "webp":
            return encode(picture, "WEBP", quality=90)
        case "progressive":
            return encode(picture, "JPEG", quality=90, progressive=True)
        case _:
            return encode(picture, kind.upper())


KINDS = ["png", "png8", "png8_transparent", "png_grey_alpha", "png16", "cmyk", "gif", "webp"]
KINDS += ["progressive", "jpeg", "avif"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_pictures_digest(kind: str) -> None:
    """Palette, CMYK, 16-bit, alpha and lossy files are within 16 bits of the plain picture."""
    picture = photo(7)
    record = measure({}, converted(kind, picture))
    upright = record["views"][0]
    assert upright["name"] == "upright"
    assert distance(upright["pdq"], reference(picture)[0]) <= 16
    assert record["flags"] == ()


def test_transparent_parts_lie_on_white() -> None:
    """A picture with a transparent half is measured as that picture on white."""
    picture = photo(8)
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (0, 0, 320, 480))
    see_through = picture.copy()
    see_through.putalpha(alpha)
    on_white = picture.copy()
    on_white.paste((255, 255, 255), (0, 0, 320, 480))
    record = measure(FULL, encode(see_through, "PNG"))
    assert record["views"][0]["pdq"] == reference(on_white)[0]


def test_bands_do_not_show() -> None:
    """A picture larger than one band of rows gives the reference's digest, too."""
    picture = photo(9, size=(1600, 1200))
    record = measure(FULL, encode(picture, "PNG"))
    assert record["views"][0]["pdq"] == reference(picture)[0]
