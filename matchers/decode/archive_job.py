"""
The job of a locked worker on archives: digests of every member, measures of pictures and films.

`measure` needs no file, no network and no thread once `warm` has run. No member's name is read
into the record, and no password.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchers.decode import archive_libarchive, archive_sevenzip, measuring, video_job
from matchers.decode.archive_budget import Budget, Limits, StopError
from matchers.decode.archive_known_answers import self_test, warm
from matchers.decode.archive_members import Collector
from matchers.decode.archive_opened import Opened
from matchers.decode.archive_volumes import is_volume

__all__ = ["measure", "self_test", "warm"]

_MOST_PASSWORDS = 10
_LONGEST_PASSWORD = 200
_ZIP_END = b"PK\x05\x06"


def measure(
    header: Mapping[str, Any], body: bytes, *, limits: Limits | None = None
) -> dict[str, Any]:
    """
    Unpack an archive in memory and measure its members.

    `header["passwords"]` may hold up to 10 passwords of up to 200 characters. Returns

        {"kind": "archive", "format": "zip", "members": [member, ...], "total": files seen,
         "skipped": {reason: count}, "encrypted": bool, "opened": bool, "partial": bool}
        member = {"ordinal": 1.., "md5", "sha1", "sha256", "length", "kind", "complete": bool,
                  "record": a picture's or film's record, {"error": word}, or none}

    or `{"error": word}` when nothing of it could be read: `empty`, `unsupported_format`,
    `encrypted`, `wrong_password`, `missing_volume`, `too_large_unpacked`, `time_limit`,
    `undecodable`, `out_of_memory`. Members of inner archives follow their archive. `opened` says
    that nothing stayed locked; the digests of a member that is not complete are of what could be
    read of it.
    """
    if not body:
        return {"error": "empty"}
    if not archive_libarchive.available():
        return {"error": "unsupported_format"}
    return _Run(body, _passwords(header), limits or Limits()).record()


def _passwords(header: Mapping[str, Any]) -> tuple[str, ...]:
    given = header.get("passwords")
    fit = [
        one
        for one in (given if isinstance(given, list | tuple) else ())
        if isinstance(one, str) and 0 < len(one) <= _LONGEST_PASSWORD and "\0" not in one
    ]
    return tuple(dict.fromkeys(fit))[:_MOST_PASSWORDS]


class _Run:
    """One job, and what it found so far at all levels."""

    def __init__(self, body: bytes, passwords: tuple[str, ...], limits: Limits) -> None:
        self._body = body
        self._passwords = passwords
        self._budget = Budget(limits, packed=len(body))
        self._locked = False
        self._encrypted = False
        self._found = Collector(
            self._budget,
            looks={"picture": _picture, "video": _film},
            unpack=self._inner,
        )

    def record(self) -> dict[str, Any]:
        """Open the outer archive and tell everything."""
        opened, problem = Opened(), None
        try:
            opened = self._open(self._body, 0)
            problem = self._problem(self._body, opened)
        except StopError as stop:
            problem = str(stop)
            opened = Opened(format=self._format_of_stopped())
        except MemoryError:
            problem = "out_of_memory"
        if not self._found.members and problem is not None:
            return {"error": problem}
        if problem is not None:
            self._found.skip(problem)
        return self._told(opened.format)
