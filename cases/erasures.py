"""
The list of erasures: which cases were erased, kept beside the checkpoints and outside of backups.

A backup that was made before an erasure still holds the key of the case. Whoever restores one
applies this list, so that an erased case does not come back. Each line is signed with the key of
the checkpoints and names the digest of the line before; lines are only ever added.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cases.audit import GENESIS
from cases.audit_key import AuditSigner, signed_by
from cases.errors import StoreProblem

FILE = "erasures.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One erased case."""

    case_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasures:
    """The list, and what is wrong with it."""

    found: tuple[Erasure, ...] = ()
    """Those that are signed, in order."""
    faults: tuple[str, ...] = ()
    """A sentence each."""

    @property
    def case_ids(self) -> frozenset[str]:
        """The erased cases."""
        return frozenset(one.case_id for one in self.found)


def note_erasure(folder: Path, signer: AuditSigner, case_id: str, at: datetime) -> None:
    """
    Add a case to the list and wait until it is on disk; harmless when repeated.

    Raises:
        StoreProblem: the list cannot be written; the case must not be erased then.
    """
    path = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        with os.fdopen(descriptor, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            lines = file.read().splitlines()
            if lines and not _whole(path):
                file.write(b"\n")  # a line that a crash cut short stays, and is told
            file.write(_line(signer, case_id, at, _digest(lines[-1]) if lines else GENESIS))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreProblem(
            f"{path}: the list of erasures cannot be written ({error.strerror}); nothing "
            "was erased."
        ) from None


def read_erasures(path: Path, publics: Sequence[bytes]) -> Erasures:
    """
    Read a list of erasures; none there means that nothing was erased.

    Raises:
        StoreProblem: it cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return Erasures()
    except OSError as error:
        raise StoreProblem(f"{path}: this cannot be read ({error.strerror}).") from None
    found, faults, previous = [], [], GENESIS
    for number, line in enumerate(lines, start=1):
        members = _members(line)
        if members is None or not _genuine(members, publics):
            faults.append(f"Line {number} of the list of erasures is damaged or not signed by us.")
        else:
            if members["previous"] != previous:
                faults.append(f"A line before line {number} of the list of erasures is missing.")
            at = datetime.fromisoformat(members["at"])
            found.append(Erasure(case_id=members["case"], at=at))
        previous = _digest(line)
    return Erasures(found=tuple(found), faults=tuple(faults))


def _whole(path: Path) -> bool:
    return path.read_bytes().endswith(b"\n")


def _line(signer: AuditSigner, case_id: str, at: datetime, previous: str) -> bytes:
    members = {
        "case": case_id,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": previous,
    }
    signed = {**members, "signature": signer.signature(_signed_bytes(members))}
    return _canonical(signed) + b"\n"


def _members(line: bytes) -> dict[str, str] | None:
    try:
        members = json.loads(line)
        datetime.fromisoformat(members["at"])
    except (ValueError, TypeError, KeyError):
        return None
    names = {"case", "at", "previous", "signature"}
    texts = all(isinstance(one, str) for one in members.values())
    return members if set(members) == names and texts else None


def _genuine(members: dict[str, str], publics: Sequence[bytes]) -> bool:
    signed = {name: value for name, value in members.items() if name != "signature"}
    message = _signed_bytes(signed)
    return any(signed_by(public, message, members["signature"]) for public in publics)


def _signed_bytes(members: dict[str, str]) -> bytes:
    return b"hostwatch erasure 1 " + _canonical(members)


def _canonical(members: dict[str, str]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
