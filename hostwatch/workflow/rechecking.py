"""Notified, monitoring and watched cases: look again, prove, act on what was proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cases.lifecycle import move, move_notice
from cases.model import (
    GONE,
    SHOWING,
    Asset,
    Case,
    CloseReason,
    Hold,
    NoticeKind,
    NoticeState,
    Observation,
    Stage,
    TakedownVerdict,
)
from cases.ports import NoticeFilter, Transaction
from cases.questions import WORDS, question
from cases.schedule import next_recheck, next_watch, still_confirming
from cases.takedown import Proof, prove, prove_case
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM
from hostwatch.workflow.comparing_known import is_first_sight, take_up
from hostwatch.workflow.drafting import basis_of, draft
from hostwatch.workflow.judging import Basis
from hostwatch.workflow.legs import move_on, origin_known
from hostwatch.workflow.looking import Look, write_look
from hostwatch.workflow.looking import look as look_at
from hostwatch.workflow.outdated import withdraw_left
from hostwatch.workflow.reminding import remind
from hostwatch.workflow.tracing import new_leg, traces_of_leg, with_hosting

_CLOSES: dict[TakedownVerdict, CloseReason] = {
    TakedownVerdict.REMOVED: CloseReason.REMOVED,
    TakedownVerdict.EXPIRED: CloseReason.EXPIRED,
    TakedownVerdict.SITE_DOWN: CloseReason.SITE_DOWN,
}
_ANSWERED_BY_SIGHT = WORDS
"""Questions to a person that are moot once the content was seen again."""
_OF_THE_REST = frozenset({"possible_beside", "partly_compared"})
"""Questions of other media than the case acts on; when these are gone they stay open."""
_OPEN_NOTICES = (NoticeState.DRAFTED, NoticeState.APPROVED)


async def recheck(engine: Engine, case: Case) -> Case:
    """Look at every listed asset again and act on the proof."""
    async with engine.store.reading() as tx:
        ground = await basis_of(engine, tx, case)
        assets = await tx.assets(case.id)
        before = await tx.observations(case.id)
        traced = await traces_of_leg(tx, case, ground.told)
    if not ground.assets:
        async with engine.store.transaction() as tx:
            return await tx.save_case(replace(await tx.case(case.id), next_action_at=None))
    look = await look_at(engine, case, assets, ground, before, traced)
    async with engine.store.transaction() as tx:
        await write_look(tx, look)
        current = await tx.case(case.id)
        seen = [*before, *look.observations]
        proofs = _proofs(engine, ground, seen)
        asked = _asked(engine, seen, proofs)
        return await _act(
            engine, tx, current, ground, look, prove_case(proofs), proofs, asked=asked
        )


def _proofs(engine: Engine, ground: Basis, observations: Sequence[Observation]) -> dict[str, Proof]:
    return {
        asset.id: prove(
            [one for one in observations if one.asset_id == asset.id],
            egresses=engine.egresses,
            rule=engine.takedown,
            now=engine.clock.now(),
        )
        for asset in ground.assets
    }


def _asked(
    engine: Engine, observations: Sequence[Observation], proofs: Mapping[str, Proof]
) -> str | None:
    """Return what a person must be asked about one of the assets, if anything."""
    asked = (
        question(
            proof,
            [one for one in observations if one.asset_id == asset_id],
            rule=engine.takedown,
            now=engine.clock.now(),
        )
        for asset_id, proof in proofs.items()
    )
    return next((word for word in asked if word is not None), None)


async def _act(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    look: Look,
    proof: Proof,
    proofs: Mapping[str, Proof],
    *,
    asked: str | None,
) -> Case:
    now = engine.clock.now()
    await _write_verdicts(tx, look.assets, proofs)
    present = not look.presences().isdisjoint(SHOWING)
    proven = replace(
        case,
        verdict=proof.verdict,
        verdict_rule=proof.rule,
        last_seen=now if present else case.last_seen,
        attempts=0,
        needs=None if present and case.needs in _ANSWERED_BY_SIGHT else case.needs,
    )
    if proof.verdict is not case.verdict:
        await tx.audit(
            now,
            SYSTEM.name,
            "verdict_changed",
            case.id,
            verdict=proof.verdict.value,
            rule=proof.rule,
            policy=engine.policy.version,
        )
    if look.told and proven.closed_at is None and proof.verdict not in _CLOSES:
        return await origin_known(engine, tx, proven, ground, look.snapshots)
    if present:
        return await _still_there(engine, tx, proven, ground, look)
    if proof.verdict in _CLOSES:
        return await _gone(engine, tx, proven)
    return await _wait(engine, tx, proven, look, since=proof.since, asked=asked)


async def _write_verdicts(
    tx: Transaction, assets: Sequence[Asset], proofs: Mapping[str, Proof]
) -> None:
    for asset in assets:
        proof = proofs.get(asset.id)
        if proof is not None:
            await tx.save_asset(replace(asset, verdict=proof.verdict, verdict_rule=proof.rule))


async def _still_there(
    engine: Engine, tx: Transaction, case: Case, ground: Basis, look: Look
) -> Case:
    if case.closed_at is not None:
        if await is_first_sight(tx, case, look.present()):
            return await take_up(engine, tx, case)
        return await _reappeared(engine, tx, case, ground, look)
    if look.moved:
        return await move_on(engine, tx, case, ground, look.snapshots, look.moved)
    await remind(engine, tx, case, ground)
    return await tx.save_case(replace(case, next_action_at=_next(engine, case, confirming=False)))


async def _reappeared(
    engine: Engine, tx: Transaction, case: Case, ground: Basis, look: Look
) -> Case:
    now = engine.clock.now()
    opened = replace(
        new_leg(case, now),
        closed_at=None,
        close_reason=None,
        reappearances=case.reappearances + 1,
        reason="reappeared",
    )
    if opened.stage is Stage.CLOSED:
        opened = move(opened, Stage.MONITORING)
    await tx.audit(now, SYSTEM.name, "case_reappeared", case.id, times=opened.reappearances)
    traced = with_hosting(opened, look.snapshots)
    left = await withdraw_left(tx, case.id, look.snapshots, reason="reappeared", now=now)
    kind = NoticeKind.REAPPEARANCE
    return await draft(engine, tx, traced, ground, look.snapshots, kind, left=left)


async def _gone(engine: Engine, tx: Transaction, case: Case) -> Case:
    now = engine.clock.now()
    reason = _CLOSES[case.verdict]
    closed_at = case.closed_at or now
    if case.stage is not Stage.CLOSED:
        await tx.audit(
            now, SYSTEM.name, "case_closed", case.id, reason=reason.value, rule=case.verdict_rule
        )
        await _hold_drafts(tx, case.id, now)
        asked = case.needs if case.needs in _OF_THE_REST else None
        case = move(case, Stage.CLOSED, close_reason=reason, closed_at=closed_at, needs=asked)
    due = next_watch(case, closed_at=closed_at, cadence=engine.cadence, now=now)
    return await tx.save_case(replace(case, next_action_at=due))


async def _hold_drafts(tx: Transaction, case_id: str, now: datetime) -> None:
    """What was proven gone is not noticed any more; the drafts wait for a person."""
    for notice in await tx.notices(NoticeFilter(case_id=case_id, states=_OPEN_NOTICES)):
        await tx.save_notice(
            move_notice(
                notice,
                NoticeState.HELD,
                hold=Hold(reason="gone_before_notice", owner=SYSTEM.name, since=now),
                approved_by=None,
                approved_at=None,
            )
        )


async def _wait(
    engine: Engine,
    tx: Transaction,
    case: Case,
    look: Look,
    *,
    since: datetime | None,
    asked: str | None,
) -> Case:
    """Nothing is proven: look again soon if it seems gone, and ask a person where one is needed."""
    now = engine.clock.now()
    if case.stage is Stage.CLOSED:
        due = next_watch(case, closed_at=case.closed_at or now, cadence=engine.cadence, now=now)
        return await tx.save_case(replace(case, next_action_at=due))
    gone = not look.presences().isdisjoint(GONE)
    confirming = gone and still_confirming(since, engine.cadence, now)
    return await tx.save_case(
        replace(
            case,
            needs=asked or case.needs,
            next_action_at=_next(engine, case, confirming=confirming),
        )
    )


def _next(engine: Engine, case: Case, *, confirming: bool) -> datetime:
    return next_recheck(
        case,
        opened=case.legs[-1].started if case.legs else case.created_at,
        confirming=confirming,
        cadence=engine.cadence,
        now=engine.clock.now(),
    )
