"""When PostgreSQL is gone, full, forbidden or in the way: one clear sentence, and nothing lost."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from store_samples import NOW, a_notice, a_report
from store_samples import a_case as any_case
from test_store_faults import assert_plain, small_disk

from cases.audit import Intact, verify
from cases.errors import StaleWrite, StoreBusy, StoreProblem
from cases.invariants import check
from cases.model import NoticeState
from cases.ports import CaseFilter
from cases.seal import Keyring
from cases.store import postgres as postgres_store
from cases.store.opening import open_store
from cases.store.postgres import PostgresPlace, PostgresStore
from notices.compose import Composed
from notices.delivery.channel import Accepted, Receipt
from notices.delivery.outbox import deliver, recover
from sandbox.database import PracticeDatabase

KEYS = Keyring.derive(b"k" * 32)
_NUMBERS = itertools.count(1)


@pytest.fixture
def place(postgres: PracticeDatabase) -> Iterator[PostgresPlace]:
    made = postgres.fresh()
    yield made
    postgres.drop(made)


@pytest.fixture
async def store(place: PostgresPlace) -> AsyncIterator[PostgresStore]:
    opened = await open_store(place, KEYS, create=True)
    yield opened
    await opened.close()


def a_case(number: int):
    return any_case(number, next_action_at=NOW)


async def add(store: PostgresStore, number: int, note: str = "") -> None:
    async with store.transaction() as step:
        await step.add_case(a_case(number))
        await step.add_report(a_report(a_case(number), note=note))
        await step.audit(NOW, "ana", "report_added", a_case(number).id)


async def held(store: PostgresStore) -> list[str]:
    async with store.reading() as step:
        return sorted(case.id for case in await step.cases(CaseFilter(limit=1000)))


# --------------------------------------------------------------------------- gone and back


@contextmanager
def outage(postgres: PracticeDatabase) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


async def test_a_server_that_goes_down_in_a_step_is_told_and_the_next_step_works(
    store: PostgresStore, postgres: PracticeDatabase
):
    """Between two statements or before the commit: the step is not there at all."""
    await add(store, 1)

    async def step_through_an_outage(*, ask_after: bool) -> None:
        async with store.transaction() as step:
            await step.add_case(a_case(2))
            await step.audit(NOW, "ana", "report_added", a_case(2).id)
            assert len(await step.trail()) == 2
            postgres.stop()
            if ask_after:
                await step.case(a_case(2).id)

    for ask_after in (True, False):
        try:
            with pytest.raises(StoreBusy, match="does not answer") as told:
                await step_through_an_outage(ask_after=ask_after)
            assert_plain(told.value)
            with pytest.raises(StoreBusy, match="does not answer") as told:
                await add(store, 3)
            assert_plain(told.value)
        finally:
            postgres.start()
        assert await held(store) == [a_case(1).id]
    await add(store, 2)
    assert await held(store) == [a_case(1).id, a_case(2).id]
    assert await check(store) == []


async def test_a_server_that_is_not_there_at_the_start_is_told(
    place: PostgresPlace, postgres: PracticeDatabase
):
    """Opening is refused as a matter of time, and works later."""
    await (await open_store(place, KEYS, create=True)).close()
    with outage(postgres), pytest.raises(StoreBusy, match="does not answer") as told:
        await open_store(place, KEYS)
    assert_plain(told.value)
    await (await open_store(place, KEYS)).close()


class Relay:
    """Takes a message, and lets the database go down at that moment."""

    def __init__(self, postgres: PracticeDatabase) -> None:
        self._postgres = postgres
        self.taken: list[str] = []

    async def send(
        self, message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        self.taken.append(message_id)
        self._postgres.stop()
        self._back = asyncio.create_task(self._start_later())
        return Accepted(code=250, text="ok")

    async def _start_later(self) -> None:
        await asyncio.sleep(1.5)
        self._postgres.start()


class Clock:
    def now(self):
        return NOW


async def approved(store: PostgresStore):
    case = a_case(1)
    async with store.transaction() as step:
        await step.add_case(case)
        await step.add_report(a_report(case))
        notice = a_notice(case, state=NoticeState.APPROVED, approved_by="ana", approved_at=NOW)
        await step.add_notice(notice)
    return notice


async def test_a_receipt_outlives_an_outage(store: PostgresStore, postgres: PracticeDatabase):
    """The database goes down while the relay takes a notice: it is sent, once, not in doubt."""
    notice = await approved(store)
    relay = Relay(postgres)
    message = Composed(
        message_id=f"<{notice.serial}.1.x@hotline.example>",
        message=b"x",
        sha256="a" * 64,
        subject="x",
        machine_parts=(),
        problems=(),
    )
    after = await deliver(
        store,
        relay,
        notice,
        message,
        sender="hotline@hotline.example",
        clock=Clock(),
        retry_after=timedelta(minutes=15),
    )
    assert after.state is NoticeState.SENT
    assert relay.taken == [message.message_id]
    async with store.reading() as step:
        assert (await step.notice(notice.serial)).state is NoticeState.SENT


async def test_what_a_living_worker_lost_becomes_unknown_after_a_while(store: PostgresStore):
    """A claim that is older than any delivery; younger ones stay."""
    cases = [a_case(number) for number in (1, 2)]
    async with store.transaction() as step:
        for case, minutes in zip(cases, (13, 3), strict=True):
            await step.add_case(case)
            await step.add_notice(
                a_notice(
                    case,
                    state=NoticeState.SENDING,
                    claimed_at=NOW - timedelta(minutes=minutes),
                    claimed_by="alive",
                    message_id=f"<{case.id}@hotline.example>",
                    body=base64.b64encode(b"x").decode(),
                )
            )
        found = await recover(step, NOW, claimed_before=NOW - timedelta(minutes=12))
    assert [one.case_id for one in found] == [cases[0].id]


# --------------------------------------------------------------------------- refused


async def test_a_standby_is_told_and_can_still_be_read(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """A database that takes no writes."""
    await add(store, 1)
    name = postgres.name_of(place)
    postgres.do(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await store.close()
    with pytest.raises(StoreProblem, match="takes no writes") as told:
        await add(store, 2)
    assert_plain(told.value)
    assert await held(store) == [a_case(1).id]


@contextmanager
def role(postgres: PracticeDatabase, place: PostgresPlace, says: str) -> Iterator[PostgresPlace]:
    """Make a role of its own that may read the database, and return the place as it sees it."""
    name = f"visitor_{os.getpid()}_{next(_NUMBERS)}"
    postgres.do(f"CREATE ROLE {name} LOGIN {says}")
    with psycopg.connect(place.url, autocommit=True) as plain:
        plain.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    url = make_url(place.url).set(username=name).render_as_string(hide_password=False)
    try:
        yield replace(place, url=url)
    finally:
        with psycopg.connect(place.url, autocommit=True) as plain:
            plain.execute(f"DROP OWNED BY {name}")
        postgres.do(f"DROP ROLE {name}")


async def test_a_missing_privilege_is_told(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """A role that may read and not write, and one that may not even connect."""
    await add(store, 1)
    with role(postgres, place, "") as seen:
        visitor = await open_store(seen, KEYS)
        with pytest.raises(StoreProblem, match="may not do that") as told:
            await add(visitor, 2)
        assert_plain(told.value)
        assert await held(visitor) == [a_case(1).id]
        await visitor.close()
        postgres.do(f"REVOKE CONNECT ON DATABASE {postgres.name_of(place)} FROM PUBLIC")
        with pytest.raises(StoreProblem, match="may not do that") as told:
            await open_store(seen, KEYS)
        assert_plain(told.value)


async def test_a_wrong_password_is_told(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """Wrong, missing, right; neither password nor user stands in the sentence."""
    rules = postgres.server.pgdata / "pg_hba.conf"
    before = rules.read_text()
    with role(postgres, place, "PASSWORD 'right-one'") as seen:
        name = make_url(seen.url).username
        try:
            rules.write_text(f"local all {name} scram-sha-256\n{before}")
            postgres.do("SELECT pg_reload_conf()")
            await _reloaded(seen)
            for password in ("wrong-one", None):
                with pytest.raises(StoreProblem, match="refuses the user or its password") as told:
                    await open_store(replace(seen, password=password), KEYS)
                assert_plain(told.value)
                assert "wrong-one" not in str(told.value)
            await (await open_store(replace(seen, password="right-one"), KEYS)).close()
        finally:
            rules.write_text(before)
            postgres.do("SELECT pg_reload_conf()")


async def _reloaded(seen: PostgresPlace) -> None:
    """Wait until the server follows its new rules; it reads them when it gets round to it."""
    async with asyncio.timeout(20):
        while True:
            try:
                psycopg.connect(seen.url).close()
            except psycopg.OperationalError:
                return
            await asyncio.sleep(0.05)


async def test_too_many_connections_are_told_as_a_matter_of_time(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """The role's only connection is taken; when it is free, opening works."""
    with role(postgres, place, "CONNECTION LIMIT 1") as seen:
        taken = psycopg.connect(seen.url)
        with pytest.raises(StoreBusy, match="busy") as told:
            await open_store(seen, KEYS)
        assert_plain(told.value)
        taken.close()
        async with asyncio.timeout(20):
            while True:
                try:
                    opened = await open_store(seen, KEYS)
                    break
                except StoreBusy:  # the server notices the end a moment later
                    await asyncio.sleep(0.05)
        await opened.close()


