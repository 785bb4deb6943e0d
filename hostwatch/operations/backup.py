"""Make, verify, restore and try backups; neither store nor key of a backup leaves it unsealed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cases.backup.content import Manifest, content_of, read_content, sums_of
from cases.backup.frames import Head, SealedWriter, open_lines, read_head
from cases.erasures import Erasures
from cases.errors import InvalidInput, StoreProblem
from cases.invariants import check
from cases.lifecycle import move_notice
from cases.model import Hold, NoticeState
from cases.ports import CaseStore, NoticeFilter, Transaction
from cases.seal import Keyring
from cases.store.opening import Place, open_store
from cases.store.restoring import restore_store
from cases.store.schema import HEAD
from hostwatch.desk import Desk
from hostwatch.permissions import SYSTEM, Action
from hostwatch.workflow.checkpointing import installation_id

RESTORED = "restored_from_backup"
"""Why an approved notice of a restored store waits: it may have left after the backup."""
_SKIPPED_NUMBERS = 1000
_DISK_RESERVE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A backup that was read to its end."""

    head: Head
    manifest: Manifest
    length: int
    """Bytes of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restoration did."""

    backup: Opened
    erased: int
    """Cases of the backup that were erased since, and now again."""
    held: int
    """Approved notices that wait for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What a trial restoration found."""

    backup: Opened
    faults: tuple[str, ...]
    """Empty where the backup would bring everything back."""


async def create(desk: Desk, target: Path, keyring: Keyring) -> Opened:
    """
    Write a sealed backup of what one moment shows, while the worker runs.

    Raises:
        InvalidInput: something stands at `target` already.
        StoreProblem: it cannot be written, for instance because the disk is full.
    """
    desk.require(Action.BACKUP)
    async with desk.store.transaction() as tx:
        installation = await installation_id(tx)
        key_id = await tx.current_key()
        await desk.audit(tx, Action.BACKUP, None)
    with _fresh(target) as file:
        writer = SealedWriter(
            file,
            keyring,
            under=key_id,
            installation=installation,
            made_at=desk.now().isoformat(timespec="microseconds"),
            revision=HEAD,
        )
        async with desk.store.reading() as tx:
            async for line in content_of(tx):
                writer.line(line)
        writer.end()
    return await read(target, keyring)


async def read(source: Path, keyring: Keyring) -> Opened:
    """
    Read a backup to its end and hold it against its manifest.

    Raises:
        InvalidInput: not a backup, cut off or altered.
        KeyProblem: sealed under another master key.
    """
    with _reading(source) as file:
        head = read_head(file, str(source))
        manifest = await read_content(open_lines(file, head, keyring, str(source)), str(source))
        return Opened(head=head, manifest=manifest, length=file.tell())


async def restore(
    source: Path, place: Place, keyring: Keyring, *, erasures: Erasures, now: datetime, login: str
) -> Restored:
    """
    Make a new store at `place` from a backup, and make it safe to go on from.

    Cases that were erased since are erased again, approved notices are held because they may have
    left since, sending is paused, and case numbers that may have been given since are left out.

    Raises:
        InvalidInput: the backup is damaged.
        StoreProblem: something is at `place` already, or it cannot be written.
        KeyProblem: sealed under another master key.
    """
    opened = await _fill(source, place, keyring)
    async with _opened(place, keyring) as store:
        erased = await _erase_again(store, erasures, now)
        held = await _hold_approved(store, now)
        async with store.transaction() as tx:
            await tx.set_setting("paused_sending", "yes")
            await tx.skip_numbers(now.year, _SKIPPED_NUMBERS)
            await tx.audit(
                now,
                SYSTEM.name,
                "restored",
                None,
                login=login,
                made_at=opened.head.made_at,
                after=opened.manifest.audit_sequence,
                erased=erased,
                held=held,
            )
    return Restored(backup=opened, erased=erased, held=held)


