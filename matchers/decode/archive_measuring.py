"""
The bytes of an archive -> a record: digests of every member, measures of pictures and films.

No member's name comes into the record, and no password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from matchers.decode import archive_libarchive, archive_sevenzip, measuring, video_measuring
from matchers.decode.archive_budget import Budget, Limits, StopError
from matchers.decode.archive_ends import has_end
from matchers.decode.archive_members import Collector
from matchers.decode.archive_opened import Opened
from matchers.decode.archive_volumes import is_volume

_MOST_PASSWORDS = 10
_LONGEST_PASSWORD = 200
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 22 + 0xFFFF
_OWN_FAULTS = frozenset({"too_many_members", "too_large_unpacked", "time_limit"})
"""A volume is not what is missing when a cap of ours ended the reading."""


def measure(
    header: Mapping[str, Any], body: bytes, *, limits: Limits | None = None
) -> dict[str, Any]:
    """
    Unpack an archive in memory and measure its members.

    `header["passwords"]` may hold up to 10 passwords of up to 200 characters. With
    `header["full"]`, ordinals of members, only these are looked into, pictures at full size.

    The answer is

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
    return _Run(header, body, limits or Limits().allowed()).record()


def _passwords(header: Mapping[str, Any]) -> tuple[str, ...]:
    given = header.get("passwords")
    fit = [
        one
        for one in (given if isinstance(given, list | tuple) else ())
        if isinstance(one, str) and 0 < len(one) <= _LONGEST_PASSWORD and "\0" not in one
    ]
    return tuple(dict.fromkeys(fit))[:_MOST_PASSWORDS]


def _ordinals(header: Mapping[str, Any]) -> frozenset[int] | None:
    given = header.get("full")
    if not isinstance(given, list | tuple):
        return None
    return frozenset(one for one in given if isinstance(one, int))


class _Run:
    """One job, and what it found so far at all levels."""

    def __init__(self, header: Mapping[str, Any], body: bytes, limits: Limits) -> None:
        self._body = body
        self._passwords = _passwords(header)
        self._budget = Budget(limits, packed=len(body))
        self._format = "unknown"
        self._locked = False
        self._encrypted = False
        self._found = Collector(
            self._budget,
            looks={"picture": measuring.measure, "video": video_measuring.measure},
            unpack=self._unpack,
            only=_ordinals(header),
        )

    def record(self) -> dict[str, Any]:
        """Open the outer archive and tell everything."""
        try:
            problem = self._unpack(self._body, 0)
        except MemoryError:
            problem = "out_of_memory"
        if problem is not None and not any(member["length"] for member in self._found.members):
            return {"error": problem}
        if problem is not None:
            self._found.skip(problem)
        return {
            "kind": "archive",
            "format": self._format,
            "members": self._found.members,
            "total": self._found.total,
            "skipped": dict(self._found.skipped),
            "encrypted": self._encrypted,
            "opened": not self._locked,
            "partial": bool(self._found.skipped),
        }

    def _unpack(self, body: bytes, depth: int) -> str | None:
        """Open one archive; return what was wrong with it, if anything."""
        opened = self._opened(body, depth)
        if not has_end(body, opened.format):
            opened = replace(opened, damaged=True)
        if depth == 0 and opened.format:
            self._format = opened.format
        self._encrypted |= bool(opened.locked or opened.unlocked)
        self._locked |= bool(opened.locked)
        if opened.problem not in _OWN_FAULTS and is_volume(body):
            return "missing_volume"
        if opened.problem == "encrypted" and self._passwords and _takes_passwords(opened.format):
            return "wrong_password"
        inner_stop = depth > 0 and self._budget.stopped  # the outer archive will tell it
        return None if inner_stop else opened.problem

    def _opened(self, body: bytes, depth: int) -> Opened:
        before = self._found.state()
        opened = archive_libarchive.read(
            body, passwords=self._encoded(body), take=lambda: self._found.start(depth)
        )
        sealed = opened.locked > 0 and body.startswith(archive_sevenzip.MAGIC)
        if not sealed or not self._passwords or not archive_sevenzip.available():
            return opened
        self._found.back_to(before)
        return archive_sevenzip.read(
            body, passwords=self._passwords, take=lambda: self._found.start(depth)
        )

    def _encoded(self, body: bytes) -> list[bytes]:
        """Return the passwords as UTF-8 and Latin-1, the one that fits a zip first."""
        encoded = list(dict.fromkeys(way for one in self._passwords for way in _ways(one)))
        if len(encoded) < 2 or _ZIP_END not in body[-_ZIP_TAIL:]:
            return encoded
        right = self._first_fitting(body, encoded)
        return [*([right] if right else []), *(one for one in encoded if one != right)]

    def _first_fitting(self, body: bytes, passwords: list[bytes]) -> bytes | None:
        try:
            return next(
                (
                    one
                    for one in passwords
                    if archive_libarchive.fits(body, password=one, budget=self._budget)
                ),
                None,
            )
        except StopError:
            return None


def _takes_passwords(archive_format: str) -> bool:
    """Tell whether passwords were tried at all: no reader here opens an encrypted RAR."""
    return archive_format == "zip" or (archive_format == "7z" and archive_sevenzip.available())


def _ways(password: str) -> tuple[bytes, ...]:
    try:
        return password.encode("utf-8", "ignore"), password.encode("latin-1")
    except UnicodeEncodeError:
        return (password.encode("utf-8", "ignore"),)
