"""Approve, hold, withdraw and settle notices; a person sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cases.errors import InvalidInput
from cases.lifecycle import IllegalMove, move, move_notice
from cases.model import Hold, Notice, NoticeKind, NoticeState, Presence, Stage
from cases.ports import NoticeFilter, Transaction
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from hostwatch.workflow.mail_routes import TROUBLES
from notices.delivery import outbox
from notices.delivery.manual import task_done
from notices.drafting import serial_for, withdrawal
from notices.replies.answers import new_code
from notices.replies.relay_log import message_ids

_ACCEPTABLE = TROUBLES | {
    Presence.PRESENT_GATED.value,
    Presence.BLOCKED_HERE.value,
    Presence.PRESENT_UNVERIFIED.value,
}
"""What a person may see in a held notice and send it all the same."""
_TOLD = (
    NoticeState.SENT,
    NoticeState.DELIVERED,
    NoticeState.ANSWERED,
    NoticeState.UNKNOWN,
)
LONGEST_HOLD = 365
"""Days; a longer one is released by a person."""
_DRAFTS = (NoticeState.DRAFTED, NoticeState.HELD)
_APPROVABLE = (*_DRAFTS, NoticeState.BOUNCED)
"""A bounced notice goes out once more only if a person names it."""


async def listing(desk: Desk, wanted: NoticeFilter) -> list[Notice]:
    """List notices."""
    desk.require(Action.CASE_READ)
    async with desk.store.reading() as tx:
        return await tx.notices(wanted)


async def show(desk: Desk, serial: str) -> Notice:
    """Return a notice. Raises `UnknownRecord`."""
    desk.require(Action.CASE_READ)
    async with desk.store.reading() as tx:
        return await tx.notice(serial)


async def approve(desk: Desk, serial: str) -> Notice:
    """
    Approve a draft; a running hold stays and is kept until it expires.

    Raises:
        InvalidInput: the notice is in a state that cannot be approved.
    """
    desk.require(Action.NOTICE_APPROVE)
    async with desk.store.transaction() as tx:
        notice = await tx.notice(serial)
        if notice.state not in _APPROVABLE:
            raise InvalidInput(f"{serial} is {notice.state.value}; only a draft can be approved.")
        _refuse_outdated(notice)
        await desk.audit(tx, Action.NOTICE_APPROVE, notice.case_id, serial=serial)
        approved = await tx.save_notice(
            move_notice(
                notice,
                NoticeState.APPROVED,
                approved_by=desk.actor.name,
                approved_at=desk.now(),
                accepted=_accepted(notice),
                hold=_remaining(notice.hold, desk.now()),
            )
        )
        await answer_question(tx, notice.case_id)
        return approved


async def answer_question(tx: Transaction, case_id: str) -> None:
    """Ask nobody about notices any more once none of the case waits for a person."""
    case = await tx.case(case_id)
    asked = case.needs or ""
    if asked != "notice_bounced" and not asked.startswith(("notice_held:", "answered:")):
        return
    left = await tx.notices(
        NoticeFilter(case_id=case_id, states=(NoticeState.HELD, NoticeState.BOUNCED))
    )
    if not any(one.hold is None or one.hold.until is None for one in left):
        await tx.save_case(replace(case, needs=None))


def _refuse_outdated(notice: Notice) -> None:
    if notice.hold is not None and notice.hold.reason.startswith("hosting_changed"):
        raise InvalidInput(
            f"{notice.serial} is for a host that has changed; withdraw it. "
            "The next re-check drafts one for the new host."
        )


def _accepted(notice: Notice) -> tuple[str, ...]:
    """Return what the approver accepts by approving a notice that was held for it."""
    word = notice.hold.reason.partition(":")[0] if notice.hold is not None else ""
    return (word,) if word in _ACCEPTABLE else ()


async def approve_all(desk: Desk) -> list[Notice]:
    """Approve every draft that does not wait for a person; timed holds run on."""
    desk.require(Action.NOTICE_APPROVE)
    drafts = await listing(desk, NoticeFilter(states=_DRAFTS, limit=100_000))
    return [
        await approve(desk, draft.serial)
        for draft in drafts
        if draft.hold is None or draft.hold.until is not None
    ]


async def done_by_hand(desk: Desk, serial: str, *, reference: str) -> Notice:
    """Record that a person carried a notice to a provider's form. Raises `InvalidInput`."""
    desk.require(Action.NOTICE_APPROVE)
    async with desk.store.transaction() as tx:
        notice = await tx.notice(serial)
        await desk.audit(tx, Action.NOTICE_BY_HAND, notice.case_id, serial=serial)
        done = await tx.save_notice(task_done(notice, desk.now(), reference=reference))
        await _monitor(tx, notice.case_id)
        await answer_question(tx, notice.case_id)
        return done


