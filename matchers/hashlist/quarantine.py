"""
Signals that suddenly match everywhere are set aside until a person has looked at them.

A list can hold a digest that it should not: a site's logo, a "removed" picture, an empty frame.
Such a signal matches on many unrelated hosts within an hour; material does not. One file beside
the lists holds the state of all processes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem, StoreProblem, UnknownRecord
from cases.model import ListEntry, SignalType
from config.policy import Matching

FILE_NAME = "quarantine.json"
_LOCK = ".quarantine.lock"
_LARGEST_FILE = 64 << 20
_PLACE_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A signal that is set aside."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: str
    """As in `ListEntry.key`."""
    hash_list: str
    signal_type: SignalType
    since: AwareDatetime
    hosts: int
    """Unrelated registered domains on which it had matched within the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A signal that a person let go on; it is left alone for a while."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    at: AwareDatetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineState:
    """All that is remembered."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    held: dict[str, Quarantined] = field(default_factory=dict)
    """By key."""
    released: dict[str, Released] = field(default_factory=dict)
    sightings: dict[str, dict[str, AwareDatetime]] = field(default_factory=dict)
    """Key -> mark of a domain -> when it was last seen there. No domain can be read from a mark:
    it has 16 bits, so that each stands for thousands of domains."""


_ADAPTER = TypeAdapter(QuarantineState)


def sighted(
    state: QuarantineState, entry: ListEntry, domain: str, now: datetime, matching: Matching
) -> QuarantineState:
    """Return the state after a signal matched on a registered domain. Pure."""
    state = _without_old(state, now, matching)
    if entry.key in state.held or entry.key in state.released:
        return state
    seen = {**state.sightings.get(entry.key, {}), _mark(entry.key, domain): now}
    if len(seen) <= matching.quarantine_hosts:
        return replace(state, sightings={**state.sightings, entry.key: seen})
    held = Quarantined(
        key=entry.key,
        hash_list=entry.hash_list,
        signal_type=entry.signal_type,
        since=now,
        hosts=len(seen),
    )
    return replace(
        state,
        held={**state.held, entry.key: held},
        sightings={key: marks for key, marks in state.sightings.items() if key != entry.key},
    )


def released(state: QuarantineState, key: str, by: str, now: datetime) -> QuarantineState:
    """Return the state after a person let a signal go on. Pure; raises `UnknownRecord`."""
    if key not in state.held:
        raise UnknownRecord("this signal is not in quarantine; see the list of what is")
    held = {other: one for other, one in state.held.items() if other != key}
    return replace(state, held=held, released={**state.released, key: Released(at=now, by=by)})


class Quarantine:
    """The file; any number of processes may read and write it."""

    def __init__(self, into: Path, matching: Matching) -> None:
        self._path = into / FILE_NAME
        self._lock = into / _LOCK
        self._matching = matching
        self._stamp: tuple[int, int, int] | None = None
        self._state = QuarantineState()

    def holds(self, key: str) -> bool:
        """
        Tell whether a signal is set aside.

        Raises:
            ConfigurationProblem: the file is damaged.
        """
        return key in self._current().held

    def held(self) -> tuple[Quarantined, ...]:
        """Return what is set aside, oldest first. Raises `ConfigurationProblem`."""
        return tuple(sorted(self._current().held.values(), key=lambda one: (one.since, one.key)))

    def note(self, entry: ListEntry, registered_domain: str, now: datetime) -> bool:
        """
        Remember that a signal matched on a domain; tell whether that set it aside.

        Raises:
            ConfigurationProblem: the file is damaged.
            StoreProblem: it cannot be written.
        """
        if not entry.key:
            return False
        at = now.astimezone(UTC)
        with self._writing():
            before = self._current()
            after = sighted(before, entry, registered_domain, at, self._matching)
            if after != before:
                self._write(after)
        return entry.key in after.held and entry.key not in before.held

    def release(self, key: str, *, by: str, now: datetime) -> None:
        """
        Let a signal match again; it is not set aside again before the rest has passed.

        Raises:
            UnknownRecord: it is not set aside.
            ConfigurationProblem: the file is damaged.
            StoreProblem: it cannot be written.
        """
        with self._writing():
            self._write(released(self._current(), key, by, now.astimezone(UTC)))

    def _current(self) -> QuarantineState:
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._state = read_state(self._path.parent) if stamp is not None else QuarantineState()
            self._stamp = stamp
        return self._state

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock.open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as problem:
            raise StoreProblem(f"{self._path}: cannot be written ({problem.strerror})") from None

    def _write(self, state: QuarantineState) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".quarantine-", dir=self._path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_ADAPTER.dump_json(state))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _mark(key: str, domain: str) -> str:
    text = f"{key}:{domain.casefold().rstrip('.')}".encode()
    return hashlib.blake2b(text, digest_size=_PLACE_BYTES).hexdigest()


def _without_old(state: QuarantineState, now: datetime, matching: Matching) -> QuarantineState:
    sightings = {
        key: recent
        for key, marks in state.sightings.items()
        if (recent := _since(marks, now - matching.quarantine_window))
    }
    rested = now - matching.quarantine_rest
    kept = {key: one for key, one in state.released.items() if one.at > rested}
    return replace(state, sightings=sightings, released=kept)


def _since(marks: Mapping[str, datetime], start: datetime) -> dict[str, datetime]:
    return {mark: at for mark, at in marks.items() if at > start}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise ConfigurationProblem(f"{path}: cannot be read ({problem.strerror})") from None
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_state(into: Path) -> QuarantineState:
    """Read the file, empty if there is none. Raises `ConfigurationProblem` if it is damaged."""
    path = into / FILE_NAME
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE + 1)
        return _ADAPTER.validate_json(text if len(text) <= _LARGEST_FILE else b"")
    except FileNotFoundError:
        return QuarantineState()
    except (OSError, ValidationError):
        raise ConfigurationProblem(
            f"{path}: damaged; move it away to begin anew; what was set aside matches again then"
        ) from None
