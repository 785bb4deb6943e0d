"""Bodies that wait in locked workers and are looked at more than once, with real processes."""

import asyncio
import os

import pytest

from isolation.held import Held
from isolation.lock import Limits
from isolation.pool import LOOKS, Pool, PoolPlan
from isolation.waiting import WaitingBody

JOBS = {"echo": "isolation.selftest:echo_length", "misbehave": "isolation.selftest:misbehave"}
UNKNOWN = {"error": "ticket_unknown"}


def plan(**changes):
    values = {"jobs": JOBS, "workers": 1, "held": 2, "limits": Limits(cpu_s=2), "wall_s": 10.0}
    return PoolPlan(**(values | changes))


async def held(pool, custody, data=b"abcd", job="echo", **header):
    body = await pool.open(job, header, held=True)
    await body.feed(data)
    return custody.put(body)


async def test_a_held_body_is_looked_at_again_until_it_is_dropped():
    """What is asked is merged into the header, each look anew; after the drop nothing is known."""
    async with Pool(plan()) as pool:
        custody = Held(seconds=30)
        ticket = await held(pool, custody, url="http://a.test/")
        first = await custody.decode(ticket)
        second = await custody.decode(ticket, {"size": "full"})
        third = await custody.decode(ticket)
        await custody.drop(ticket)
        assert await custody.decode(ticket) == UNKNOWN
    assert first["length"] == second["length"] == third["length"] == 4
    assert first["header"] == third["header"] == {"url": "http://a.test/"}
    assert second["header"] == {"url": "http://a.test/", "size": "full"}


async def test_a_body_that_nobody_asks_for_is_dropped_after_its_time():
    """Its place is free again, and its ticket unknown."""
    async with Pool(plan(held=1)) as pool:
        custody = Held(seconds=0.2)
        forgotten = await held(pool, custody)
        async with asyncio.timeout(5):
            again = await held(pool, custody)
        assert await custody.decode(forgotten) == UNKNOWN
        await custody.drop(again)
        assert len(custody) == 0


async def test_the_time_of_a_body_runs_anew_with_every_look():
    """A body that is asked for again and again stays beyond its first time."""
    async with Pool(plan()) as pool:
        custody = Held(seconds=2.0)
        ticket = await held(pool, custody)
        for _ in range(3):
            await asyncio.sleep(0.8)
            assert (await custody.decode(ticket))["length"] == 4
        await custody.drop(ticket)


async def test_a_dropped_body_leaves_the_memory_of_its_worker():
    """Sixty-four megabytes are looked at twice and given back to the system when dropped."""
    size = 64 * 1024 * 1024
    limits = Limits(memory_bytes=256 * 1024 * 1024, cpu_s=5)
    async with Pool(plan(limits=limits, body_bytes=size)) as pool:
        custody = Held(seconds=30)
        small = resident(pool)
        ticket = await held(pool, custody, bytes(size))
        for _ in range(2):
            assert (await custody.decode(ticket))["length"] == size
        large = resident(pool)
        await custody.drop(ticket)
        assert (await pool.call("echo", {}, b"abc"))["length"] == 3
        left = resident(pool)
        assert len(pool.processes) == 1
    assert large - small > 60_000
    assert left - small < 16_000


async def test_bodies_that_wait_between_two_looks_take_no_turn_from_others():
    """With one turn and three bodies held, each is looked at while the others only wait."""
    async with Pool(plan(held=3)) as pool:
        custody = Held(seconds=30)
        tickets = [await held(pool, custody, bytes(n)) for n in (1, 2, 3)]
        async with asyncio.timeout(10):
            for _ in range(2):
                seen = await asyncio.gather(*map(custody.decode, tickets))
                assert [record["length"] for record in seen] == [1, 2, 3]
            assert (await pool.call("echo", {}, b"abc"))["length"] == 3
        await asyncio.gather(*map(custody.drop, tickets))