def _remaining(hold: Hold | None, now: datetime) -> Hold | None:
    """A hold with an expiry outlives the approval; one that waited for a person does not."""
    return hold if hold is not None and hold.until is not None and hold.until > now else None


async def hold(desk: Desk, serial: str, *, reason: str, days: float | None = None) -> Notice:
    """Hold a notice back, with owner, reason and, if wished, an expiry."""
    desk.require(Action.NOTICE_HOLD)
    if len(reason.strip()) < 3:
        raise InvalidInput("A hold needs a reason.")
    if days is not None and not 0 < days <= LONGEST_HOLD:
        raise InvalidInput(f"A hold that ends by itself ends within {LONGEST_HOLD} days.")
    async with desk.store.transaction() as tx:
        notice = await tx.notice(serial)
        now = desk.now()
        until = now + timedelta(days=days) if days is not None else None
        await desk.audit(tx, Action.NOTICE_HOLD, notice.case_id, serial=serial)
        return await _moved(
            tx,
            notice,
            NoticeState.HELD,
            hold=Hold(reason=reason.strip()[:200], owner=desk.actor.name, since=now, until=until),
            approved_by=None,
            approved_at=None,
        )


async def withdraw(desk: Desk, serial: str) -> Notice:
    """Withdraw a notice; one that was sent is followed by a withdrawal to its recipient."""
    desk.require(Action.NOTICE_WITHDRAW)
    async with desk.store.transaction() as tx:
        notice = await tx.notice(serial)
        if notice.kind is NoticeKind.WITHDRAWAL and notice.state in _TOLD:
            raise InvalidInput(
                f"{serial} is a withdrawal that has left; send a new notice instead."
            )
        await desk.audit(tx, Action.NOTICE_WITHDRAW, notice.case_id, serial=serial)
        withdrawn = await _moved(tx, notice, NoticeState.WITHDRAWN, hold=None)
        if notice.state in _TOLD:
            await _tell_of_withdrawal(desk, tx, notice)
        await answer_question(tx, notice.case_id)
        return withdrawn


async def _tell_of_withdrawal(desk: Desk, tx: Transaction, notice: Notice) -> None:
    """Whoever may have been told is told of the withdrawal; the manager's word approves it."""
    known = await tx.notices(NoticeFilter(case_id=notice.case_id))
    now = desk.now()
    followed = withdrawal(
        notice,
        serial=serial_for(notice.case_id, len(known) + 1),
        answer_code=new_code(),
        now=now,
    )
    await tx.add_notice(
        move_notice(followed, NoticeState.APPROVED, approved_by=desk.actor.name, approved_at=now)
    )


async def _moved(tx: Transaction, notice: Notice, state: NoticeState, **changes: object) -> Notice:
    try:
        return await tx.save_notice(move_notice(notice, state, **changes))
    except IllegalMove:
        raise InvalidInput(
            f"{notice.serial} is {notice.state.value} and cannot become {state.value}."
        ) from None


async def settle(
    desk: Desk, relay_log: str, *, log_complete: bool
) -> list[tuple[str, NoticeState]]:
    """
    Settle notices of unknown fate by the Message-IDs in the relay's log.

    With `log_complete` the log covers everything the relay took, so an absent Message-ID was not
    delivered and the notice may be proven and sent again.
    """
    desk.require(Action.NOTICE_SETTLE)
    seen = message_ids(relay_log.splitlines())
    async with desk.store.transaction() as tx:
        settled = await outbox.settle_by_message_ids(
            tx, seen, log_complete=log_complete, now=desk.now()
        )
        for serial, state in settled:
            await desk.audit(tx, Action.NOTICE_SETTLE, None, serial=serial, state=state.value)
            if state is NoticeState.SENT:
                await _monitor(tx, (await tx.notice(serial)).case_id)
        return settled


async def _monitor(tx: Transaction, case_id: str) -> None:
    """A notice of the case has left by another way than the worker's: the case is monitored."""
    case = await tx.case(case_id)
    if case.stage is Stage.NOTIFIED:
        await tx.save_case(move(case, Stage.MONITORING))
