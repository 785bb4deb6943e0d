"""Bring an analyst's assessment back in: it lists the digests and drives the same chain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.errors import InvalidInput
from cases.lifecycle import move
from cases.model import Assessment, Asset, Case, Classification, Stage
from cases.ports import Transaction
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from matchers.hashlist.local import add_local

_LOOKED_AT = (Stage.CLOSED, Stage.VISITING, Stage.RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an authorised analyst decided in the hotline's own assessment tool."""

    illegal: bool
    classification: Classification
    law: str
    second_assessor: str | None = None
    asset_ids: tuple[str, ...] = ()


async def assess(desk: Desk, case_id: str, judgement: Judgement) -> Case:
    """
    Record an assessment; the chain goes on from it at the next tick.

    Raises:
        InvalidInput: the assessment names an asset the case does not have, or nothing was fetched.
    """
    desk.require(Action.CASE_ASSESS)
    async with desk.store.transaction() as tx:
        case = await tx.case(case_id)
        assets = await tx.assets(case_id)
        chosen = _assessed_ids(assets, judgement)
        await tx.add_assessment(await _assessment(desk, tx, case_id, judgement, chosen))
        await desk.audit(
            tx,
            Action.CASE_ASSESS,
            case_id,
            illegal=judgement.illegal,
            scheme=judgement.classification.scheme,
            value=judgement.classification.value,
            second=judgement.second_assessor,
        )
        changed = await tx.save_case(_after_assessment(case, desk))
    if judgement.illegal:
        await asyncio.to_thread(_list_locally, desk, case_id, assets, chosen, judgement)
    return changed


def _assessed_ids(assets: list[Asset], judgement: Judgement) -> tuple[str, ...]:
    measured = tuple(asset.id for asset in assets if asset.digests is not None)
    unknown = set(judgement.asset_ids) - {asset.id for asset in assets}
    if unknown:
        raise InvalidInput(f"The case has no asset {', '.join(sorted(unknown))}.")
    if not measured:
        raise InvalidInput("Nothing of this case has been fetched yet, so nothing can be assessed.")
    return judgement.asset_ids or measured


async def _assessment(
    desk: Desk, tx: Transaction, case_id: str, judgement: Judgement, chosen: tuple[str, ...]
) -> Assessment:
    return Assessment(
        case_id=case_id,
        ordinal=len(await tx.assessments(case_id)) + 1,
        classification=judgement.classification,
        law=judgement.law,
        illegal=judgement.illegal,
        assessor=desk.actor.name,
        at=desk.now(),
        second_assessor=judgement.second_assessor,
        asset_ids=chosen,
    )


def _after_assessment(case: Case, desk: Desk) -> Case:
    waiting = replace(case, needs=None, reason="assessed", next_action_at=desk.now())
    if case.stage in _LOOKED_AT:
        return move(waiting, Stage.ASSESSED, close_reason=None, closed_at=None)
    return waiting


def _list_locally(
    desk: Desk, case_id: str, assets: Sequence[Asset], chosen: tuple[str, ...], judgement: Judgement
) -> None:
    """Put the assessed digests into the local tier, so that the next copy is an exact match."""
    for asset in assets:
        if asset.id in chosen and asset.digests is not None:
            add_local(
                desk.settings.paths.hash_lists,
                asset.digests,
                asset.pdq,
                judgement.classification,
                case_id,
                desk.now(),
            )