async def test_a_full_disk_loses_nothing_that_was_stored(postgres: PracticeDatabase):
    """Cases go in until the disk is full; all of those stay, and with room again work goes on."""
    with small_disk("24m") as directory:
        owner = postgres.server.pgdata.stat()
        directory.parent.chmod(directory.parent.stat().st_mode | 0o011)
        os.chown(directory, owner.st_uid, owner.st_gid)
        name = f"small_{os.getpid()}"
        postgres.do(f"CREATE TABLESPACE {name} LOCATION '{directory}'")
        postgres.do(f"CREATE DATABASE {name} TABLESPACE {name}")
        try:
            await _fill_up(PostgresPlace(url=postgres.server.get_uri(database=name)), directory)
        finally:
            postgres.do(f"DROP DATABASE {name} WITH (FORCE)")
            postgres.do(f"DROP TABLESPACE {name}")


async def _fill_up(place: PostgresPlace, directory: Path) -> None:
    store = await open_store(place, KEYS, create=True)
    ballast = directory / "ballast"
    ballast.write_bytes(bytes(2_000_000))
    stored = 0

    async def fill() -> None:
        nonlocal stored
        for number in range(1, 500):
            await add(store, number, note=os.urandom(50_000).hex())
            stored = number

    with pytest.raises(StoreProblem, match="disk is full") as told:
        await fill()
    assert_plain(told.value)
    assert stored > 3
    assert len(await held(store)) == stored
    ballast.unlink()
    await add(store, stored + 1)
    assert await check(store) == []
    await store.close()


