"""When the disk, the file or another process is in the way: one clear sentence each."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_samples import NOW, a_report
from store_samples import a_case as any_case

from cases.errors import HostwatchError, StoreBusy, StoreProblem
from cases.invariants import check
from cases.ports import CaseFilter
from cases.seal import Keyring
from cases.store import sqlite as sqlite_store
from cases.store.opening import open_store
from cases.store.sqlite import SqliteStore

KEYS = Keyring.derive(b"k" * 32)
NOBODY = 65534


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(tmp_path / "cases.db", KEYS, create=True)
    yield opened
    await opened.close()


def a_case(number: int):
    return any_case(number, next_action_at=NOW)


async def add(store: SqliteStore, number: int, note: str = "") -> None:
    async with store.transaction() as step:
        await step.add_case(a_case(number))
        await step.add_report(a_report(a_case(number), note=note))
        await step.audit(NOW, "ana", "report_added", a_case(number).id)


def assert_plain(error: HostwatchError) -> None:
    """The sentence holds no statement, no value and no chain of causes to print."""
    text = str(error)
    assert not any(word in text for word in ("INSERT", "SELECT", "sqlalche", "board", "\n"))
    assert error.__suppress_context__ or error.__context__ is None


async def test_a_full_disk_loses_nothing_that_was_stored(store: SqliteStore):
    """The step that did not fit is not there at all; with room again, work goes on."""
    await add(store, 1)
    async with store._engine.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreProblem, match="disk is full") as told:
        await add(store, 2, note=secrets.token_urlsafe(100_000))
    assert_plain(told.value)
    async with store._engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    async with store.transaction() as step:
        assert await step.cases(CaseFilter()) == [a_case(1)]
    await add(store, 2)
    assert await check(store) == []


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """Mount a tiny file system, where that is allowed."""
    directory = Path(tempfile.mkdtemp())
    if os.system(f"mount -t tmpfs -o size={size} tmpfs {directory} 2>/dev/null"):
        directory.rmdir()
        pytest.skip("mounting a small file system is not allowed here")
    try:
        yield directory
    finally:
        os.system(f"umount {directory}")
        directory.rmdir()


async def test_a_disk_that_fills_up_is_told_and_the_store_survives():
    """A real file system of 1 MB: cases go in until it is full, and all of those stay."""
    with small_disk("1m") as directory:
        store = await open_store(directory / "cases.db", KEYS, create=True)
        stored = 0

        async def fill() -> None:
            nonlocal stored
            for number in range(1, 500):
                await add(store, number, note=secrets.token_urlsafe(20_000))
                stored = number

        with pytest.raises(StoreProblem) as told:
            await fill()
        assert_plain(told.value)
        await store.close()
        reopened = await open_store(directory / "cases.db", KEYS)
        async with reopened.transaction() as step:
            assert len(await step.cases(CaseFilter())) == stored
            assert len(await step.trail()) == stored
        await reopened.close()
        assert stored > 3


async def test_another_process_that_holds_the_database_is_told(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Who waits too long is asked to come back; afterwards it works."""
    monkeypatch.setattr(sqlite_store, "_BUSY_SECONDS", 0.1)
    second = await open_store(tmp_path / "cases.db", KEYS)
    async with store.transaction():
        with pytest.raises(StoreBusy, match="Another process holds the database") as told:
            await add(second, 1)
    assert told.value.retry_after > 0
    assert_plain(told.value)
    await add(second, 1)
    await second.close()


async def test_two_processes_worth_of_stores_make_one_chain(store: SqliteStore, tmp_path: Path):
    """Two stores on one file write in turns; the trail stays one chain."""
    second = await open_store(tmp_path / "cases.db", KEYS)
    halves = (range(1, 16), range(16, 31))
    await asyncio.gather(
        *(
            add(one, number)
            for one, numbers in zip((store, second), halves, strict=True)
            for number in numbers
        )
    )
    await second.close()
    assert await check(store) == []
    async with store.transaction() as step:
        assert len(await step.trail()) == 30


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to write everywhere; an ordinary user has none."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(directory, NOBODY, NOBODY)
    yield directory
    directory.chmod(0o700)
    shutil.rmtree(directory)


