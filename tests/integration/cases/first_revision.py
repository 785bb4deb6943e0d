"""A database as the first revision of the schema left it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from store_samples import a_case, a_report

from cases.seal import Keyring
from cases.store import schema, tables
from cases.store.sqlite_errors import translate
from cases.store.transaction import SqlTransaction

_SINCE_THEN = (
    "DROP INDEX due_hosts",
    "ALTER TABLE cases DROP COLUMN host_blind",
    "DROP TABLE workers",
    "DROP INDEX ix_assets_digest_blind",
    "ALTER TABLE assets DROP COLUMN digest_blind",
    "ALTER TABLE assets ADD COLUMN sha256 TEXT",
    "CREATE INDEX ix_assets_sha256 ON assets (sha256)",
    "DROP TABLE alembic_version",
    "INSERT INTO meta (name, value) VALUES ('schema', '1')",
)


async def make_first_revision(path: Path, keyring: Keyring) -> None:
    """Write two cases with a report each, and take back what later revisions added."""
    path.touch(0o600)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as connection:
        await connection.run_sync(schema.upgrade)
        value = schema._wrapped(keyring, tables.KEY_CHECK, keyring.new_case_key())
        await connection.execute(tables.meta.insert(), {"name": tables.KEY_CHECK, "value": value})
        step = SqlTransaction(connection, keyring, translate)
        for number in (1, 2):
            case = a_case(number, next_action_at=a_case(number).created_at)
            await step.add_case(case)
            await step.add_report(a_report(case), idempotency_key=f"key {number}")
        await step.audit(case.created_at, "ana", "report_added", case.id)
        await step.finish()
    await engine.dispose()
    with sqlite3.connect(path) as plain:
        for statement in _SINCE_THEN:
            plain.execute(statement)
    plain.close()
