"""Approved -> sent: fresh proof, compose, claim, send, settle. Nothing leaves twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import structlog

from cases.errors import HostwatchError, StaleWrite, StoreProblem, TemporaryFailure
from cases.lifecycle import move, move_notice
from cases.model import (
    Case,
    Hold,
    Notice,
    NoticeKind,
    NoticeState,
    Presence,
    Stage,
)
from cases.ports import NoticeFilter, Transaction
from hostwatch.engine import Engine
from hostwatch.faults import told
from hostwatch.permissions import SYSTEM
from hostwatch.rules import answer_page
from hostwatch.workflow.judging import basis
from hostwatch.workflow.mail_routes import mailbox_refused, mailbox_trouble
from hostwatch.workflow.proving import (
    Ground,
    differences,
    ground_of,
    without_ground,
)
from notices.compose import Material, compose
from notices.delivery import outbox
from notices.delivery.manual import REASON as MANUAL_TASK
from notices.delivery.manual import manual_task, needs_person
from notices.drafting import with_deadline
from notices.proof import Drop, HoldIt, Send, gate

log = structlog.get_logger()

_MAY_PASS = frozenset(
    {"proof_missing", "proof_stale", "on_hold"}
    | {Presence.TEMPORARY.value, Presence.NO_VERDICT.value, Presence.INCOMPLETE.value}
)
"""Trouble that a later proof may settle without a person."""
_FIRST = frozenset({NoticeKind.FIRST, NoticeKind.FRONT_REVEAL})
_DRAFTED = frozenset({Stage.NOTIFIED, Stage.MONITORING})
_LEFT = (NoticeState.SENT, NoticeState.ANSWERED, NoticeState.UNKNOWN)
_MOST = 5000
"""Approved notices looked at in one round, with those that wait for a hold or a retry."""
SENDING_AT_ONCE = 6
"""Notices proven and sent at the same time; a relay's ordinary limit for one client is ten."""


async def due(engine: Engine) -> list[Notice]:
    """List approved notices whose hold and retry time have passed."""
    now = engine.clock.now()
    async with engine.store.reading() as tx:
        approved = await tx.notices(NoticeFilter(states=(NoticeState.APPROVED,), limit=_MOST))
    return [notice for notice in approved if _ready(notice, now)]


def _ready(notice: Notice, now: datetime) -> bool:
    held = notice.hold is not None and (notice.hold.until is None or notice.hold.until > now)
    waiting = notice.retry_at is not None and notice.retry_at > now
    return not held and not waiting


async def send(engine: Engine, notice: Notice) -> Notice:
    """Prove, claim and send one notice; return it as it stands afterwards."""
    if needs_person(notice):
        return await _by_hand(engine, notice)
    ground = await ground_of(engine, notice)
    decision = gate(
        notice,
        approved=ground.approved,
        fresh=ground.fresh,
        presences=ground.presences,
        rules=engine.policy.notices,
        differences=differences(ground),
        now=engine.clock.now(),
        accepted=notice.accepted,
    )
    match decision:
        case Send():
            return await _leave(engine, notice, ground, decision)
        case HoldIt(reason=reason) if reason in _MAY_PASS and not _tired(engine, notice):
            return await _postpone(engine, notice)
        case HoldIt(reason=reason, detail=detail):
            return await _hold(engine, notice, reason, detail)
        case Drop(reason=reason):
            return await _drop(engine, notice, reason)


async def _leave(engine: Engine, notice: Notice, ground: Ground, passed: Send) -> Notice:
    """Send what is proven, if it still stands on something and its mailbox may take it."""
    if (fallen := await without_ground(engine, notice, ground)) is not None:
        why, concerned = fallen
        return await _hold(engine, notice, why, ", ".join(concerned))
    if (trouble := await mailbox_trouble(engine, notice)) is not None:
        return await _try_next_contact(engine, notice, trouble)
    return await _transmit(engine, notice, ground, passed)


