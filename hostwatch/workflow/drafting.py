"""Traced -> notified: plan the recipients and write the drafts that a person approves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cases.lifecycle import move
from cases.model import (
    Case,
    CloseReason,
    HostingSnapshot,
    Notice,
    NoticeKind,
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
from notices.policy import told_lately
from notices.recipients import Facts, Plan, Planned, plan
from notices.replies.answers import new_code


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
        traced = move(with_hosting(case, snapshots), Stage.TRACED)
        return await draft(engine, tx, traced, ground, snapshots, NoticeKind.FIRST)


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
) -> Case:
    """Write the drafts of a plan and set the case's next re-check."""
    now = engine.clock.now()
    usable = without_dead(snapshots, await dead_mailboxes(tx, now))
    planned = _plan(engine, case, ground, usable, kind)
    existing = await tx.notices(NoticeFilter(case_id=case.id))
    fresh = [one for one in planned.planned if not _told(engine, one, existing, now)]
    for number, one in enumerate(fresh, start=len(existing) + 1):
        await tx.add_notice(_notice(engine, serial_for(case.id, number), case, ground, one))
    await tx.audit(
        now,
        SYSTEM.name,
        "notices_drafted",
        case.id,
        drafted=len(fresh),
        waiting=list(planned.waiting),
        policy=engine.policy.version,
    )
    after = move(case, Stage.NOTIFIED) if case.stage is Stage.TRACED else case
    return await tx.save_case(
        replace(
            after,
            attempts=0,
            needs=_question(planned, fresh) or after.needs,
            next_action_at=_next(engine, after, now),
        )
    )


def _question(planned: Plan, fresh: list[Planned]) -> str | None:
    """Say why a person must look at the drafts, if one must."""
    held = [one.hold for one in fresh if one.hold is not None and one.hold.until is None]
    if held:
        return f"notice_held:{held[0].reason}"
    return planned.waiting[0] if planned.waiting and not fresh else None


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


def _told(engine: Engine, one: Planned, existing: list[Notice], now: datetime) -> bool:
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
