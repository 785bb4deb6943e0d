"""Read, reveal, assess, close and re-check cases."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cases.errors import InvalidInput
from cases.lifecycle import IllegalMove, move, move_notice
from cases.model import (
    Assessment,
    Asset,
    AuditEntry,
    Case,
    CloseReason,
    HostingSnapshot,
    Notice,
    NoticeState,
    Observation,
    Report,
    Stage,
)
from cases.ports import CaseFilter, NoticeFilter, Transaction
from config.locations import names_location
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from hostwatch.workflow.outdated import UNSENT

SHORTEST_REASON = 8
"""Characters of a reason for revealing; enough for a ticket number, too long for a dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that is known of one case, locations in clear: mask before showing."""

    case: Case
    reports: tuple[Report, ...]
    assets: tuple[Asset, ...]
    observations: tuple[Observation, ...]
    snapshots: dict[str, HostingSnapshot]
    """Newest, by asset id."""
    traces: tuple[HostingSnapshot, ...]
    """All, oldest first."""
    assessments: tuple[Assessment, ...]
    notices: tuple[Notice, ...]
    trail: tuple[AuditEntry, ...]


async def listing(desk: Desk, wanted: CaseFilter) -> list[Case]:
    """List cases."""
    desk.require(Action.CASE_READ)
    async with desk.store.reading() as tx:
        return await tx.cases(wanted)


async def dossier(desk: Desk, case_id: str) -> Dossier:
    """Return everything that is known of a case. Raises `UnknownRecord`."""
    desk.require(Action.CASE_READ)
    async with desk.store.reading() as tx:
        return await load_dossier(tx, case_id)


async def load_dossier(tx: Transaction, case_id: str) -> Dossier:
    """Read a dossier within an atomic step."""
    case = await tx.case(case_id)
    assets = await tx.assets(case_id)
    return Dossier(
        case=case,
        reports=tuple(await tx.reports(case_id)),
        assets=tuple(assets),
        observations=tuple(await tx.observations(case_id)),
        snapshots=await _snapshots(tx, case_id, assets),
        traces=tuple(await tx.snapshots(case_id)),
        assessments=tuple(await tx.assessments(case_id)),
        notices=tuple(await tx.notices(NoticeFilter(case_id=case_id))),
        trail=tuple(await tx.trail(case_id)),
    )


async def _snapshots(
    tx: Transaction, case_id: str, assets: list[Asset]
) -> dict[str, HostingSnapshot]:
    found = {asset.id: await tx.latest_snapshot(case_id, asset.id) for asset in assets}
    return {asset_id: snapshot for asset_id, snapshot in found.items() if snapshot is not None}


async def reveal(desk: Desk, case_id: str, reason: str) -> Dossier:
    """
    Return a dossier whose locations will be shown, and record who asked and why.

    Raises:
        InvalidInput: the reason is too short to mean anything.
    """
    desk.require(Action.CASE_REVEAL)
    stated = stated_reason(reason)
    async with desk.store.transaction() as tx:
        await desk.audit(tx, Action.CASE_REVEAL, case_id, reason=stated)
        return await load_dossier(tx, case_id)


def stated_reason(reason: str) -> str:
    """
    Check a reason for revealing before it goes into the trail.

    Raises:
        InvalidInput: too short to mean anything, or it holds a location itself.
    """
    stated = " ".join(reason.split())[:200]
    if len(stated) < SHORTEST_REASON or names_location(stated):
        raise InvalidInput(
            f"--reveal needs a reason of at least {SHORTEST_REASON} characters, "
            "without a location or an address, for example: --reveal 'police request 4711'."
        )
    return stated


async def close(desk: Desk, case_id: str, reason: CloseReason) -> Case:
    """
    Close a case by hand: `spam`, `insufficient`, `withdrawn`, `changed`; nothing more is sent.

    Raises:
        InvalidInput: for another reason, or the case cannot be closed so from where it stands.
    """
    desk.require(Action.CASE_CLOSE)
    by_hand = (
        CloseReason.SPAM,
        CloseReason.INSUFFICIENT,
        CloseReason.WITHDRAWN,
        CloseReason.CHANGED,
    )
    if reason not in by_hand:
        allowed = ", ".join(member.value for member in by_hand)
        raise InvalidInput(f"A person closes a case as one of: {allowed}; the rest is proven.")
    async with desk.store.transaction() as tx:
        case = await tx.case(case_id)
        await desk.audit(tx, Action.CASE_CLOSE, case_id, reason=reason.value)
        try:
            closed = move(
                case,
                Stage.CLOSED,
                close_reason=reason,
                closed_at=desk.now(),
                needs=None,
                next_action_at=None,
            )
        except IllegalMove as refusal:
            raise InvalidInput(str(refusal)) from None
        await withdraw_unsent(desk, tx, case_id)
        return await tx.save_case(closed)


async def withdraw_unsent(desk: Desk, tx: Transaction, case_id: str) -> list[Notice]:
    """Withdraw the notices of a case that have not left; their ground is gone."""
    waiting = await tx.notices(NoticeFilter(case_id=case_id, states=UNSENT))
    for notice in waiting:
        await desk.audit(tx, Action.NOTICE_WITHDRAW, case_id, serial=notice.serial)
        await tx.save_notice(move_notice(notice, NoticeState.WITHDRAWN, hold=None))
    return waiting


async def make_due(desk: Desk, case_ids: list[str]) -> list[Case]:
    """Make cases due now, so that the worker looks at them next."""
    desk.require(Action.CASE_RECHECK)
    changed = []
    async with desk.store.transaction() as tx:
        for case_id in case_ids:
            case = await tx.case(case_id)
            await desk.audit(tx, Action.CASE_RECHECK, case_id)
            changed.append(await tx.save_case(replace(case, next_action_at=desk.now())))
    return changed