async def _by_hand(engine: Engine, notice: Notice) -> Notice:
    now = engine.clock.now()
    async with engine.store.transaction() as tx:
        await tx.audit(now, SYSTEM.name, "manual_task", notice.case_id, serial=notice.serial)
        await _ask(tx, await tx.case(notice.case_id), f"notice_held:{MANUAL_TASK}")
        return await tx.save_notice(manual_task(await tx.notice(notice.serial), now))


async def _try_next_contact(engine: Engine, notice: Notice, trouble: str) -> Notice:
    """Hold a notice whose mailbox is dead; one just drafted has its case drafted for the next."""
    held = await _hold(engine, notice, trouble, "")
    await _draft_anew(engine, held)
    return held


async def _draft_anew(engine: Engine, notice: Notice) -> None:
    """
    Let the worker trace and draft the case once more, while nobody can be told twice by it.

    The pause between identical notices keeps the others of the same draft from being repeated.
    """
    now = engine.clock.now()
    if notice.kind not in _FIRST or now - notice.drafted_at >= engine.policy.notices.repeat_after:
        return
    async with engine.store.transaction() as tx:
        case = await tx.case(notice.case_id)
        if case.stage in _DRAFTED:
            await tx.save_case(replace(move(case, Stage.TRACED), next_action_at=now))


def _tired(engine: Engine, notice: Notice) -> bool:
    """Whether an approved notice has waited for its proof so long that a person should know."""
    since = notice.approved_at or notice.drafted_at
    return engine.clock.now() - since > engine.policy.notices.repeat_after


async def _transmit(engine: Engine, notice: Notice, ground: Ground, passed: Send) -> Notice:
    leaving = _leaving(notice, engine.clock.now())
    composed = compose(
        await _material(engine, leaving, ground, passed),
        signer=engine.signer,
    )
    if composed.problems:
        return await _hold(engine, notice, "machine_part_invalid", "; ".join(composed.problems))
    settled = await outbox.deliver(
        engine.store,
        engine.mail,
        leaving,
        composed,
        sender=engine.settings.mail.sender,
        clock=engine.clock,
        retry_after=engine.policy.notices.retry_mail,
        worker=engine.worker,
    )
    await _follow(engine, settled)
    return settled


async def _material(engine: Engine, notice: Notice, ground: Ground, passed: Send) -> Material:
    """Gather what the notice says: only assets that passed, in the words of their proof."""
    now = engine.clock.now()
    async with engine.store.reading() as tx:
        assessments = await tx.assessments(notice.case_id)
        earlier = await tx.notice(notice.replaces) if notice.replaces else None
    return Material(
        notice=notice,
        case=ground.case,
        assets=tuple(one for one in ground.assets if one.id in passed.asset_ids),
        snapshots=ground.fresh,
        hotline=engine.settings.hotline,
        sender=engine.settings.mail.sender,
        assessment=basis(ground.assets, assessments, notice.law).assessment,
        answers_url=answer_page(engine.settings, notice),
        proof_at=_proof_at(ground, now),
        now=now,
        defang=engine.policy.notices.defang,
        gated_note=passed.note,
        earlier=earlier,
        practice=engine.policy.practice,
    )


def _leaving(notice: Notice, now: datetime) -> Notice:
    """Count the recipient's time from now: a hold must not eat it."""
    if notice.deadline is None:
        return notice
    counted_from = notice.claimed_at or notice.drafted_at
    return with_deadline(notice, now=now, allowed=notice.deadline - counted_from)


def _proof_at(ground: Ground, now: datetime) -> datetime:
    """Return the oldest of the newest observations, which is what the notice may state."""
    return min((at for _, at in ground.presences.values()), default=now)


async def _follow(engine: Engine, settled: Notice) -> None:
    """Bring the case after its notice: monitored once it left, a person asked if it bounced."""
    async with engine.store.transaction() as tx:
        case = await tx.case(settled.case_id)
        if settled.state in _LEFT and case.stage is Stage.NOTIFIED:
            await tx.save_case(move(case, Stage.MONITORING))
        if settled.state is NoticeState.BOUNCED:
            await _ask(tx, case, "notice_bounced")
    if settled.state is NoticeState.BOUNCED and mailbox_refused(settled):
        await _draft_anew(engine, settled)


