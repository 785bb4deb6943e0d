"""What the worker's job says of good, broken and hostile pictures."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher_pictures import encode, photo
from PIL import ExifTags, Image, ImageOps

from cases.model import NotChecked
from matchers.decode.frames import ANIMATION_PIXELS, SAMPLED, spread
from matchers.decode.job import measure, self_test
from matchers.decode.known_answers import samples
from matchers.decode.opening import FORMATS
from matchers.decode.record import PictureRecord
from matchers.digests import distance
from matchers.records import read_record


def views(record: dict[str, object]) -> dict[str, str]:
    return {view["name"]: view["pdq"] for view in record["views"]}


def test_the_record_is_what_the_core_accepts() -> None:
    """A good picture's record passes the core's strict reading, with all that was measured."""
    picture = photo(1)
    record = measure({"size": "full"}, encode(picture, "PNG"))
    read = read_record(record)
    assert (read.format, read.width, read.height) == ("PNG", 640, 480)
    assert (read.frames, read.scale) == (1, 1)
    assert read.phash == str(imagehash.phash(picture))
    assert read.dhash == str(imagehash.dhash(picture))
    assert len(read.views) == 8


def test_self_test_passes_here() -> None:
    """The known answers hold with the installed libraries."""
    self_test()


def test_a_turned_copy_is_found_by_a_view() -> None:
    """Each of the eight turns of a picture has the picture's digest among its views."""
    picture = photo(2)
    wanted = views(measure({}, encode(picture, "PNG")))["upright"]
    for turn in Image.Transpose:
        turned = measure({}, encode(picture.transpose(turn), "PNG"))
        assert min(distance(wanted, code) for code in views(turned).values()) <= 31, turn


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_view_is_the_picture_as_shown(orientation: int) -> None:
    """The EXIF view equals the upright view of the picture turned as the tag says."""
    picture = photo(3, size=(500, 333))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    body = encode(picture, "PNG", exif=exif)
    shown = ImageOps.exif_transpose(Image.open(BytesIO(body)))
    plain = shown.copy()
    plain.info.clear()
    expected = views(measure({}, encode(plain, "PNG", exif=b"")))["upright"]
    assert views(measure({}, body))["exif"] == expected


@pytest.mark.parametrize("border", [(40, 40, 40, 40), (0, 90, 0, 90), (120, 0, 60, 0)])
def test_trimmed_view_ignores_a_border(border: tuple[int, int, int, int]) -> None:
    """A frame or letter box, compressed as JPEG, is trimmed to the picture inside."""
    picture = photo(4)
    left, top, right, bottom = border
    framed = Image.new("RGB", (640 + left + right, 480 + top + bottom), (250, 250, 250))
    framed.paste(picture, (left, top))
    wanted = views(measure({}, encode(picture, "PNG")))["upright"]
    found = views(measure({}, encode(framed, "JPEG", quality=85)))
    assert distance(found["upright"], wanted) > 31
    assert distance(found["trimmed"], wanted) <= 31


@pytest.mark.parametrize("seed", range(10))
def test_ordinary_pictures_carry_no_flag(seed: int) -> None:
    """Photo-like pictures are neither flat nor regular nor of low quality."""
    assert measure({}, encode(photo(seed), "JPEG"))["flags"] == ()


def test_flat_pictures_are_flagged() -> None:
    """One plain colour is flat and of low quality."""
    record = measure({}, encode(Image.new("RGB", (300, 200), (90, 120, 30)), "PNG"))
    assert {"flat", "low_quality"} <= set(record["flags"])


