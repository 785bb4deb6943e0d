"""Pictures measured at a fraction of their size: how far that moves their digests."""

from __future__ import annotations

import statistics
from io import BytesIO

import imagehash
import numpy as np
import pytest
from matcher_pictures import encode, photo
from PIL import Image

from matchers.decode import jpeg, luma, pdq
from matchers.decode.job import measure
from matchers.decode.luma import Box
from matchers.digests import distance

FULL = {"size": "full"}
WORST = [(384, 509), (391, 700), (575, 384), (768, 1201), (1535, 777), (1536, 1543), (577, 420)]
"""Sizes just above those at which the reduction becomes stronger, odd where it hurts."""


def upright(record: dict[str, object]) -> str:
    return record["views"][0]["pdq"]


def moved(numbers: range, sizes: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return the bits by which the reduced path, and a naive small decode, miss the reference."""
    pdqhash = pytest.importorskip("pdqhash", reason="install the extra 'oracle'")
    ours, naive = [], []
    for number in numbers:
        body = encode(photo(number, size=sizes[number % len(sizes)]), "JPEG", quality=85)
        vector, quality = pdqhash.compute(np.asarray(Image.open(BytesIO(body)).convert("RGB")))
        wanted = np.packbits(vector).tobytes().hex()
        full, small = measure(FULL, body), measure({}, body)
        assert (upright(full), full["views"][0]["quality"], full["scale"]) == (wanted, quality, 1)
        assert full["phash"] == str(imagehash.phash(Image.open(BytesIO(body))))
        assert full["dhash"] == str(imagehash.dhash(Image.open(BytesIO(body))))
        ours.append(distance(upright(small), wanted))
        naive.append(distance(_naive(body), wanted))
    return ours, naive


def _naive(body: bytes) -> str:
    picture = Image.open(BytesIO(body))
    picture.draft("L", (jpeg.LEAST_SIDE, jpeg.LEAST_SIDE))
    whole = luma.block(picture, Box(0, 0, *picture.size))
    return pdq.code(pdq.transform(whole)).hex()


def agreed(ours: list[int], naive: list[int]) -> None:
    assert statistics.mean(ours) <= 2.1
    assert np.percentile(ours, 99) <= 8
    assert statistics.mean(naive) > 2.1
    assert np.percentile(naive, 99) > 8


def test_a_reduced_picture_moves_a_few_bits() -> None:
    """Full size equals all three reference libraries; reduced is near; naively reduced is not."""
    agreed(*moved(range(14), WORST))


@pytest.mark.long
def test_three_hundred_pictures_of_all_sizes() -> None:
    """The same over 320 pictures of up to 12 megapixels."""
    random = np.random.default_rng(7)
    sizes = [*WORST, (4000, 3000), (3456, 1728)]
    sizes += [tuple(int(side) for side in random.integers(150, 2300, 2)) for _ in range(90)]
    agreed(*moved(range(2000, 2320), sizes))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("length", [37, 193, 640, 1001])
def test_the_operator_is_the_full_one_on_repeated_pixels(
    length: int, scale: int, mirrored: bool
) -> None:
    """Reading averages is reading the full picture in which each average is repeated."""
    for offset in {0, scale // 2, scale - 1}:
        cells = -(-(offset + length) // scale)
        repeated = np.zeros((length, cells))
        repeated[np.arange(length), (np.arange(length) + offset) // scale] = 1
        whole = pdq.decimation(length)[:, :: -1 if mirrored else 1]
        read = pdq.reduced(length, scale, offset=offset, mirrored=mirrored)
        np.testing.assert_allclose(read, whole @ repeated, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "scale"),
    [((383, 9000), 1), ((384, 384), 2), ((768, 4000), 4), ((1535, 1536), 4), ((1536, 1536), 8)],
)
def test_the_record_says_how_far_it_was_reduced(size: tuple[int, int], scale: int) -> None:
    """The shorter side keeps 192 pixels; the size told is that of the whole picture."""
    plain = Image.linear_gradient("L").resize(size)
    for kind in ("JPEG", "BMP"):
        record = measure({}, encode(plain, kind))
        assert (record["scale"], record["width"], record["height"]) == (scale, *size)


# ------------------------------------------------------------------------ first scan alone


@pytest.fixture(scope="module")
def progressive() -> bytes:
    return encode(photo(3, size=(1700, 1600)), "JPEG", quality=85, progressive=True)


def test_the_first_scan_of_a_progressive_file_suffices(progressive: bytes) -> None:
    """A tenth of the file gives nearly the digest of the whole one, and is not partial."""
    cut = jpeg.first_scan(progressive)
    assert cut is not None
    assert len(cut) < len(progressive) / 2
    record = measure({}, progressive)
    assert (record["scale"], record["flags"]) == (8, ())
    assert distance(upright(record), upright(measure(FULL, progressive))) <= 8


def _scans(body: bytes) -> list[int]:
    """Return where the scans of a file begin."""
    return [at for at in range(len(body) - 1) if body[at : at + 2] == b"\xff\xda"]


def test_a_file_that_says_another_thing_later_is_decoded_in_full(progressive: bytes) -> None:
    """A second set of averages, which a viewer would show, is never missed."""
    other = encode(photo(4, size=(1700, 1600)), "JPEG", quality=85, progressive=True)
    ends = [_scans(body)[1] for body in (progressive, other)]
    # The other file's first scan, with its tables, is put in front of this one's.
    second = progressive.index(b"\xff\xc4")
    forged = other[: ends[1]] + progressive[second:]
    assert jpeg.first_scan(other) is not None
    assert jpeg.first_scan(forged) is None


def test_files_out_of_order_are_decoded_in_full(progressive: bytes) -> None:
    """Cut short, with a second frame, baseline, coarse averages, or no JPEG: no short cut."""
    first = _scans(progressive)[0]
    length = int.from_bytes(progressive[first + 2 : first + 4], "big")
    last = first + 1 + length
    frame = progressive.index(b"\xff\xc2")
    size = int.from_bytes(progressive[frame + 2 : frame + 4], "big") + 2
    bad = [
        progressive[:-2],
        progressive[: first + 200],
        progressive[:frame] + progressive[frame : frame + size] + progressive[frame:],
        progressive[:last] + b"\x04" + progressive[last + 1 :],
        progressive[: first + 2] + b"\0\1" + progressive[first + 4 :],
        progressive[:2] + b"\xff\xd8" + progressive[2:],
        encode(photo(3, size=(400, 400)), "JPEG"),
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8" + b"\xff" * 1000,
        b"\xff\xd8" + b"\xff\xe0\0\2" * 100_000,
    ]
    assert [jpeg.first_scan(body) for body in bad] == [None] * len(bad)


def test_damage_never_makes_the_search_fail(progressive: bytes) -> None:
    """Random damage gives a cut file or none, and the measure a record or a word."""
    small = progressive[: 64 * 1024] + b"\xff\xd9"
    random = np.random.default_rng(5)
    for _ in range(300):
        body = bytearray(small)
        for at in random.integers(0, 900, 3):
            body[at] = int(random.integers(0, 256))
        jpeg.first_scan(bytes(body))
