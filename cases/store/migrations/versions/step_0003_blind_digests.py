"""Digests of assets behind a blind index; the clear ones leave the tables and their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 1000
_ASSETS = sa.table(
    "assets",
    sa.column("id", sa.Text()),
    sa.column("sha256", sa.Text()),
    sa.column("digest_blind", sa.LargeBinary()),
)


def upgrade() -> None:
    """Put each digest through the blind index that `cases.store.schema` hands over."""
    connection = op.get_bind()
    op.add_column("assets", sa.Column("digest_blind", sa.LargeBinary(), nullable=True))
    _blind_all(connection, context.config.attributes["blind"])
    op.drop_index("ix_assets_sha256", "assets")
    if connection.dialect.name == "sqlite":
        _drop_by_copy()
    else:
        _drop_and_rewrite()
    op.create_index("ix_assets_digest_blind", "assets", ["digest_blind"])


def _blind_all(connection: sa.Connection, blind: Callable[[str, str], bytes]) -> None:
    column = _ASSETS.c
    change = _ASSETS.update().where(column.id == sa.bindparam("at"))
    change = change.values(digest_blind=sa.bindparam("to"), sha256=None)
    for rows in _pages(connection):
        values = [{"at": row.id, "to": blind("digest", row.sha256.lower())} for row in rows]
        connection.execute(change, values)


def _pages(connection: sa.Connection) -> Iterator[Sequence[sa.Row[Any]]]:
    """Yield the rows that hold a digest, some at a time."""
    column = _ASSETS.c
    query: sa.Select[Any] = sa.select(column.id, column.sha256).where(column.sha256.is_not(None))
    query = query.order_by(column.id).limit(_AT_ONCE)
    rows = connection.execute(query).all()
    while rows:
        yield rows
        rows = connection.execute(query.where(column.id > rows[-1].id)).all()


def _drop_by_copy() -> None:
    """Copy the rows into a new table: SQLite overwrites each page of the old one as it drops it."""
    with op.batch_alter_table("assets", recreate="always") as batch:
        batch.drop_column("sha256")


def _drop_and_rewrite() -> None:
    """Drop the column and write a new file: PostgreSQL leaves dropped values in the old one."""
    op.execute("SET LOCAL statement_timeout = 0")
    op.drop_column("assets", "sha256")
    # any expression but the bare column makes it write every row anew
    op.execute("ALTER TABLE assets ALTER digest_blind TYPE bytea USING digest_blind || ''::bytea")
