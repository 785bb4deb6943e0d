"""Torn copies of database and write-ahead log: refused, or a beginning of what was stored."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from store_samples import NOW, a_report
from store_samples import a_case as any_case
from test_store_faults import assert_plain

from cases.audit import Intact, verify
from cases.errors import StoreProblem
from cases.invariants import check
from cases.ports import CaseFilter
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.sqlite import SqliteStore

KEYS = Keyring.derive(b"k" * 32)
WRITTEN_BACK = 12
"""Steps in the database file; those after are in the log only."""
STEPS = 24
_PAGE, _FRAME, _HEAD = 4096, 4096 + 24, 32


def a_case(number: int):
    return any_case(number, next_action_at=NOW)


async def add(store: SqliteStore, number: int) -> None:
    async with store.transaction() as step:
        await step.add_case(a_case(number))
        await step.add_report(a_report(a_case(number), note=f"note {number}"))
        await step.audit(NOW, "ana", "report_added", a_case(number).id)


@dataclass(frozen=True, kw_only=True)
class Original:
    """What a copy is made of."""

    database: bytes
    log: bytes
    folder: Path

    def copy(self, *, database: bytes | None = None, log: bytes | None = None) -> Path:
        """Lay a copy out, as a restoration by hand would; an empty log is left out."""
        folder = self.folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        path = folder / "cases.db"
        path.write_bytes(self.database if database is None else database)
        if kept := self.log if log is None else log:
            (folder / "cases.db-wal").write_bytes(kept)
        return path


@pytest.fixture
async def original(tmp_path: Path) -> AsyncIterator[Original]:
    """Half of the steps in the database file, half in the log; the writer never closed it."""
    path = tmp_path / "cases.db"
    store = await open_store(path, KEYS, create=True)
    for number in range(1, WRITTEN_BACK + 1):
        await add(store, number)
    await store.close()
    store = await open_store(path, KEYS)
    for number in range(WRITTEN_BACK + 1, STEPS + 1):
        await add(store, number)
    log = path.with_name("cases.db-wal").read_bytes()
    yield Original(database=path.read_bytes(), log=log, folder=tmp_path)
    await store.close()


async def steps_in(path: Path) -> int | None:
    """
    Return how many steps the copy holds, each of them whole and as it was stored.

    None where the store refuses it with a plain sentence, or `hostwatch check` tells a fault.
    """
    try:
        store = await open_store(path, KEYS)
    except StoreProblem as refusal:
        assert_plain(refusal)
        return None
    try:
        number = await _read_all(store)
        return number if not await check(store, now=NOW) and not await store.damage() else None
    except StoreProblem as refusal:
        assert_plain(refusal)
        return None
    finally:
        await store.close()


async def _read_all(store: SqliteStore) -> int:
    async with store.reading() as step:
        cases = sorted(await step.cases(CaseFilter(limit=1000)), key=lambda case: case.id)
        for number, case in enumerate(cases, start=1):
            assert case == a_case(number)
            assert await step.reports(case.id) == [a_report(case, note=f"note {number}")]
        trail = await step.trail()
    if trail:
        assert isinstance(verify(trail), Intact)
        assert [entry.case_id for entry in trail] == [case.id for case in cases]
    return len(cases)


def offsets(size: int, *, unit: int, head: int, many: int) -> list[int]:
    """Choose where to cut: at both ends, at and beside borders of pages, and anywhere."""
    dice = random.Random()
    borders = [head + unit * dice.randint(0, max(1, (size - head) // unit)) for _ in range(many)]
    near = [border + dice.choice((-1, 0, 1)) for border in borders]
    anywhere = [dice.randint(0, size) for _ in range(many)]
    return sorted({one for one in (0, 1, head, size - 1, *near, *anywhere) if 0 <= one < size})


async def cut_the_log(original: Original, many: int) -> None:
    held = []
    for offset in offsets(len(original.log), unit=_FRAME, head=_HEAD, many=many):
        number = await steps_in(original.copy(log=original.log[:offset]))
        assert number is not None, offset
        assert WRITTEN_BACK <= number < STEPS, offset
        held.append(number)
    assert held == sorted(held)


async def cut_the_database(original: Original, many: int) -> None:
    for log in (original.log, b""):
        whole = STEPS if log else WRITTEN_BACK
        for offset in offsets(len(original.database), unit=_PAGE, head=0, many=many):
            copy = original.copy(database=original.database[:offset], log=log)
            assert await steps_in(copy) in (None, whole), offset


async def test_a_log_that_was_cut_off_holds_the_steps_before_the_cut(original: Original):
    """However little of it is left, what is there is a beginning of what was stored."""
    assert await steps_in(original.copy()) == STEPS
    await cut_the_log(original, 10)


async def test_a_database_that_was_cut_off_is_refused_or_whole(original: Original):
    """It is whole where the log holds all that is missing."""
    await cut_the_database(original, 6)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("cut", [cut_the_log, cut_the_database])
async def test_hundreds_of_cuts(original: Original, cut: Callable):
    """The same at many more places."""
    await cut(original, 300)


async def test_a_log_that_was_lost_takes_only_the_newest_steps_along(original: Original):
    """A copy of the database file alone is what was written back."""
    assert await steps_in(original.copy(log=b"")) == WRITTEN_BACK


async def test_bits_that_fell_over_in_the_log_end_it_there(original: Original):
    """A frame whose sum is wrong, and all after it, do not count."""
    dice = random.Random()
    for _ in range(10):
        log = bytearray(original.log)
        log[dice.randrange(_HEAD, len(log))] ^= 1 << dice.randrange(8)
        number = await steps_in(original.copy(log=bytes(log)))
        assert number is not None
        assert WRITTEN_BACK <= number <= STEPS


async def test_a_database_and_a_log_of_different_moments_are_told(original: Original):
    """An old file beside a newer log is no beginning of anything: refused, or `check` tells it."""
    path = original.folder / "later" / "cases.db"
    path.parent.mkdir()
    path.write_bytes(original.database)
    path.with_name("cases.db-wal").write_bytes(original.log)
    store = await open_store(path, KEYS)
    async with store._engine.connect() as connection:
        plain = await connection.execution_options(hostwatch_no_step=True)
        await plain.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")
    await add(store, STEPS + 1)
    newer = path.with_name("cases.db-wal").read_bytes()
    await store.close()
    assert await steps_in(original.copy(log=newer)) is None