async def test_many_more_bodies_than_places_all_get_their_looks():
    """Forty bodies pass through two places, two looks each, and none is left behind."""
    async with Pool(plan(limits=Limits(cpu_s=2, jobs=15))) as pool:
        custody = Held(seconds=30)

        async def one(number):
            ticket = await held(pool, custody, bytes(number))
            first = await custody.decode(ticket)
            second = await custody.decode(ticket, {"size": "full"})
            await custody.drop(ticket)
            return first["length"] == second["length"] == number

        async with asyncio.timeout(60):
            assert all(await asyncio.gather(*map(one, range(40))))
        assert len(custody) == 0


@pytest.mark.parametrize("how", ["crash", "raise"])
async def test_a_look_that_ends_the_worker_ends_the_ticket(how):
    """After a fault the body is gone and its place free; the code was told once."""
    async with Pool(plan(held=1)) as pool:
        custody = Held(seconds=30)
        ticket = await held(pool, custody, job="misbehave", how=how)
        assert "error" in await custody.decode(ticket)
        assert await custody.decode(ticket) == UNKNOWN
        async with asyncio.timeout(5):
            await custody.drop(await held(pool, custody))


async def test_a_body_is_looked_at_by_one_at_a_time_and_not_for_ever():
    """A second question meanwhile is refused, as is one beyond the allowed number."""
    async with Pool(plan()) as pool:
        custody = Held(seconds=30)
        ticket = await held(pool, custody)
        both = await asyncio.gather(custody.decode(ticket), custody.decode(ticket))
        assert sorted(record.get("error", "") for record in both) == ["", "body_busy"]
        for _ in range(LOOKS - 1):
            assert (await custody.decode(ticket))["length"] == 4
        assert await custody.decode(ticket) == {"error": "too_many_looks"}
        await custody.drop(ticket)


async def test_a_drop_ends_a_look_at_once():
    """A body that is thrown away while its job runs takes its worker along, and frees its place."""
    async with Pool(plan(held=1)) as pool:
        custody = Held(seconds=30)
        ticket = await held(pool, custody, job="misbehave", how="sleep")
        looking = asyncio.create_task(custody.decode(ticket))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            await custody.drop(ticket)
            assert await looking == {"error": "decode_crashed"}
            await custody.drop(await held(pool, custody))


async def test_a_cancelled_look_frees_its_place():
    """Whoever gives up on an answer gives up the body."""
    async with Pool(plan(held=1)) as pool:
        custody = Held(seconds=30)
        ticket = await held(pool, custody, job="misbehave", how="sleep")
        looking = asyncio.create_task(custody.decode(ticket))
        await asyncio.sleep(0.2)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert await custody.decode(ticket) == UNKNOWN
        async with asyncio.timeout(5):
            await custody.drop(await held(pool, custody))


def resident(pool):
    """Kibibytes of the only worker."""
    with open(f"/proc/{pool.processes[0]}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


@pytest.mark.parametrize("steps", range(12))
async def test_a_waiting_body_that_is_dropped_on_its_way_into_a_worker_holds_none(steps):
    """At whatever moment it is dropped, the one place is free for the next body."""
    left = []
    async with Pool(plan(held=1)) as pool:
        data = (bytes(1024 * 1024),) * 8
        body = WaitingBody(pool, "echo", {}, data, left=lambda: left.append(True))
        look = asyncio.create_task(body.run())
        for _ in range(steps):
            await asyncio.sleep(0)
        await body.drop()
        await look
        assert (body.over, left) == (True, [True])
        async with asyncio.timeout(10):
            again = await pool.open("echo", {}, held=True)
        await again.drop()


async def test_a_waiting_body_is_looked_at_again_in_the_worker_that_it_got():
    """It leaves this process at the first look, and stays for the others until it is dropped."""
    left = []
    async with Pool(plan()) as pool:
        body = WaitingBody(pool, "echo", {}, (b"ab", b"cd"), left=lambda: left.append(True))
        looks = [await body.run() for _ in range(2)]
        assert ([one["length"] for one in looks], left) == ([4, 4], [True])
        await body.drop()
        assert body.over