async def test_a_directory_that_cannot_be_written_is_told(shared_directory: Path):
    """Neither creating nor opening there works, and each says why."""
    path = shared_directory / "cases.db"
    with as_nobody():
        await (await open_store(path, KEYS, create=True)).close()
        path.chmod(0o400)
        shared_directory.chmod(0o500)
        with pytest.raises(StoreProblem, match="cannot be opened for writing") as told:
            await open_store(path, KEYS)
        assert_plain(told.value)
        with pytest.raises(StoreProblem, match="permission denied"):
            await open_store(shared_directory / "new.db", KEYS, create=True)
    assert [one.name for one in shared_directory.iterdir()] == ["cases.db"]


async def test_a_database_that_is_not_there_or_there_already_is_told(tmp_path: Path):
    """Opening makes none, and making one overwrites none."""
    path = tmp_path / "cases.db"
    with pytest.raises(StoreProblem, match="There is no database"):
        await open_store(path, KEYS)
    assert list(tmp_path.iterdir()) == []
    await (await open_store(path, KEYS, create=True)).close()
    with pytest.raises(StoreProblem, match="never overwritten"):
        await open_store(path, KEYS, create=True)
    await (await open_store(path, KEYS)).close()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough" * 40])
async def test_a_file_that_is_no_database_of_ours_is_told(tmp_path: Path, content: bytes):
    """An empty file, or another kind of file."""
    path = tmp_path / "cases.db"
    path.write_bytes(content)
    with pytest.raises(StoreProblem, match=r"not a database") as told:
        await open_store(path, KEYS)
    assert_plain(told.value)
    assert path.read_bytes() == content


async def test_another_programs_database_is_told(tmp_path: Path):
    """A SQLite file without our tables is left as it is."""
    path = tmp_path / "cases.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE tea (leaves)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreProblem, match="is not a database of hostwatch"):
        await open_store(path, KEYS)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["cases.db"]


async def test_a_copy_made_by_sqlite_opens(tmp_path: Path):
    """A copy made by VACUUM INTO loses the journal mode; opening restores it."""
    store = await open_store(tmp_path / "cases.db", KEYS, create=True)
    await add(store, 1)
    await store.close()
    with sqlite3.connect(tmp_path / "cases.db") as raw:
        raw.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    raw.close()
    copy = await open_store(tmp_path / "copy.db", KEYS)
    async with copy._engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
    assert await check(copy) == []
    await copy.close()


async def test_the_promises_of_the_connection_hold(store: SqliteStore):
    """Write-ahead log, full synchronisation, references, deletion that overwrites."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    async with store._engine.connect() as connection:
        for pragma, value in wanted.items():
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value


@pytest.mark.parametrize(
    ("version", "advice"), [("9999", "install that version"), ("0001", "migrate"), ("x", "migrate")]
)
async def test_a_database_of_another_version_is_told(tmp_path: Path, version: str, advice: str):
    """Newer or older, it is not touched."""
    path = tmp_path / "cases.db"
    await (await open_store(path, KEYS, create=True)).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (version,))
    raw.close()
    with pytest.raises(StoreProblem, match=advice):
        await open_store(path, KEYS)


async def test_a_damaged_page_is_told(tmp_path: Path):
    """Whatever is read from a torn file, it is an error of ours and never a wrong record."""
    path = tmp_path / "cases.db"
    store = await open_store(path, KEYS, create=True)
    for number in range(1, 30):
        await add(store, number)
    await store.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 + 8 : page * 4096 + 900] = b"\xa5" * 892
    path.write_bytes(content)
    with pytest.raises(StoreProblem) as told:
        await read_all(path)
    assert_plain(told.value)


async def read_all(path: Path) -> None:
    store = await open_store(path, KEYS)
    try:
        async with store.transaction() as step:
            await step.cases(CaseFilter())
            await step.trail()
    finally:
        await store.close()


async def test_a_closed_store_comes_back_for_the_next_step(store: SqliteStore):
    """Closing releases the file; it does not break the value."""
    await add(store, 1)
    await store.close()
    await add(store, 2)
    async with store.transaction() as step:
        assert len(await step.cases(CaseFilter())) == 2
