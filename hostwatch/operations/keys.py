"""The master keys: made anew while the worker runs, retired, proven against their copies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cases.errors import InvalidInput, KeyProblem, TemporaryFailure, UnknownRecord
from cases.ports import Transaction
from cases.seal import (
    MasterKeys,
    add_generation,
    alone_with_keys,
    check_value,
    load_masters,
    parse_masters,
    remove_generation,
)
from hostwatch.desk import Desk
from hostwatch.permissions import Action

_AT_ONCE = 200
"""Keys wrapped in one step; the worker's steps go between."""
_BREATH_S = 0.01
_LARGEST_COPY = 64 * 1024
_ALIVE = timedelta(minutes=2)
"""A worker whose last sign of life is younger may still work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One master key: where it stands and what hangs on it."""

    key_id: int
    in_file: bool
    current: bool
    """New keys are wrapped by it."""
    wrapped: int
    """Keys of cases and of the installation that it wraps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did."""

    key_id: int
    made: bool
    """A new master key was made; otherwise an unfinished rotation went on."""
    wrapped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFinding:
    """How a copy of the key file compares."""

    same: tuple[int, ...]
    """Ids of keys that are the same in both."""
    missing: tuple[int, ...]
    """Ids that the copy lacks."""
    different: tuple[int, ...]
    """Ids under which the copy holds another key."""
    extra: tuple[int, ...]
    """Ids that only the copy holds, such as retired ones."""

    @property
    def complete(self) -> bool:
        """Whether everything can be opened with the copy alone."""
        return not self.missing and not self.different


async def status(desk: Desk) -> list[Generation]:
    """Show every master key and how many keys it wraps. Raises `KeyProblem`."""
    desk.require(Action.KEYS_READ)
    known = load_masters(_file(desk))
    async with desk.store.reading() as tx:
        counts = await tx.keys_by_master()
        current = await tx.current_key()
    return [
        Generation(
            key_id=one,
            in_file=one in known.keys,
            current=one == current,
            wrapped=counts.get(one, 0),
        )
        for one in sorted({*known.keys, *counts, current})
    ]


async def prepare(desk: Desk) -> int:
    """
    Add a new master key to the key file without using it, and return its id.

    With several machines the file is copied to all of them before the rotation goes on.
    """
    desk.require(Action.KEYS_CHANGE)
    path = _file(desk)
    with alone_with_keys(path):
        if await _unfinished(desk, load_masters(path)):
            raise InvalidInput(
                "A new master key waits to be used already: copy the key file to every machine, "
                "then run `hostwatch keys rotate`."
            )
        made = add_generation(path).current
        await _note(desk, "key_prepared", key=made)
    return made


async def rotate(desk: Desk) -> Rotation:
    """
    Make a new master key and wrap all keys by it, while the worker runs.

    Stopped or killed at any moment, the next call goes on where it ended; only when nothing was
    left unfinished is another key made.

    Raises:
        KeyProblem: the key file cannot be read or written.
        TemporaryFailure: somebody else changes the keys.
    """
    desk.require(Action.KEYS_CHANGE)
    path = _file(desk)
    with alone_with_keys(path):
        known = load_masters(path)
        made = not await _unfinished(desk, known)
        if made:
            known = add_generation(path)
        async with desk.store.transaction() as tx:
            if await tx.current_key() != known.current:
                await tx.use_master(known.current)
                await desk.audit(tx, "key_rotation_started", None, key=known.current)
        wrapped = await _wrap_all(desk)
        await _note(desk, "key_rotated", key=known.current, wrapped=wrapped)
    return Rotation(key_id=known.current, made=made, wrapped=wrapped)


async def retire(desk: Desk, key_id: int) -> None:
    """
    Take an older master key out of the key file.

    Backups made under it need a copy of it from then on.

    Raises:
        InvalidInput: it is not in the file, is in use, or still wraps something.
    """
    desk.require(Action.KEYS_CHANGE)
    path = _file(desk)
    with alone_with_keys(path):
        known = load_masters(path)
        if key_id not in known.keys:
            raise InvalidInput(f"The key file holds no master key with id {key_id}.")
        async with desk.store.transaction() as tx:
            unused = key_id != known.current and await tx.is_unused(key_id)
            if unused:
                await desk.audit(tx, "key_retired", None, key=key_id)
        if not unused:
            raise InvalidInput(
                f"The master key with id {key_id} is still in use (see `hostwatch keys status`); "
                "run `hostwatch keys rotate` first."
            )
        remove_generation(path, key_id)


