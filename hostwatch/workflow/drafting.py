"""Traced -> notified: plan the recipients and write the drafts that a person approves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cases.lifecycle import move
from cases.model import (
    Case,
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
from hostwatch.workflow.tracing import came
from notices.drafting import draft as notice_draft
from notices.drafting import serial_for
from notices.follow_up import (
    CONTENT,
    FollowUp,
    Said,
    follow_up,
    held_on,
    is_persons,
    told_there,
)
from notices.policy import told_lately
from notices.recipients import Facts, Plan, Planned, plan
from notices.replies.answers import new_code

_LEFT = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED, NoticeState.UNKNOWN)


async def basis_of(engine: Engine, tx: Transaction, case: Case) -> Basis:
    """Read what the hotline acts on in this case."""
    assets = await tx.assets(case.id)
    assessments = await tx.assessments(case.id)
    return basis(assets, assessments, engine.settings.hotline.statute)


async def draft(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
    kind: NoticeKind,
    *,
    again: bool = False,
    left: Sequence[Notice] = (),
) -> Case:
    """
    Write the drafts of a plan and set the case's next re-check.

    `again`: the case was noticed before; each recipient is told what is new to it where it lies.
    `left`: notices that persons held back and whose place these drafts take.
    """
    now = engine.clock.now()
    usable = without_dead(snapshots, await dead_mailboxes(tx, now))
    planned = _plan(engine, case, ground, usable, kind)
    planned = replace(planned, planned=tuple(held_on(one, left) for one in planned.planned))
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
            needs=_question(planned, written) or _still_asked(after, existing),
            next_action_at=_next(engine, after, now),
        )
    )


def said_of(case: Case, ground: Basis, notices: Sequence[Notice]) -> Said:
    """Return what was told of a case, and since when each asset lies at its present host."""
    since = {one.id: at for one in ground.told if (at := came(case, one.id)) is not None}
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
    said = said_of(case, ground, existing)
    if again:
        traces = {asset_id: snapshot.id for asset_id, snapshot in snapshots.items()}
        wanted = follow_up(planned.planned, said, snapshot_ids=traces)
    new = tuple(one for one in wanted.new if not _told(engine, one, said))
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
    held = [hold for hold in held if not is_persons(hold)]
    if held:
        return f"notice_held:{held[0].reason}"
    return planned.waiting[0] if planned.waiting and not written else None


def _still_asked(case: Case, notices: Sequence[Notice]) -> str | None:
    """Return what the case asks already; of a held notice only while one is."""
    if not (case.needs or "").startswith("notice_held:"):
        return case.needs
    held = (one.hold for one in notices if one.state is NoticeState.HELD)
    return case.needs if any(one is None or one.until is None for one in held) else None


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


def _told(engine: Engine, one: Planned, said: Said) -> bool:
    """
    Whether this recipient was told the same within the policy's pause.

    A provider's own place is in its notices; to all others another place is something else.
    """
    here = one.kind in CONTENT
    earlier = told_lately(
        said.notices if here else told_there(said, one.asset_ids),
        kind=one.kind,
        address=one.recipient.address,
        asset_ids=one.asset_ids,
        rules=engine.policy.notices,
        now=engine.clock.now(),
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
