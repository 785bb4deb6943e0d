"""
The errors that cross rooms.

    HostwatchError
    ├── TemporaryFailure(retry_after)    try again later
    │   └── StoreBusy
    └── PermanentFailure                 trying again changes nothing
        ├── ConfigurationProblem         file, key, what was found, what is allowed
        ├── InvalidInput                 what was typed or sent is not usable
        ├── NotPermitted                 this actor may not do that
        ├── UnknownRecord                no such case, notice, account
        ├── StaleWrite                   someone else changed the row first
        ├── KeyProblem                   wrong, missing or unreadable key
        └── StoreProblem                 the database refused

The message of each is the sentence that a user reads: what, where, what to do. It never quotes
an answer of a fetched host.
"""

from __future__ import annotations


class HostwatchError(Exception):
    """Base of all errors that are told to a user."""

    exit_code = 1


class TemporaryFailure(HostwatchError):
    """Trying again later may succeed."""

    exit_code = 75
    """EX_TEMPFAIL of sysexits.h."""

    def __init__(self, message: str, *, retry_after: float = 60.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds."""


class StoreBusy(TemporaryFailure):
    """Another process holds the database."""


class PermanentFailure(HostwatchError):
    """Trying again changes nothing."""


class ConfigurationProblem(PermanentFailure):
    """The configuration cannot be used."""

    exit_code = 78
    """EX_CONFIG."""


class InvalidInput(PermanentFailure):
    """What was typed or sent is not usable."""

    exit_code = 65
    """EX_DATAERR."""


class NotPermitted(PermanentFailure):
    """The actor may not do that."""

    exit_code = 77
    """EX_NOPERM."""


class UnknownRecord(PermanentFailure):
    """There is no such case, notice or account."""

    exit_code = 66
    """EX_NOINPUT."""


class StaleWrite(PermanentFailure):
    """Someone else changed the record first; read it again."""


class KeyProblem(PermanentFailure):
    """The master key is missing, unreadable or not the one that sealed this database."""

    exit_code = 78


class StoreProblem(PermanentFailure):
    """The database refused: disk full, damaged, or not writable."""

    exit_code = 74
    """EX_IOERR."""
