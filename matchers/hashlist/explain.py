"""Why a digest matches or does not: what every list says of it, in force or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cases.errors import InvalidInput
from cases.model import ListEntry, SignalType
from matchers.hashlist import versions
from matchers.hashlist.entry import EXACT, PERCEPTUAL, WIDTHS
from matchers.hashlist.keeping import versions_of
from matchers.hashlist.quarantine import QuarantineState, read_state
from matchers.hashlist.reader import OpenList, Row, open_active

Standing = Literal["listed", "negative", "canary", "quarantined", "removed"]

_REASONS: dict[Standing, str] = {
    "listed": "in force",
    "negative": "known not to be meant: suppresses what is near, and never an exact match",
    "canary": "benign, proves that look-up works, and never matches",
    "quarantined": "set aside because it matched on many unrelated hosts; a person may release it",
    "removed": "was listed, and is not in force",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one list says of a digest."""

    entry: ListEntry
    standing: Standing
    reason: str
    since: datetime | None = None
    """Of a quarantine, or of the newest version that still listed it."""
    references: tuple[str, ...] = ()


def explain(into: Path, digest: str) -> tuple[Explanation, ...]:
    """
    Return what all lists say of a digest; `TYPE:DIGEST`, or the length tells what it can be.

    What the active version no longer lists is looked for in the versions before it, as far as
    they are kept.

    Raises:
        InvalidInput: it is no digest.
        ConfigurationProblem: a list or the quarantine is damaged.
    """
    wanted = read_digest(digest)
    state = read_state(into)
    return tuple(
        found
        for directory in versions.list_directories(into)
        for kind, value in wanted
        for found in _of_list(directory, kind, value, state)
    )


def read_digest(digest: str) -> tuple[tuple[SignalType, bytes], ...]:
    """
    Return what a digest can be, strongest first.

    Raises:
        InvalidInput: it is no digest.

    >>> read_digest("phash:0123456789abcdef")[0][0]
    'phash'
    """
    name, _, digits = digest.strip().rpartition(":")
    try:
        value = bytes.fromhex(digits) if not any(map(str.isspace, digits)) else b""
    except ValueError:
        value = b""
    kinds = [kind for kind in (*EXACT, *PERCEPTUAL) if WIDTHS[kind] == len(value)]
    kinds = [kind for kind in kinds if name.lower() in {"", kind}]
    if not kinds:
        raise InvalidInput(
            "a digest has 16 (pHash, dHash), 32 (MD5), 40 (SHA-1) or 64 (SHA-256, PDQ) hexadecimal "
            "digits, with its type before it if wanted: pdq:..."
        )
    return tuple((kind, value) for kind in kinds)


def _of_list(
    directory: Path, kind: SignalType, value: bytes, state: QuarantineState
) -> Iterator[Explanation]:
    known = versions_of(directory)
    active = next((one.manifest for one in known if one.active), None)
    if active is not None:
        opened = open_active(directory, active.version)
        row = opened.find(kind, value)
        if row is not None:
            yield _in_force(opened, row, state)
            return
    for one in reversed(known):
        if one.manifest != active:
            opened = open_active(directory, one.manifest.version)
            row = opened.find(kind, value)
            if row is not None:
                yield _removed(opened, row)
                return


def _in_force(opened: OpenList, row: Row, state: QuarantineState) -> Explanation:
    entry, standing = opened.entry(row), opened.state(row)
    held = state.held.get(entry.key)
    if standing == "listed" and held is not None:
        return _explained(entry, "quarantined", row, held.since)
    return _explained(entry, standing, row, None)


def _removed(opened: OpenList, row: Row) -> Explanation:
    return _explained(opened.entry(row), "removed", row, opened.manifest.imported_at)


def _explained(
    entry: ListEntry, standing: Standing, row: Row, since: datetime | None
) -> Explanation:
    return Explanation(
        entry=entry,
        standing=standing,
        reason=_REASONS[standing],
        since=since,
        references=row.references,
    )
