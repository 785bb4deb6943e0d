"""Assessed -> traced: who serves each asset, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from cases.model import Asset, Case, HostingSnapshot, Leg, PartyRole, RevealedOrigin
from crawler.fetch.contract import FetchResult
from hostwatch.engine import Engine


async def trace_assets(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    results: Mapping[str, FetchResult] | None = None,
    *,
    egress: str | None = None,
    lately: bool = False,
) -> dict[str, HostingSnapshot]:
    """
    Trace the host of each asset once and return a snapshot per asset id.

    `lately` lets what DNS answered for another case of this round do; never for proof.
    """
    by_host: dict[str, HostingSnapshot] = {}
    snapshots: dict[str, HostingSnapshot] = {}
    for asset in assets:
        known = by_host.get(asset.host)
        if known is None or not _holds(known, asset):
            result = (results or {}).get(asset.id)
            known = await _trace(engine, case, asset, result, egress, lately=lately)
            by_host[asset.host] = known
            snapshots[asset.id] = known
        else:
            snapshots[asset.id] = replace(
                known, id=f"{known.id}-{asset.id.rsplit('-', 1)[-1]}", asset_id=asset.id
            )
    return snapshots


async def _trace(
    engine: Engine,
    case: Case,
    asset: Asset,
    result: FetchResult | None,
    egress: str | None,
    *,
    lately: bool,
) -> HostingSnapshot:
    tracer = engine.tracers[egress or engine.egresses[0].name]
    return await tracer.trace(
        case_id=case.id,
        asset_id=asset.id,
        url=asset.url,
        peer=result.peer if result is not None else None,
        headers=result.headers if result is not None else {},
        cookie_names=result.cookie_names if result is not None else (),
        signs=_signs(result),
        origin=_told_origin(case, asset.host),
        lately=lately,
    )


def _holds(known: HostingSnapshot, asset: Asset) -> bool:
    """Whether another asset of the host lies in the same customer's container."""
    named = {
        claim.value
        for party in known.parties
        for claim in party.claims
        if claim.field == "container"
    }
    segments = set(urlsplit(asset.url).path.split("/"))
    return all(one in segments or asset.host.startswith(f"{one}.") for one in named)


def _signs(result: FetchResult | None) -> tuple[str, ...]:
    """Return what a page that was read said of itself; media beside it say otherwise."""
    record = result.record if result is not None else None
    signs = record.get("signs") if record is not None and not record.get("candidates") else None
    return tuple(map(str, signs)) if isinstance(signs, list | tuple) else ()


def _told_origin(case: Case, host: str) -> RevealedOrigin | None:
    return next((one for one in reversed(case.origins) if one.host == host), None)


def with_hosting(case: Case, snapshots: Mapping[str, HostingSnapshot]) -> Case:
    """Put the provider, network and country of the first traced asset on the case row."""
    if not snapshots:
        return case
    snapshot = snapshots[min(snapshots)]
    party = snapshot.party(PartyRole.CONTENT_HOST) or snapshot.party(PartyRole.FRONT)
    return replace(
        case,
        provider=party.name if party is not None else None,
        asn=party.asn if party is not None else None,
        country=snapshot.country,
        country_confidence=snapshot.country_confidence,
        masked_by=snapshot.masked_by,
        legs=_legs_with(case.legs, snapshot),
    )


def _legs_with(legs: tuple[Leg, ...], snapshot: HostingSnapshot) -> tuple[Leg, ...]:
    if not legs:
        return (Leg(ordinal=1, started=snapshot.taken_at, snapshot_id=snapshot.id),)
    return (*legs[:-1], replace(legs[-1], snapshot_id=snapshot.id))
