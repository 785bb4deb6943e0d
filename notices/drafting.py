"""From a planned notice to a draft, and from a sent one to its reminder or withdrawal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cases.model import Classification, Hold, Notice, NoticeKind, NoticeState
from notices.recipients import Planned


def serial_for(case_id: str, ordinal: int) -> str:
    """
    Return the serial of the n-th notice of a case, counted from 1.

    >>> serial_for("HW-2026-000123", 1)
    'HW-2026-000123-N1'
    """
    return f"{case_id}-N{ordinal}"


def draft(
    planned: Planned,
    *,
    serial: str,
    case_id: str,
    answer_code: str,
    classification: Classification | None,
    law: str,
    policy_version: str,
    now: datetime,
) -> Notice:
    """Return the drafted (or, with a hold, held) notice for one planned recipient."""
    return Notice(
        serial=serial,
        case_id=case_id,
        version=1,
        kind=planned.kind,
        recipient=planned.recipient,
        state=_first_state(planned.hold),
        drafted_at=now,
        asset_ids=planned.asset_ids,
        snapshot_ids=planned.snapshot_ids,
        template=planned.template,
        why=planned.why,
        policy_version=policy_version,
        classification=classification,
        law=law,
        hold=planned.hold,
        deadline=now + planned.deadline,
        answer_code=answer_code,
    )


def with_deadline(notice: Notice, *, now: datetime, allowed: timedelta) -> Notice:
    """Return the notice with its deadline counted from the moment it leaves."""
    return replace(notice, deadline=now + allowed)


def without(notice: Notice, asset_ids: Collection[str], traced: Mapping[str, str]) -> Notice | None:
    """
    Return a notice that speaks of these assets no more; none where nothing is left to speak of.

    `traced`: snapshot id -> the asset that it is a trace of.
    """
    left = tuple(one for one in notice.asset_ids if one not in asset_ids)
    traces = tuple(one for one in notice.snapshot_ids if traced.get(one) not in asset_ids)
    return replace(notice, asset_ids=left, snapshot_ids=traces) if left else None


def reminder(notice: Notice, *, serial: str, answer_code: str, now: datetime) -> Notice:
    """Return the draft of the next reminder of a sent notice."""
    return replace(
        _follow_up(notice, serial=serial, answer_code=answer_code, now=now),
        kind=NoticeKind.REMINDER,
        reminder=notice.reminder + 1,
    )


def withdrawal(notice: Notice, *, serial: str, answer_code: str, now: datetime) -> Notice:
    """Return the draft that tells the recipient to disregard a notice."""
    return replace(
        _follow_up(notice, serial=serial, answer_code=answer_code, now=now),
        kind=NoticeKind.WITHDRAWAL,
        template="withdrawal",
        deadline=None,
        reminder=0,
    )


def _follow_up(notice: Notice, *, serial: str, answer_code: str, now: datetime) -> Notice:
    return replace(
        notice,
        serial=serial,
        version=1,
        state=NoticeState.DRAFTED,
        drafted_at=now,
        hold=None,
        approved_by=None,
        approved_at=None,
        attempt=0,
        message_id=None,
        body=None,
        body_sha256=None,
        claimed_at=None,
        sent_at=None,
        receipt=None,
        answer_code=answer_code,
        answer=None,
        retry_at=None,
        accepted=(),
        replaces=notice.serial,
    )


def _first_state(hold: Hold | None) -> NoticeState:
    return NoticeState.DRAFTED if hold is None else NoticeState.HELD
