"""Open or migrate the store that the configuration names, whichever database it stands on."""

from __future__ import annotations

from pathlib import Path

from cases.seal import Keyring
from cases.store.postgres import PostgresPlace, PostgresStore, open_postgres, upgrade_postgres
from cases.store.sqlite import SqliteStore, open_sqlite, upgrade_sqlite

Place = Path | PostgresPlace
"""A SQLite file, or a PostgreSQL database."""


async def open_store(
    place: Place, keyring: Keyring, *, create: bool = False
) -> SqliteStore | PostgresStore:
    """
    Open the database, or make a new one.

    Raises:
        StoreProblem: none there, one there already, of another revision, or not usable.
        StoreBusy: it does not answer, or another process holds it.
        KeyProblem: the key is not the one that sealed it.
    """
    if isinstance(place, PostgresPlace):
        return await open_postgres(place, keyring, create=create)
    return await open_sqlite(place, keyring, create=create)


async def upgrade_store(place: Place, keyring: Keyring) -> None:
    """Bring the schema up to date, whole or not at all. Raises as `open_store`."""
    if isinstance(place, PostgresPlace):
        await upgrade_postgres(place, keyring)
    else:
        await upgrade_sqlite(place, keyring)
