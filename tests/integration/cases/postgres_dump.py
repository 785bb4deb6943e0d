"""All that a thief of a PostgreSQL server gets: every row by COPY, and every file of its disk."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql


def rows_of(url: str) -> dict[str, bytes]:
    """Copy every table of every schema of ours, as text and in binary."""
    found = {}
    with psycopg.connect(url) as plain:
        tables = plain.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname IN ('public', 'hostwatch_engine') ORDER BY 1, 2"
        ).fetchall()
        for schema, table in tables:
            for form in ("text", "binary"):
                name = sql.Identifier(schema, table)
                copy = sql.SQL("COPY {} TO STDOUT (FORMAT {})").format(name, sql.SQL(form))
                with plain.cursor() as cursor, cursor.copy(copy) as out:
                    content = b"".join(map(bytes, out))
                # COPY writes bytes as \x and hexadecimal digits
                found[f"{schema}.{table} {form}"] = content
    return found


def files_of(url: str, data: Path, *, new_log: bool = False) -> dict[str, bytes]:
    """
    Read every file of the server after a checkpoint: tables, write-ahead log, its own log.

    With `new_log` the write-ahead log goes on in a new file first, so that what only the old
    files hold is given up.
    """
    with psycopg.connect(url, autocommit=True) as plain:
        if new_log:
            plain.execute("SELECT pg_switch_wal()")
        plain.execute("CHECKPOINT")
    found = {}
    for path in sorted(data.rglob("*")):
        try:
            if path.is_file():
                found[str(path.relative_to(data))] = path.read_bytes()
        except FileNotFoundError:  # recycled meanwhile
            continue
    return found
