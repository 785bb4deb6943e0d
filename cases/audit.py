"""
The trail: a hash chain of who did what to which case, as pure functions.

Each entry's digest covers all its other members, the previous digest among them, so that a
changed, removed, inserted or reordered line shows. Cutting off the newest lines does not show
here; only a digest that was noted elsewhere proves it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cases.model import AuditEntry

GENESIS = "0" * 64
"""What stands as `previous` in the first entry."""

_ACTION = re.compile(r"[a-z][a-z0-9_]*")
_LOCATION = re.compile(
    r"://|@|%3a%2f|hxxps?:|^//|\bwww\."
    r"|(?:[\w-]+(?:\.|\[\.\]))+[a-z]{2,}(?:/|:\d)",  # a dotted host with a path or a port
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intact:
    """Every entry follows from the one before it."""

    entries: int
    head: str
    """Digest of the last entry; note it elsewhere to prove later that nothing was cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first entry that does not follow from the one before it."""

    sequence: int
    reason: str


def digest_of(
    *,
    sequence: int,
    at: datetime,
    actor: str,
    action: str,
    case_id: str | None,
    detail: str,
    previous: str,
) -> str:
    """Return the SHA-256 of an entry's members as canonical JSON, hexadecimal."""
    members = [sequence, _utc(at), actor, action, case_id, detail, previous]
    return hashlib.sha256(_canonical(members).encode()).hexdigest()


def chain(
    previous: AuditEntry | None,
    *,
    at: datetime,
    actor: str,
    action: str,
    case_id: str | None = None,
    detail: Mapping[str, object],
) -> AuditEntry:
    """
    Make the entry that follows `previous`; none stands for the beginning.

    Raises:
        ValueError: no actor, an action that is not a lower-case word, or a detail that
            looks like a location or a person (see `clear_detail`).
    """
    require_sayable(actor, action)
    return follow(
        previous,
        at=at,
        actor=actor,
        action=action,
        case_id=case_id,
        detail=clear_detail(detail),
    )


def require_sayable(actor: str, action: str) -> None:
    """Refuse an entry without an actor or with an odd action. Raises `ValueError`."""
    if not actor or _ACTION.fullmatch(action) is None:
        raise ValueError("an audit entry needs an actor and an action in lower_case_words")


def follow(
    previous: AuditEntry | None,
    *,
    at: datetime,
    actor: str,
    action: str,
    case_id: str | None,
    detail: str,
) -> AuditEntry:
    """Make the entry that follows `previous` from a detail that is clear already."""
    entry = AuditEntry(
        sequence=previous.sequence + 1 if previous else 1,
        at=at,
        actor=actor,
        action=action,
        case_id=case_id,
        detail=detail,
        previous=previous.digest if previous else GENESIS,
        digest="",
    )
    return replace(entry, digest=_digest_again(entry))


def verify(entries: Iterable[AuditEntry]) -> Intact | Broken:
    """Check a whole trail from its first entry on."""
    walk = Walk()
    return walk.take(entries) or walk.end()


class Walk:
    """A trail that is checked page by page, so that none has to be in memory at once."""

    def __init__(self) -> None:
        self.entries = 0
        self.head = GENESIS

    def take(self, page: Iterable[AuditEntry]) -> Broken | None:
        """Check the entries that follow; return the first that does not."""
        for entry in page:
            reason = _fault(entry, self.entries + 1, self.head)
            if reason:
                return Broken(sequence=self.entries + 1, reason=reason)
            self.entries, self.head = self.entries + 1, entry.digest
        return None

    def end(self) -> Intact:
        """Return how far the trail goes."""
        return Intact(entries=self.entries, head=self.head)


def clear_detail(detail: Mapping[str, object]) -> str:
    """
    Write the facts of an entry as canonical JSON.

    Text, numbers, truth values, times, none, and lists or mappings of these are allowed.

    Raises:
        ValueError: a fact looks like a URL, an address of a machine or a mail address. The
            message names the fact, not its value.
    """
    for name, value in detail.items():
        _refuse_location(name, name)
        _refuse_location(name, value)
    return _canonical(detail)


def _fault(entry: AuditEntry, sequence: int, previous: str) -> str | None:
    if entry.sequence != sequence:
        return f"entry {sequence} is missing; entry {entry.sequence} stands in its place"
    if entry.previous != previous:
        return f"entry {sequence} does not follow from the entry before it"
    if entry.digest != _digest_again(entry):
        return f"entry {sequence} was changed after it was written"
    return None


def _digest_again(entry: AuditEntry) -> str:
    return digest_of(
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        case_id=entry.case_id,
        detail=entry.detail,
        previous=entry.previous,
    )


def _refuse_location(name: str, value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_location(name, key)
            _refuse_location(name, inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            _refuse_location(name, inner)
    elif isinstance(value, str) and (_LOCATION.search(value) or _is_address(value)):
        raise ValueError(f"the audit detail {name[:40]!r} looks like a location or a mail address")


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip().strip("[]"))
    except ValueError:
        return False
    return True


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise ValueError(f"an audit detail cannot hold a {type(value).__name__}")


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("times are aware and in UTC")
    return at.astimezone(UTC).isoformat(timespec="microseconds")
