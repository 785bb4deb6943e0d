"""Look at a case's assets again, through every egress that is needed, and trace their hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cases.model import (
    SHOWING,
    Asset,
    Case,
    HostingSnapshot,
    Observation,
    Presence,
)
from cases.ports import Transaction
from crawler.fetch.contract import Derivation, FetchResult, Permit, ResolveRequest
from crawler.hosting.diff import origin_told
from crawler.outcome import SECOND_LOOK
from crawler.visit import recheck as look_again
from hostwatch.engine import Engine
from hostwatch.workflow.access import options_for
from hostwatch.workflow.judging import Basis
from hostwatch.workflow.tracing import moves, trace_assets
from hostwatch.workflow.ways_out import usual_egress


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one re-check saw, through every egress it needed."""

    observations: tuple[Observation, ...]
    assets: tuple[Asset, ...]
    wanted: frozenset[str]
    """Ids of the assets that the case acts on; the others are their surroundings."""
    snapshots: Mapping[str, HostingSnapshot]
    moved: Mapping[str, tuple[str, ...]]
    """Ids of assets that are there and lie elsewhere now -> the words that say so."""
    told: bool = False
    """Whether a trace follows an origin behind a front that none before it knew."""

    def present(self) -> frozenset[str]:
        """Return the ids of the assets that the case acts on and that were there."""
        seen = (one for one in self.observations if one.presence in SHOWING)
        return frozenset(one.asset_id for one in seen) & self.wanted

    def presences(self) -> frozenset[Presence]:
        """Return what was seen of the assets that the case acts on."""
        return frozenset(one.presence for one in self.observations if one.asset_id in self.wanted)


async def look(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    ground: Basis,
    before: Sequence[Observation],
    traced: Mapping[str, HostingSnapshot | None],
) -> Look:
    """Look through the usual egress, and through the others at what it did not show."""
    first = usual_egress(engine, case, before)
    wanted = frozenset(asset.id for asset in ground.assets)
    seen, looked, results = await _through(engine, case, assets, wanted, first)
    if any(one.presence in SECOND_LOOK for one in seen if one.asset_id in wanted):
        for profile in engine.egresses:
            if profile.name != first:
                more, looked, _ = await _through(engine, case, looked, wanted, profile.name)
                seen += more
    told = {asset.id for asset in ground.told}
    acted_on = [asset for asset in looked if asset.id in told]
    snapshots = await trace_assets(engine, case, acted_on, results, egress=first, lately=True)
    seen = await _with_vanishing(engine, case, seen)
    return Look(
        observations=_with_network(seen, snapshots),
        assets=looked,
        wanted=wanted,
        snapshots=snapshots,
        moved=_moved(seen, moves(traced, snapshots)),
        told=any(origin_told(traced.get(one), found) for one, found in snapshots.items()),
    )


async def _through(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    wanted: frozenset[str],
    egress: str,
) -> tuple[tuple[Observation, ...], tuple[Asset, ...], Mapping[str, FetchResult]]:
    found = await look_again(
        engine.fetcher,
        case,
        assets,
        engine.matcher,
        await options_for(engine, case, egress),
        siblings=engine.siblings,
        assessed=wanted,
    )
    engine.counters.add("media_bytes", found.media_bytes)
    engine.counters.add("requests_refused", found.requests_refused)
    return found.observations, found.assets, found.results


async def _with_vanishing(
    engine: Engine, case: Case, seen: tuple[Observation, ...]
) -> tuple[Observation, ...]:
    """Back a vanished host by a control outside it and by what its registry says."""
    if not any(one.presence is Presence.HOST_GONE for one in seen):
        return seen
    tracer = engine.tracers[engine.egresses[0].name]
    status = await tracer.domain_status(case_id=case.id, host=case.host)
    outside = {
        name: await _reaches_outside(engine, case.id, name)
        for name in {one.egress for one in seen if one.presence is Presence.HOST_GONE}
    }
    return tuple(
        replace(one, evidence=(*one.evidence, *status, *outside[one.egress]))
        if one.presence is Presence.HOST_GONE
        else one
        for one in seen
    )


async def _reaches_outside(engine: Engine, case_id: str, egress: str) -> tuple[str, ...]:
    host = engine.settings.network.control_host
    permit = Permit(case_id=case_id, derivation=Derivation.DNS, url=host)
    found = await engine.fetcher.resolve(ResolveRequest(permit=permit, egress=egress))
    return ("control_outside_ok",) if found.outcome == "ok" else ()


def _with_network(
    seen: tuple[Observation, ...], snapshots: Mapping[str, HostingSnapshot]
) -> tuple[Observation, ...]:
    numbers = {
        asset_id: next((party.asn for party in snapshot.parties if party.asn), None)
        for asset_id, snapshot in snapshots.items()
    }
    return tuple(replace(one, asn=numbers.get(one.asset_id, one.asn)) for one in seen)


def _moved(
    seen: Sequence[Observation], moved: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    present = {one.asset_id for one in seen if one.presence in SHOWING}
    return {asset_id: words for asset_id, words in moved.items() if asset_id in present}


async def write_look(tx: Transaction, look: Look) -> None:
    """Write everything that a look saw."""
    for asset in look.assets:
        await tx.save_asset(asset)
    for observation in look.observations:
        await tx.add_observation(observation)
    for snapshot in look.snapshots.values():
        await tx.add_snapshot(snapshot)
