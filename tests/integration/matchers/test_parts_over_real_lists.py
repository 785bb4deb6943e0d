"""Archives and films, really measured, against real lists."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from cases.model import Classification, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode import archive_job, job, video_job
from matchers.hashlist.publish import import_list
from matchers.matcher import Matcher

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MATCHING = Matching(confident=31, review=52, quality=50)


def drawn(seed: int, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    rng = np.random.default_rng(seed)
    small = rng.integers(20, 235, (24, 32, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def zipped(*bodies: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, body in enumerate(bodies):
            archive.writestr(str(place), body)
    return out.getvalue()


def film(*pictures: Image.Image) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream = made.add_stream("mpeg4", rate=2, options={"qscale": "3"})
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = 2
        for picture in pictures:
            for _ in range(2):
                made.mux(stream.encode(av.VideoFrame.from_image(picture)))
        made.mux(stream.encode(None))
    return out.getvalue()


def pdq(picture: Image.Image) -> str:
    return job.measure({"size": "full"}, jpeg(picture, 95))["views"][0]["pdq"]


@pytest.fixture
def matcher(tmp_path: Path) -> Matcher:
    """A list of one digest and the PDQ of two pictures."""
    into = tmp_path / "lists"
    source = tmp_path / "list.txt"
    listed = hashlib.sha256(b"listed bytes").hexdigest()
    source.write_text("\n".join([listed, *(f"pdq:{pdq(drawn(seed))}" for seed in (1, 2))]))
    own = Classification(scheme="test", value="a")
    import_list(source, into=into, name="l", tier="local", classification=own, version="1", now=NOW)
    return Matcher.open(into, MATCHING)


def test_a_listed_file_in_an_archive_in_an_archive(matcher: Matcher) -> None:
    """The archive matches by its third member."""
    body = zipped(b"other", zipped(b"listed bytes"))
    found = matcher.parts("archive", archive_job.measure({}, body))
    assert isinstance(found, Match)
    assert (found.strength, found.part) == ("strong", "member_3")


def test_a_near_picture_in_an_archive_is_measured_again(matcher: Matcher) -> None:
    """First at a reduced size, then, before anything is said, at full size."""
    body = zipped(b"other", jpeg(drawn(1), 60), jpeg(drawn(7)))
    first = archive_job.measure({}, body)
    assert matcher.near_members(first) == (2,)
    assert isinstance(matcher.parts("archive", first), NotChecked)
    second = archive_job.measure({"full": [2]}, body)
    found = matcher.parts("archive", first, second)
    assert isinstance(found, Possible)
    assert (found.tier, found.part) == ("confident", "member_2")


def test_an_archive_of_other_things_is_no_match(matcher: Matcher) -> None:
    """All were compared, none is near."""
    body = zipped(b"other", jpeg(drawn(7)), film(drawn(8, (320, 240))))
    record = archive_job.measure({}, body)
    assert matcher.near_members(record) == ()
    assert matcher.parts("archive", record) == NoMatch()


def test_a_film_of_listed_pictures(matcher: Matcher) -> None:
    """Most frames near: confident; one of five: for review; none: no match."""
    one, two, *others = (drawn(seed, (320, 240)) for seed in (1, 2, 11, 12, 13, 14))
    found = matcher.parts("video", video_job.measure({}, film(one, two)))
    assert isinstance(found, Possible)
    assert (found.tier, found.part, found.view) == ("confident", "video", "100%_of_2_frames")
    few = matcher.parts("video", video_job.measure({}, film(one, *others)))
    assert isinstance(few, Possible)
    assert (few.tier, few.view) == ("review", "20%_of_5_frames")
    assert matcher.parts("video", video_job.measure({}, film(*others))) == NoMatch()
