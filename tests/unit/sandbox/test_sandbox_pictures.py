from __future__ import annotations

import io
import itertools

import numpy as np
import pdqhash
import pytest
from PIL import Image

from sandbox.pictures import Album

NAMES = [f"picture-{number}" for number in range(24)]


def pdq(content: bytes):
    with Image.open(io.BytesIO(content)) as picture:
        return pdqhash.compute(np.asarray(picture.convert("RGB")))


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
    bits, _ = pdq(album.jpeg("picture-3"))
    ours = np.unpackbits(np.frombuffer(bytes.fromhex(album.digests("picture-3").pdq), np.uint8))
    assert int((ours != bits).sum()) <= 2


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