async def drill(desk: Desk, source: Path, keyring: Keyring) -> Drill:
    """
    Restore a backup to a temporary place beside the database, check it whole, and delete it.

    Raises as `restore`.
    """
    desk.require(Action.BACKUP)
    folder = desk.settings.paths.database.parent
    with tempfile.TemporaryDirectory(prefix=".drill-", dir=folder) as place:
        path = Path(place) / "drill.sqlite3"
        opened = await _fill(source, path, keyring)
        async with _opened(path, keyring) as store:
            faults = await _differences(store, opened)
            faults += await check(store, now=desk.now())
    async with desk.store.transaction() as tx:
        await desk.audit(tx, "backup_drill", None, made_at=opened.head.made_at, faults=len(faults))
    return Drill(backup=opened, faults=tuple(faults))


# --------------------------------------------------------------------------- steps


async def _fill(source: Path, place: Place, keyring: Keyring) -> Opened:
    name = str(source)
    with _reading(source) as file:
        head = read_head(file, name)

        async def fill(step: Transaction) -> Manifest:
            lines = open_lines(file, head, keyring, name)
            return await read_content(lines, name, step.put_rows)

        manifest = await restore_store(place, keyring, revision=head.revision, fill=fill)
        return Opened(head=head, manifest=manifest, length=file.tell())


async def _erase_again(store: CaseStore, erasures: Erasures, now: datetime) -> int:
    erased = 0
    for one in erasures.found:
        async with store.transaction() as tx:
            if not await tx.is_erased(one.case_id):
                await tx.audit(now, SYSTEM.name, "case_erased_again", one.case_id)
                await tx.erase_case(one.case_id)
                erased += 1
    return erased


async def _hold_approved(store: CaseStore, now: datetime) -> int:
    held = 0
    async with store.transaction() as tx:
        for notice in await tx.notices(NoticeFilter(states=(NoticeState.APPROVED,), limit=10**6)):
            hold = Hold(reason=RESTORED, owner=SYSTEM.name, since=now)
            await tx.save_notice(
                move_notice(notice, NoticeState.HELD, hold=hold, approved_by=None, approved_at=None)
            )
            await tx.audit(now, SYSTEM.name, "notice_held", notice.case_id, reason=RESTORED)
            case = await tx.case(notice.case_id)
            if case.needs is None:
                await tx.save_case(replace(case, needs=f"notice_held:{RESTORED}"))
            held += 1
    return held


async def _differences(store: CaseStore, backup: Opened) -> list[str]:
    manifest = backup.manifest
    async with store.reading() as tx:
        found = await sums_of(tx) if backup.head.revision == HEAD else manifest.tables
        head = await tx.trail_head()
    told = [
        f"The restored table {name} does not hold what the backup says."
        for name in sorted({*found, *manifest.tables})
        if found.get(name) != manifest.tables.get(name)
    ]
    if (head.digest if head else "") != manifest.audit_head:
        told.append("The restored audit trail does not end where the backup says.")
    return told


# --------------------------------------------------------------------------- files


@contextmanager
def _fresh(target: Path) -> Iterator[BinaryIO]:
    """Write beside the target and give it its name when it is whole and on disk."""
    _require_absent(target)
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _require_absent(target)
        part.replace(target)
    except OSError as error:
        raise StoreProblem(f"{target}: the backup cannot be written ({error.strerror}).") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _require_absent(target: Path) -> None:
    if os.path.lexists(target):
        raise InvalidInput(f"{target}: something is there already; it is never overwritten.")


@contextmanager
def _reading(source: Path) -> Iterator[BinaryIO]:
    try:
        file = source.open("rb")
    except OSError as error:
        raise InvalidInput(f"{source}: the backup cannot be read ({error.strerror}).") from None
    with file:
        yield file


@asynccontextmanager
async def _opened(place: Place, keyring: Keyring) -> AsyncIterator[CaseStore]:
    store = await open_store(place, keyring)
    try:
        yield store
    finally:
        await store.close()
