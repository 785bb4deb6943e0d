"""What recipients answer through the answers page: a claim, never a proof."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cases.errors import UnknownRecord
from cases.model import Answer, Case, Notice, NoticeState, Stage
from cases.ports import CaseStore, Clock, Transaction
from config.policy import Policy
from notices.claims import CLAIMS
from notices.replies.answers import OPEN_FOR, record, same_code

_SERIAL = re.compile(r"HW-\d{4}-\d{6,9}-N\d{1,4}")
_ANSWERABLE = (
    NoticeState.SENDING,
    NoticeState.SENT,
    NoticeState.DELIVERED,
    NoticeState.UNKNOWN,
    NoticeState.ANSWERED,
)
_FOR_A_PERSON = frozenset({"not_ours", "not_illegal_here", "need_more"})
"""Answers that no look can settle."""
_RECIPIENT = "recipient"
"""Actor in the trail; who it was in person is not known and not asked."""


class Outcome(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"
    WRONG_CODE = "wrong_code"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that the answers page shows of a notice."""

    serial: str
    locations: int
    provider: str | None


async def overview(store: CaseStore, serial: str) -> Overview | None:
    """Return what may be shown of a notice, or none if there is no such notice."""
    async with store.reading() as tx:
        notice = await _find(tx, serial)
        if notice is None:
            return None
        case = await tx.case(notice.case_id)
    return Overview(serial=notice.serial, locations=len(notice.asset_ids), provider=case.provider)


async def take(
    store: CaseStore,
    clock: Clock,
    policy: Policy,
    *,
    serial: str,
    code: str,
    claim: str,
    reference: str | None,
) -> Outcome:
    """Take an answer if its code is right; the case is looked at again sooner for it."""
    now = clock.now()
    async with store.transaction() as tx:
        notice = await _find(tx, serial)
        if notice is None or claim not in CLAIMS:
            return Outcome.UNKNOWN
        if not same_code(code, notice.answer_code):
            return Outcome.WRONG_CODE
        if now - (notice.sent_at or notice.claimed_at or notice.drafted_at) > OPEN_FOR:
            return Outcome.EXPIRED
        await tx.add_answer(
            Answer(serial=serial, at=now, claim=claim, channel="web", reference=reference)
        )
        await tx.audit(now, _RECIPIENT, "answer_taken", notice.case_id, serial=serial, claim=claim)
        await tx.save_notice(record(notice, claim, now))
        await _look_sooner(tx, notice.case_id, claim, policy, now)
    return Outcome.ACCEPTED


async def _find(tx: Transaction, serial: str) -> Notice | None:
    if _SERIAL.fullmatch(serial) is None:
        return None
    try:
        notice = await tx.notice(serial)
    except UnknownRecord:
        return None
    return notice if notice.state in _ANSWERABLE else None


async def _look_sooner(
    tx: Transaction, case_id: str, claim: str, policy: Policy, now: datetime
) -> None:
    case = await tx.case(case_id)
    if case.stage is Stage.CLOSED:
        return
    wait = policy.cadence.after_claim if claim == "removed" else timedelta(0)
    sooner = _sooner(case, now + wait if claim != "accepted" else None)
    asked = f"answered:{claim}" if claim in _FOR_A_PERSON else None
    await tx.save_case(replace(sooner, needs=sooner.needs or asked))


def _sooner(case: Case, due: datetime | None) -> Case:
    if due is None or case.next_action_at is None:
        return case
    return replace(case, next_action_at=min(case.next_action_at, due))
