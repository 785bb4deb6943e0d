"""Assessed -> traced, and from one host to the next: each time at a host is a leg of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases.lifecycle import move
from cases.model import Case, CloseReason, HostingSnapshot, NoticeKind, Stage
from cases.ports import Transaction
from crawler.hosting.diff import origin_told
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM
from hostwatch.workflow.drafting import basis_of, draft
from hostwatch.workflow.judging import Basis
from hostwatch.workflow.listed_later import LISTED_LATER
from hostwatch.workflow.outdated import withdraw_left, withdraw_masked
from hostwatch.workflow.tracing import moves, new_leg, trace_assets, traces_of_leg, with_hosting

_FURTHER = frozenset({"assessed", LISTED_LATER})
"""Why a case is traced again though nobody said that anything changed there."""


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
        known = await traces_of_leg(tx, case, ground.told)
        for snapshot in snapshots.values():
            await tx.add_snapshot(snapshot)
        again = case.stage is Stage.TRACED or case.reason in _FURTHER
        case = move(case, Stage.TRACED)
        if again and any(origin_told(known.get(one), found) for one, found in snapshots.items()):
            return await origin_known(engine, tx, case, ground, snapshots)
        if again and (moved := moves(known, snapshots)):
            return await move_on(engine, tx, case, ground, snapshots, moved)
        traced = with_hosting(case, snapshots)
        return await draft(engine, tx, traced, ground, snapshots, NoticeKind.FIRST, again=again)


async def move_on(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
    moved: Mapping[str, Sequence[str]],
) -> Case:
    """
    Open a leg for what lies elsewhere now, and draft for its new hosts.

    Args:
        engine: the rooms.
        tx: the step that it is part of.
        case: with its legs so far.
        ground: what the chain acts on.
        snapshots: asset id -> its newest trace, for all that notices speak of.
        moved: asset id -> the words that say how it moved.
    """
    now = engine.clock.now()
    partly = () if moved.keys() >= snapshots.keys() else tuple(sorted(moved))
    opened = with_hosting(new_leg(case, now, partly), snapshots)
    left = await withdraw_left(tx, case.id, moved, reason="moved", now=now)
    words = sorted({word for found in moved.values() for word in found})
    await tx.audit(now, SYSTEM.name, "case_moved", case.id, what=words)
    kind = NoticeKind.MOVED
    return await draft(engine, tx, opened, ground, snapshots, kind, again=True, left=left)


async def origin_known(
    engine: Engine,
    tx: Transaction,
    case: Case,
    ground: Basis,
    snapshots: Mapping[str, HostingSnapshot],
) -> Case:
    """Go on at the host behind the front: a new leg with its own clock and its own notices."""
    now = engine.clock.now()
    opened = with_hosting(new_leg(case, now), snapshots)
    await tx.audit(now, SYSTEM.name, "origin_traced", case.id, leg=opened.legs[-1].ordinal)
    await withdraw_masked(tx, case.id, snapshots, now=now)
    return await draft(engine, tx, opened, ground, snapshots, NoticeKind.FIRST)


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
