"""When a body gets its worker."""

import asyncio

import pytest

from crawler.fetch import handover
from crawler.fetch.budget import Budget
from crawler.fetch.handover import GATHERED, Handover, NoWorkerError


class Place:
    """A room that remembers what it was fed."""

    def __init__(self):
        self.fed, self.kept, self.dropped = b"", False, False

    async def feed(self, chunk):
        self.fed += chunk

    def keep(self):
        self.kept = True
        return "ticket"

    async def drop(self):
        self.dropped = True


class Places:
    """Rooms that have a place, have none, or never get one."""

    def __init__(self, place=None, never=False):
        self.place, self.never = place, never
        self.asked, self.kept = [], []

    async def hold(self, header, job):
        self.asked.append(job)
        if self.never:
            await asyncio.Event().wait()
        return self.place

    async def keep(self, header, job, parts):
        if self.never:
            await asyncio.Event().wait()
        self.kept.append((job, b"".join(parts)))
        return "ticket"

    async def read(self, job, header, body):
        return {}


async def test_a_small_body_is_kept_without_a_worker():
    """A small body asks for no worker; when it is whole it waits to be looked at."""
    places = Places(Place())
    body, budget = Handover(places, {}, "picture"), Budget(5)
    for chunk in (b"one", b"two"):
        await body.add(chunk, budget)
    assert places.asked == []
    assert await body.keep() == "ticket"
    assert (places.asked, places.kept) == ([], [("picture", b"onetwo")])


async def test_a_large_body_goes_into_its_worker_while_it_grows():
    """Beyond the bound the worker is asked for once, as for a body that grows."""
    places = Places(Place())
    body, budget = Handover(places, {}, "video"), Budget(5)
    chunk = bytes(GATHERED // 2)
    for _ in range(5):
        await body.add(chunk, budget)
    assert places.asked == ["video"]
    assert await body.keep() == "ticket"
    assert places.place.fed == chunk * 5


async def test_a_body_that_breaks_off_gets_no_worker():
    """A small body that is dropped never asked; a large one is dropped in its worker."""
    places = Places(Place())
    small, large, budget = (
        Handover(places, {}, "picture"),
        Handover(places, {}, "picture"),
        Budget(5),
    )
    await small.add(b"x", budget)
    await small.drop()
    assert places.asked == []
    await large.add(bytes(GATHERED), budget)
    await large.drop()
    assert places.place.dropped


async def test_without_a_worker_nothing_is_held():
    """No such job: no ticket, and no byte is gathered further."""
    body, budget = Handover(Places(), {}, "video"), Budget(5)
    await body.add(bytes(GATHERED), budget)
    await body.add(b"more", budget)
    assert await body.keep() is None


async def test_the_wait_for_a_worker_ends(monkeypatch):
    """Who waits for a worker in vain is told so at the end; the host is not charged for it."""
    monkeypatch.setattr(handover, "WAIT_S", 0.05)
    body, budget = Handover(Places(never=True), {}, "picture"), Budget(0.02)
    async with budget.spend():
        await body.add(bytes(GATHERED), budget)
        await body.add(b"more", budget)
    budget.close()
    with pytest.raises(NoWorkerError):
        await body.keep()
