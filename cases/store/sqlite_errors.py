"""The one place where errors of SQLite become sentences; statement and values stay out."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cases.errors import HostwatchError, StaleWrite, StoreBusy, StoreProblem, UnknownRecord

_DAMAGED = "The database is damaged or not a database; stop all processes and restore a backup."
_NOT_WRITABLE = (
    "The database cannot be opened for writing; check owner, mode and mount of its directory."
)
_PROBLEMS = {
    sqlite3.SQLITE_FULL: "The disk is full: nothing of this step was stored; make room and repeat.",
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_AUTH: _NOT_WRITABLE,
    sqlite3.SQLITE_IOERR: "The disk reports an error; look at the system log before going on.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_NOMEM: "The machine is out of memory: nothing of this step was stored.",
    sqlite3.SQLITE_TOOBIG: "The record is too large to be stored.",
}
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_TAKEN = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})


def translate(error: SQLAlchemyError | sqlite3.Error) -> HostwatchError:
    """Return the error that a user reads; the primary result code decides."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if code is None:
        return StoreProblem("The database refused the step: its connection is closed or broken.")
    if code & 0xFF in _BUSY:
        return StoreBusy(
            "Another process holds the database; if that lasts, look for a stuck one.",
            retry_after=5.0,
        )
    if code in _TAKEN:
        return StaleWrite("Someone else stored the same record first; read it again.")
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return UnknownRecord("The record belongs to a case or notice that does not exist.")
    sentence = _PROBLEMS.get(code & 0xFF)
    return StoreProblem(sentence or f"The database refused the step (SQLite result {code}).")
