"""A database of either kind as the second revision of the schema left it, digests in clear."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from store_samples import NOW, a_case, an_asset, digests

from cases.model import Asset, AssetKind
from cases.seal import Keyring
from cases.store import postgres_errors, schema, sqlite_errors, tables
from cases.store.opening import Place
from cases.store.postgres import connected_postgres
from cases.store.sqlite import connected_sqlite
from cases.store.transaction import SqlTransaction

_INDEX = b"i" * 32
_INSERT = sa.text(
    "INSERT INTO assets (id, case_id, ordinal, kind, role, comparison, verdict, sha256, sealed) "
    "VALUES (:id, :case_id, :ordinal, :kind, :role, :comparison, :verdict, :sha256, :sealed)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What the old database is to hold: cases 1 to 3 with these, and one digest for all three."""

    name: str
    each: int = 3

    def digest(self, number: int, ordinal: int) -> str:
        return hashlib.sha256(f"{self.name} {number} {ordinal}".encode()).hexdigest()

    @property
    def shared(self) -> str:
        return hashlib.sha256(f"{self.name} shared".encode()).hexdigest()

    @property
    def look(self) -> str:
        return hashlib.sha256(f"{self.name} look".encode()).hexdigest()

    def assets(self) -> Iterator[Asset]:
        for ordinal in range(self.each):
            for number in (3, 1, 2):
                yield self._picture(number, ordinal, self.digest(number, ordinal))
        for number in (1, 2, 3):
            yield self._picture(number, self.each, self.shared)
            yield an_asset(a_case(number), self.each + 1, kind=AssetKind.PAGE, look=self.look)
            yield an_asset(a_case(number), self.each + 2)

    def clear(self) -> list[str]:
        """Return every digest and look."""
        own = [self.digest(one, other) for one in (1, 2, 3) for other in range(self.each)]
        return [*own, self.shared, self.look]

    def _picture(self, number: int, ordinal: int, sha256: str) -> Asset:
        return an_asset(a_case(number), ordinal, digests=replace(digests("0"), sha256=sha256))


async def make_second_revision(place: Place, keyring: Keyring, samples: Samples) -> None:
    """Write the samples as the second revision did; the third case was erased."""
    if isinstance(place, Path):
        place.touch(0o600)
        with closing(sqlite3.connect(place)) as plain:
            plain.execute("PRAGMA journal_mode = WAL")
    async with connected(place) as connection:
        await connection.run_sync(partial(schema.upgrade, to="0002"))
        await connection.execute(tables.meta.insert(), _facts(keyring))
        step = _step(connection, keyring)
        for number in (1, 2, 3):
            await step.add_case(a_case(number, next_action_at=NOW))
        await step.finish()
    for start in range(3):
        async with connected(place) as connection:
            step = _step(connection, keyring)
            some = [await _row(step, asset) for asset in list(samples.assets())[start::3]]
            await connection.execute(_INSERT, some)
    async with connected(place) as connection:
        await _erase(connection, a_case(3).id)


def connected(place: Place) -> AbstractAsyncContextManager[AsyncConnection]:
    return connected_sqlite(place) if isinstance(place, Path) else connected_postgres(place)


def _step(connection: AsyncConnection, keyring: Keyring) -> SqlTransaction:
    shared = connection.dialect.name == "postgresql"
    translate = (postgres_errors if shared else sqlite_errors).translate
    return SqlTransaction(connection, keyring.with_index_key(_INDEX), translate)


def _facts(keyring: Keyring) -> list[dict[str, str]]:
    known = {
        tables.KEY_CHECK: schema._wrapped(keyring, tables.KEY_CHECK, keyring.new_case_key()),
        tables.INDEX_KEY: schema._wrapped(keyring, tables.INDEX_KEY, _INDEX),
        tables.CURRENT_KEY: str(keyring.key_id),
    }
    return [{"name": name, "value": value} for name, value in known.items()]


async def _row(step: SqlTransaction, asset: Asset) -> dict[str, object]:
    return {
        "id": asset.id,
        "case_id": asset.case_id,
        "ordinal": int(asset.id.rpartition("-")[2]),
        "kind": asset.kind.value,
        "role": asset.role,
        "comparison": asset.comparison.kind,
        "verdict": asset.verdict.value,
        "sha256": asset.digests.sha256 if asset.digests else asset.look,
        "sealed": await step._seal(tables.assets, asset.case_id, asset.id, asset),
    }


async def _erase(connection: AsyncConnection, case_id: str) -> None:
    for statement in (
        "UPDATE cases SET sealed = NULL, canonical_blind = NULL WHERE id = :case",
        "UPDATE cases SET host_blind = NULL, next_action_at = NULL WHERE id = :case",
        "DELETE FROM case_keys WHERE case_id = :case",
        "UPDATE assets SET sealed = NULL, sha256 = NULL WHERE case_id = :case",
    ):
        await connection.execute(sa.text(statement), {"case": case_id})
