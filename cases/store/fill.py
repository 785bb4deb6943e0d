"""Migrate, and fill in after that what only the holder of the key can compute."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cases.model import Case
from cases.seal import Keyring
from cases.store import schema, tables
from cases.store.rows import SealedRows, Translate

_AT_ONCE = 500


async def bring_up_to_date(
    connection: AsyncConnection, keyring: Keyring, where: str, translate: Translate
) -> None:
    """
    Apply every revision that is missing within the connection's step.

    Raises:
        StoreProblem: not a database of hostwatch.
        KeyProblem: another key sealed it; nothing was changed.
    """
    own = await schema.accept_key(connection, keyring, where)
    await connection.run_sync(partial(schema.upgrade, blind=own.blind))
    await schema.adopt_index_key(connection, own)
    await Filler(connection, own, translate).fill()


class Filler(SealedRows):
    """Unseals rows of an older revision and completes their new clear columns."""

    async def fill(self) -> None:
        """Complete every row; rows of erased cases stay as they are."""
        while await self._fill_hosts():
            pass

    async def _fill_hosts(self) -> bool:
        column = tables.cases.c
        query = select(column.id, column.version, column.sealed)
        missing = column.host_blind.is_(None) & column.sealed.is_not(None)
        rows = await self._rows(query.where(missing).limit(_AT_ONCE))
        for row in rows:
            case = await self._open(
                tables.cases, row.id, row.id, row.sealed, Case, version=row.version
            )
            blind = self._keyring.blind("host", case.host.lower())
            await self._run(
                tables.cases.update().where(column.id == row.id).values(host_blind=blind)
            )
        self._case_keys.clear()
        return bool(rows)