# --------------------------------------------------------------------------- in the way


async def test_two_steps_that_wait_for_each_other_both_succeed_in_the_end(store: PostgresStore):
    """The server ends one of them as a matter of time; repeated, it finds its turn."""
    for number in (1, 2):
        await add(store, number)
    both = asyncio.Barrier(2)
    refused: list[type[Exception]] = []

    async def change(first: int, second: int) -> None:
        wait = True
        while True:
            try:
                async with store.transaction() as step:
                    await _once_more(step, first)
                    if wait:
                        wait = False
                        await both.wait()
                    await _once_more(step, second)
                return
            except (StoreBusy, StaleWrite) as problem:
                refused.append(type(problem))

    await asyncio.gather(change(1, 2), change(2, 1))
    assert refused[0] is StoreBusy
    async with store.reading() as step:
        assert [(await step.case(a_case(number).id)).attempts for number in (1, 2)] == [2, 2]


async def _once_more(step, number: int) -> None:
    case = await step.case(a_case(number).id)
    await step.save_case(replace(case, attempts=case.attempts + 1))
    await step.case(case.id)


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
async def test_who_waits_too_long_is_asked_to_come_back(
    store: PostgresStore, place: PostgresPlace, monkeypatch: pytest.MonkeyPatch, limit: str
):
    """Another step holds the trail's turn; when it ends, the trail is one chain."""
    monkeypatch.setattr(postgres_store, "_OPTIONS", f"-c {limit}=300ms -c timezone=UTC")
    second = await open_store(place, KEYS)
    async with store.transaction() as step:
        await step.audit(NOW, "ana", "report_added")
        await step.trail()
        with pytest.raises(StoreBusy, match="busy with other steps") as told:
            await add(second, 1)
        assert_plain(told.value)
    assert await held(second) == []
    await add(second, 1)
    await second.close()
    async with store.reading() as reading:
        assert isinstance(verify(await reading.trail()), Intact)


async def test_a_process_that_stands_still_in_a_step_holds_nobody_up_for_long(
    store: PostgresStore, place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
):
    """The server ends its step and frees the trail; what it says later is refused."""
    limit = "-c idle_in_transaction_session_timeout=500ms -c timezone=UTC"
    monkeypatch.setattr(postgres_store, "_OPTIONS", limit)
    paused = await open_store(place, KEYS)

    async def stand_still() -> None:
        async with paused.transaction() as step:
            await step.add_case(a_case(9))
            await step.audit(NOW, "ana", "report_added", a_case(9).id)
            await step.trail()
            await add(store, 1)  # waits for the turn of the trail, and gets it

    with pytest.raises(StoreBusy) as told:
        await stand_still()
    assert_plain(told.value)
    await add(paused, 2)
    await paused.close()
    assert await held(store) == [a_case(1).id, a_case(2).id]
    assert await check(store) == []
