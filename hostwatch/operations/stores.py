"""What an administrator does with the database as a whole: bring it up to date, move it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cases.errors import ConfigurationProblem, TemporaryFailure
from cases.seal import Keyring, load_keyring
from cases.store.moving import TableSum, move_store
from cases.store.opening import open_store, upgrade_store
from cases.store.postgres import PostgresPlace, live_workers
from cases.store.schema import HEAD
from hostwatch.desk import SystemClock
from hostwatch.office import Rules, place_of
from hostwatch.operations.people import identify
from hostwatch.permissions import Action, Actor, require
from hostwatch.worker import alone, only_worker


async def migrate(rules: Rules, *, stopped: bool = False) -> str:
    """
    Bring the schema up to date and return its revision.

    Raises:
        TemporaryFailure: a worker runs; on PostgreSQL `stopped` says that none does, for instance
            after a crash of the whole cluster.
        StoreProblem, KeyProblem: the database cannot be used; it is as it was.
    """
    place = place_of(rules.settings)
    keyring = load_keyring(rules.settings.paths.key_file)
    with alone(rules.settings, rules.directory):
        if isinstance(place, PostgresPlace) and not stopped:
            await _refuse_workers(place)
        await upgrade_store(place, keyring)
    return HEAD


async def move(rules: Rules, *, account: str, login: str) -> Mapping[str, TableSum]:
    """
    Move the SQLite file that `paths.database` names to the database that `database.url` names.

    Raises:
        ConfigurationProblem: no PostgreSQL is named.
        NotPermitted: the account may not do that.
        TemporaryFailure: a worker runs on the file.
        StoreProblem, KeyProblem: as `cases.store.moving.move_store`.
    """
    target = place_of(rules.settings)
    if not isinstance(target, PostgresPlace):
        raise ConfigurationProblem(
            "hostwatch.toml: database.url is not set; name the empty PostgreSQL database that "
            "the cases are to be moved to."
        )
    keyring = load_keyring(rules.settings.paths.key_file)
    with only_worker(rules.directory):
        source = rules.settings.paths.database
        actor = await _allowed(source, keyring, account, login)
        sums = await move_store(source, target, keyring)
        await _attest(target, keyring, actor, sums)
    return sums


async def _allowed(source: Path, keyring: Keyring, account: str, login: str) -> Actor:
    store = await open_store(source, keyring)
    try:
        actor = await identify(store, name=account, login=login)
    finally:
        await store.close()
    require(actor, Action.STORE_MOVE)
    return actor


async def _attest(
    target: PostgresPlace, keyring: Keyring, actor: Actor, sums: Mapping[str, TableSum]
) -> None:
    """Let the trail say where it goes on."""
    store = await open_store(target, keyring)
    try:
        async with store.transaction() as step:
            rows = sum(found.rows for found in sums.values())
            now = SystemClock().now()
            await step.audit(now, actor.name, Action.STORE_MOVE, None, rows=rows)
    finally:
        await store.close()


async def _refuse_workers(place: PostgresPlace) -> None:
    alive = await live_workers(place)
    if alive:
        raise TemporaryFailure(
            f"{len(alive)} workers are at work ({', '.join(alive)[:200]}); stop them first. After "
            "a crash wait a minute, or say --stopped."
        )
