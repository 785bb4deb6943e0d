"""Films, friendly and hostile, become key frames."""

from __future__ import annotations

import base64
import json

import pytest
from film_makers import film
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matcher_pictures import encode, photo
from PIL import Image

from cases.model import NotChecked
from matchers.decode import measuring, video_known_answers
from matchers.decode.video_frames import Frames
from matchers.decode.video_measuring import measure
from matchers.decode.video_reader import Limits
from matchers.decode.video_samples import FILMS
from matchers.records_parts import VideoRecord, read_video

SIZE = (320, 240)
PHOTOS = [photo(seed, size=SIZE) for seed in (1, 2, 3)]
WORDS = {"undecodable", "unsupported_format", "no_frames", "too_many_pixels", "out_of_memory"}
CODECS = {
    "libx264": ("mp4", "mov"),
    "mpeg4": ("avi", "avi"),
    "libvpx-vp9": ("webm", "matroska"),
    "mpeg2video": ("mpegts", "mpegts"),
    "flv": ("flv", "flv"),
    "wmv2": ("asf", "asf"),
}


def pdq_of(picture: Image.Image) -> int:
    record = measuring.measure({"size": "full"}, encode(picture, "PNG"))
    return int(record["views"][0]["pdq"], 16)


@pytest.mark.parametrize("codec", CODECS)
def test_key_frames_are_near_the_pictures_that_are_shown(codec: str) -> None:
    """Each scene gives one frame, in order, within a few bits of the picture."""
    container, name = CODECS[codec]
    fast = {"deadline": "realtime", "cpu-used": "8"} if "vpx" in codec else {}
    record = measure({}, film(PHOTOS, codec=codec, container=container, options=fast))
    assert (record["kind"], record["format"], record["partial"]) == ("video", name, False)
    assert 2.5 < record["duration_s"] < 4.5
    assert len(record["frames"]) == 3
    for frame, picture in zip(record["frames"], PHOTOS, strict=True):
        assert (int(frame["pdq"], 16) ^ pdq_of(picture)).bit_count() <= 24
        assert frame["quality"] >= 50
    times = [frame["at_s"] for frame in record["frames"]]
    assert times == sorted(times)
    assert isinstance(read_video(json.loads(json.dumps(record))), VideoRecord)


def test_a_scene_that_stands_still_is_one_frame() -> None:
    """Key frames that say the same are dropped."""
    assert len(measure({}, film(PHOTOS[:1], seconds=6))["frames"]) == 1


def test_a_long_film_is_sampled_and_says_so() -> None:
    """The frames are spread over its length, first and last among them."""
    body = film([photo(seed, size=(96, 64)) for seed in range(20)])
    record = measure({}, body, limits=Limits(frames=5))
    assert record["partial"]
    assert [frame["at_s"] for frame in record["frames"]] == [0.0, 4.0, 9.0, 14.0, 19.0]


def test_plain_and_striped_frames_never_match_alone() -> None:
    """They have quality 0."""
    stripes = Image.new("L", SIZE)
    stripes.putdata([255 * (x // 8 % 2) for _ in range(SIZE[1]) for x in range(SIZE[0])])
    body = film([Image.new("RGB", SIZE, "grey"), stripes.convert("RGB")])
    assert [frame["quality"] for frame in measure({}, body)["frames"]] == [0, 0]


def test_huge_frames_are_not_decoded() -> None:
    """The cap is on pixels and sides, before any decoding."""
    body = film(PHOTOS)
    assert measure({}, body, limits=Limits(pixels=1000)) == {"error": "too_many_pixels"}
    assert measure({}, body, limits=Limits(side=100)) == {"error": "too_many_pixels"}


def test_when_the_time_is_over_it_says_so() -> None:
    """No frame in time is an error; the header can only shorten the time."""
    body = film(PHOTOS)
    assert measure({"cpu_s": 0}, body)["error"] in {"time_limit", "undecodable"}
    for given_time in (-1, "1", None, 1e9, float("nan")):
        assert len(measure({"cpu_s": given_time}, body)["frames"]) == 3


def test_a_cut_film_never_reads_as_whole() -> None:
    """Without its index nothing can be decoded; a stream gives what is there."""
    whole = film(PHOTOS)
    assert measure({}, whole[: len(whole) // 2]) == {"error": "undecodable"}
    stream = film(PHOTOS, container="matroska")
    record = measure({}, stream[: len(stream) * 2 // 3])
    assert len(record["frames"]) < 3
    assert record["partial"]


@pytest.mark.parametrize(
    "body",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"concat:/etc/passwd|/etc/hosts",
        b"v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=video 4 RTP/AVP 96\r\n",
        b"<html>",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
    ],
)
def test_what_would_lead_elsewhere_is_no_film(body: bytes) -> None:
    """Playlists, lists of files and session descriptions are not even tried."""
    assert measure({}, body) == {"error": "unsupported_format"}


def test_nothing_is_empty() -> None:
    """An empty body has its own word."""
    assert measure({}, b"") == {"error": "empty"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(FILMS)), data=st.data())
def test_no_broken_film_breaks_the_job(name: str, data: st.DataObject) -> None:
    """Changed bytes give a record that the core accepts, or a word."""
    body = bytearray(base64.b64decode(FILMS[name]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    read = read_video(json.loads(json.dumps(measure({}, bytes(body)))))
    assert isinstance(read, VideoRecord) or read.reason in WORDS
    assert read != NotChecked(reason="bad_record")


def test_odd_times_do_not_leave() -> None:
    """A film may claim any time; the record holds numbers that JSON knows."""
    import numpy as np

    frames = Frames()
    rng = np.random.default_rng(1)
    for claimed in (float("inf"), float("nan"), -5.0, 1e300, None):
        frames.add(rng.integers(0, 255, (90, 120), dtype=np.uint8), claimed)
    assert [frame["at_s"] for frame in frames.kept] == [0.0, 0.0, 0.0, 10_000_000.0, 0.0]


def test_all_samples_are_right_here() -> None:
    """This machine decodes every codec that is documented."""
    video_known_answers.warm()
    assert video_known_answers.watchable() == set(FILMS)
    video_known_answers.self_test()
