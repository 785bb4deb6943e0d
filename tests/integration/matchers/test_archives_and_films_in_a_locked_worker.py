"""Archives and films in a real locked worker, as the composition root registers the jobs."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator

import numpy as np
import pytest_asyncio
from PIL import Image

from hostwatch.app import JOBS
from isolation.pool import Pool, PoolPlan
from matchers.decode.archive_samples import ARCHIVES, PASSWORD, TEXT
from matchers.decode.video_samples import ANSWERS, FILMS
from matchers.records_parts import ArchiveRecord, VideoRecord, read_archive, read_video

HEADER = {"passwords": ["wrong", PASSWORD]}


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[Pool]:
    jobs = {name: JOBS[name] for name in ("archive", "video")}
    async with Pool(PoolPlan(jobs=jobs, workers=1)) as running:
        yield running


def sample(name: str) -> bytes:
    return base64.b64decode((ARCHIVES | FILMS)[name])


def picture(seed: int, side: int = 400) -> bytes:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (12, 12, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize((side, side)).save(out, "JPEG")
    return out.getvalue()


def zipped(*bodies: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, body in enumerate(bodies):
            archive.writestr(f"secret name {place}.jpg", body)
    return out.getvalue()


async def test_every_way_of_packing_is_read_behind_the_lock(pool: Pool) -> None:
    """No file is opened for it, no thread, no address: old and new encryption, 7z and RAR."""
    for name in ARCHIVES:
        record = read_archive(await pool.call("archive", HEADER, sample(name)))
        assert isinstance(record, ArchiveRecord), name
        assert [one.sha256 for one in record.members] == [hashlib.sha256(TEXT).hexdigest()]
        assert record.encrypted == name.endswith(("_old", "_aes"))


async def test_every_codec_is_decoded_behind_the_lock(pool: Pool) -> None:
    """The frames are those that are known."""
    for name in FILMS:
        record = read_video(await pool.call("video", {}, sample(name)))
        assert isinstance(record, VideoRecord), name
        near = int(record.frames[0].pdq, 16) ^ int(ANSWERS[name], 16)
        assert near.bit_count() <= 16


async def test_members_are_measured_behind_the_lock(pool: Pool) -> None:
    """Pictures, films by their frames, archives by what they hold; no name leaves."""
    inner = zipped(picture(1), sample("h264"))
    record = await pool.call("archive", {}, zipped(picture(2), inner, sample("av1")))
    members = record["members"]
    assert [one["kind"] for one in members] == ["picture", "archive", "picture", "video", "video"]
    assert all("error" not in one["record"] for one in members if one["kind"] != "archive")
    assert record["partial"] is False
    assert "secret" not in json.dumps(record)


async def test_a_bomb_costs_one_answer_and_not_the_worker(pool: Pool) -> None:
    """The budget ends it before the lock does, and the same process goes on."""
    before = pool.processes
    bomb = zipped(*(zipped(bytes(40 * 1024 * 1024)) for _ in range(3)))
    record = await pool.call("archive", {}, bomb)
    assert record["skipped"] == {"too_large_unpacked": 1}
    assert (await pool.call("archive", HEADER, sample("zip"))).get("error") is None
    assert pool.processes == before


async def test_a_locked_archive_says_so_behind_the_lock(pool: Pool) -> None:
    """Without the word, with a wrong one, and its record has neither."""
    assert await pool.call("archive", {}, sample("7z_aes")) == {"error": "encrypted"}
    wrong = {"passwords": ["wrong"]}
    assert await pool.call("archive", wrong, sample("zip_aes")) == {"error": "wrong_password"}
    opened = await pool.call("archive", HEADER, sample("zip_aes"))
    assert PASSWORD not in json.dumps(opened)
