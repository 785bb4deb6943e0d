"""Which connections a visit keeps, and when they are closed."""

import asyncio

from crawler.fetch import kept
from crawler.fetch.kept import KeptLines, Place


class SlowLine:
    """A line whose end takes a moment."""

    def __init__(self, ended):
        self._ended = ended

    async def close(self):
        await asyncio.sleep(0)
        self._ended.append(self)


def place(visit, number):
    return Place(visit=visit, egress="home", origin=f"http://h{number}.test", verified=True)


async def used(lines, where, ended):
    async with lines.line(where, lambda: SlowLine(ended)) as line:
        return line


async def test_one_place_is_lent_the_same_line_again():
    """The next request of the visit gets the line; another visit gets its own."""
    lines, ended = KeptLines(), []
    first = await used(lines, place("a", 1), ended)
    assert await used(lines, place("a", 1), ended) is first
    assert await used(lines, place("b", 1), ended) is not first
    assert ended == []


async def test_the_longest_idle_lines_are_closed_beyond_the_bound():
    """There are never more idle lines than the bound."""
    lines, ended = KeptLines(), []
    made = [await used(lines, place("a", number), ended) for number in range(kept._MOST + 3)]
    assert ended == made[:3]


async def test_lines_that_are_crowded_out_while_their_visit_ends_are_closed_once():
    """A visit's end and the bound may meet; each line is closed, and none twice."""
    lines, ended = KeptLines(), []
    made = [await used(lines, place("a", number), ended) for number in range(kept._MOST)]
    ending = asyncio.create_task(lines.forget("a"))
    await asyncio.sleep(0)
    for number in range(kept._MOST):
        await used(lines, place("b", number), ended)
    await ending
    assert sorted(map(id, ended)) == sorted(map(id, made))


async def test_a_line_in_use_outlives_its_visit_until_it_is_given_back():
    """What is forgotten while it is used is closed by the last who uses it."""
    lines, ended = KeptLines(), []
    async with lines.line(place("a", 1), lambda: SlowLine(ended)):
        async with lines.line(place("a", 1), lambda: SlowLine(ended)):
            await lines.forget("a")
        assert ended == []
    assert len(ended) == 1
