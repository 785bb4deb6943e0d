"""The generated pictures: varied, reproducible, with the digests they are listed by."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from matchers.decode import luma
from matchers.decode import pdq as ours
from matchers.decode.luma import Box
from sandbox.pictures import Album

NAMES = [f"picture-{number}" for number in range(24)]


def pdq(content: bytes):
    """Return the bits and the quality, as our own PDQ measures them."""
    with Image.open(io.BytesIO(content)) as picture:
        block = luma.block(picture.convert("RGB"), Box(0, 0, *picture.size))
    return bits(ours.code(ours.transform(block))), ours.quality(block)


def bits(code: bytes):
    return np.unpackbits(np.frombuffer(code, np.uint8))


@pytest.fixture(scope="module")
def album():
    return Album(seed=1)


def test_the_same_seed_and_name_give_the_same_bytes(album):
    """Pictures are reproducible, and another seed gives other ones."""
    assert Album(seed=1).jpeg("picture-0") == album.jpeg("picture-0")
    assert Album(seed=2).jpeg("picture-0") != album.jpeg("picture-0")


def test_pictures_are_good_for_perceptual_digests_and_unlike_each_other(album):
    """Every picture passes the quality gate; any two are more than 60 bits apart."""
    measured = [pdq(album.jpeg(name)) for name in NAMES]
    assert min(quality for _, quality in measured) >= 50
    distances = [int((a != b).sum()) for (a, _), (b, _) in itertools.combinations(measured, 2)]
    assert min(distances) > 60


@pytest.mark.parametrize("variant", ["reencoded", "resized"])
def test_copies_have_other_bytes_and_stay_within_the_confident_tier(album, variant):
    """A copy is never the same file, and never more than 31 bits away."""
    for name in NAMES[:8]:
        first, _ = pdq(album.jpeg(name))
        again, _ = pdq(album.jpeg(name, variant))
        assert album.jpeg(name, variant) != album.jpeg(name)
        assert int((first != again).sum()) <= 31


def test_listed_perceptual_digests_agree_with_the_reference_library(album):
    """The digest on the practice list is PDQ as the reference library computes it."""
    reference = pytest.importorskip(
        "pdqhash", reason="pdqhash is missing: install the extra 'oracle' (needs a C++ compiler)"
    )
    with Image.open(io.BytesIO(album.jpeg("picture-3"))) as picture:
        theirs, _ = reference.compute(np.asarray(picture.convert("RGB")))
    listed = bits(bytes.fromhex(album.digests("picture-3").pdq))
    assert int((listed != theirs).sum()) <= 2


def test_own_photographs_are_used_first_and_generated_ones_after(tmp_path, album):
    """A folder of pictures replaces the generated ones as far as it reaches."""
    Image.fromarray(np.arange(120 * 90 * 3, dtype=np.uint8).reshape(90, 120, 3)).save(
        tmp_path / "a.png"
    )
    (tmp_path / "notes.txt").write_text("no picture")
    own = Album(seed=1, folder=tmp_path)
    with Image.open(io.BytesIO(own.jpeg("first"))) as picture:
        assert picture.size == (120, 90)
    assert own.jpeg("picture-1") == album.jpeg("picture-1")
