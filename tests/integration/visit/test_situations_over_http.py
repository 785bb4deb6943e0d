"""Generated situations over real sockets: what is seen there is what the long runs see in memory."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest
import pytest_asyncio
from recheck_yard import yard

from cases.model import Observation, Presence
from sandbox.rechecks.compose import compose
from sandbox.rechecks.course import Course, case_of, through
from sandbox.rechecks.situation import Situation, Trouble

pytestmark = pytest.mark.asyncio(loop_scope="module")
ONLY_IN_MEMORY = {
    Trouble.PROXY_DOWN, Trouble.FETCHER_DOWN, Trouble.WORKER_CRASH, Trouble.OUR_DNS_LIES,
    Trouble.OUR_DNS_DOWN, Trouble.BAD_TLS,
}  # fmt: skip
SLOW = {Trouble.SILENCE, Trouble.TOR_ONLY, Trouble.BUSY, Trouble.ERROR_503}
COUNT = 64


class Row(NamedTuple):
    """One look over HTTP and the same in memory."""

    situation: Situation
    hour: float
    way: str
    real: Observation
    made: Observation

    @property
    def differ(self):
        if self.real.error == "host_resting":
            # After 503 or 429 the fetcher leaves the host alone; the model has no such patience.
            return self.made.presence not in {Presence.TEMPORARY, Presence.NO_VERDICT}
        return (self.real.presence, self.real.rule) != (self.made.presence, self.made.rule)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with yard() as made:
        yield made


def sample():
    """The first situations whose troubles can be played over a socket, few of them slow."""
    chosen, slow = [], 0
    for seed in range(2000):
        situation = compose(seed)
        troubles = {spell.trouble for spell in situation.spells}
        waits = bool(troubles & SLOW)
        if troubles & ONLY_IN_MEMORY or (waits and slow >= 8):
            continue
        chosen.append(situation)
        slow += waits
        if len(chosen) == COUNT:
            break
    return chosen


def moments(situation):
    """An hour in each chapter, and one in each spell."""
    starts = [start for start, _ in situation.chapters] + [s.start_h for s in situation.spells]
    return sorted({start + 0.5 for start in starts})


async def compared(place, situation, gate):
    """Return what was seen over HTTP and what in memory, for each moment and way out."""
    rows = []
    async with gate:
        for hour in moments(situation):
            host = place.server.add(situation, hour)
            beside = Course(situation)
            for way in situation.ways:
                real = await place.listed(case_of(situation, host), situation.kind, way)
                made = await through(beside, case_of(situation), way, hour)
                rows.append(Row(situation, hour, way, real, made))
    return rows


async def test_generated_situations_over_http(place):
    """Nothing that is there counts as gone, and socket and memory agree on presence and rule."""
    gate = asyncio.Semaphore(6)
    found = await asyncio.gather(*(compared(place, one, gate) for one in sample()))
    assert len(found) == COUNT
    rows = [row for rows in found for row in rows]
    assert [row for row in rows if row.differ] == []
    assert len(rows) > 3 * COUNT