async def _ask(tx: Transaction, case: Case, question: str) -> None:
    """Ask a person, unless the case is closed or something else is asked already."""
    if case.stage is not Stage.CLOSED and case.needs is None:
        await tx.save_case(replace(case, needs=question))


async def _postpone(engine: Engine, notice: Notice) -> Notice:
    async with engine.store.transaction() as tx:
        current = await tx.notice(notice.serial)
        retry_at = engine.clock.now() + engine.policy.notices.retry_mail
        return await tx.save_notice(replace(current, retry_at=retry_at))


async def _hold(engine: Engine, notice: Notice, reason: str, detail: str) -> Notice:
    now = engine.clock.now()
    stated = f"{reason}: {detail}" if detail else reason
    async with engine.store.transaction() as tx:
        held = await tx.save_notice(
            move_notice(
                await tx.notice(notice.serial),
                NoticeState.HELD,
                hold=Hold(reason=stated[:300], owner=SYSTEM.name, since=now),
                approved_by=None,
                approved_at=None,
            )
        )
        await tx.audit(
            now, SYSTEM.name, "notice_held", notice.case_id, serial=notice.serial, reason=reason
        )
        await _ask(tx, await tx.case(notice.case_id), f"notice_held:{reason}")
    return held


async def _drop(engine: Engine, notice: Notice, reason: str) -> Notice:
    now = engine.clock.now()
    async with engine.store.transaction() as tx:
        await tx.audit(
            now, SYSTEM.name, "notice_dropped", notice.case_id, serial=notice.serial, reason=reason
        )
        return await tx.save_notice(
            move_notice(await tx.notice(notice.serial), NoticeState.WITHDRAWN, hold=None)
        )


async def send_one(engine: Engine, serial: str, turn: asyncio.Semaphore) -> None:
    """Send a notice if it may leave now. Raises `StoreProblem`, `UnknownRecord`."""
    async with engine.store.reading() as tx:
        notice = await tx.notice(serial)
        if await tx.setting("paused_sending") is not None:
            return
    if notice.state is not NoticeState.APPROVED or not _ready(notice, engine.clock.now()):
        return
    if (problem := await _send_one(engine, notice, turn)) is not None:
        raise problem


async def send_all_due(engine: Engine) -> int:
    """
    Send every notice that is due, a few at a time; return how many there were.

    Raises:
        StoreProblem: after all were tried; proving again at once would only ask the hosts again.
    """
    waiting = await due(engine)
    turn = asyncio.Semaphore(SENDING_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(_send_one(engine, notice, turn)) for notice in waiting]
    for problem in filter(None, (one.result() for one in sent)):
        raise problem
    return len(waiting)


async def _send_one(engine: Engine, notice: Notice, turn: asyncio.Semaphore) -> StoreProblem | None:
    async with turn:
        try:
            await send(engine, notice)
        except StoreProblem as problem:
            return problem
        except (StaleWrite, TemporaryFailure) as problem:
            log.warning("notice_postponed", serial=notice.serial, error=type(problem).__name__)
        except Exception as problem:  # noqa: BLE001 - one poisoned notice must not stop the others
            log.error("notice_failed", serial=notice.serial, **told(problem))  # noqa: TRY400 - a traceback could quote it
            engine.counters.add("notice_faults")
            await _set_aside(engine, notice.serial)
    return None


async def _set_aside(engine: Engine, serial: str) -> None:
    """Hold a notice that cannot be sent by a fault of ours, so that a person looks at it."""
    try:
        async with engine.store.reading() as tx:
            current = await tx.notice(serial)
        if current.state is NoticeState.APPROVED:
            await _hold(engine, current, "internal_error", "")
    except HostwatchError as problem:
        log.warning("notice_postponed", serial=serial, error=type(problem).__name__)
