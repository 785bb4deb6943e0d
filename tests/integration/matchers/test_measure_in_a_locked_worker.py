"""The picture job in a real locked worker, as the composition root registers it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from cases.model import NotChecked
from isolation.pool import Pool, PoolPlan
from matchers.decode.job import measure
from matchers.decode.known_answers import samples
from matchers.decode.record import PictureRecord
from matchers.records import read_record


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[Pool]:
    plan = PoolPlan(jobs={"picture": "matchers.decode.job:measure"}, workers=1)
    async with Pool(plan) as running:
        yield running


async def test_the_locked_workers_record_is_the_same(pool: Pool) -> None:
    """Every format measured behind the lock gives what it gives outside, through the pipe."""
    for name, (_, body, _) in samples().items():
        for header in ({}, {"size": "full"}):
            read = read_record(await pool.call("picture", header, body))
            assert isinstance(read, PictureRecord), name
            assert read == read_record(measure(header, body))


async def test_what_it_cannot_read_is_not_checked(pool: Pool) -> None:
    """Its word for a failure arrives as the reason."""
    answer = await pool.call("picture", {}, b"<html>")
    assert read_record(answer) == NotChecked(reason="unsupported_format")
