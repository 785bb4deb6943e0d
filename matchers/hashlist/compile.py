"""Candidates -> a segment, with counts of what was refused and why."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from cases.errors import InvalidInput
from cases.model import SignalType
from matchers.hashlist.entry import Candidate, Signal
from matchers.hashlist.hygiene import CANARY, examine
from matchers.hashlist.writer import SegmentWriter

_FIRST_REFUSED = 20

Canaries = frozenset[tuple[SignalType, bytes]]


class Refusals:
    """What was left out: counts by reason, and the first few with their lines."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: list[tuple[int, str]] = []

    def add(self, line: int, reason: str) -> None:
        """Count one; no line is kept for what has none."""
        self.counts[reason] += 1
        if len(self.first) < _FIRST_REFUSED:
            self.first.append((line, reason))


def take(
    candidates: Iterable[Candidate],
    writer: SegmentWriter,
    refusals: Refusals,
    *,
    canaries: Canaries = frozenset(),
) -> None:
    """Examine all candidates and write those that may be matched against."""
    for candidate in candidates:
        signal = examine(candidate)
        if isinstance(signal, str):
            refusals.add(candidate.line, signal)
        elif canaries and (signal.kind, signal.value) in canaries:
            refusals.add(candidate.line, CANARY)
        else:
            writer.add(signal)


def read_canaries(texts: Collection[str]) -> Canaries:
    """
    Read `TYPE:DIGEST` of benign pictures that are to prove look-up.

    Raises:
        InvalidInput: one is not usable.
    """
    read: set[tuple[SignalType, bytes]] = set()
    for number, text in enumerate(texts, start=1):
        kind, _, digits = text.partition(":")
        signal = examine(Candidate(number, kind.strip().lower(), digits.strip()))
        if isinstance(signal, str):
            raise InvalidInput(
                f"canary {number} cannot be used ({signal}); write TYPE:DIGEST, as in sha256:..."
            )
        read.add((signal.kind, signal.value))
    return frozenset(read)


def add_canaries(canaries: Canaries, writer: SegmentWriter) -> None:
    """Write canaries as what they are."""
    for kind, value in sorted(canaries):
        writer.add(Signal(kind, value, state="canary"))


def canary_texts(canaries: Canaries) -> tuple[str, ...]:
    """Return canaries as a manifest holds them."""
    return tuple(f"{kind}:{value.hex()}" for kind, value in sorted(canaries))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
