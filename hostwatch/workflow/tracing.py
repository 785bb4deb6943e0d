"""Assessed -> traced: who serves each asset, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from cases.model import Asset, Case, HostingSnapshot, Leg, Observation, PartyRole, RevealedOrigin
from crawler.fetch.contract import FetchResult
from hostwatch.engine import Engine


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
