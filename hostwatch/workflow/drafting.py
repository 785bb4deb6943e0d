"""Traced -> notified: plan the recipients and write the drafts that a person approves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cases.lifecycle import move
from cases.model import (
    Case,
    CloseReason,
    HostingSnapshot,
    Notice,
    NoticeKind,
    NoticeState,
    Stage,
)
from cases.ports import NoticeFilter, Transaction
from cases.schedule import next_recheck
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM
from hostwatch.workflow.judging import Basis, basis
from hostwatch.workflow.mail_routes import dead_mailboxes, without_dead
from hostwatch.workflow.tracing import trace_assets, with_hosting
from notices.drafting import draft as notice_draft
from notices.drafting import serial_for
from notices.follow_up import FollowUp, Said, follow_up
from notices.policy import told_lately
from notices.recipients import Facts, Plan, Planned, plan
from notices.replies.answers import new_code

_LEFT = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED, NoticeState.UNKNOWN)


async def trace_and_draft(engine: Engine, case: Case) -> Case:
    """Trace every listed asset, then draft its notices; one atomic step for what was found."""
    async with engine.store.reading() as tx:
        ground = await basis_of(engine, tx, case)
        before = await tx.observations(case.id)
    if not ground.assets:
        return await _not_illegal(engine, case)
    snapshots = await trace_assets(engine, case, ground.told, before=before)
    async with engine.store.transaction() as tx:
        case = await tx.case(case.id)
        for snapshot in snapshots.values():
            await tx.add_snapshot(snapshot)
        again = case.stage is Stage.TRACED
        traced = move(with_hosting(case, snapshots), Stage.TRACED)
        return await draft(engine, tx, traced, ground, snapshots, NoticeKind.FIRST, again=again)


async def basis_of(engine: Engine, tx: Transaction, case: Case) -> Basis:
    """Read what the hotline acts on in this case."""
    assets = await tx.assets(case.id)
    assessments = await tx.assessments(case.id)
    return basis(assets, assessments, engine.settings.hotline.statute)


async def _not_illegal(engine: Engine, case: Case) -> Case:
    now = engine.clock.now()
    async with engine.store.transaction() as tx:
        return await tx.save_case(
            move(
                await tx.case(case.id),
                Stage.CLOSED,
                close_reason=CloseReason.NO_MATCH_RETURNED,
                closed_at=now,
                needs=None,
                next_action_at=None,
                reason="assessed_not_illegal",
            )
        )


async def draft(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
    kind: NoticeKind,
    *,
    again: bool = False,
) -> Case:
    """
    Write the drafts of a plan and set the case's next re-check.

    `again`: the case was noticed at this host before; each recipient is told what is new to it.
    """
    now = engine.clock.now()
    usable = without_dead(snapshots, await dead_mailboxes(tx, now))
    planned = _plan(engine, case, ground, usable, kind)
    existing = await tx.notices(NoticeFilter(case_id=case.id))
    wanted = _wanted(engine, case, ground, usable, planned, existing, again=again)
    written = await _write(engine, tx, case, ground, wanted, number=len(existing) + 1)
    await tx.audit(
        now,
        SYSTEM.name,
        "notices_drafted",
        case.id,
        drafted=len(wanted.new),
        waiting=list(planned.waiting),
        policy=engine.policy.version,
    )
    after = _after(case, existing, again=again)
    return await tx.save_case(
        replace(
            after,
            attempts=0,
            needs=_question(planned, written) or after.needs,
            next_action_at=_next(engine, after, now),
        )
    )


def said_of(case: Case, ground: Basis, notices: Sequence[Notice]) -> Said:
    """Return what was told of a case at its present host."""
    since = case.legs[-1].started if case.legs else None
    return Said(notices=tuple(notices), since=since, assessed=ground.assessed)


def _wanted(
    engine: Engine,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
    planned: Plan,
    existing: Sequence[Notice],
    *,
    again: bool,
) -> FollowUp:
    """Leave out of a plan what its recipients know."""
    wanted = FollowUp(new=planned.planned, extended=())
    if again:
        traces = {asset_id: snapshot.id for asset_id, snapshot in snapshots.items()}
        said = said_of(case, ground, existing)
        wanted = follow_up(planned.planned, said, snapshot_ids=traces)
    now = engine.clock.now()
    new = tuple(one for one in wanted.new if not _told(engine, one, existing, now))
    return replace(wanted, new=new)


async def _write(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    wanted: FollowUp,
    *,
    number: int,
) -> list[Notice]:
    """Write new drafts, counted from `number`, and what older ones name as well."""
    made = [
        _notice(engine, serial_for(case.id, at), case, ground, one)
        for at, one in enumerate(wanted.new, start=number)
    ]
    for one in made:
        await tx.add_notice(one)
    for one in wanted.extended:
        await tx.save_notice(replace(one, classification=ground.classification, law=ground.law))
        await tx.audit(
            engine.clock.now(),
            SYSTEM.name,
            "notice_extended",
            case.id,
            serial=one.serial,
            assets=len(one.asset_ids),
        )
    return [*made, *wanted.extended]


def _after(case: Case, existing: Sequence[Notice], *, again: bool) -> Case:
    """Return the case as noticed; one of which a notice has left stays monitored."""
    if case.stage is not Stage.TRACED:
        return case
    monitored = again and any(one.state in _LEFT for one in existing)
    return move(case, Stage.MONITORING if monitored else Stage.NOTIFIED)


def _question(planned: Plan, written: Sequence[Notice]) -> str | None:
    """Say why a person must look at the drafts, if one must."""
    held = [one.hold for one in written if one.hold is not None and one.hold.until is None]
    if held:
        return f"notice_held:{held[0].reason}"
    return planned.waiting[0] if planned.waiting and not written else None


def _plan(
    engine: Engine,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
    kind: NoticeKind,
) -> Plan:
    facts = Facts(
        case=case,
        listed=ground.told,
        snapshots=snapshots,
        classification=ground.classification,
        law=ground.law,
        now=engine.clock.now(),
    )
    return plan(
        facts,
        policy=engine.policy,
        hotline=engine.settings.hotline,
        police=engine.settings.police,
        partners=engine.partners,
        kind=kind,
    )


def _told(engine: Engine, one: Planned, existing: Sequence[Notice], now: datetime) -> bool:
    """Whether this recipient was told the same within the policy's pause."""
    earlier = told_lately(
        existing,
        kind=one.kind,
        address=one.recipient.address,
        asset_ids=one.asset_ids,
        rules=engine.policy.notices,
        now=now,
    )
    return earlier is not None


def _notice(engine: Engine, serial: str, case: Case, ground: Basis, one: Planned) -> Notice:
    return notice_draft(
        one,
        serial=serial,
        case_id=case.id,
        answer_code=new_code(),
        classification=ground.classification,
        law=ground.law,
        policy_version=engine.policy.version,
        now=engine.clock.now(),
    )


def _next(engine: Engine, case: Case, now: datetime) -> datetime:
    return next_recheck(
        case,
        opened=case.legs[-1].started if case.legs else case.created_at,
        confirming=False,
        cadence=engine.cadence,
        now=now,
    )
