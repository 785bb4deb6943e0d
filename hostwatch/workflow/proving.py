"""Fresh proof: what is known about a notice's assets at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.model import (
    SHOWING,
    Asset,
    Case,
    HostingSnapshot,
    Match,
    NotChecked,
    Notice,
    NoticeKind,
    Observation,
    Presence,
)
from crawler.hosting.diff import difference
from crawler.visit import recheck
from hostwatch.engine import Engine
from hostwatch.workflow.access import options_for
from hostwatch.workflow.judging import basis
from hostwatch.workflow.tracing import trace_assets
from hostwatch.workflow.ways_out import usual_egress

NOT_LISTED = "not_listed"
"""Why a notice waits: its entry was taken off the list after it was drafted."""
_NEEDS_NO_PROOF = (NoticeKind.WITHDRAWAL,)
_TRACE_IS_ENOUGH = (NoticeKind.FRONT_REVEAL, NoticeKind.POLICE, NoticeKind.PARTNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known about a notice's assets at the moment of sending."""

    case: Case
    assets: tuple[Asset, ...]
    approved: Mapping[str, HostingSnapshot]
    fresh: Mapping[str, HostingSnapshot]
    presences: Mapping[str, tuple[Presence, datetime]]


async def ground_of(engine: Engine, notice: Notice) -> Ground:
    """Read what is known, and look and trace anew where that is not fresh enough."""
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
        egress = usual_egress(engine, case, observations)
        fresh, presences = await _prove(engine, case, assets, presences, egress)
    return Ground(
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
    return seen is not None and seen[1] >= oldest and seen[0] in SHOWING


async def _prove(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    before: Mapping[str, tuple[Presence, datetime]],
    egress: str,
) -> tuple[dict[str, HostingSnapshot], dict[str, tuple[Presence, datetime]]]:
    options = await options_for(engine, case, egress)
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
    snapshots = await trace_assets(engine, case, assets, seen.results, egress=egress)
    async with engine.store.transaction() as tx:
        for asset in seen.assets:
            await tx.save_asset(asset)
        for observation in seen.observations:
            await tx.add_observation(observation)
        for snapshot in snapshots.values():
            await tx.add_snapshot(snapshot)
    engine.counters.add("media_bytes", seen.media_bytes)
    return snapshots, dict(before) | _presences(seen.observations, assets)


async def without_ground(
    engine: Engine, notice: Notice, ground: Ground
) -> tuple[str, tuple[str, ...]] | None:
    """
    Say why a notice rests on a list no more, and for which of its assets; none when it does.

    A list that could not be asked, or an entry in quarantine, is told as such: not as taken off.

    An assessment is a ground of its own. What agreed was a part of, as of an archive, is not known
    by digest here, so it stands as it was compared.
    """
    if notice.kind in _NEEDS_NO_PROOF:
        return None
    async with engine.store.reading() as tx:
        assessments = await tx.assessments(notice.case_id)
    assessed = basis(ground.assets, assessments, notice.law).assessed
    said = {
        asset.id: engine.matcher.exact(asset.digests)
        for asset in ground.assets
        if asset.id not in assessed
        and isinstance(asset.comparison, Match)
        and asset.comparison.part is None
        and asset.digests is not None
    }
    for asset_id, found in said.items():
        if isinstance(found, NotChecked):
            return found.reason, (asset_id,)
    gone = tuple(asset_id for asset_id, found in said.items() if not isinstance(found, Match))
    return (NOT_LISTED, gone) if gone else None


def differences(ground: Ground) -> dict[str, tuple[str, ...]]:
    """Say per asset what changed since the trace that the approver saw."""
    return {
        asset_id: difference(ground.approved[asset_id], ground.fresh[asset_id])
        for asset_id in ground.fresh
        if asset_id in ground.approved
    }
