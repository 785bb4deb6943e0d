"""The one place where errors of PostgreSQL become sentences; statement and values stay out."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cases.errors import (
    HostwatchError,
    InvalidInput,
    StaleWrite,
    StoreBusy,
    StoreProblem,
    UnknownRecord,
)

_GONE = "The database does not answer; nothing of this step was stored, it is tried again."
_CROWDED = "The database is busy with other steps; nothing of this one was stored, try again."
_RETRY_S = 5.0

# SQLSTATE, PostgreSQL manual, appendix A
_BUSY = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25P04", "53300"})
_UNWRITABLE = "The record holds text that the database cannot store."
_REFUSALS: dict[str, type[HostwatchError]] = {
    "23505": StaleWrite,
    "23503": UnknownRecord,
    "22021": InvalidInput,
    "22P05": InvalidInput,
}
_PROBLEMS = {
    "23505": "Someone else stored the same record first; read it again.",
    "23503": "The record belongs to a case or notice that does not exist.",
    "22021": _UNWRITABLE,
    "22P05": _UNWRITABLE,
    "53100": "The database's disk is full: nothing of this step was stored; make room and repeat.",
    "53200": "The database is out of memory: nothing of this step was stored.",
    "25006": "The database takes no writes: it is a standby, or set read-only.",
    "42501": "The database's user may not do that; see the grants in docs/operations.md.",
    "42P01": "The database lacks a table of hostwatch; run `hostwatch migrate`.",
    "28P01": "The database refuses the user or its password; see database.password_file.",
    "28000": "The database refuses the user; see its access rules and database.url.",
    "3D000": "There is no database of that name; make it first, as docs/operations.md shows.",
    "XX001": "The database is damaged; stop all processes and restore a backup.",
    "XX002": "The database is damaged; stop all processes and restore a backup.",
}
_CONNECTION_CLASSES = ("08", "57P")


def translate(error: SQLAlchemyError | OSError) -> HostwatchError:
    """Return the error that a user reads; the SQLSTATE decides."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(_CROWDED, retry_after=_RETRY_S)
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    return _without_state(original) if state is None else _of_state(state)


def _of_state(state: str) -> HostwatchError:
    if state in _BUSY or state.startswith(_CONNECTION_CLASSES):
        return StoreBusy(_CROWDED if state in _BUSY else _GONE, retry_after=_RETRY_S)
    sentence = _PROBLEMS.get(state) or f"The database refused the step (SQLSTATE {state})."
    return _REFUSALS.get(state, StoreProblem)(sentence)


def _without_state(original: BaseException | None) -> HostwatchError:
    """Tell a connection that could not be made, which has no SQLSTATE, by its text."""
    text = str(original).lower()
    for words, state in (
        ("password authentication failed", "28P01"),
        ("no password supplied", "28P01"),
        ("no pg_hba.conf entry", "28000"),
        ("is not permitted to log in", "28000"),
        ("permission denied for database", "42501"),
        ("too many", "53300"),
        ("connection slots are reserved", "53300"),
        ("does not exist", "3D000" if "database" in text else "28000"),
    ):
        if words in text:
            return _of_state(state)
    return StoreBusy(_GONE, retry_after=_RETRY_S)
