"""Hold the trail of a store against its own chain and against signed checkpoints, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cases.audit import Broken, Walk
from cases.checkpoint_folder import Folder
from cases.checkpoints import Checkpoint, digest_of, from_text, genuine
from cases.errors import InvalidInput
from cases.model import AuditEntry
from cases.ports import CaseStore

NEWEST = "audit_checkpoint"
"""Run-time setting that holds the newest checkpoint, so that the store knows it too."""
_PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFinding:
    """What the examination of a trail brought."""

    entries: int
    head: str
    checkpoints: int
    """Genuine ones that the trail was held against."""
    faults: tuple[str, ...] = ()
    """A sentence for each thing that must not be; empty where the trail stands."""
    notes: tuple[str, ...] = ()
    """What a reader should know, such as a declared restoration."""


async def examine_trail(
    store: CaseStore, folder: Folder | None = None, publics: Sequence[bytes] = ()
) -> TrailFinding:
    """
    Verify the whole trail of a store, a page at a time and without one long transaction.

    `folder` holds the checkpoints kept beside the database or brought from elsewhere; `publics`
    the keys that may have signed them. Without keys no checkpoint is believed.
    """
    async with store.reading() as step:
        own = _own(await step.setting(NEWEST))
    held = Attested(folder or Folder(), own, publics)
    walk = Walk()
    while True:
        async with store.reading() as step:
            page = await step.trail_page(walk.entries, _PAGE)
        if not page:
            break
        broken = walk.take(page)
        held.take(page)
        if broken is not None:
            return held.finding(walk, broken)
    return held.finding(walk, None)


class Attested:
    """Checkpoints that entries are held against while they pass by."""

    def __init__(self, folder: Folder, own: Checkpoint | None, publics: Sequence[bytes]) -> None:
        every = {digest_of(one): one for one in (*folder.checkpoints, *([own] if own else []))}
        self._all = sorted(every.values(), key=lambda one: (one.number, one.at))
        self._own = own
        self._faults = [*folder.unreadable, *_forged(self._all, publics), *_gaps(self._all)]
        believed = [one for one in self._all if any(genuine(one, public) for public in publics)]
        self._lost = [one for one in believed if _given_up(one, believed)]
        self._standing = [one for one in believed if one not in self._lost]
        self._expected = {one.sequence: one for one in self._standing}
        self._met: set[int] = set()

    def take(self, page: Iterable[AuditEntry]) -> None:
        """Compare the entries that a checkpoint speaks of."""
        for entry in page:
            attested = self._expected.get(entry.sequence)
            if attested is None:
                continue
            self._met.add(entry.sequence)
            if attested.head != entry.digest:
                self._faults.append(
                    f"Entry {entry.sequence} is not the one that checkpoint {attested.number} of "
                    f"{attested.at:%Y-%m-%d %H:%M} UTC attests: the trail was written anew, or an "
                    "older copy of the database was put back and went on."
                )

    def finding(self, walk: Walk, broken: Broken | None) -> TrailFinding:
        """Sum up."""
        faults = [f"The audit trail is broken: {broken.reason}."] if broken else []
        return TrailFinding(
            entries=walk.entries,
            head=walk.head,
            checkpoints=len(self._standing),
            faults=(*faults, *self._faults, *([] if broken else self._beyond(walk.entries))),
            notes=tuple(_told_lost(one) for one in self._lost),
        )

    def _beyond(self, entries: int) -> Iterator[str]:
        """Tell of the newest checkpoint that speaks of entries which are not there."""
        missing = [one for one in self._standing if one.sequence > entries]
        if not missing:
            return
        newest = missing[-1]
        attests = (
            f"checkpoint {newest.number} of {newest.at:%Y-%m-%d %H:%M} UTC attests "
            f"{newest.sequence} entries, the trail has {entries}"
        )
        if self._own is None or self._own.number < newest.number:
            yield f"The database was rolled back to an older copy: {attests}."
        else:
            yield f"The newest entries of the trail were cut off: {attests}."


def _own(text: str | None) -> Checkpoint | None:
    """Read the store's own note; one that cannot be read counts as none."""
    try:
        return from_text(text) if text else None
    except InvalidInput:
        return None


def _forged(found: Sequence[Checkpoint], publics: Sequence[bytes]) -> list[str]:
    if not publics:
        return []
    return [
        f"Checkpoint {one.number} is not signed by the key given: it was altered, or another "
        "installation or an earlier key made it."
        for one in found
        if not any(genuine(one, public) for public in publics)
    ]


def _gaps(found: Sequence[Checkpoint]) -> list[str]:
    """Tell where the chain of checkpoints itself is broken; the oldest may be archived."""
    told = []
    for earlier, later in pairwise(found):
        if later.number > earlier.number + 1:
            told.append(f"The checkpoints after {earlier.number} up to {later.number} are missing.")
        elif later.previous != digest_of(earlier):
            told.append(
                f"Checkpoint {later.number} does not follow from checkpoint {earlier.number}: one "
                "of them was replaced, or two databases were run from one copy."
            )
    return told


def _given_up(one: Checkpoint, believed: Sequence[Checkpoint]) -> bool:
    """Whether a later, signed checkpoint declares that a backup older than this was put back."""
    return any(
        later.restored_after is not None
        and later.number > one.number
        and one.sequence > later.restored_after
        for later in believed
    )


def _told_lost(one: Checkpoint) -> str:
    return (
        f"Checkpoint {one.number} attests {one.sequence} entries; a later checkpoint declares that "
        "an older backup was put back, and those after it are lost."
    )
