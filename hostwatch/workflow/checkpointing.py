"""Signed checkpoints of the trail: taken on schedule, written to a folder, mailed away."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import structlog

from cases.audit_key import KEY_FILE, AuditSigner, load_audit_key
from cases.checkpoint_folder import Folder, file_name, read_folder, write_checkpoint
from cases.checkpoints import Checkpoint, from_text, next_checkpoint, sign, to_text
from cases.errors import HostwatchError, InvalidInput, StoreProblem
from cases.ports import CaseStore, Transaction
from cases.trail import NEWEST
from config.settings import Settings
from hostwatch.engine import Engine
from notices.delivery.channel import Accepted, Receipt, receipt_word

log = structlog.get_logger()

INSTALLATION = "installation"
_MAILED = "audit_checkpoint_mailed"
_LOOK_AGAIN = "audit_checkpoint_look_again"
_REST = timedelta(minutes=10)
"""Between two tries after the folder, the key or the relay refused."""


async def make_due_checkpoint(engine: Engine) -> None:
    """
    Take, write and mail a checkpoint where it is time to; call it as often as is convenient.

    What is refused is logged and tried again after ten minutes; it never stops the worker.
    """
    now = engine.clock.now()
    try:
        async with engine.store.reading() as tx:
            waiting = await _waits(tx, engine.settings, now)
        if waiting and await _take_turn(engine.store, now):
            await _make(engine, now)
    except HostwatchError as problem:
        engine.counters.add("checkpoint_faults")
        log.error("checkpoint_not_made", error=type(problem).__name__)  # noqa: TRY400 - no traceback in the log


async def take_checkpoint(
    store: CaseStore,
    signer: AuditSigner,
    folder: Path,
    now: datetime,
    *,
    restored: bool = False,
) -> Checkpoint:
    """
    Attest the trail as it stands and write the checkpoint into the folder.

    The store keeps it too, before the folder does, so that a crash between both is made good by
    the next one. `restored` declares that a backup was put back: what newer checkpoints of the
    folder attest is given up, visibly and under our signature.

    Raises:
        StoreProblem: the folder knows a newer checkpoint than the store, or cannot be written.
    """
    found = read_folder(folder)
    kept = found.newest
    async with store.transaction() as tx:
        known = _read(await tx.setting(NEWEST))
        if known is not None and (kept is None or kept.number < known.number):
            write_checkpoint(folder, known)
        newest = _newest(known, kept, restored=restored)
        after = await _last_agreed(tx, found) if restored else None
        made = sign(await _next(tx, newest, now, after), signer)
        await tx.set_setting(NEWEST, to_text(made))
    write_checkpoint(folder, made)
    return made


async def installation_id(tx: Transaction) -> str:
    """Return the random id of this installation; the first call makes it."""
    known = await tx.setting(INSTALLATION)
    if known is None:
        known = secrets.token_hex(8)
        await tx.set_setting(INSTALLATION, known)
    return known


def audit_signer(settings: Settings) -> AuditSigner:
    """Read the key that signs checkpoints. Raises `KeyProblem`."""
    return load_audit_key(settings.paths.key_file.parent / KEY_FILE)


def checkpoint_mail(checkpoint: Checkpoint, *, sender: str, recipient: str) -> EmailMessage:
    """Compose the mail that carries a checkpoint away; it tells numbers and digests only."""
    domain = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, recipient
    mail["Date"] = format_datetime(checkpoint.at)
    mail["Subject"] = f"hostwatch checkpoint {checkpoint.installation} {checkpoint.sequence}"
    mail["Message-ID"] = f"<checkpoint-{checkpoint.installation}-{checkpoint.number}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        f"Checkpoint {checkpoint.number} of the audit trail of installation "
        f"{checkpoint.installation}.\n\n"
        f"Entries: {checkpoint.count}\nNewest digest: {checkpoint.head}\n"
        f"Time: {checkpoint.at:%Y-%m-%d %H:%M:%S} UTC\n\n"
        "Keep the attached file. It proves later that no entry was removed or changed and that\n"
        "no older copy of the database was put back. No answer is needed.\n"
    )
    mail.add_attachment(
        f"{to_text(checkpoint)}\n".encode(),
        maintype="application",
        subtype="json",
        filename=file_name(checkpoint),
    )
    return mail


# --------------------------------------------------------------------------- when


async def _waits(tx: Transaction, settings: Settings, now: datetime) -> bool:
    if _rests(await tx.setting(_LOOK_AGAIN), now):
        return False
    newest = _read(await tx.setting(NEWEST))
    if _is_time(newest, settings, now):
        return await tx.trail_head() is not None
    return newest is not None and settings.audit.mail_to is not None and await _unmailed(tx, newest)


def _is_time(newest: Checkpoint | None, settings: Settings, now: datetime) -> bool:
    if newest is None:
        return True
    # a clock that was set back must not stop them
    return not newest.at <= now < newest.at + timedelta(hours=settings.audit.every_hours)


def _rests(until: str | None, now: datetime) -> bool:
    return until is not None and now < datetime.fromisoformat(until) <= now + _REST


async def _unmailed(tx: Transaction, newest: Checkpoint) -> bool:
    return await tx.setting(_MAILED) != str(newest.number)


async def _take_turn(store: CaseStore, now: datetime) -> bool:
    """Of several workers only one goes on; it has ten minutes."""
    async with store.transaction() as tx:
        if _rests(await tx.setting(_LOOK_AGAIN), now):
            return False
        await tx.set_setting(_LOOK_AGAIN, (now + _REST).isoformat())
    return True


async def _make(engine: Engine, now: datetime) -> None:
    settings = engine.settings
    async with engine.store.reading() as tx:
        newest = _read(await tx.setting(NEWEST))
    if newest is None or _is_time(newest, settings, now):
        newest = await take_checkpoint(
            engine.store, audit_signer(settings), settings.audit.checkpoints, now
        )
        log.info("checkpoint_made", number=newest.number, sequence=newest.sequence)
    if settings.audit.mail_to is not None and not await _mail(engine, newest):
        return
    async with engine.store.transaction() as tx:
        await tx.set_setting(_LOOK_AGAIN, None)


async def _mail(engine: Engine, checkpoint: Checkpoint) -> bool:
    """Mail a checkpoint; one that arrives twice does no harm, so doubt means once more."""
    recipient = engine.settings.audit.mail_to
    assert recipient is not None
    mail = checkpoint_mail(checkpoint, sender=engine.settings.mail.sender, recipient=recipient)
    receipt: Receipt = await engine.mail.send(
        mail.as_bytes(),
        message_id=str(mail["Message-ID"]),
        sender=engine.settings.mail.sender,
        recipient=recipient,
    )
    if not isinstance(receipt, Accepted):
        engine.counters.add("checkpoint_faults")
        log.warning("checkpoint_not_mailed", receipt=receipt_word(receipt))
        return False
    async with engine.store.transaction() as tx:
        await tx.set_setting(_MAILED, str(checkpoint.number))
    return True


# --------------------------------------------------------------------------- what


async def _next(
    tx: Transaction, newest: Checkpoint | None, now: datetime, restored_after: int | None
) -> Checkpoint:
    head = await tx.trail_head()
    if head is None:
        raise StoreProblem("The audit trail is empty; there is nothing to attest.")
    return next_checkpoint(
        newest,
        installation=await installation_id(tx),
        sequence=head.sequence,
        count=await tx.trail_count(),
        head=head.digest,
        at=now,
        restored_after=restored_after,
    )


async def _last_agreed(tx: Transaction, found: Folder) -> int:
    """Return the newest entry of which a checkpoint in the folder and the trail say the same."""
    for one in reversed(found.checkpoints):
        entries = await tx.trail_page(one.sequence - 1, 1)
        if entries and entries[0].digest == one.head:
            return one.sequence
    return 0


def _newest(
    known: Checkpoint | None, kept: Checkpoint | None, *, restored: bool
) -> Checkpoint | None:
    """Return the checkpoint to go on from. Raises `StoreProblem` where the store fell behind."""
    if kept is None or (known is not None and known.number > kept.number):
        return known
    behind = known is None or known.number < kept.number
    if behind and not restored:
        raise StoreProblem(
            f"The folder of checkpoints knows number {kept.number}, the database only "
            f"{known.number if known else 'none'}: an older copy of the database was put back. "
            "Run `hostwatch audit verify`; if you restored a backup, declare that with "
            "`hostwatch audit checkpoint --after-restore`."
        )
    return kept


def _read(text: str | None) -> Checkpoint | None:
    """Read the store's own note of its newest checkpoint; a damaged one counts as none."""
    try:
        return from_text(text) if text else None
    except InvalidInput:
        return None
