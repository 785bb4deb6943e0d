"""
kill -9 at any instruction between a report and its notice's receipt, on both databases.

The desk's own log says what was delivered; whatever the store says is held against it.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import killed_hand
import pytest

from cases.audit import Intact, verify
from cases.errors import StoreBusy
from cases.invariants import check
from cases.model import NoticeState
from cases.ports import CaseFilter, CaseStore, NoticeFilter
from cases.store.opening import Place, open_store
from cases.store.postgres import PostgresPlace

HAND = Path(killed_hand.__file__)
CASE = re.compile(rb"HW-\d{4}-\d{6}\n")
KILLS = 4
MANY_KILLS = 200


@pytest.fixture(params=["sqlite", "postgres"])
def somewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a new store may be made, on either database."""
    if request.param == "sqlite":
        yield tmp_path / "cases.db"
        return
    server = request.getfixturevalue("postgres")
    made = server.fresh()
    yield made
    server.drop(made)


def work_and_kill(place: Place, desk: Path, seconds: float, *, once_told: bool = False) -> set[str]:
    """
    Let a process work so long, kill it; return the cases it told of.

    It is let work from its start on, or from the first case that it told.
    """
    word = place.url if isinstance(place, PostgresPlace) else str(place)
    line = [sys.executable, str(HAND), word, str(desk)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, cwd=HAND.parents[3]) as hand:
        assert hand.stdout is not None
        first = hand.stdout.readline()
        told = list(until_a_case(hand.stdout)) if once_told else []
        time.sleep(seconds if first else 0)
        hand.send_signal(signal.SIGKILL)
        told += hand.stdout.read().splitlines(keepends=True)
    assert (first, hand.returncode) == (b"ready\n", -signal.SIGKILL)
    # what it logs stands between; half a line was not told
    return {line.decode().strip() for line in told if CASE.fullmatch(line)}


def until_a_case(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a process says up to the first case."""
    for line in lines:
        yield line
        if CASE.fullmatch(line):
            return


async def opened(place: Place) -> CaseStore:
    """Open the store; a database may need a moment to notice that a client died."""
    for _ in range(50):
        try:
            return await open_store(place, killed_hand.KEYS)
        except StoreBusy:
            time.sleep(0.1)
    return await open_store(place, killed_hand.KEYS)


async def look_at(place: Place, desk: Path, told: set[str]) -> int:
    """Hold the store against what was told and delivered; return the notices left in flight."""
    store = await opened(place)
    delivered = Counter(desk.read_text().splitlines() if desk.exists() else ())
    assert [one for one, times in delivered.items() if times > 1] == []
    serials = Counter(one.strip("<").partition(".")[0] for one in delivered)
    assert [one for one, times in serials.items() if times > 1] == []
    async with store.reading() as step:
        cases = {case.id for case in await step.cases(CaseFilter(limit=100_000))}
        notices = await step.notices(NoticeFilter(limit=100_000))
        assert isinstance(verify(await step.trail()), Intact)
    assert told <= cases
    assert {notice.case_id for notice in notices} == cases
    for notice in notices:
        if notice.state is NoticeState.SENT:
            assert notice.serial in serials
        if notice.serial in serials:
            assert notice.state in (NoticeState.SENT, NoticeState.SENDING, NoticeState.UNKNOWN)
    assert [line for line in await check(store, now=killed_hand.NOW) if "due" not in line] == []
    await store.close()
    return sum(notice.state is NoticeState.SENDING for notice in notices)


async def survive(place: Place, desk: Path, kills: int, *, look_every: int) -> tuple[int, int]:
    """Kill so often; return how many cases there were, and notices caught in flight."""
    await (await open_store(place, killed_hand.KEYS, create=True)).close()
    dice = random.Random()
    told: set[str] = set()
    caught = 0
    for number in range(kills):
        # one life is surely long enough for a case, however slow the machine is
        told |= work_and_kill(place, desk, dice.random() * 0.6, once_told=number == 0)
        if number % look_every == 0:
            caught += await look_at(place, desk, told)
    await look_at(place, desk, told)
    return len(told), caught


async def test_nothing_is_lost_or_sent_twice_under_kills(somewhere: Place, tmp_path: Path):
    """What was told is stored, and the desk took each notice once."""
    cases, _ = await survive(somewhere, tmp_path / "desk.log", KILLS, look_every=1)
    assert cases


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_nothing_is_lost_or_sent_twice_under_two_hundred_kills(
    somewhere: Place, tmp_path: Path
):
    """The same, so often that many notices are caught in flight."""
    cases, caught = await survive(somewhere, tmp_path / "desk.log", MANY_KILLS, look_every=4)
    print(f"{MANY_KILLS} kills, {cases} cases, {caught} notices caught in flight")
    assert cases
    assert caught
