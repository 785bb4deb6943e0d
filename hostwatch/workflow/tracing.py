"""Assessed -> traced: who serves each asset, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from cases.model import Asset, Case, HostingSnapshot, Leg, Observation, PartyRole, RevealedOrigin
from cases.ports import Transaction
from crawler.fetch.contract import FetchResult
from crawler.hosting.diff import difference
from hostwatch.engine import Engine

MOVES = frozenset({"moved_asn", "moved_host", "front_added", "front_removed", "country_changed"})
"""What a difference between two traces says of an asset that lies elsewhere now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a host's own answer tells of who serves it."""

    peer: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookie_names: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


async def trace_assets(
    engine: Engine,
    case: Case,
    assets: Sequence[Asset],
    results: Mapping[str, FetchResult] | None = None,
    *,
    before: Sequence[Observation] = (),
    egress: str | None = None,
    lately: bool = False,
) -> dict[str, HostingSnapshot]:
    """
    Trace the host of each asset once and return a snapshot per asset id.

    What the host answered is taken from `results`, else from the newest observation in `before`:
    a front may show itself nowhere but in its answer.
    `lately` lets what DNS answered for another case of this round do; never for proof.
    """
    by_host: dict[str, HostingSnapshot] = {}
    snapshots: dict[str, HostingSnapshot] = {}
    for asset in assets:
        known = by_host.get(asset.host)
        if known is None or not _holds(known, asset):
            answer = _answer(asset, (results or {}).get(asset.id), before)
            known = await _trace(engine, case, asset, answer, egress, lately=lately)
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
    answer: _Answer,
    egress: str | None,
    *,
    lately: bool,
) -> HostingSnapshot:
    tracer = engine.tracers[egress or engine.egresses[0].name]
    return await tracer.trace(
        case_id=case.id,
        asset_id=asset.id,
        url=asset.url,
        peer=answer.peer,
        headers=answer.headers,
        cookie_names=answer.cookie_names,
        signs=answer.signs,
        origin=_told_origin(case, asset.host),
        lately=lately,
    )


def _answer(asset: Asset, result: FetchResult | None, before: Sequence[Observation]) -> _Answer:
    if result is not None:
        return _Answer(
            peer=result.peer,
            headers=result.headers,
            cookie_names=result.cookie_names,
            signs=_signs(result),
        )
    answered = (one for one in reversed(before) if one.asset_id == asset.id and one.head)
    seen = next(answered, None)
    if seen is None:
        return _Answer()
    return _Answer(
        peer=seen.address,
        headers={name: text for name, text in seen.head if name != "set-cookie"},
        cookie_names=tuple(text for name, text in seen.head if name == "set-cookie"),
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


async def traces_of_leg(
    tx: Transaction, case: Case, assets: Sequence[Asset]
) -> dict[str, HostingSnapshot | None]:
    """
    Return the trace of each asset that its notices were drafted from, else the newest.

    A trace made since, as proof or while nothing was seen, must not hide that the asset moved.
    """
    drafted = [await tx.snapshot(one) for one in (case.legs[-1].snapshot_ids if case.legs else ())]
    known = {one.asset_id: one for one in drafted if _tells_networks(one)}
    return {
        asset.id: known.get(asset.id) or await tx.latest_snapshot(case.id, asset.id)
        for asset in assets
    }


def _tells_networks(snapshot: HostingSnapshot) -> bool:
    return snapshot.dns_outcome == "ok" and any(one.asn is not None for one in snapshot.parties)


def moves(
    known: Mapping[str, HostingSnapshot | None], snapshots: Mapping[str, HostingSnapshot]
) -> dict[str, tuple[str, ...]]:
    """Return the assets that lie elsewhere now: id -> the words that say so."""
    found = {
        asset_id: tuple(sorted(MOVES.intersection(difference(old, snapshots[asset_id]))))
        for asset_id, old in known.items()
        if old is not None and asset_id in snapshots
    }
    return {asset_id: words for asset_id, words in found.items() if words}


def new_leg(case: Case, now: datetime, asset_ids: Sequence[str] = ()) -> Case:
    """Begin the time at another host, for these assets only or for all."""
    ordinal = len(case.legs) + 1
    leg = Leg(ordinal=ordinal, started=now, asset_ids=tuple(asset_ids))
    return replace(case, legs=(*case.legs, leg))


def came(case: Case, asset_id: str) -> datetime | None:
    """Return when an asset came to its present host, as far as a leg says so."""
    own = (leg for leg in reversed(case.legs) if not leg.asset_ids or asset_id in leg.asset_ids)
    return next((leg.started for leg in own), None)


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
        legs=_legs_with(case.legs, snapshot, snapshots),
    )


def _legs_with(
    legs: tuple[Leg, ...], first: HostingSnapshot, all_of_them: Mapping[str, HostingSnapshot]
) -> tuple[Leg, ...]:
    *earlier, last = legs or (Leg(ordinal=1, started=first.taken_at),)
    traces = tuple(all_of_them[one].id for one in sorted(all_of_them))
    return (*earlier, replace(last, snapshot_id=first.id, snapshot_ids=traces))
