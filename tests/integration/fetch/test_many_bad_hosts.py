"""Hosts that hang, drip or reset cost their own cases time, and nobody else's."""

import asyncio

import pytest
from bad_company import JOBS, MANNERS, Company, manner, visit_all
from practice_hosts import JPEG, Answer, Hosts, limits, request

from cases.model import NoMatch
from crawler.fetch.contract import FetchCode

OUTCOMES = {
    "good": ["page", "no_match"],
    "hang": ["timeout"],
    "drip": ["timeout"],
    "reset": ["reset"],
    "picture_hangs": ["page", "timeout"],
    "picture_drips": ["page", "timeout"],
    "picture_resets": ["page", "reset"],
}


async def visited(count, together):
    """Visit so many hosts, some at a time; give what came of each, in the order of their ends."""
    async with Company(count) as company:
        fetch = {"pace_starts": 100, "per_host": 2, "overall": 32, "total_s": 2}
        async with company.fetcher(jobs=JOBS, fetch=fetch, isolation={"workers": 2}) as fetcher:
            good = next(number for number in range(count) if manner(number) == "good")
            await visit_all(fetcher, [good], together=1)  # the first reader is there now
            return await visit_all(fetcher, range(count), together=together)


def require_outcomes(found, count):
    assert sorted(found) == list(range(count))
    for number, visit in found.items():
        told = [word(asset.comparison) for asset in visit.assets]
        assert told == OUTCOMES[manner(number)], (number, told)


def word(comparison):
    return "no_match" if isinstance(comparison, NoMatch) else comparison.reason


def require_no_starvation(found):
    """When half of the bad ones have ended, a third of the good ones have ended at least."""
    ends = list(found)
    bad = [place for place, number in enumerate(ends) if manner(number) != "good"]
    before = [number for number in ends[: bad[len(bad) // 2]] if manner(number) == "good"]
    assert len(before) * 3 >= len(ends) - len(bad)


async def test_every_case_gets_its_outcome_among_bad_hosts():
    """Of 120 hosts 36 hang, drip or reset: every case ends as it must, good ones not last."""
    found = await visited(120, 48)
    assert {manner(number) for number in found} == {"good", *MANNERS}
    require_outcomes(found, 120)
    require_no_starvation(found)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_every_case_gets_its_outcome_among_a_thousand_hosts():
    """Of 1,000 hosts 300 hang, drip or reset: every case ends as it must, good ones not last."""
    found = await visited(1000, 48)
    require_outcomes(found, 1000)
    require_no_starvation(found)


async def test_a_drip_holds_no_worker():
    """While more pictures drip than there are places a whole picture gets its worker."""

    async def drip(writer, large):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + JPEG)
        writer.write(bytes(1_200_000 if large else 0))
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def talk(reader, writer):
        await drip(writer, b"large" in await reader.readuntil(b"\r\n\r\n"))

    async with Hosts() as hosts:
        await hosts.raw("203.0.113.20", 8081, talk)
        hosts.names.zone["drip.test"] = ["203.0.113.20"]
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher(fetch={"total_s": 30, "read_s": 30}) as fetcher:
            few = limits(total_s=30, read_s=30)
            paths = ["small"] * 4 + ["large"] * 3
            drips = [
                asyncio.create_task(
                    fetcher.fetch(request(f"http://drip.test:8081/{path}", limits=few))
                )
                for path in paths
            ]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(10):
                held = await fetcher.fetch(request("http://site.test/p.jpg"))
            assert held.ticket
            assert (await fetcher.decode(held.ticket))["length"] == len(JPEG)
            assert not any(one.done() for one in drips)
            await fetcher.pause(True)
            assert {(await one).error for one in drips} == {FetchCode.PAUSED}
