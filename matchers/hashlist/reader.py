"""Open versions of hash lists for look-up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cases.errors import ConfigurationProblem
from cases.model import ListEntry, SignalType
from matchers.hashlist.entry import EntryClass, State
from matchers.hashlist.manifest import Manifest, read_manifest, read_own_manifest
from matchers.hashlist.segment import OpenSegment, open_segment
from matchers.hashlist.versions import pointers

_ATTEMPTS = 3
_KEY_DIGITS = 32


class Row(NamedTuple):
    """A signal that was found: where it stands, and how far it is."""

    segment: OpenSegment
    kind: SignalType
    number: int
    distance: int
    """Bits; 0 for exact digests."""

    @property
    def value(self) -> bytes:
        """The signal as it is listed."""
        return self.segment.value(self.kind, self.number)

    @property
    def entry_class(self) -> EntryClass:
        """What it is listed as."""
        return self.segment.entry_class(self.kind, self.number)

    @property
    def references(self) -> tuple[str, ...]:
        """Under which opaque references it is listed."""
        return self.segment.references.of_row(self.kind, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenList:
    """One version of a list, mapped; usable for as long as it is held, even after a removal."""

    manifest: Manifest
    segments: tuple[OpenSegment, ...]
    """Newest first. A signal is in force in one of them at most."""

    def find(self, kind: SignalType, value: bytes) -> Row | None:
        """Return the row in force of exactly this signal, or none."""
        for segment in self.segments:
            number = segment.row(kind, value)
            if number is not None:
                return Row(segment, kind, number, 0)
        return None

    def neighbours(
        self, kind: SignalType, codes: Sequence[bytes], radius: int
    ) -> Iterator[tuple[int, Row]]:
        """Yield which of the perceptual codes, and a row in force within so many bits of it."""
        for segment in self.segments:
            for asked, number, distance in segment.neighbours(kind, codes, radius):
                yield asked, Row(segment, kind, number, distance)

    def holds(self, kind: SignalType) -> bool:
        """Tell whether any signal of a type is in force."""
        return any(segment.info.rows.get(kind) for segment in self.segments)

    def state(self, row: Row) -> State:
        """Return what a row means; all rows of a negative list are negative, but its canaries."""
        state = row.entry_class.state
        return "negative" if state == "listed" and self.manifest.role == "negative" else state

    def entry(self, row: Row) -> ListEntry:
        """Describe a row as where a match was found."""
        return ListEntry(
            hash_list=self.manifest.name,
            version=self.manifest.version,
            tier=self.manifest.tier,
            signal_type=row.kind,
            classification=row.entry_class.classification or self.manifest.classification,
            reference=next(iter(row.references), None),
            key=signal_key(self.manifest.name, row.kind, row.value),
        )


def signal_key(hash_list: str, kind: SignalType, value: bytes) -> str:
    """Return an opaque name of a signal of a list, 32 hexadecimal digits; stable over versions."""
    named = hashlib.sha256(f"{hash_list}:{kind}:".encode() + value)
    return named.hexdigest()[:_KEY_DIGITS]


def active_lists(into: Path) -> tuple[OpenList, ...]:
    """
    Open the active version of every list.

    Raises:
        ConfigurationProblem: a list is damaged. None is left out silently, because a missing
            list would read as "no match".
    """
    for _ in range(_ATTEMPTS - 1):
        before = pointers(into)
        try:
            return _open_all(into, before)
        except FileNotFoundError:
            continue  # a version was removed between its pointer and its manifest
        except ConfigurationProblem:
            if pointers(into) == before:
                raise
    before = pointers(into)
    try:
        return _open_all(into, before)
    except FileNotFoundError as problem:
        raise ConfigurationProblem(
            f"{problem.filename}: missing; roll this hash list back or import it again"
        ) from None


def open_active(directory: Path, version: str) -> OpenList:
    """
    Open a version where it stands.

    Raises:
        FileNotFoundError: there is no such version.
        ConfigurationProblem: it is damaged, or was moved here from elsewhere.
    """
    return _open(directory / version, read_own_manifest(directory / version))


def open_unfinished(directory: Path) -> OpenList:
    """Open a version that is still being made. Raises `ConfigurationProblem`."""
    return _open(directory, read_manifest(directory))


def _open_all(into: Path, active: dict[str, str]) -> tuple[OpenList, ...]:
    return tuple(open_active(into / name, version) for name, version in active.items())


def _open(directory: Path, manifest: Manifest) -> OpenList:
    segments = tuple(open_segment(directory, info) for info in reversed(manifest.segments))
    opened = OpenList(manifest=manifest, segments=segments)
    _check_counts(opened, directory)
    return opened


def _check_counts(opened: OpenList, directory: Path) -> None:
    held = sum(sum(one.info.rows.values()) - sum(one.info.dead.values()) for one in opened.segments)
    expected = opened.manifest.total + len(opened.manifest.canaries)
    if held != expected:
        raise ConfigurationProblem(
            f"{directory}: holds {held} signals and its manifest says {expected}; import this "
            "hash list again"
        )
