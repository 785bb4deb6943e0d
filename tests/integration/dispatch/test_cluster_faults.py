"""Whatever happens to workers, database and clock: due work is neither lost nor done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from operations_house import KEYS, House, StandingClock
from scripted_web import ListedJudge, ScriptedWeb, picture
from store_samples import a_case, a_notice

from cases.errors import HostwatchError
from cases.model import Notice, NoticeState, Stage, Worker
from cases.ports import CaseStore
from cases.store.opening import open_store
from cases.store.postgres import PostgresPlace
from config.initialise import write_configuration
from config.settings import Database
from crawler.fetch.contract import FetchRequest, FetchResult
from hostwatch.dispatch.many_machines import Cluster, tasks_of
from hostwatch.dispatch.queue import SCHEMA, Queue
from hostwatch.office import read_rules
from notices.partners.bundle import create_signer
from sandbox.database import PracticeDatabase

BEAT = timedelta(seconds=1)
HOURS = timedelta(hours=3)


class PoisonedWeb(ScriptedWeb):
    """Has a picture at every host, and one host at which our own code fails."""

    async def fetch(self, request: FetchRequest) -> FetchResult:
        if "poison" in request.permit.url:
            raise ZeroDivisionError
        self.put(request.permit.url, picture("known"))
        return await super().fetch(request)


class Judge(ListedJudge):
    """Knows one picture; no list is imported meanwhile."""

    def reload_if_changed(self) -> bool:
        return False

    def note(self, *_told: object) -> None:
        """Keep no account of where a signal matches."""


@dataclass
class Life:
    """One worker of a cluster, in this process."""

    task: asyncio.Task[None]
    stop: asyncio.Event

    async def die(self) -> None:
        """End without signing off, as when the machine is lost."""
        self.task.cancel()
        await asyncio.wait([self.task])


class Crew:
    """A house on PostgreSQL, and workers that come and go."""

    def __init__(self, place: PostgresPlace, house: House, stack: AsyncExitStack) -> None:
        self.place = place
        self.house = house
        self.web = PoisonedWeb()
        self._stack = stack

    async def hire(self, name: str) -> Life:
        """Let another worker begin; it ends with the test."""
        store = await open_store(self.place, KEYS)
        self._stack.push_async_callback(store.close)
        rooms = self.house.engine(self.web, matcher=Judge(listed={"known"}))
        engine = replace(rooms, store=store, worker=name)
        waiting = Queue(self.place, tasks_of(engine), beat_s=BEAT.total_seconds())
        queue = await self._stack.enter_async_context(waiting.opened())
        stop = asyncio.Event()
        cluster = Cluster(engine, queue, hosts=4, poll_s=0.2)
        life = Life(task=asyncio.create_task(cluster.run(stop)), stop=stop)
        self._stack.push_async_callback(self._let_go, life)
        return life

    async def _let_go(self, life: Life) -> None:
        life.stop.set()
        await asyncio.wait([life.task])

    async def workers(self) -> dict[str, Worker]:
        async with self.house.store.reading() as tx:
            return {one.name: one for one in await tx.workers()}

    async def names(self) -> set[str]:
        return set(await self.workers())

    async def foreman(self) -> str | None:
        office = self.house.store._keyring.blind("host", "foreman")
        rows = await self.ask("SELECT owner FROM host_leases WHERE host_blind = %s", office)
        return rows[0][0] if rows else None

    async def report(self, host: str) -> str:
        return (await self.house.report(f"http://{host}/1.jpg")).case_id

    async def compared(self, case_id: str) -> bool:
        return (await self.house.case(case_id)).comparison == "match"

    async def ask(self, query: str, *values: object) -> list[tuple]:
        """Ask beside the workers of this process, which may hold what it waits for."""
        return await asyncio.to_thread(self._ask, query, values)

    def _ask(self, query: str, values: tuple[object, ...]) -> list[tuple]:
        with psycopg.connect(self.place.url, autocommit=True) as plain:
            found = plain.execute(query, values)
            return found.fetchall() if found.description else []


@pytest.fixture
async def crew(place: PostgresPlace, tmp_path: Path) -> AsyncIterator[Crew]:
    write_configuration(tmp_path)
    create_signer(tmp_path / "partner-signing.key")
    rules = read_rules(tmp_path, {})
    database = Database(url=place.url, beat_s=BEAT.total_seconds())
    settings = rules.settings.model_copy(update={"database": database})
    async with AsyncExitStack() as stack:
        store = await open_store(place, KEYS, create=True)
        stack.push_async_callback(store.close)
        clock = StandingClock(at=datetime.now(UTC))
        house = House(
            directory=tmp_path, store=store, settings=settings, policy=rules.policy, clock=clock
        )
        yield Crew(place, house, stack)


async def until(met: Callable[[], Awaitable[object]], what: str, seconds: float = 40.0) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not await _so_far(met):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"still waiting after {seconds:g} s: {what}") from None


async def _so_far(met: Callable[[], Awaitable[object]]) -> object:
    try:
        return await met()
    except HostwatchError:
        return False


# --------------------------------------------------------------------------- workers that end


async def test_another_takes_the_office_when_the_foreman_is_lost(crew: Crew):
    """The dead one is taken off, and what is reported then is looked at."""
    first = await crew.hire("first")
    await until(lambda: _is(crew.foreman, "first"), "the first worker is the foreman")
    await crew.hire("second")
    await first.die()
    case = await crew.report("files.test")
    await until(lambda: _is(crew.foreman, "second"), "the office passes on")
    await until(lambda: crew.compared(case), "the case is looked at")
    await until(lambda: _is(crew.names, {"second"}), "the dead one is taken off")


async def test_who_signs_off_leaves_the_office_at_once(crew: Crew):
    """Nobody has to wait for a lease to run out, and nobody is mourned."""
    first = await crew.hire("first")
    await until(lambda: _is(crew.foreman, "first"), "the first worker is the foreman")
    await crew.hire("second")
    first.stop.set()
    await first.task
    assert await crew.foreman() != "first"
    assert "first" not in await crew.names()


async def test_a_worker_without_signs_of_life_loses_its_leases_and_claims(crew: Crew):
    """Its hosts are free and its sending is of unknown fate; what a living one holds stays."""
    serials = await _two_that_hold(crew.house.store)
    alive = asyncio.create_task(_beat(crew.house.store, "alive"))
    await crew.hire("foreman")
    await until(lambda: _is(crew.names, {"alive", "foreman"}), "the silent one is taken off")
    query = "SELECT owner FROM host_leases WHERE owner IS NOT NULL"
    held = {row[0] for row in await crew.ask(query)}
    assert held == {"alive", "foreman"}
    states = [(await crew.house.notice(one)).state for one in serials]
    assert states == [NoticeState.UNKNOWN, NoticeState.SENDING]
    alive.cancel()


async def _two_that_hold(store: CaseStore) -> list[str]:
    """Enter two workers with a leased host and a claimed notice each; return the serials."""
    serials = []
    async with store.transaction() as tx:
        now = await tx.now()
        for number, name in enumerate(("gone", "alive"), start=1):
            case = a_case(number, stage=Stage.NOTIFIED, created_at=now)
            await tx.add_case(case)
            await tx.add_notice(_claimed(a_notice(case), name, now))
            await tx.lease_host(tx.host_key(case.host), name, now, now + timedelta(minutes=3))
            await tx.beat(name, now - (timedelta(minutes=1) if name == "gone" else timedelta()))
            serials.append(a_notice(case).serial)
    return serials


def _claimed(notice: Notice, worker: str, now: datetime) -> Notice:
    return replace(
        notice,
        state=NoticeState.SENDING,
        message_id=f"<{notice.serial}.1.x@hotline.example>",
        attempt=1,
        claimed_by=worker,
        claimed_at=now,
    )


async def _beat(store: CaseStore, name: str) -> None:
    while True:
        async with store.transaction() as tx:
            await tx.beat(name, await tx.now())
        await asyncio.sleep(BEAT.total_seconds() / 2)


# --------------------------------------------------------------------------- the database


async def test_an_outage_of_the_database_buries_nobody(crew: Crew, postgres: PracticeDatabase):
    """Gone for longer than a worker may be silent: all go on, none is taken for dead."""
    for name in ("first", "second"):
        await crew.hire(name)
    await until(lambda: _is(crew.names, {"first", "second"}), "both show that they live")
    before = await crew.workers()
    postgres.stop()
    try:
        await asyncio.sleep(5.0)
    finally:
        postgres.start()
    case = await crew.report("files.test")
    await until(lambda: crew.compared(case), "the case is looked at")
    await asyncio.sleep(1.5)
    after = await crew.workers()
    assert {one.name: one.started_at for one in after.values()} == {
        one.name: one.started_at for one in before.values()
    }


async def test_lost_engine_tables_are_made_again(crew: Crew):
    """What was due is asked for anew, from the cases themselves."""
    await crew.hire("only")
    first = await crew.report("one.test")
    await until(lambda: crew.compared(first), "the first case is looked at")
    await crew.ask(f"DROP SCHEMA {SCHEMA} CASCADE")
    second = await crew.report("two.test")
    await until(lambda: crew.compared(second), "the second case is looked at")


# --------------------------------------------------------------------------- poison


async def test_a_poisoned_case_is_set_aside_after_three_faults(crew: Crew):
    """It waits for an analyst; the others are looked at meanwhile."""
    bad, good = await crew.report("poison.test"), await crew.report("files.test")
    await crew.hire("only")
    await until(lambda: crew.compared(good), "the good case is looked at")
    for attempts in (1, 2, 3):

        async def failed(attempts: int = attempts) -> bool:
            return (await crew.house.case(bad)).attempts == attempts

        await until(failed, f"fault number {attempts}")
        crew.house.clock.pass_by(minutes=10)
    case = await crew.house.case(bad)
    assert (case.needs, case.next_action_at) == ("internal_error", None)
    last = await crew.report("later.test")
    await until(lambda: crew.compared(last), "work goes on")
    assert (await crew.house.case(bad)).attempts == 3


# --------------------------------------------------------------------------- the database's clock


async def turn_clock(crew: Crew, by: timedelta) -> None:
    """Leave all rows as if the database's clock had been turned by so much."""
    micros = int(by.total_seconds() * 1_000_000)
    await crew.ask(
        f"UPDATE workers SET beat_at = beat_at - {micros}, started_at = started_at - {micros}"
    )
    await crew.ask(f"UPDATE host_leases SET leased_until = leased_until - {micros}")
    seconds = int(by.total_seconds())
    await crew.ask(
        f"UPDATE {SCHEMA}.procrastinate_workers "
        f"SET last_heartbeat = last_heartbeat - interval '{seconds} s'"
    )