async def reindex(desk: Desk) -> int:
    """
    Renew the key of the blind indexes; nobody else may work meanwhile. Return how many changed.

    Raises:
        TemporaryFailure: a worker is at work.
    """
    desk.require(Action.KEYS_CHANGE)
    async with desk.store.transaction() as tx:
        alive = [one for one in await tx.workers() if desk.now() - one.beat_at < _ALIVE]
        if alive:
            raise TemporaryFailure(
                f"{len(alive)} workers are at work; stop every process of hostwatch, wait two "
                "minutes and repeat."
            )
        renewed = await tx.renew_index()
        await desk.audit(tx, "index_renewed", None, indexes=renewed)
    return renewed


async def verify(desk: Desk, *, sample: int = 1000) -> tuple[int, list[str]]:
    """
    Open the keys and all sealed rows of cases drawn at random.

    Returns how many cases were tried, and a sentence for each key or row that did not open.
    """
    desk.require(Action.KEYS_READ)
    async with desk.store.reading() as tx:
        drawn = await tx.draw_cases(sample)
    closed: list[str] = []
    for case_id in drawn:
        async with desk.store.reading() as tx:
            closed += await _closed(tx, case_id)
    return len(drawn), closed


async def _closed(tx: Transaction, case_id: str) -> list[str]:
    try:
        return [f"Case {case_id}: {one} does not open." for one in await tx.closed_rows(case_id)]
    except KeyProblem as problem:
        return [str(problem)]
    except UnknownRecord:
        return []  # erased meanwhile


async def fingerprint(desk: Desk) -> Mapping[int, str]:
    """Return the key check value of every master key in the file, by id."""
    desk.require(Action.KEYS_READ)
    return load_masters(_file(desk)).check_values()


async def check_copy(desk: Desk, text: str, name: str) -> CopyFinding:
    """
    Compare a copy of the key file, given as its text, with the file in use.

    Raises:
        KeyProblem: one of the two cannot be read.
    """
    desk.require(Action.KEYS_READ)
    copy, used = parse_masters(text, name), load_masters(_file(desk))
    both = copy.keys.keys() & used.keys.keys()
    same = {one for one in both if check_value(copy.keys[one]) == check_value(used.keys[one])}
    return CopyFinding(
        same=tuple(sorted(same)),
        missing=tuple(sorted(used.keys.keys() - copy.keys.keys())),
        different=tuple(sorted(both - same)),
        extra=tuple(sorted(copy.keys.keys() - used.keys.keys())),
    )


def read_copy(path: Path) -> str:
    """Read a copy from any medium, whatever its mode. Raises `KeyProblem`."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_COPY).decode("ascii", errors="replace")
    except OSError as error:
        raise KeyProblem(f"The copy {path} cannot be read ({error.strerror}).") from None


async def _unfinished(desk: Desk, known: MasterKeys) -> bool:
    """Whether a newer key waits in the file, or an older one still wraps something."""
    async with desk.store.transaction() as tx:
        current = await tx.current_key()
        counts = await tx.keys_by_master()
    return known.current != current or any(one != current for one in counts)


async def _wrap_all(desk: Desk) -> int:
    wrapped, after = 0, ""
    while True:
        async with desk.store.transaction() as tx:
            last, changed = await tx.wrap_again(after, _AT_ONCE)
        wrapped += changed
        if last is None:
            return wrapped
        after = last
        await asyncio.sleep(_BREATH_S)


async def _note(desk: Desk, what: str, **detail: object) -> None:
    async with desk.store.transaction() as tx:
        await desk.audit(tx, what, None, **detail)


def _file(desk: Desk) -> Path:
    return desk.settings.paths.key_file
