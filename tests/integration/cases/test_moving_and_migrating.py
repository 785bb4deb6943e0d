"""A store is brought up to date, or moved to PostgreSQL, whole and proven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from first_revision import make_first_revision
from sqlalchemy import Connection
from store_samples import (
    NOW,
    a_case,
    a_notice,
    a_report,
    an_assessment,
    an_asset,
    an_observation,
    digests,
)

from cases.audit import Intact, verify
from cases.errors import KeyProblem, StoreProblem
from cases.model import Account, Answer, Role
from cases.ports import CaseFilter, CaseStore, NoticeFilter
from cases.seal import Keyring
from cases.store import schema
from cases.store.moving import move_store
from cases.store.opening import open_store, upgrade_store
from cases.store.postgres import PostgresPlace, connected_postgres
from cases.store.sqlite import connected_sqlite
from cases.store.tables import metadata
from sandbox.database import PracticeDatabase

KEYRING = Keyring.derive(b"k" * 32)


@pytest.fixture
def target(postgres: PracticeDatabase) -> Iterator[PostgresPlace]:
    place = postgres.fresh()
    yield place
    postgres.drop(place)


async def fill(store: CaseStore) -> None:
    """Store a record of every kind."""
    async with store.transaction() as step:
        await step.save_account(Account(name="ana", role=Role.ANALYST, created_at=NOW))
        await step.set_setting("paused_sending", "yes")
        for number in range(1, 4):
            case = a_case(number, next_action_at=NOW)
            asset = an_asset(case, digests=digests("a"))
            await step.next_case_id(NOW)
            await step.add_case(case)
            await step.add_report(a_report(case), idempotency_key=f"key {number}")
            await step.save_asset(asset)
            await step.add_observation(an_observation(asset))
            await step.add_assessment(an_assessment(case))
            await step.add_notice(a_notice(case, message_id=f"<{number}@hotline.example>"))
            await step.add_answer(
                Answer(serial=f"{case.id}-N1", at=NOW, claim="removed", channel="web")
            )
            await step.audit(NOW, "ana", "report_added", case.id)


async def everything(store: CaseStore) -> list[object]:
    """Read every record back."""
    async with store.reading() as step:
        cases = await step.cases(CaseFilter())
        return [
            cases,
            [await step.reports(case.id) for case in cases],
            [await step.assets(case.id) for case in cases],
            [await step.observations(case.id) for case in cases],
            [await step.assessments(case.id) for case in cases],
            await step.notices(NoticeFilter()),
            [await step.answers(f"{case.id}-N1") for case in cases],
            await step.accounts(),
            await step.setting("paused_sending"),
            await step.trail(),
            await step.due_hosts(NOW, 10),
            await step.cases_with_digest("a" * 64),
        ]


async def test_a_moved_store_holds_every_record_and_goes_on(tmp_path: Path, target: PostgresPlace):
    """Records, trail, blind indexes and numbers are those of the file."""
    path = tmp_path / "cases.db"
    old = await open_store(path, KEYRING, create=True)
    await fill(old)
    before = await everything(old)
    await old.close()
    sums = await move_store(path, target, KEYRING)
    assert sums["cases"].rows == 3
    new = await open_store(target, KEYRING)
    assert await everything(new) == before
    async with new.transaction() as step:
        assert await step.next_case_id(NOW) == "HW-2026-000004"
        assert (await step.case_at(a_case(2).canonical)) == a_case(2, next_action_at=NOW)
        await step.add_observation(an_observation(an_asset(a_case(1)), 5))
        await step.audit(NOW, "ana", "case_visited")
    async with new.reading() as step:
        assert isinstance(verify(await step.trail()), Intact)
    await new.close()


async def test_a_store_is_moved_into_an_empty_database_only(tmp_path: Path, target: PostgresPlace):
    """What stands there is not overwritten, and a wrong key moves nothing."""
    path = tmp_path / "cases.db"
    await (await open_store(path, KEYRING, create=True)).close()
    with pytest.raises(KeyProblem, match="not the key"):
        await move_store(path, target, Keyring.derive(b"w" * 32))
    await (await open_store(target, KEYRING, create=True)).close()
    with pytest.raises(StoreProblem, match="never overwritten"):
        await move_store(path, target, KEYRING)


async def test_a_database_of_the_first_revision_is_refused_until_it_is_migrated(tmp_path: Path):
    """The sentence names the command; afterwards every record and index is there."""
    path = tmp_path / "cases.db"
    await make_first_revision(path, KEYRING)
    with pytest.raises(StoreProblem, match="hostwatch migrate"):
        await open_store(path, KEYRING)
    await upgrade_store(path, KEYRING)
    store = await open_store(path, KEYRING)
    async with store.reading() as step:
        assert [case.id[-1] for case in await step.cases(CaseFilter())] == ["2", "1"]
        assert (await step.case_at(a_case(1).canonical)).id == a_case(1).id
        assert (await step.report_by_idempotency("key 2")).case_id == a_case(2).id
        late = a_case(9).created_at
        keys = [one.key for one in await step.due_hosts(late, 10)]
        assert keys == [step.host_key("board1.test"), step.host_key("board2.test")]
        assert isinstance(verify(await step.trail()), Intact)
    await store.close()


async def test_migrating_twice_changes_nothing(tmp_path: Path, target: PostgresPlace):
    """Both databases stand at the newest revision already."""
    for place in (tmp_path / "cases.db", target):
        store = await open_store(place, KEYRING, create=True)
        await fill(store)
        before = await everything(store)
        await store.close()
        await upgrade_store(place, KEYRING)
        again = await open_store(place, KEYRING)
        assert await everything(again) == before
        await again.close()


async def test_a_wrong_key_migrates_nothing(tmp_path: Path):
    """The key is tried before the schema is touched."""
    path = tmp_path / "cases.db"
    await make_first_revision(path, KEYRING)
    with pytest.raises(KeyProblem):
        await upgrade_store(path, Keyring.derive(b"w" * 32))
    with pytest.raises(StoreProblem, match="revision 0001"):
        await open_store(path, KEYRING)


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_the_migrations_make_exactly_the_tables(tmp_path: Path, target: PostgresPlace):
    """What the tables say and what the revisions made do not differ, on both databases."""
    path = tmp_path / "cases.db"
    await (await open_store(path, KEYRING, create=True)).close()
    await (await open_store(target, KEYRING, create=True)).close()
    async with connected_sqlite(path) as old, connected_postgres(target) as new:
        assert await old.run_sync(differences) == []
        assert await new.run_sync(differences) == []


def test_the_newest_revision_is_the_one_that_is_asked_for():
    """A revision that was added is not forgotten in the check at opening."""
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_a_foreign_database_is_told_apart(tmp_path: Path, target: PostgresPlace):
    """It is neither opened nor migrated."""
    async with connected_postgres(target) as connection:
        await connection.exec_driver_sql("CREATE TABLE other (a int)")
    with pytest.raises(StoreProblem, match="not a database of hostwatch"):
        await open_store(target, KEYRING)
    with pytest.raises(StoreProblem, match="not a database of hostwatch"):
        await upgrade_store(target, KEYRING)