@pytest.mark.parametrize("by", [HOURS, -HOURS], ids=["forward", "back"])
async def test_a_dead_foreman_is_replaced_whatever_the_clock_says(crew: Crew, by: timedelta):
    """Its lease and its last sign of life may seem to lie hours ahead."""
    first = await crew.hire("first")
    await until(lambda: _is(crew.foreman, "first"), "the first worker is the foreman")
    await first.die()
    await turn_clock(crew, by)
    await crew.hire("second")
    case = await crew.report("files.test")
    await until(lambda: crew.compared(case), "the case is looked at")
    await until(lambda: _is(crew.names, {"second"}), "the dead one is taken off")


@pytest.mark.parametrize("by", [HOURS, -HOURS], ids=["forward", "back"])
async def test_a_turned_clock_buries_no_living_worker(crew: Crew, by: timedelta):
    """Both go on; neither was taken off and entered anew."""
    for name in ("first", "second"):
        await crew.hire(name)
    await until(lambda: _is(crew.names, {"first", "second"}), "both show that they live")
    await turn_clock(crew, by)
    before = await crew.workers()
    case = await crew.report("files.test")
    await until(lambda: crew.compared(case), "the case is looked at")
    await asyncio.sleep(3.0)
    after = await crew.workers()
    assert {name: one.started_at for name, one in after.items()} == {
        name: one.started_at for name, one in before.items()
    }


async def _is(asked: Callable[[], Awaitable[object]], wanted: object) -> bool:
    return await asked() == wanted
