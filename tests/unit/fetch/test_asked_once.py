"""Questions that are under way are asked once."""

import asyncio

import pytest

from crawler.fetch.asked_once import AskedOnce


class Oracle:
    """Answers when told to; counts the questions and how many of them ended unanswered."""

    def __init__(self):
        self.asked = self.given_up = 0
        self.open = asyncio.Event()

    async def answer(self):
        self.asked += 1
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return self.asked

    async def fail(self):
        await self.open.wait()
        raise LookupError


async def started(count, make):
    tasks = [asyncio.create_task(make()) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_asks_the_same_meanwhile_gets_the_same_answer():
    """Ten askers at once cause one question; one who comes later causes another."""
    once, oracle = AskedOnce(), Oracle()
    tasks = await started(10, lambda: once.ask("a", oracle.answer))
    other = await started(1, lambda: once.ask("b", oracle.answer))
    oracle.open.set()
    assert len({await task for task in tasks}) == 1
    await other[0]
    assert oracle.asked == 2
    assert await once.ask("a", oracle.answer) == 3


async def test_a_question_ends_when_nobody_waits_for_it():
    """One who gives up leaves the others theirs; after the last one the question is given up."""
    once, oracle = AskedOnce(), Oracle()
    tasks = await started(2, lambda: once.ask("a", oracle.answer))
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert (oracle.asked, oracle.given_up) == (1, 0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    assert (oracle.asked, oracle.given_up) == (1, 1)
    again = await started(1, lambda: once.ask("a", oracle.answer))
    oracle.open.set()
    assert await again[0] == 2


async def test_a_failure_is_everybodys():
    """All who wait get the error, and it is not remembered."""
    once, oracle = AskedOnce(), Oracle()
    tasks = await started(3, lambda: once.ask("a", oracle.fail))
    oracle.open.set()
    for task in tasks:
        with pytest.raises(LookupError):
            await task
    assert await once.ask("a", oracle.answer) == 1
