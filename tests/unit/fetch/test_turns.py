"""A turn at a host is held while requests follow one another, and given back between them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from crawler.fetch import turns
from crawler.fetch.turns import AskedTurns, NoTurnError, Turn


class Core:
    """Answers what the fetcher asks; grants for so many seconds, or not at all."""

    def __init__(self, for_s: float | None = 10.0) -> None:
        self.for_s = for_s
        self.said: list[str] = []
        self.asked = AskedTurns(self.take)

    async def take(self, message: Mapping[str, object]) -> None:
        self.said.append("take" if message["turn"] else "give back")
        if message["turn"]:
            self.asked.answered({"turn": message["turn"], "for_s": self.for_s})


async def test_requests_that_follow_one_another_share_a_turn():
    """One question for all of them, and it is given back once, soon after the last."""
    core = Core()
    turn = Turn("board.test", core.asked)
    for _ in range(3):
        async with turn.held():
            assert core.said == ["take"]
    await asyncio.sleep(turns.LINGER_S + 0.1)
    assert core.said == ["take", "give back"]
    assert turn.idle


async def test_requests_at_the_same_time_share_a_turn():
    """It is not given back while one of them still runs."""
    core = Core()
    turn = Turn("board.test", core.asked)
    async with turn.held():
        async with turn.held():
            pass
        await asyncio.sleep(turns.LINGER_S + 0.1)
        assert core.said == ["take"]


async def test_a_turn_that_ran_out_is_asked_for_again():
    """A process that was stopped for a while does not go on as if it still had it."""
    core = Core(for_s=0.05)
    turn = Turn("board.test", core.asked)
    async with turn.held():
        await asyncio.sleep(0.1)
        async with turn.held():
            assert core.said == ["take", "take"]


async def test_a_long_turn_is_given_back_between_requests(monkeypatch: pytest.MonkeyPatch):
    """Requests without a pause would keep the others waiting for ever."""
    monkeypatch.setattr(turns, "LONGEST_S", 0.2)
    core = Core()
    turn = Turn("board.test", core.asked)

    async def endless() -> None:
        for _ in range(20):
            async with turn.held():
                await asyncio.sleep(0.03)

    await asyncio.gather(endless(), endless())
    assert core.said.count("give back") >= 2
    assert core.said[0] == "take"


async def test_a_refused_turn_is_no_request():
    """The block is not entered, and the next one asks again."""
    core = Core(for_s=None)
    turn = Turn("board.test", core.asked)
    with pytest.raises(NoTurnError):
        async with turn.held():
            pytest.fail("entered without a turn")
    core.for_s = 10.0
    async with turn.held():
        assert core.said == ["take", "take"]


@pytest.mark.parametrize("answer", [None, 7, {}, {"turn": 99, "for_s": 1}, {"turn": "x"}])
async def test_odd_answers_are_ignored(answer: object):
    """What the core did not mean for a waiting request changes nothing."""
    core = Core()
    core.asked.answered(answer)
    turn = Turn("board.test", core.asked)
    async with turn.held():
        assert core.said == ["take"]