@pytest.mark.parametrize("pattern", ["stripes", "squares", "bricks"])
def test_regular_pictures_are_flagged(pattern: str) -> None:
    """Stripes, squares and bricks are a grid."""
    y, x = np.mgrid[0:480, 0:640]
    lit = {
        "stripes": (x // 32) % 2,
        "squares": (x // 40 + y // 40) % 2,
        "bricks": ((x + (y // 30) % 2 * 32) % 64 < 6) | (y % 30 < 4),
    }[pattern]
    body = encode(Image.fromarray((lit * 200 + 20).astype(np.uint8)), "PNG")
    assert "grid" in measure({}, body)["flags"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_picture_is_partial(kind: str) -> None:
    """Three quarters of a file are measured and marked."""
    body = encode(photo(5), kind)
    record = measure({}, body[: len(body) * 3 // 4])
    assert "partial" in record["flags"]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_is_measured_all_over(kind: str) -> None:
    """Of a long animation, frames spread over it are measured, the last one among them."""
    shown = [photo(seed, size=(160, 120)) for seed in range(11, 31)]
    body = encode(shown[0], kind, save_all=True, append_images=shown[1:])
    record = measure({}, body)
    assert (record["frames"], record["flags"]) == (20, ("animated",))
    numbers = [name for name in views(record) if name.startswith("frame_")]
    assert len(numbers) == SAMPLED
    for name in (numbers[0], "frame_19"):
        wanted = views(measure({}, encode(shown[int(name[6:])], "PNG")))["upright"]
        assert distance(views(record)[name], wanted) <= 31


def test_an_animation_beyond_the_budget_is_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the frames within the budget are measured, and the rest is not claimed."""
    monkeypatch.setattr("matchers.decode.frames.ANIMATION_PIXELS", 2 * 160 * 120)
    shown = [photo(seed, size=(160, 120)) for seed in (11, 12, 13)]
    body = encode(shown[0], "GIF", save_all=True, append_images=shown[1:])
    record = measure({}, body)
    assert set(record["flags"]) == {"animated", "partial"}
    assert [name for name in views(record) if name.startswith("frame_")] == ["frame_1"]


@given(st.integers(1, 1_000_000), st.integers(1, 20_000), st.integers(1, 2_500))
def test_frames_measured_fit_the_budget(frames: int, width: int, height: int) -> None:
    """However many a file claims, at most a handful, in order, reachable within the budget."""
    numbers = spread(frames, (width, height))
    assert len(numbers) <= SAMPLED
    assert list(numbers) == sorted(set(numbers))
    assert all(0 < number < frames for number in numbers)
    passed = numbers[-1] + 1 if numbers else 0
    assert passed * width * height <= ANIMATION_PIXELS


def test_a_frame_that_cannot_be_read_is_partial() -> None:
    """A GIF broken off in its last frame is measured as far as it goes, and marked."""
    shown = [photo(seed, size=(160, 120)) for seed in (11, 12, 13)]
    body = encode(shown[0], "GIF", save_all=True, append_images=shown[1:])
    record = measure({}, body[: len(body) - 4_000])
    assert "partial" in record["flags"]


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4096)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_broken_metadata_hides_no_picture() -> None:
    """Damaged EXIF, or a claim of two thousand million frames, leaves the picture measured."""
    picture = photo(17)
    wanted = views(measure({}, encode(picture, "PNG")))["upright"]
    for exif in (b"Exif\0\0garbage", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff"):
        assert views(measure({}, encode(picture, "PNG", exif=exif)))["upright"] == wanted
    animated = encode(picture, "PNG", save_all=True, append_images=[photo(18)])
    at = animated.index(b"acTL") + 4
    claim = struct.pack(">II", 2_000_000_000, 0)
    check = struct.pack(">I", zlib.crc32(b"acTL" + claim))
    record = measure({}, animated[:at] + claim + check + animated[at + 12 :])
    assert views(record)["upright"] == wanted
    assert {"animated", "partial"} <= set(record["flags"])
    assert isinstance(read_record(record), PictureRecord)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>x</title>", "unsupported_format"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "unsupported_format"),
        (b"P6 1 1 255 abc", "unsupported_format"),
        (b"GIF89a" + b"\0" * 20, "unsupported_format"),
        (bomb(9000, 9000), "too_many_pixels"),
        (bomb(60_000, 60_000), "too_many_pixels"),
        (bomb(1, 90_000_000), "too_many_pixels"),
        (bomb(20_001, 2), "too_many_pixels"),
        (bomb(0, 0), "unsupported_format"),
    ],
)
def test_what_cannot_be_measured_says_why(body: bytes, reason: str) -> None:
    """Not a picture, broken, or far too large: one machine word, no exception."""
    assert measure({}, body) == {"error": reason}


def test_every_format_named_has_an_opener() -> None:
    """A name without an opener would make Pillow load every rare one."""
    assert set(FORMATS) <= set(Image.OPEN)


def test_a_two_picture_jpeg_is_measured_by_its_first() -> None:
    """MPO, as phones write it, is no animation; its first picture is measured."""
    first = photo(15)
    record = measure({}, encode(first, "MPO", save_all=True, append_images=[photo(16)]))
    assert (record["format"], record["frames"], record["flags"]) == ("MPO", 1, ())
    wanted = views(measure({}, encode(first, "PNG")))["upright"]
    assert distance(views(record)["upright"], wanted) <= 16


def test_rare_formats_are_not_opened() -> None:
    """What Pillow would open beyond the named formats is refused here."""
    for kind in ("PPM", "PCX", "TGA", "SGI", "JPEG2000", "PDF"):
        assert measure({}, encode(photo(6, size=(64, 64)), kind)) == {"error": "unsupported_format"}


def test_a_range_that_nobody_knows_is_not_measured() -> None:
    """A TIFF of real numbers has no black and white to compare by."""
    body = encode(Image.fromarray(np.zeros((64, 64), dtype=np.float32)), "TIFF")
    assert measure({}, body) == {"error": "unsupported_format"}


@pytest.mark.parametrize("kind", ["ICO", "TIFF", "BMP"])
def test_plain_formats_are_measured(kind: str) -> None:
    """Icons, TIFF and BMP give the digest of their picture."""
    picture = photo(6, size=(256, 256))
    wanted = views(measure({}, encode(picture, "PNG")))["upright"]
    sizes = {"sizes": [(256, 256), (16, 16)]} if kind == "ICO" else {}
    record = measure({}, encode(picture, kind, **sizes))
    assert (record["format"], views(record)["upright"]) == (kind, wanted)


def test_the_pages_of_a_tiff_are_measured() -> None:
    """Further pages, of any size, are views like the frames of an animation."""
    pages = [photo(seed, size=(200 + seed, 160)) for seed in range(3)]
    record = measure({}, encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    wanted = views(measure({}, encode(pages[2], "PNG")))["upright"]
    assert views(record)["frame_2"] == wanted


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_bytes_never_raise(kind: str) -> None:
    """Random damage anywhere in a file gives a record or a word, never an exception."""
    whole = encode(photo(14, size=(96, 64)), kind) if kind != "HEIF" else samples()["heif"][1]
    rng = np.random.default_rng(3)
    for _ in range(25):
        body = bytearray(whole)
        for at in rng.integers(0, len(body), 6):
            body[at] = int(rng.integers(0, 256))
        answer = measure({}, bytes(body[: int(rng.integers(8, len(body) + 1))]))
        read_record(answer)
        assert ("error" in answer) != ("views" in answer)


@pytest.mark.parametrize("scale", [0, 9, -1, "2", None, True, 2.0])
def test_a_scale_that_no_decoder_has_is_refused(scale: object) -> None:
    """The core accepts whole numbers of 1 to 8 only, and takes a missing one for full size."""
    record = measure({}, samples()["png"][1])
    assert read_record(record | {"scale": scale}) == NotChecked(reason="bad_record")
    del record["scale"]
    assert read_record(record).scale == 1
