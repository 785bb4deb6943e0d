"""Bring an analyst's assessment back in: it lists the digests and drives the same chain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.errors import InvalidInput
from cases.lifecycle import move
from cases.model import (
    Assessment,
    Asset,
    Case,
    Classification,
    CloseReason,
    NoticeState,
    Stage,
)
from cases.ports import NoticeFilter, Transaction
from hostwatch.desk import Desk
from hostwatch.operations.cases import withdraw_unsent
from hostwatch.operations.people import check_name
from hostwatch.operations.reversing import unlist
from hostwatch.permissions import Action
from hostwatch.workflow.drafting import said_of
from hostwatch.workflow.judging import Basis, basis
from matchers.hashlist.local import add_local
from notices.follow_up import unnamed

_LOOKED_AT = (Stage.CLOSED, Stage.VISITING, Stage.RECEIVED)
_NOTIFIED = (Stage.NOTIFIED, Stage.MONITORING)
TOLD = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED, NoticeState.UNKNOWN)
"""The recipient knows, or may know."""


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

    Where nothing illegal is left the case is closed, and what has not left is withdrawn.

    Raises:
        InvalidInput: the assessment names an asset the case does not have, nothing was fetched, or
            the second assessor is the first or no name of an account.
    """
    desk.require(Action.CASE_ASSESS)
    _check_second(desk, judgement)
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
        changed = await tx.save_case(await _after_assessment(desk, tx, case, assets, judgement))
    if judgement.illegal:
        await asyncio.to_thread(_list_locally, desk, case_id, assets, chosen, judgement)
    else:
        await unlist(desk, case_id, assets, chosen)
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


async def _after_assessment(
    desk: Desk, tx: Transaction, case: Case, assets: Sequence[Asset], judgement: Judgement
) -> Case:
    waiting = replace(case, needs=None, reason="assessed", next_action_at=desk.now())
    ground = basis(assets, await tx.assessments(case.id), desk.settings.hotline.statute)
    if not ground.assets:
        return await _nothing_illegal(desk, tx, waiting)
    if case.stage in _LOOKED_AT:
        return move(waiting, Stage.ASSESSED, close_reason=None, closed_at=None)
    if not judgement.illegal and await withdraw_unsent(desk, tx, case.id):
        # Drafted anew for what is left; stages before `notified` come there anyway.
        return move(waiting, Stage.TRACED) if case.stage in _NOTIFIED else waiting
    if judgement.illegal and case.stage in _NOTIFIED and await _untold(tx, case, ground):
        # Traced and drafted for what no notice names yet.
        return move(waiting, Stage.TRACED)
    return waiting


async def _untold(tx: Transaction, case: Case, ground: Basis) -> bool:
    """Whether one of the assets that were assessed as illegal stands in no notice."""
    said = said_of(case, ground, await tx.notices(NoticeFilter(case_id=case.id)))
    return bool(unnamed(ground.assessed, said))


async def _nothing_illegal(desk: Desk, tx: Transaction, case: Case) -> Case:
    await withdraw_unsent(desk, tx, case.id)
    told = await tx.notices(NoticeFilter(case_id=case.id, states=TOLD))
    kept = replace(
        case,
        needs="notice_to_withdraw" if told else None,
        reason="assessed_not_illegal",
        next_action_at=None,
    )
    if case.stage is Stage.CLOSED:
        return kept
    reason = CloseReason.NO_MATCH_RETURNED
    return move(kept, Stage.CLOSED, close_reason=reason, closed_at=desk.now())


def _check_second(desk: Desk, judgement: Judgement) -> None:
    second = judgement.second_assessor
    if second is None:
        return
    check_name(second)
    if second == desk.actor.name:
        raise InvalidInput("The second assessor is another person than the one who acts.")


def _list_locally(
    desk: Desk, case_id: str, assets: Sequence[Asset], chosen: tuple[str, ...], judgement: Judgement
) -> None:
    """
    Put the assessed digests into the local tier, so that the next copy is an exact match.

    One that must not be listed is told after the others were.
    """
    unfit: list[InvalidInput] = []
    for asset in assets:
        if asset.id in chosen and asset.digests is not None:
            try:
                add_local(
                    desk.settings.paths.hash_lists,
                    asset.digests,
                    asset.pdq,
                    judgement.classification,
                    case_id,
                    desk.now(),
                )
            except InvalidInput as problem:
                unfit.append(problem)
    if unfit:
        raise InvalidInput(f"The assessment is recorded, but {unfit[0]}.")
