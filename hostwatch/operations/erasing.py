"""
Erase a case: one person asks, a manager who is somebody else confirms, its key is destroyed.

An open case is closed first, and a notice whose fate is unknown is settled first: after the
erasure nobody could answer for either. What recipients already hold cannot be taken back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cases.erasures import FILE, note_erasure
from cases.errors import InvalidInput, NotPermitted
from cases.model import NoticeState, Stage
from cases.ports import NoticeFilter, Transaction
from hostwatch.desk import Desk
from hostwatch.operations.cases import stated_reason, withdraw_unsent
from hostwatch.permissions import Action
from hostwatch.workflow.checkpointing import audit_signer

_IN_FLIGHT = (NoticeState.SENDING, NoticeState.UNKNOWN)
_VALID_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """That somebody asked for a case to be erased."""

    case_id: str
    by: str
    at: datetime
    reason: str


async def request(desk: Desk, case_id: str, reason: str) -> ErasureRequest:
    """
    Ask for a case to be erased; a manager confirms within 30 days.

    Raises:
        InvalidInput: the case is open or held, a notice is in flight, or the reason is no reason.
        UnknownRecord: there is no such case, or it was erased.
    """
    desk.require(Action.CASE_ERASE_REQUEST)
    stated = stated_reason(reason)
    asked = ErasureRequest(case_id=case_id, by=desk.actor.name, at=desk.now(), reason=stated)
    async with desk.store.transaction() as tx:
        await _require_erasable(tx, case_id)
        await tx.set_setting(_name(case_id), _text(asked))
        await desk.audit(tx, Action.CASE_ERASE_REQUEST, case_id, reason=stated)
    return asked


async def confirm(desk: Desk, case_id: str) -> ErasureRequest:
    """
    Erase a case that somebody else asked to erase; return the request that was followed.

    The erasure is noted beside the checkpoints before the key is destroyed, so that no backup
    brings the case back.

    Raises:
        NotPermitted: the same person asked for it.
        InvalidInput: nobody asked, the request is too old, or the case cannot be erased now.
        StoreProblem: the list of erasures cannot be written; nothing was erased.
    """
    desk.require(Action.CASE_ERASE)
    signer = audit_signer(desk.settings)
    async with desk.store.transaction() as tx:
        asked = _read(case_id, await tx.setting(_name(case_id)))
        _require_other(desk, asked)
        await _require_erasable(tx, case_id)
        await withdraw_unsent(desk, tx, case_id)
        await tx.set_setting(_name(case_id), None)
        await desk.audit(tx, Action.CASE_ERASE, case_id, requested_by=asked.by, reason=asked.reason)
        await tx.erase_case(case_id)
        note_erasure(desk.settings.audit.checkpoints, signer, case_id, desk.now())
    return asked


async def take_back(desk: Desk, case_id: str) -> None:
    """Take a request for an erasure back. Raises `InvalidInput` where there is none."""
    desk.require(Action.CASE_ERASE_REQUEST)
    async with desk.store.transaction() as tx:
        _read(case_id, await tx.setting(_name(case_id)))
        await tx.set_setting(_name(case_id), None)
        await desk.audit(tx, "case_erase_taken_back", case_id)


def erasures_file(checkpoints: Path) -> Path:
    """Say where the list of erasures lies."""
    return checkpoints / FILE


async def _require_erasable(tx: Transaction, case_id: str) -> None:
    case = await tx.case(case_id)
    if case.stage is not Stage.CLOSED:
        raise InvalidInput(
            f"{case_id} is {case.stage.value}: close it first (`hostwatch case close`); an open "
            "case that is erased would leave what was reported without anybody looking after it."
        )
    if case.hold is not None:
        raise InvalidInput(f"{case_id} is held by {case.hold.owner}; release the hold first.")
    if flying := await tx.notices(NoticeFilter(case_id=case_id, states=_IN_FLIGHT, limit=1)):
        raise InvalidInput(
            f"{flying[0].serial} is {flying[0].state.value}: settle it first (`hostwatch notices "
            "settle`), because nobody could tell afterwards whether it arrived."
        )


def _require_other(desk: Desk, asked: ErasureRequest) -> None:
    if asked.by == desk.actor.name:
        raise NotPermitted(f"{asked.by} asked for this erasure; another manager must confirm it.")
    if desk.now() - asked.at > _VALID_FOR:
        raise InvalidInput(
            f"The request of {asked.by} is older than {_VALID_FOR.days} days; ask again."
        )


def _name(case_id: str) -> str:
    return f"erasure {case_id}"


def _text(asked: ErasureRequest) -> str:
    return json.dumps({"by": asked.by, "at": asked.at.isoformat(), "reason": asked.reason})


def _read(case_id: str, text: str | None) -> ErasureRequest:
    if text is None:
        raise InvalidInput(
            f"Nobody asked for {case_id[:40]} to be erased; that comes first: hostwatch case erase "
            "CASE --reason TEXT."
        )
    found = json.loads(text)
    return ErasureRequest(
        case_id=case_id,
        by=found["by"],
        at=datetime.fromisoformat(found["at"]),
        reason=found["reason"],
    )
