"""Who holds a picture and steals the database cannot tell by it whether the picture was seen."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from postgres_dump import files_of, rows_of
from second_revision import Samples, connected, make_second_revision
from store_samples import a_case, an_asset, digests

from cases.errors import StoreProblem
from cases.ports import Transaction
from cases.seal import Keyring
from cases.store import schema
from cases.store.moving import move_store
from cases.store.opening import Place, open_store, upgrade_store
from cases.store.postgres import PostgresPlace
from cases.store.restoring import restore_store
from cases.store.transaction import SqlTransaction
from sandbox.database import PracticeDatabase

KEYS = Keyring.derive(b"k" * 32)
BOTH = [a_case(1).id, a_case(2).id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place for a store, and all that a thief of its machine gets."""

    place: Place
    database: PracticeDatabase | None = None

    def stolen(self) -> dict[str, bytes]:
        """Read every file, with the journals; of PostgreSQL every row by COPY as well."""
        if isinstance(self.place, Path):
            return {one.name: one.read_bytes() for one in self.place.parent.iterdir()}
        files = files_of(self.place.url, self.database.server.pgdata)
        return {**files, **rows_of(self.place.url)}

    def tables(self) -> dict[str, bytes]:
        """Leave out the write-ahead log of PostgreSQL, which forgets as it goes on."""
        if isinstance(self.place, Path):
            return self.stolen()
        with psycopg.connect(self.place.url) as plain:
            query = "SELECT oid FROM pg_database WHERE datname = current_database()"
            own = f"base/{plain.execute(query).fetchone()[0]}/"
        return {name: found for name, found in self.stolen().items() if name.startswith(own)}


@pytest.fixture(params=["sqlite", "postgres"])
def spot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spot]:
    if request.param == "sqlite":
        (tmp_path / "store").mkdir()
        yield Spot(place=tmp_path / "store" / "cases.db")
        return
    house: PracticeDatabase = request.getfixturevalue("postgres")
    made = house.fresh()
    yield Spot(place=made, database=house)
    house.drop(made)


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> Samples:
    return Samples(name=request.node.name)


def found_in(contents: dict[str, bytes], clear: Iterable[str]) -> set[str]:
    """Name the files that hold one of the digests as text, whole or its first or last quarter."""
    quarters = {one.encode() for digest in clear for one in (digest[:16], digest[-16:])}
    return {name for name, content in contents.items() if _holds(content.lower(), quarters)}


def _holds(content: bytes, quarters: set[bytes]) -> bool:
    return any(
        found[at : at + 16] in quarters
        for found in re.findall(rb"[0-9a-f]{16,}", content)
        for at in range(len(found) - 15)
    )


async def linked(step: Transaction, samples: Samples) -> None:
    """Tell that cases 1 and 2 are found by what they share, and each by its own."""
    assert await step.cases_with_digest(samples.shared.upper()) == BOTH
    assert await step.cases_with_digest(samples.look) == BOTH
    for number in (1, 2):
        for ordinal in range(samples.each):
            own = samples.digest(number, ordinal)
            assert await step.cases_with_digest(own) == [a_case(number).id]
    assert await step.cases_with_digest(samples.digest(3, 0)) == []
    assert await step.cases_with_digest("e" * 64) == []


# --------------------------------------------------------------------------- writing


async def test_what_was_written_holds_no_digest_in_clear(spot: Spot, samples: Samples):
    """Tables, journals and the server's log; open and closed, after a change and an erasure."""
    store = await open_store(spot.place, KEYS, create=True)
    async with store.transaction() as step:
        for number in (1, 2, 3):
            await step.add_case(a_case(number))
        for asset in samples.assets():
            await step.save_asset(asset)
    async with store.transaction() as step:
        own = replace(digests("0"), sha256=samples.digest(1, 0))
        await step.save_asset(an_asset(a_case(1), 0, digests=own, downloads=1))
        await step.erase_case(a_case(3).id)
    async with store.reading() as step:
        await linked(step, samples)
    assert found_in(spot.stolen(), samples.clear()) == set()
    await store.close()
    assert found_in(spot.stolen(), samples.clear()) == set()


