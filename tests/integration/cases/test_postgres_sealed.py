"""A stolen PostgreSQL server is no directory of the material: neither its rows nor its disk."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from postgres_dump import files_of, rows_of
from store_samples import a_case, a_notice
from test_store_sealed import CANARIES, KEYS, case, fill, found_in

from cases.errors import UnknownRecord
from cases.store.opening import open_store
from cases.store.postgres import PostgresPlace, PostgresStore
from hostwatch.dispatch.queue import Queue, Tasks
from sandbox.database import PracticeDatabase


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


async def no_work(_word: str) -> None:
    """Do nothing; the job is only to stand in the queue's tables."""


async def fill_all(store: PostgresStore, place: PostgresPlace) -> None:
    """Store every kind of record, and let a visit and a sending wait in the queue."""
    await fill(store)
    async with Queue(place, Tasks(visit=no_work, send=no_work)).opened() as queue:
        async with store.reading() as step:
            (due,) = await step.due_hosts(case().created_at.replace(year=2030), 5) or [None]
            key = due.key if due else step.host_key(CANARIES["host"])
        await queue.ask_visit(key)
        await queue.ask_send(a_notice(case()).serial)


async def test_no_location_and_no_person_lies_in_rows_or_files(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """COPY of every table, the files of the tables, the write-ahead log, the server's own log."""
    await fill_all(store, place)
    rows = rows_of(place.url)
    assert {"public.cases text", "hostwatch_engine.procrastinate_jobs binary"} <= rows.keys()
    assert b"Clear Provider" in rows["public.cases text"]
    files = files_of(place.url, postgres.server.pgdata)
    assert any(name.startswith("pg_wal/0") for name in files)
    assert "log" in files
    assert any(b"Clear Provider" in content for content in files.values())
    named = {name: found_in(content) for name, content in {**rows, **files}.items()}
    assert {name: found for name, found in named.items() if found} == {}


async def test_a_refused_statement_leaves_no_value_in_the_servers_log(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """The server logs failed statements; what they were to store is sealed or left out."""
    await fill(store)
    with pytest.raises(Exception, match="stored the same record first"):
        await fill(store)
    log = (postgres.server.pgdata / "log").read_bytes()
    assert b"duplicate key value" in log
    assert found_in(log) == set()


async def test_the_search_would_find_what_is_not_sealed(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """Control: a word in a clear column is found in rows, tables and write-ahead log."""
    word = b"control-word-5530"
    async with store.transaction() as step:
        await step.set_setting("control", base64.b64encode(word).decode())
        await step.set_setting("plain", word.decode())
    rows = rows_of(place.url)
    assert word in rows["public.settings text"]
    assert word in rows["public.settings binary"]
    names = [n for n, one in files_of(place.url, postgres.server.pgdata).items() if word in one]
    assert {name.partition("/")[0] for name in names} >= {"base", "pg_wal"}


# --------------------------------------------------------------------------- erasure


def wrapped_key(place: PostgresPlace, case_id: str) -> bytes:
    with psycopg.connect(place.url) as plain:
        row = plain.execute("SELECT wrapped FROM case_keys WHERE case_id = %s", [case_id])
        return bytes(row.fetchone()[0])


def tables_with(found: dict[str, bytes], word: bytes) -> list[str]:
    return [name for name, one in found.items() if name.startswith("base/") and word in one]


@pytest.mark.parametrize("which", [1, 15, 29], ids=["first", "amid", "last"])
async def test_an_erased_case_leaves_no_key_in_the_tables(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase, which: int
):
    """Wherever its row stood among others; after the next checkpoint it is off the disk."""
    async with store.transaction() as step:
        for number in range(1, 30):
            await step.add_case(a_case(number))
    data = postgres.server.pgdata
    gone, other = (wrapped_key(place, a_case(number).id) for number in (which, which % 29 + 1))
    assert tables_with(files_of(place.url, data), gone)
    async with store.transaction() as step:
        await step.erase_case(a_case(which).id)
    files = files_of(place.url, data)
    assert tables_with(files, gone) == []
    assert tables_with(files, other)
    assert gone not in b"".join(rows_of(place.url).values())
    async with store.transaction() as step:
        with pytest.raises(UnknownRecord, match="was erased"):
            await step.case(a_case(which).id)
        assert await step.case(a_case(which % 29 + 1).id)


async def test_the_write_ahead_log_forgets_an_erased_key_as_it_goes_on(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """New files of the log and checkpoints drive it out; rows that are gone never return."""
    await fill(store)
    key = wrapped_key(place, case().id)
    async with store.transaction() as step:
        await step.erase_case(case().id)
    data = postgres.server.pgdata
    postgres.do("ALTER SYSTEM SET max_wal_size = '32MB'")
    postgres.do("ALTER SYSTEM SET min_wal_size = '32MB'")
    try:
        postgres.do("SELECT pg_reload_conf()")
        for _ in range(8):
            files = files_of(place.url, data, new_log=True)
            left = [name for name, content in files.items() if key in content]
            if not left:
                break
        assert left == []
    finally:
        postgres.do("ALTER SYSTEM RESET max_wal_size")
        postgres.do("ALTER SYSTEM RESET min_wal_size")
        postgres.do("SELECT pg_reload_conf()")


async def test_an_erasure_waits_for_older_views_and_holds_nobody_up(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """A reading that began before sees the old rows to its end; then they are dropped."""
    await fill(store)
    async with store.transaction() as step:
        await step.add_case(a_case(2))
    key = wrapped_key(place, case().id)
    began, may_end = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        async with store.reading() as view:
            await view.setting("x")
            began.set()
            await may_end.wait()

    async def erase() -> None:
        async with store.transaction() as step:
            await step.erase_case(case().id)

    looking = asyncio.create_task(look())
    await began.wait()
    erasing = asyncio.create_task(erase())
    await asyncio.sleep(0.5)
    async with store.transaction() as step:
        await step.add_case(a_case(3))
    may_end.set()
    await asyncio.gather(looking, erasing)
    assert tables_with(files_of(place.url, postgres.server.pgdata), key) == []


async def test_a_sweep_that_finds_no_turn_leaves_the_erasure_stored(
    store: PostgresStore, place: PostgresPlace, postgres: PracticeDatabase
):
    """Somebody reads the keys all the time: the case is erased, and the next sweep drops the rest."""
    for number in (1, 2, 3):
        async with store.transaction() as step:
            await step.add_case(a_case(number))
    keys = [wrapped_key(place, a_case(number).id) for number in (1, 2)]
    with psycopg.connect(place.url) as reader:
        reader.execute("SELECT count(*) FROM case_keys")
        async with store.transaction() as step:
            await step.erase_case(a_case(1).id)
    async with store.reading() as view:
        with pytest.raises(UnknownRecord, match="was erased"):
            await view.case(a_case(1).id)
    async with store.transaction() as step:
        await step.erase_case(a_case(2).id)
    files = files_of(place.url, postgres.server.pgdata)
    assert [tables_with(files, key) for key in keys] == [[], []]
