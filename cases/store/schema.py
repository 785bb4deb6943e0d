"""
Schema and key of a database: made, recognised, brought up to date; the same for every database.

The revision stands in Alembic's table; the check of the key is a wrapped key in `meta`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cases.errors import KeyProblem, StoreProblem
from cases.seal import Keyring
from cases.store import tables

HEAD = "0003"
"""Newest revision under `migrations/versions`."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_FIRST = "0001"
_UNMARKED = "schema"
"""Member of `meta` by which the first revision was known."""


async def make(connection: AsyncConnection, keyring: Keyring) -> None:
    """Make all tables in an empty database, and note the key that will seal it."""
    await connection.run_sync(upgrade)
    rows = {
        tables.KEY_CHECK: _wrapped(keyring, tables.KEY_CHECK, keyring.new_case_key()),
        tables.INDEX_KEY: _wrapped(keyring, tables.INDEX_KEY, keyring.new_case_key()),
        tables.CURRENT_KEY: str(keyring.key_id),
    }
    await connection.execute(
        tables.meta.insert(), [{"name": name, "value": value} for name, value in rows.items()]
    )


async def accept(connection: AsyncConnection, keyring: Keyring, where: str) -> Keyring:
    """
    Refuse what is not ours, of another revision, or under another key; change nothing.

    Returns the keys with the index key of this database.

    Raises:
        StoreProblem: not a database of hostwatch, or of another revision.
        KeyProblem: another master key sealed it.
    """
    _accept_revision(await connection.run_sync(revision), where)
    return await accept_key(connection, keyring, where)


async def accept_key(connection: AsyncConnection, keyring: Keyring, where: str) -> Keyring:
    """
    Refuse a database that another master key sealed; return the keys with its index key.

    Raises:
        StoreProblem: not a database of hostwatch.
        KeyProblem: another key.
    """
    if await connection.run_sync(revision) is None:
        raise StoreProblem(f"{where} is not a database of hostwatch.")
    known = await facts(connection)
    try:
        keyring.unwrap(tables.KEY_CHECK, base64.b64decode(known.get(tables.KEY_CHECK, "")))
        if tables.INDEX_KEY not in known:
            return keyring
        index_key = keyring.unwrap(tables.INDEX_KEY, base64.b64decode(known[tables.INDEX_KEY]))
    except (KeyProblem, ValueError):
        raise KeyProblem(
            f"This master key (id {keyring.key_id}) is not the key that sealed this database "
            f"({where}); bring the right key file, nothing was changed."
        ) from None
    return keyring.with_index_key(index_key)


async def adopt_index_key(connection: AsyncConnection, keyring: Keyring) -> None:
    """Keep the index key that an older revision derived from the master key, wrapped."""
    if tables.INDEX_KEY not in await facts(connection):
        value = _wrapped(keyring, tables.INDEX_KEY, keyring.indexing)
        rows = [
            {"name": tables.INDEX_KEY, "value": value},
            {"name": tables.CURRENT_KEY, "value": str(keyring.key_id)},
        ]
        await connection.execute(tables.meta.insert(), rows)


def _wrapped(keyring: Keyring, name: str, key: bytes) -> str:
    return base64.b64encode(keyring.wrap(name, key)).decode()


async def facts(connection: AsyncConnection) -> Mapping[str, str]:
    """Return what the database says of itself."""
    rows = await connection.execute(select(tables.meta.c.name, tables.meta.c.value))
    return {row.name: row.value for row in rows}


def revision(connection: Connection) -> str | None:
    """Return the schema's revision; none where the database is not ours."""
    known = set(inspect(connection).get_table_names())
    if "alembic_version" in known:
        marked = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        return marked.scalar_one_or_none()
    if "meta" not in known:
        return None
    value = tables.meta.c
    query = select(value.value).where(value.name == _UNMARKED)
    return _FIRST if connection.execute(query).scalar_one_or_none() == "1" else None


def upgrade(
    connection: Connection, to: str = "head", *, blind: Callable[[str, str], bytes] | None = None
) -> None:
    """
    Apply every revision that is missing up to `to`, within the connection's transaction.

    `blind` makes the blind index of a field's value; tables that hold no rows need none.
    """
    # alembic is slow to import, and ordinary commands do not need it
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["blind"] = blind
    known = set(inspect(connection).get_table_names())
    if "alembic_version" not in known and revision(connection) == _FIRST:
        command.stamp(config, _FIRST)
        connection.execute(tables.meta.delete().where(tables.meta.c.name == _UNMARKED))
    command.upgrade(config, to)


def _accept_revision(found: str | None, where: str) -> None:
    if found is None:
        raise StoreProblem(f"{where} is not a database of hostwatch.")
    if found == HEAD:
        return
    newer = found.isdecimal() and found > HEAD
    advice = (
        "install that version of hostwatch"
        if newer
        else "stop its processes, make a backup and run `hostwatch migrate`"
    )
    raise StoreProblem(
        f"The database {where} has schema revision {found[:20]}, this hostwatch works with "
        f"{HEAD}; {advice}."
    )
