"""
The outbox: a notice is claimed on disk before it is sent, and settled by what is known after.

Killed at any instruction, a notice stands as approved (not sent), sending (becomes `unknown` at
the next start) or settled. `unknown` is settled by its Message-ID in the relay's log, and by
nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from cases.errors import StaleWrite, TemporaryFailure
from cases.model import Notice, NoticeState
from cases.ports import CaseStore, Clock, NoticeFilter, Transaction
from notices.compose import Composed
from notices.delivery.channel import Channel, Receipt, Uncertain
from notices.delivery.steps import claimed, doubtful, found_again, settled

_PAUSED = "paused_sending"
_SYSTEM = "hostwatch"
_ALL = 1_000_000
_TRIES = 60
_REST_S = 1.0
"""A receipt is kept for so many rests while the database is gone."""
_log = structlog.get_logger(__name__)


# ------------------------------------------------------------------ in a transaction


async def claim(
    tx: Transaction,
    notice: Notice,
    message: Composed,
    now: datetime,
    *,
    worker: str | None = None,
    actor: str = _SYSTEM,
) -> Notice:
    """
    Store a notice as claimed. Commit this transaction before the first byte is sent.

    Raises:
        TemporaryFailure: sending is paused.
        StaleWrite: someone else changed the notice, for instance withdrew it.
        IllegalMove: the notice is not approved.

    """
    if await tx.setting(_PAUSED):
        raise TemporaryFailure("Sending is paused; run hostwatch resume --sending to go on.")
    mine = claimed(notice, message, now, worker=worker)
    return await _store(tx, mine, "notice_claimed", now, actor)


async def settle(
    tx: Transaction,
    notice: Notice,
    receipt: Receipt,
    now: datetime,
    *,
    retry_after: timedelta,
    actor: str = _SYSTEM,
) -> Notice:
    """
    Store what became of a claimed notice. `retry_after`: pause after `NotSent`.

    A worker that was taken for dead and goes on finds its notice `unknown`; what it knows settles
    that as well.

    Raises:
        StaleWrite: the notice is no longer in this attempt.

    """
    current = await tx.notice(notice.serial)
    open_still = current.state in (NoticeState.SENDING, NoticeState.UNKNOWN)
    if not open_still or current.message_id != notice.message_id:
        raise StaleWrite(f"Notice {notice.serial} is no longer being sent in this attempt.")
    if current.state is NoticeState.UNKNOWN and isinstance(receipt, Uncertain):
        return current
    after = settled(current, receipt, now, retry_after=retry_after)
    return await _store(tx, after, "notice_settled", now, actor)


async def recover(
    tx: Transaction,
    now: datetime,
    *,
    worker: str | None = None,
    claimed_before: datetime | None = None,
    actor: str = _SYSTEM,
) -> list[Notice]:
    """
    Store what a dead worker, or any, left in `sending` as `unknown`.

    Without a name it is for a worker that starts and is known to be alone. With `claimed_before`
    only what was claimed before then: no delivery takes so long, so its sender lost it.
    """
    sending = await tx.notices(NoticeFilter(states=(NoticeState.SENDING,), limit=_ALL))
    left = [
        one
        for one in sending
        if (worker is None or one.claimed_by == worker)
        and (claimed_before is None or (one.claimed_at or now) < claimed_before)
    ]
    return [
        await _store(
            tx,
            doubtful(notice, "uncertain process_ended"),
            "notice_recovered",
            now,
            actor,
        )
        for notice in left
    ]


async def settle_by_message_ids(
    tx: Transaction,
    seen: Collection[str],
    *,
    log_complete: bool,
    now: datetime,
    actor: str = _SYSTEM,
) -> list[tuple[str, NoticeState]]:
    """
    Settle `unknown` notices by the Message-IDs (with angle brackets) of the relay's log.

    Returns serial and new state of each that was settled.
    """
    settled_now: list[tuple[str, NoticeState]] = []
    for notice in await tx.notices(NoticeFilter(states=(NoticeState.UNKNOWN,), limit=_ALL)):
        after = found_again(notice, seen, log_complete=log_complete, now=now)
        if after is not None:
            stored = await _store(tx, after, "notice_settled_by_log", now, actor)
            settled_now.append((stored.serial, stored.state))
    return settled_now


async def _store(tx: Transaction, notice: Notice, action: str, now: datetime, actor: str) -> Notice:
    stored = await tx.save_notice(notice)
    await tx.audit(
        now,
        actor,
        action,
        notice.case_id,
        serial=notice.serial,
        state=notice.state.value,
        attempt=notice.attempt,
        sha256=notice.body_sha256,
    )
    return stored


# ------------------------------------------------------------------ one delivery


async def deliver(
    store: CaseStore,
    channel: Channel,
    notice: Notice,
    message: Composed,
    *,
    sender: str,
    clock: Clock,
    retry_after: timedelta,
    worker: str | None = None,
    actor: str = _SYSTEM,
) -> Notice:
    """
    Claim, send once, settle; return the notice as stored last.

    A fault of the channel itself counts as `Uncertain`: the claim stands, and nothing goes twice.

    Raises:
        TemporaryFailure, StaleWrite, IllegalMove: as `claim`; then nothing was sent.

    """
    async with store.transaction() as tx:
        mine = await claim(tx, notice, message, clock.now(), worker=worker, actor=actor)
    receipt = await _send(channel, mine, message, sender)
    for tries in range(1, _TRIES + 1):
        try:
            async with store.transaction() as tx:
                after = await settle(
                    tx, mine, receipt, clock.now(), retry_after=retry_after, actor=actor
                )
            break
        except TemporaryFailure:
            if tries == _TRIES:
                raise
            await asyncio.sleep(_REST_S)  # what became of it is known; the database is gone
    _log.info("notice_settled", serial=after.serial, state=after.state.value, attempt=after.attempt)
    return after


async def _send(channel: Channel, notice: Notice, message: Composed, sender: str) -> Receipt:
    try:
        return await channel.send(
            message.message,
            message_id=message.message_id,
            sender=sender,
            recipient=notice.recipient.address,
        )
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  whatever failed, the message may have left
        _log.error("notice_channel_failed", serial=notice.serial, error=type(error).__name__)
        return Uncertain(reason="channel_fault")
