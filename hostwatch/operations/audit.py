"""Verify, attest and hand out the audit trail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from cases.audit import GENESIS
from cases.audit_key import public_text
from cases.checkpoint_folder import Folder, read_folder
from cases.checkpoints import Checkpoint, from_text, to_text
from cases.erasures import FILE, Erasures, read_erasures
from cases.errors import InvalidInput
from cases.model import AuditEntry
from cases.ports import Transaction
from cases.trail import NEWEST, TrailFinding, examine_trail
from config.settings import Settings
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from hostwatch.workflow.checkpointing import audit_signer, installation_id, take_checkpoint

EXPORT_FORMAT = "hostwatch audit export 1"
_PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which entries to hand out; none means from the first, or to the last."""

    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


class Attestation(TypedDict):
    """Arguments of `cases.invariants.check`."""

    checkpoints: Folder
    publics: tuple[bytes, ...]
    erasures: Erasures


async def checkpoint(desk: Desk, *, after_restore: bool = False) -> Checkpoint:
    """
    Take a signed checkpoint now.

    `after_restore` declares that a backup was put back: what newer checkpoints attest is given up,
    which stays visible in every later verification.

    Raises:
        KeyProblem: there is no key for checkpoints.
        StoreProblem: the folder knows a newer checkpoint than the database.
    """
    desk.require(Action.TRAIL_ATTEST)
    signer = audit_signer(desk.settings)
    async with desk.store.transaction() as tx:
        await desk.audit(tx, Action.TRAIL_ATTEST, None, after_restore=after_restore)
    return await take_checkpoint(
        desk.store, signer, desk.settings.audit.checkpoints, desk.now(), restored=after_restore
    )


async def verify(
    desk: Desk, *, folder: Path | None = None, publics: Sequence[bytes] = ()
) -> TrailFinding:
    """
    Verify the trail against its chain and the checkpoints of a folder.

    `folder` defaults to the configured one, `publics` to the key of this installation.

    Raises:
        KeyProblem: no key was given and there is none here.
        InvalidInput: the folder is not there.
    """
    desk.require(Action.TRAIL_READ)
    if folder is not None:
        _require_folder(folder)
    keys = publics or (audit_signer(desk.settings).public,)
    found = read_folder(folder or desk.settings.audit.checkpoints)
    return await examine_trail(desk.store, found, keys)


def attested(settings: Settings) -> Attestation:
    """
    Read what a check of the store is held against: checkpoints, erasures and the public key.

    Raises:
        KeyProblem: there is no key for checkpoints.
    """
    publics = (audit_signer(settings).public,)
    folder = settings.audit.checkpoints
    return {
        "checkpoints": read_folder(folder),
        "publics": publics,
        "erasures": read_erasures(folder / FILE, publics),
    }


async def export(desk: Desk, span: Span) -> AsyncIterator[str]:
    """
    Yield the lines of an export that can be verified without hostwatch.

    A header, each entry with the members that its digest covers, the checkpoints that attest one
    of them, and an end line with the count and the last digest.

    Raises:
        InvalidInput: there is no entry in this span.
    """
    desk.require(Action.TRAIL_READ)
    public = public_text(audit_signer(desk.settings).public)
    async with desk.store.transaction() as tx:
        ends = await tx.trail_between(span.since, span.until)
        if ends is None:
            raise InvalidInput("There is no entry in this span; name another --from or --to.")
        installation = await installation_id(tx)
        previous = await _digest_before(tx, ends[0])
        await desk.audit(tx, "trail_exported", None, first=ends[0], last=ends[1])
    attested = await _checkpoints(desk)
    yield _line(
        format=EXPORT_FORMAT,
        installation=installation,
        public_key=public,
        first=ends[0],
        last=ends[1],
        previous=previous,
    )
    head, count = previous, 0
    async for entry in _entries(desk, *ends):
        head, count = entry.digest, count + 1
        yield entry_line(entry)
        if entry.sequence in attested:
            yield _line(checkpoint=json.loads(to_text(attested[entry.sequence])))
    yield _line(end=True, entries=count, head=head)


def entry_line(entry: AuditEntry) -> str:
    """Write an entry as one JSON object; `at` as the digest covers it."""
    return _line(
        sequence=entry.sequence,
        at=entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        actor=entry.actor,
        action=entry.action,
        case_id=entry.case_id,
        detail=entry.detail,
        previous=entry.previous,
        digest=entry.digest,
    )


async def _entries(desk: Desk, first: int, last: int) -> AsyncIterator[AuditEntry]:
    after = first - 1
    while after < last:
        async with desk.store.reading() as tx:
            page = await tx.trail_page(after, min(_PAGE, last - after))
        if not page:
            return
        for entry in page:
            yield entry
        after = page[-1].sequence


async def _digest_before(tx: Transaction, sequence: int) -> str:
    entries = await tx.trail_page(sequence - 2, 1) if sequence > 1 else []
    return entries[0].digest if entries else GENESIS


async def _checkpoints(desk: Desk) -> dict[int, Checkpoint]:
    found = {one.sequence: one for one in read_folder(desk.settings.audit.checkpoints).checkpoints}
    async with desk.store.reading() as tx:
        own = await tx.setting(NEWEST)
    newest = from_text(own) if own else None
    return found if newest is None else {newest.sequence: newest, **found}


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InvalidInput(f"{folder}: there is no such folder of checkpoints.")


def _line(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"), ensure_ascii=True)
