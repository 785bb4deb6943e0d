"""Which views of a picture are measured, at full size and reduced."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matcher_pictures import encode, photo
from PIL import ExifTags, Image, ImageDraw, ImageOps

from matchers.decode import border, luma
from matchers.decode.job import measure
from matchers.decode.luma import Box
from matchers.digests import distance

FULL = {"size": "full"}
HEADERS = [{}, FULL]
SIZE = (800, 780)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return photo(70, size=SIZE)


def views(record: dict[str, object]) -> dict[str, str]:
    return {view["name"]: view["pdq"] for view in record["views"]}


def wanted(picture: Image.Image) -> str:
    return views(measure(FULL, encode(picture, "BMP")))["upright"]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_exif_view_is_the_picture_as_shown(
    picture: Image.Image, orientation: int, header: dict[str, str]
) -> None:
    """At any size, within a few bits of the picture turned as the tag says."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    body = encode(picture, "JPEG", quality=92, exif=exif)
    shown = ImageOps.exif_transpose(Image.open(BytesIO(body)))
    assert distance(views(measure(header, body))["exif"], wanted(shown)) <= 8


@pytest.mark.parametrize(("kind", "header"), [("JPEG", {}), ("BMP", {}), ("JPEG", FULL)])
@pytest.mark.parametrize(
    "edges", [(45, 45, 45, 45), (0, 101, 0, 99), (163, 0, 7, 0), (13, 29, 0, 0)]
)
def test_borders_of_any_width_are_trimmed(
    picture: Image.Image, edges: tuple[int, int, int, int], kind: str, header: dict[str, str]
) -> None:
    """Also where the edge runs through the averages of a reduced picture."""
    for colour in ((255, 255, 255), (0, 0, 0)):
        framed = ImageOps.expand(picture, edges, colour)
        found = views(measure(header, encode(framed, kind)))["trimmed"]
        assert distance(found, wanted(picture)) <= 16


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("offset", [40, 41, 43, 47])
def test_an_edge_is_found_within_the_averages(
    picture: Image.Image, scale: int, offset: int
) -> None:
    """The box of a reduced picture is off by a pixel or two, not by an average."""
    grey = ImageOps.expand(picture.convert("L"), (offset, offset, 30, 30), 255)
    source = luma.Reduced(grey.reduce(scale), size=grey.size, scale=scale)
    box = border.inner_box(source)
    assert box is not None
    exact = Box(offset, offset, offset + SIZE[0], offset + SIZE[1])
    assert max(abs(found - true) for found, true in zip(box, exact, strict=True)) <= scale // 2


def captioned(picture: Image.Image, *, above: bool) -> Image.Image:
    bar = 110
    taller = Image.new("RGB", (picture.width, picture.height + bar), (255, 255, 255))
    taller.paste(picture, (0, bar if above else 0))
    top = 0 if above else picture.height
    pen = ImageDraw.Draw(taller)
    for line in range(2):
        place = (40, top + 12 + 45 * line)
        pen.text(place, "some words that somebody wrote", fill=(0, 0, 0), font_size=36)
    return taller


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("above", [True, False])
def test_bars_with_writing_are_taken_off(
    picture: Image.Image, above: bool, header: dict[str, str]
) -> None:
    """A caption above or below, which changes every digest, has a view without it."""
    found = views(measure(header, encode(captioned(picture, above=above), "JPEG", quality=85)))
    assert distance(found["upright"], wanted(picture)) > 52
    assert distance(found["uncaptioned"], wanted(picture)) <= 12


def test_a_border_without_writing_is_one_view_only(picture: Image.Image) -> None:
    """A plain bar is trimmed; nothing is compared twice."""
    found = views(measure({}, encode(ImageOps.expand(picture, (0, 60), 0), "PNG")))
    assert "trimmed" in found
    assert "uncaptioned" not in found


def test_a_picture_without_border_is_not_trimmed(picture: Image.Image) -> None:
    """Only the eight turns are measured of an ordinary picture."""
    assert len(measure({}, encode(picture, "JPEG"))["views"]) == 8


@pytest.mark.parametrize("header", HEADERS)
def test_what_one_can_see_through_is_measured_on_both_grounds(
    picture: Image.Image, header: dict[str, str]
) -> None:
    """A picture with clear parts is compared on white and on black."""
    clear = picture.copy()
    clear.putalpha(Image.radial_gradient("L").resize(SIZE))
    found = views(measure(header, encode(clear, "PNG", compress_level=1)))
    for name, ground in (("upright", 255), ("on_black", 0)):
        laid = Image.new("RGBA", SIZE, (ground, ground, ground, 255))
        laid.alpha_composite(clear)
        assert distance(found[name], wanted(laid.convert("RGB"))) <= (0 if header else 8)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_an_alpha_channel_that_hides_nothing_changes_nothing(
    picture: Image.Image, mode: str
) -> None:
    """An opaque alpha channel gives the views of the picture without it."""
    plain = picture.convert("P" if mode == "PA" else mode.removesuffix("A"))
    kind = "TIFF" if mode == "PA" else "PNG"
    opaque = plain.convert(mode)
    body = encode(opaque, kind)
    assert "on_black" not in views(measure({}, body))
    assert views(measure(FULL, body))["upright"] == wanted(plain)


@pytest.mark.parametrize("header", HEADERS)
def test_deep_and_shallow_grey_keep_their_range(
    picture: Image.Image, header: dict[str, str]
) -> None:
    """16 bits are scaled, not cut off; one bit is black and white."""
    grey = picture.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    for kind in ("PNG", "TIFF"):
        found = views(measure(header, encode(deep, kind)))["upright"]
        assert distance(found, wanted(grey)) <= (0 if header else 8)
    two = picture.convert("1")
    found = views(measure(header, encode(two, "PNG")))["upright"]
    assert distance(found, wanted(two.convert("L"))) <= (0 if header else 8)


def test_adobes_inverted_cmyk_is_read_upright(picture: Image.Image) -> None:
    """A CMYK JPEG with Adobe's marker, whose inks are stored inverted, is no negative."""
    body = encode(picture.convert("CMYK"), "JPEG", quality=92)
    assert b"Adobe" in body[:2000]
    for header in HEADERS:
        assert distance(views(measure(header, body))["upright"], wanted(picture)) <= 16


def test_a_colour_profile_changes_nothing(picture: Image.Image) -> None:
    """Profiles are neither applied nor read."""
    body = encode(picture, "PNG", icc_profile=b"no profile at all" * 100, compress_level=1)
    assert views(measure({}, body)) == views(measure({}, encode(picture, "PNG", compress_level=1)))


def test_huge_metadata_is_no_hindrance() -> None:
    """Megabytes of EXIF in a small picture leave it measured."""
    picture = photo(71, size=(200, 160))
    entries = b"".join(bytes([1, tag % 250, 0, 4, 0, 0, 0, 1]) + bytes(4) for tag in range(60_000))
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + (60_000).to_bytes(2, "big") + entries + bytes(3_000_000)
    found = measure({}, encode(picture, "PNG", exif=exif))
    assert views(found)["upright"] == wanted(picture)
