"""Clocks that jump, and summer time: due work is neither lost nor done twice, on every store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from operations_house import KEYS, House
from scripted_web import ListedJudge, ScriptedWeb, picture
from store_samples import a_case

from cases.model import Case, NoticeState, Stage
from cases.ports import NoticeFilter
from cases.store.opening import Place, open_store
from config.initialise import write_configuration
from hostwatch.engine import Engine
from hostwatch.office import read_rules
from hostwatch.worker import work_off
from notices.partners.bundle import create_signer

AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half past two of summer time in Berlin; an hour later it is half past two again."""
SPRING = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
"""One minute before the hour that Berlin leaves out."""


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield tmp_path / "cases.db"
        return
    server = request.getfixturevalue("postgres")
    made = server.fresh()
    yield made
    server.drop(made)


@pytest.fixture
async def house(place: Place, tmp_path: Path) -> AsyncIterator[House]:
    write_configuration(tmp_path)
    create_signer(tmp_path / "partner-signing.key")
    rules = read_rules(tmp_path, {})
    store = await open_store(place, KEYS, create=True)
    yield House(directory=tmp_path, store=store, settings=rules.settings, policy=rules.policy)
    await store.close()


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the process live where the clock is turned twice a year."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Judge(ListedJudge):
    """Knows one picture."""

    def reload_if_changed(self) -> bool:
        return False

    def note(self, *_told: object) -> None:
        """Keep no account of where a signal matches."""


def engine_of(house: House) -> tuple[Engine, ScriptedWeb]:
    web = ScriptedWeb()
    for number in range(4):
        web.put(f"http://files{number}.test/1.jpg", picture("known"))
    return house.engine(web, matcher=Judge(listed={"known"})), web


async def all_cases(house: House, ids: list[str]) -> list[Case]:
    return [await house.case(one) for one in ids]


async def test_work_is_done_once_while_the_clock_jumps(house: House):
    """Forward by hours, back by more, forward again: nothing is lost or drafted twice."""
    engine, web = engine_of(house)
    ids = [(await house.report(f"http://files{number}.test/1.jpg")).case_id for number in range(4)]
    house.clock.pass_by(hours=5)
    assert await work_off(engine, set(ids)) == 4
    asked = len(web.asked("reported_url"))
    assert asked == 4
    house.clock.pass_by(hours=-9)
    assert await work_off(engine, set(ids)) == 0
    assert len(web.asked("reported_url")) == asked
    assert all(case.next_action_at is not None for case in await all_cases(house, ids))
    for _ in range(12):
        house.clock.pass_by(hours=2)
        await work_off(engine, set(ids))
    cases = await all_cases(house, ids)
    assert {case.comparison for case in cases} == {"match"}
    assert not any(case.needs == "internal_error" for case in cases)
    async with house.store.reading() as step:
        for case in cases:
            notices = await step.notices(NoticeFilter(case_id=case.id))
            assert len({(one.kind, one.recipient.key, one.reminder) for one in notices}) == len(
                notices
            )
            assert all(one.state is not NoticeState.SENDING for one in notices)


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("start", [AUTUMN, SPRING], ids=["autumn", "spring"])
async def test_the_hour_that_comes_twice_or_never_changes_nothing(house: House, start: datetime):
    """Five cases half an hour apart: each is due at its own moment, none before, none later."""
    moments = [start + number * timedelta(minutes=30) for number in range(5)]
    async with house.store.transaction() as step:
        for number, moment in enumerate(moments, start=1):
            await step.add_case(a_case(number, stage=Stage.RECEIVED, next_action_at=moment))
    for number, moment in enumerate(moments, start=1):
        async with house.store.reading() as step:
            before = await step.due_cases(moment - timedelta(microseconds=1), 10)
            due = await step.due_cases(moment, 10)
            hosts = await step.due_hosts(moment, 10)
        assert [len(before), len(due), len(hosts)] == [number - 1, number, number]
        assert due[-1].next_action_at == moment
        assert [one.since for one in hosts] == moments[:number]
    async with house.store.transaction() as step:
        case = await step.case(a_case(1).id)
        await step.save_case(replace(case, next_action_at=moments[2]))
        assert (await step.case(case.id)).next_action_at == moments[2]


@pytest.mark.usefixtures("in_berlin")
async def test_moments_lie_in_the_rows_as_microseconds_of_utc(house: House, place: Place):
    """No zone of a machine or a session has a part in it."""
    async with house.store.transaction() as step:
        await step.add_case(a_case(1, next_action_at=AUTUMN))
    query = "SELECT next_action_at FROM cases"
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as plain:
            ((found,),) = plain.execute(query).fetchall()
    else:
        with psycopg.connect(place.url) as plain:
            ((found,),) = plain.execute(query).fetchall()
    assert found == round(AUTUMN.timestamp() * 1_000_000)


@pytest.mark.usefixtures("in_berlin")
async def test_the_stores_own_time_is_utc(house: House):
    """Leases of all machines are judged by one clock without a summer time."""
    async with house.store.reading() as step:
        now = await step.now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