async def test_a_renewed_index_key_goes_on_linking(spot: Spot, samples: Samples):
    """Also what is written after the renewal; who holds the old key finds nothing."""
    store = await open_store(spot.place, KEYS, create=True)
    async with store.transaction() as step:
        for number in (1, 2):
            await step.add_case(a_case(number))
        for asset in samples.assets():
            if asset.case_id in BOTH:
                await step.save_asset(asset)
    old = await open_store(spot.place, KEYS)
    async with store.transaction() as step:
        # two hosts, two locations, and all but one asset of each case
        assert await step.renew_index() == 4 + 2 * (samples.each + 2)
        await linked(step, samples)
        await step.add_case(a_case(4))
        again = an_asset(a_case(4), digests=replace(digests("0"), sha256=samples.shared))
        await step.save_asset(again)
        assert await step.cases_with_digest(samples.shared) == [*BOTH, a_case(4).id]
    async with old.reading() as step:
        assert await step.cases_with_digest(samples.shared) == []
    for one in (store, old):
        await one.close()


async def test_an_erased_case_is_found_by_no_digest(spot: Spot, samples: Samples):
    """Its indexes are gone with its key."""
    store = await open_store(spot.place, KEYS, create=True)
    async with store.transaction() as step:
        await step.add_case(a_case(1))
        for asset in samples.assets():
            if asset.case_id == a_case(1).id:
                await step.save_asset(asset)
        assert await step.cases_with_digest(samples.look) == [a_case(1).id]
    async with store.transaction() as step:
        await step.erase_case(a_case(1).id)
    async with store.reading() as step:
        for one in (samples.look, samples.shared, samples.digest(1, 0)):
            assert await step.cases_with_digest(one) == []
    await store.close()


# --------------------------------------------------------------------------- migrating


async def look_at_statistics(spot: Spot) -> None:
    """Let the database take its samples of the columns."""
    if isinstance(spot.place, Path):
        with closing(sqlite3.connect(spot.place)) as plain:
            plain.execute("ANALYZE")
            plain.commit()
    else:
        with psycopg.connect(spot.place.url, autocommit=True) as plain:
            plain.execute("ANALYZE assets")
            sampled = plain.execute("SELECT count(*) FROM pg_stats WHERE attname = 'sha256'")
            assert sampled.fetchone() == (1,)


@pytest.mark.parametrize("each", [3, 150], ids=["few", "many"])
async def test_a_migrated_database_holds_no_digest_in_clear(
    spot: Spot, samples: Samples, each: int
):
    """Neither rows, nor free parts of pages, nor the planner's samples; linking goes on."""
    samples = replace(samples, each=each)
    await make_second_revision(spot.place, KEYS, samples)
    await look_at_statistics(spot)
    assert found_in(spot.tables(), samples.clear())
    with pytest.raises(StoreProblem, match="hostwatch migrate"):
        await open_store(spot.place, KEYS)
    await upgrade_store(spot.place, KEYS)
    assert found_in(spot.tables(), samples.clear()) == set()
    store = await open_store(spot.place, KEYS)
    async with store.transaction() as step:
        await linked(step, samples)
        expected = [one for one in samples.assets() if one.case_id == a_case(1).id]
        assert await step.assets(a_case(1).id) == sorted(
            expected, key=lambda one: int(one.id.rpartition("-")[2])
        )
        assert await step.renew_index() == 4 + 2 * (samples.each + 2)
        await linked(step, samples)
    assert found_in(spot.tables(), samples.clear()) == set()
    await store.close()


async def test_a_console_that_reads_meanwhile_keeps_no_journal_with_digests(
    tmp_path: Path, samples: Samples
):
    """The migration cuts the journal off though the file is open elsewhere."""
    spot = Spot(place=tmp_path / "cases.db")
    await make_second_revision(spot.place, KEYS, samples)
    with closing(sqlite3.connect(spot.place)) as other:
        assert other.execute("SELECT count(*) FROM assets WHERE sha256 = 'x'").fetchone() == (0,)
        await upgrade_store(spot.place, KEYS)
        assert {"cases.db", "cases.db-wal"} <= spot.stolen().keys()
        assert found_in(spot.stolen(), samples.clear()) == set()


