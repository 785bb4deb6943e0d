"""Approved -> sent: fresh proof, compose, claim, send, settle. Nothing leaves twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from cases.errors import StaleWrite, TemporaryFailure
from cases.lifecycle import move, move_notice
from cases.model import (
    Asset,
    Case,
    Hold,
    HostingSnapshot,
    Notice,
    NoticeKind,
    NoticeState,
    Observation,
    Presence,
    Stage,
)
from cases.ports import NoticeFilter
from crawler.hosting.diff import difference
from crawler.visit import recheck
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM
from hostwatch.rules import answer_page
from hostwatch.workflow.rechecking import PRESENT
from hostwatch.workflow.tracing import trace_assets
from notices.compose import Material, compose
from notices.delivery import outbox
from notices.delivery.manual import manual_task, needs_person
from notices.drafting import with_deadline
from notices.proof import Drop, HoldIt, Send, gate

log = structlog.get_logger()

_MAY_PASS = frozenset(
    {"proof_missing", "proof_stale", "on_hold"}
    | {Presence.TEMPORARY.value, Presence.NO_VERDICT.value, Presence.INCOMPLETE.value}
)
"""Trouble that a later proof may settle without a person."""
_LEFT = (NoticeState.SENT, NoticeState.ANSWERED, NoticeState.UNKNOWN)
_AT_ONCE = 6
"""Notices proven and sent at the same time; a relay's ordinary limit for one client is ten."""
_NEEDS_NO_PROOF = (NoticeKind.WITHDRAWAL,)
_TRACE_IS_ENOUGH = (NoticeKind.FRONT_REVEAL, NoticeKind.POLICE, NoticeKind.PARTNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What is known about a notice's assets at the moment of sending."""

    case: Case
    assets: tuple[Asset, ...]
    approved: Mapping[str, HostingSnapshot]
    fresh: Mapping[str, HostingSnapshot]
    presences: Mapping[str, tuple[Presence, datetime]]


async def due(engine: Engine) -> list[Notice]:
    """List approved notices whose hold and retry time have passed."""
    now = engine.clock.now()
    async with engine.store.reading() as tx:
        approved = await tx.notices(NoticeFilter(states=(NoticeState.APPROVED,), limit=200))
    return [notice for notice in approved if _ready(notice, now)]


def _ready(notice: Notice, now: datetime) -> bool:
    held = notice.hold is not None and (notice.hold.until is None or notice.hold.until > now)
    waiting = notice.retry_at is not None and notice.retry_at > now
    return not held and not waiting


async def send(engine: Engine, notice: Notice) -> Notice:
    """Prove, claim and send one notice; return it as it stands afterwards."""
    if needs_person(notice):
        return await _by_hand(engine, notice)
    ground = await _ground(engine, notice)
    decision = gate(
        notice,
        approved=ground.approved,
        fresh=ground.fresh,
        presences=ground.presences,
        rules=engine.policy.notices,
        differences=_differences(ground),
        now=engine.clock.now(),
        accepted=notice.accepted,
    )
    match decision:
        case Send():
            return await _transmit(engine, notice, ground, decision)
        case HoldIt(reason=reason) if reason in _MAY_PASS and not _tired(engine, notice):
            return await _postpone(engine, notice)
        case HoldIt(reason=reason, detail=detail):
            return await _hold(engine, notice, reason, detail)
        case Drop(reason=reason):
            return await _drop(engine, notice, reason)


async def _by_hand(engine: Engine, notice: Notice) -> Notice:
    now = engine.clock.now()
    async with engine.store.transaction() as tx:
        await tx.audit(now, SYSTEM.name, "manual_task", notice.case_id, serial=notice.serial)
        return await tx.save_notice(manual_task(await tx.notice(notice.serial), now))


async def _ground(engine: Engine, notice: Notice) -> _Ground:
    async with engine.store.reading() as tx:
        case = await tx.case(notice.case_id)
        assets = [one for one in await tx.assets(case.id) if one.id in notice.asset_ids]
        approved = {
            snapshot.asset_id: snapshot
            for snapshot in [await tx.snapshot(one) for one in notice.snapshot_ids]
        }
        latest = [await tx.latest_snapshot(case.id, asset.id) for asset in assets]
        observations = await tx.observations(case.id)
    fresh = {snapshot.asset_id: snapshot for snapshot in latest if snapshot is not None}
    presences = _presences(observations, assets)
    if notice.kind not in _NEEDS_NO_PROOF and _stale(engine, notice, fresh, presences):
        fresh, presences = await _prove(engine, case, assets, presences)
    return _Ground(
        case=case, assets=tuple(assets), approved=approved, fresh=fresh, presences=presences
    )


def _presences(
    observations: Sequence[Observation], assets: Sequence[Asset]
) -> dict[str, tuple[Presence, datetime]]:
    wanted = {asset.id for asset in assets}
    return {one.asset_id: (one.presence, one.at) for one in observations if one.asset_id in wanted}


def _stale(
    engine: Engine,
    notice: Notice,
    fresh: Mapping[str, HostingSnapshot],
    presences: Mapping[str, tuple[Presence, datetime]],
) -> bool:
    oldest = engine.clock.now() - engine.policy.notices.fresh_proof
    traced = all(
        asset_id in fresh and fresh[asset_id].taken_at >= oldest for asset_id in notice.asset_ids
    )
    seen = all(_seen_lately(presences.get(asset_id), oldest) for asset_id in notice.asset_ids)
    return not (traced and (seen or notice.kind in _TRACE_IS_ENOUGH))


def _seen_lately(seen: tuple[Presence, datetime] | None, oldest: datetime) -> bool:
    """Whether the newest look is fresh and showed the content; anything else is looked at anew."""
    return seen is not None and seen[1] >= oldest and seen[0] in PRESENT


def _tired(engine: Engine, notice: Notice) -> bool:
    """Whether an approved notice has waited for its proof so long that a person should know."""
    since = notice.approved_at or notice.drafted_at
    return engine.clock.now() - since > engine.policy.notices.repeat_after


async def _prove(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    before: Mapping[str, tuple[Presence, datetime]],
) -> tuple[dict[str, HostingSnapshot], dict[str, tuple[Presence, datetime]]]:
    options = engine.options(engine.egresses[0].name)
    async with engine.store.reading() as tx:
        around = await tx.assets(case.id)
    seen = await recheck(
        engine.fetcher,
        case,
        around,
        engine.matcher,
        options,
        siblings=engine.siblings,
        prove=True,
        assessed=[asset.id for asset in assets],
    )
    snapshots = await trace_assets(engine, case, assets, seen.results)
    async with engine.store.transaction() as tx:
        for asset in seen.assets:
            await tx.save_asset(asset)
        for observation in seen.observations:
            await tx.add_observation(observation)
        for snapshot in snapshots.values():
            await tx.add_snapshot(snapshot)
    engine.counters.add("media_bytes", seen.media_bytes)
    return snapshots, dict(before) | _presences(seen.observations, assets)


def _differences(ground: _Ground) -> dict[str, tuple[str, ...]]:
    return {
        asset_id: difference(ground.approved[asset_id], ground.fresh[asset_id])
        for asset_id in ground.fresh
        if asset_id in ground.approved
    }


async def _transmit(engine: Engine, notice: Notice, ground: _Ground, passed: Send) -> Notice:
    now = engine.clock.now()
    async with engine.store.reading() as tx:
        assessments = await tx.assessments(notice.case_id)
        earlier = await tx.notice(notice.replaces) if notice.replaces else None
    leaving = _leaving(notice, now)
    composed = compose(
        Material(
            notice=leaving,
            case=ground.case,
            assets=tuple(one for one in ground.assets if one.id in passed.asset_ids),
            snapshots=ground.fresh,
            hotline=engine.settings.hotline,
            sender=engine.settings.mail.sender,
            assessment=assessments[-1] if assessments else None,
            answers_url=answer_page(engine.settings, notice),
            proof_at=_proof_at(ground, now),
            now=now,
            defang=engine.policy.notices.defang,
            gated_note=passed.note,
            earlier=earlier,
            practice=engine.policy.practice,
        ),
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
    )
    await _monitor(engine, settled)
    return settled


def _leaving(notice: Notice, now: datetime) -> Notice:
    """Count the recipient's time from now: a hold must not eat it."""
    if notice.deadline is None:
        return notice
    return with_deadline(notice, now=now, allowed=notice.deadline - notice.drafted_at)


def _proof_at(ground: _Ground, now: datetime) -> datetime:
    """Return the oldest of the newest observations, which is what the notice may state."""
    return min((at for _, at in ground.presences.values()), default=now)


async def _monitor(engine: Engine, settled: Notice) -> None:
    if settled.state not in _LEFT:
        return
    async with engine.store.transaction() as tx:
        case = await tx.case(settled.case_id)
        if case.stage is Stage.NOTIFIED:
            await tx.save_case(move(case, Stage.MONITORING))


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
        case = await tx.case(notice.case_id)
        if case.stage is not Stage.CLOSED and case.needs is None:
            await tx.save_case(replace(case, needs=f"notice_held:{reason}"))
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


async def send_all_due(engine: Engine) -> int:
    """Send every notice that is due, a few at a time; return how many there were."""
    waiting = await due(engine)
    turn = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for notice in waiting:
            group.create_task(_send_one(engine, notice, turn))
    return len(waiting)


async def _send_one(engine: Engine, notice: Notice, turn: asyncio.Semaphore) -> None:
    async with turn:
        try:
            await send(engine, notice)
        except (StaleWrite, TemporaryFailure) as problem:
            log.warning("notice_postponed", serial=notice.serial, error=type(problem).__name__)
