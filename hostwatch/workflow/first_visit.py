"""Received -> visited: fetch what was reported, compare, and decide what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from cases.errors import HostwatchError
from cases.lifecycle import move
from cases.model import (
    Asset,
    Case,
    CloseReason,
    Comparison,
    EgressProfile,
    Leg,
    Match,
    NoMatch,
    NotChecked,
    Observation,
    Possible,
    Stage,
)
from cases.ports import Transaction
from cases.schedule import next_retry
from cases.takedown import prove
from crawler.visit import FirstVisit, first_visit
from hostwatch.engine import Engine
from hostwatch.permissions import SYSTEM
from hostwatch.workflow.access import options_for
from hostwatch.workflow.judging import explain, strongest
from hostwatch.workflow.several_ways import Try, combined, renamed, settles, with_past
from hostwatch.workflow.ways_out import in_order

log = structlog.get_logger()

_PATIENCE = 2
"""Partly compared visits until an analyst is asked: most hosts have recovered by the second."""


async def visit(engine: Engine, case: Case) -> Case:
    """Make the first visit, or the first after a new report, and write all that it saw."""
    async with engine.store.transaction() as tx:
        case = await tx.save_case(move(case, Stage.VISITING))
    async with engine.store.reading() as tx:
        past = {asset.id: asset for asset in await tx.assets(case.id)}
        seen = await tx.observations(case.id)
    known = tuple(past.values())
    found = await _through_egresses(engine, case, _compared_lately(engine, case, known, seen))
    found = renamed(found, known)
    _note_signals(engine, found)
    async with engine.store.transaction() as tx:
        await _write(tx, found, past)
        current = await tx.case(case.id)
        if current.stage is not Stage.VISITING:
            return current
        return await tx.save_case(await _decide(engine, tx, current, found))


def _note_signals(engine: Engine, found: FirstVisit) -> None:
    """Let a listed signal that suddenly matches everywhere be set aside for a person."""
    now = engine.clock.now()
    for asset in found.assets:
        names = engine.tables.names if engine.tables is not None else None
        domain = names.registered_domain(asset.host) if names is not None else None
        try:
            engine.matcher.note(asset.comparison, domain or asset.host, now)
        except HostwatchError as problem:
            engine.counters.add("hash_list_faults")
            log.warning("signal_not_noted", error=type(problem).__name__)


def _compared_lately(
    engine: Engine, case: Case, assets: Sequence[Asset], seen: Sequence[Observation]
) -> tuple[Asset, ...]:
    """Return what the tries before this one compared: it is not downloaded once more."""
    if not case.attempts:
        return ()
    since = engine.clock.now() - engine.cadence.retry_limit * engine.cadence.retry_cap
    trusted = {profile.name for profile in engine.egresses if _trusted(engine, profile)}
    lately = {one.asset_id for one in seen if one.at >= since and one.egress in trusted}
    return tuple(
        asset
        for asset in assets
        if asset.id in lately and not isinstance(asset.comparison, NotChecked)
    )


def _trusted(engine: Engine, profile: EgressProfile) -> bool:
    """Tell whether a way out carries no filter; where all do, each is as good as the others."""
    return profile.unfiltered or not any(one.unfiltered for one in engine.egresses)


async def _through_egresses(engine: Engine, case: Case, known: tuple[Asset, ...]) -> FirstVisit:
    """
    Visit through one way out after the other until one shows something to compare.

    A filter, a block or an error seen through one egress says nothing about the others; all that
    was seen on the way is kept as observations.
    """
    tries: list[Try] = []
    for profile in in_order(engine, case):
        options = replace(await options_for(engine, case, profile.name), known=known)
        found = await first_visit(
            engine.fetcher, case, engine.matcher, options, siblings=engine.siblings
        )
        engine.counters.add("media_bytes", found.media_bytes)
        engine.counters.add("requests_refused", found.requests_refused)
        tries.append(Try(visit=found, trusted=_trusted(engine, profile)))
        if settles(tries[-1]):
            break
    return combined(tries)


async def _write(tx: Transaction, found: FirstVisit, past: Mapping[str, Asset]) -> None:
    for asset in found.assets:
        await tx.save_asset(with_past(asset, past.get(asset.id)))
    for observation in found.observations:
        await tx.add_observation(observation)


async def _decide(engine: Engine, tx: Transaction, case: Case, found: FirstVisit) -> Case:
    now = engine.clock.now()
    payments = tuple(dict.fromkeys((*case.payments, *found.payments)))
    known = replace(case, site_type=found.site_type, engine=found.engine, payments=payments)
    seen = _with_verdict(engine, known, found, now)
    decided = _compared(seen, found)
    await tx.audit(
        now,
        SYSTEM.name,
        "case_visited",
        case.id,
        comparison=decided.comparison,
        reason=decided.reason,
        policy=engine.policy.version,
    )
    if found.again and case.attempts < engine.cadence.retry_limit:
        return _again(engine, decided, now, partly=found.needs)
    if found.needs is not None:
        return replace(decided, needs=found.needs, next_action_at=None, attempts=0)
    if not found.answered:
        return _again(engine, decided, now)
    if _unverified(found):
        return replace(decided, needs="certificate", next_action_at=None, attempts=0)
    return await _follow(tx, decided, _deciding(found), now, beside=found.beside)


def _deciding(found: FirstVisit) -> Comparison:
    """Return the comparison that decides; the visit says whether what is left is negligible."""
    decisive = strongest(_media(found.assets))
    negligible = isinstance(decisive, NotChecked) and found.reason == "no_match"
    return NoMatch() if negligible else decisive


def _unverified(found: FirstVisit) -> bool:
    """An answer behind a failed certificate alone is not fit to send: a person looks first."""
    listed = {asset.id for asset in found.assets if asset.comparison.kind in ("match", "possible")}
    return any(not one.tls_verified for one in found.observations if one.asset_id in listed)


def _with_verdict(engine: Engine, case: Case, found: FirstVisit, now: datetime) -> Case:
    """Say what the first look at the reported location alone proves: gated, or nothing yet."""
    reported = f"{case.id}-0"
    proof = prove(
        [one for one in found.observations if one.asset_id == reported],
        egresses=engine.egresses,
        rule=engine.takedown,
        now=now,
    )
    return replace(case, verdict=proof.verdict, verdict_rule=proof.rule)


def _compared(case: Case, found: FirstVisit) -> Case:
    decisive = _deciding(found)
    compared = found.answered and found.needs is None
    reason = explain(decisive) if compared else _failure(found) or found.reason
    return replace(case, comparison=decisive.kind, reason=reason)


def _failure(found: FirstVisit) -> str | None:
    """Return the code of the exchange that failed, which says more than "no answer"."""
    return next((one.error for one in found.observations if one.error is not None), None)


def _media(assets: Sequence[Asset]) -> list[Comparison]:
    """Leave the page itself out once something on it was compared."""
    compared = [asset.comparison for asset in assets if asset.digests is not None]
    return compared or [asset.comparison for asset in assets]


def _again(engine: Engine, case: Case, now: datetime, *, partly: str | None = None) -> Case:
    """
    Try again later.

    Where nothing answered, an analyst is asked after the limit, and the tries go on. Where a part
    was compared (`partly` says what is asked then), that is at the second try, and the tries end
    at the limit.
    """
    attempts = case.attempts + 1
    tired = attempts >= (_PATIENCE if partly else engine.cadence.retry_limit)
    return replace(
        case,
        attempts=attempts,
        needs=(partly or "no_answer") if tired else case.needs,
        next_action_at=next_retry(case.id, attempts, engine.cadence, now),
    )


async def _follow(
    tx: Transaction, case: Case, comparison: Comparison, now: datetime, *, beside: str | None
) -> Case:
    answered = replace(case, attempts=0, needs=None, next_action_at=None)
    match comparison:
        case Match():
            seen = replace(answered, first_seen=case.first_seen or now, last_seen=now)
            linked = await _linked(tx, case)
            return move(
                seen,
                Stage.ASSESSED,
                needs=beside,
                next_action_at=now,
                linked=linked,
                legs=_legs(case, now),
            )
        case Possible():
            return move(answered, Stage.ASSESSED, needs="possible_match", legs=_legs(case, now))
        case NotChecked(reason=reason):
            return replace(answered, needs=f"not_checked:{reason}")
        case NoMatch():
            return move(
                answered, Stage.CLOSED, close_reason=CloseReason.NO_MATCH_RETURNED, closed_at=now
            )


def _legs(case: Case, now: datetime) -> tuple[Leg, ...]:
    return case.legs or (Leg(ordinal=1, started=now),)


async def _linked(tx: Transaction, case: Case) -> tuple[str, ...]:
    """Find the cases that share a listed digest, or whose page reads the same elsewhere."""
    found: set[str] = set()
    for asset in await tx.assets(case.id):
        if asset.digests is not None and asset.listed:
            found.update(await tx.cases_with_digest(asset.digests.sha256))
        elif asset.look is not None:
            found.update(await tx.cases_with_digest(asset.look))
    return tuple(sorted(found - {case.id}))