async def test_a_migration_that_fails_changes_nothing(spot: Spot, samples: Samples):
    """The old rows stand as they were, and the next try brings them over."""
    await make_second_revision(spot.place, KEYS, samples)
    async with connected(spot.place) as connection:
        # the new index cannot be made beside another one of its name
        await connection.exec_driver_sql("CREATE INDEX ix_assets_digest_blind ON assets (kind)")
    with pytest.raises(StoreProblem):
        await upgrade_store(spot.place, KEYS)
    async with connected(spot.place) as connection:
        assert await connection.run_sync(schema.revision) == "0002"
        query = "SELECT count(DISTINCT sha256) FROM assets"
        found = (await connection.exec_driver_sql(query)).scalar_one()
        assert found == 2 * samples.each + 2
        await connection.exec_driver_sql("DROP INDEX ix_assets_digest_blind")
    await upgrade_store(spot.place, KEYS)
    store = await open_store(spot.place, KEYS)
    async with store.reading() as step:
        await linked(step, samples)
    await store.close()


async def test_the_write_ahead_log_of_postgres_forgets_the_digests_as_it_goes_on(
    postgres: PracticeDatabase, samples: Samples
):
    """New files of the log and checkpoints drive them out, as they do with erased keys."""
    spot = Spot(place=postgres.fresh(), database=postgres)
    await make_second_revision(spot.place, KEYS, samples)
    await upgrade_store(spot.place, KEYS)
    sizes = ("max_wal_size", "min_wal_size")
    for name in sizes:
        postgres.do(f"ALTER SYSTEM SET {name} = '32MB'")
    try:
        postgres.do("SELECT pg_reload_conf()")
        for _ in range(8):
            files = files_of(spot.place.url, postgres.server.pgdata, new_log=True)
            left = found_in(files, samples.clear())
            if not left:
                break
        assert left == set()
    finally:
        for name in sizes:
            postgres.do(f"ALTER SYSTEM RESET {name}")
        postgres.do("SELECT pg_reload_conf()")
        postgres.drop(spot.place)


# --------------------------------------------------------------------------- copies


def rows_of_file(path: Path) -> Iterator[tuple[str, list[tuple[str, str]], list[list[object]]]]:
    """Read each table of an old file as its backup held it."""
    kinds = {"BLOB": "bytes", "BOOLEAN": "truth"}
    with closing(sqlite3.connect(path)) as plain:
        for name in SqlTransaction.copied_tables():
            known = plain.execute(f"SELECT name, type FROM pragma_table_info('{name}')").fetchall()
            columns = [(one, kinds.get(kind, "plain")) for one, kind in known]
            rows = [
                [base64.b64encode(one).decode() if isinstance(one, bytes) else one for one in row]
                for row in plain.execute(f"SELECT * FROM {name}")
            ]
            yield name, columns, rows


async def test_a_backup_of_the_second_revision_is_restored_without_clear_digests(
    spot: Spot, samples: Samples, tmp_path: Path
):
    """On either database; the rows come in clear and are blind when the step ends."""
    old = tmp_path / "old.db"
    await make_second_revision(old, KEYS, samples)

    async def fill(step: Transaction) -> None:
        for name, columns, rows in rows_of_file(old):
            await step.put_rows(name, columns, rows)

    await restore_store(spot.place, KEYS, revision="0002", fill=fill)
    store = await open_store(spot.place, KEYS)
    async with store.reading() as step:
        await linked(step, samples)
    assert found_in(spot.tables(), samples.clear()) == set()
    await store.close()


async def test_a_moved_store_goes_on_linking(
    tmp_path: Path, postgres: PracticeDatabase, samples: Samples
):
    """The blind indexes go over as they are, with the key that made them."""
    path = tmp_path / "cases.db"
    await make_second_revision(path, KEYS, samples)
    await upgrade_store(path, KEYS)
    target: PostgresPlace = postgres.fresh()
    await move_store(path, target, KEYS)
    store = await open_store(target, KEYS)
    async with store.reading() as step:
        await linked(step, samples)
    stolen = Spot(place=target, database=postgres).stolen()
    assert found_in(stolen, samples.clear()) == set()
    await store.close()
    postgres.drop(target)
