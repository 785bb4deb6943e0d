"""What must hold in every store at every moment; `hostwatch check` tells what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from cases import audit
from cases.model import Case, Channel, Notice, NoticeKind, NoticeState, Report, Stage
from cases.ports import CaseFilter, CaseStore, NoticeFilter, Transaction

_ALL = 2**31 - 1
_LEFT = frozenset(
    {
        NoticeState.SENDING,
        NoticeState.UNKNOWN,
        NoticeState.SENT,
        NoticeState.DELIVERED,
        NoticeState.BOUNCED,
        NoticeState.ANSWERED,
    }
)
"""The message was frozen, and may have left."""
_ARRIVED = frozenset(
    {NoticeState.UNKNOWN, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED}
)
"""The recipient has it, or may have it."""
_MAILED = frozenset({Channel.MAIL, Channel.XARF_MAIL, Channel.PARTNER})
_REPEATABLE = frozenset({NoticeKind.MOVED, NoticeKind.REAPPEARANCE})
"""These go to the same recipient again, each time for another trace."""


@runtime_checkable
class _Examinable(Protocol):
    async def damage(self) -> list[str]: ...


async def check(
    store: CaseStore,
    *,
    now: datetime | None = None,
    sending_limit: timedelta = timedelta(minutes=15),
) -> list[str]:
    """
    Return a sentence for every violated invariant; an empty list means that all hold.

    `now` defaults to the machine's clock. A notice that has been sending for longer than
    `sending_limit` is told. Erased cases are left out.
    """
    told = await store.damage() if isinstance(store, _Examinable) else []
    async with store.transaction() as step:
        cases = await step.cases(CaseFilter(limit=_ALL))
        notices = await step.notices(NoticeFilter(limit=_ALL))
        trail = audit.verify(await step.trail())
        reports = {case.id: await step.reports(case.id) for case in cases}
        told += await _asset_faults(step, cases)
    if isinstance(trail, audit.Broken):
        told.append(f"The audit trail is broken: {trail.reason}.")
    for case in cases:
        told += _case_faults(case, reports[case.id])
    for notice in notices:
        told += _notice_faults(notice, now or datetime.now(UTC), sending_limit)
    return [*told, *_sent_twice(notices)]


def _case_faults(case: Case, reports: Sequence[Report]) -> list[str]:
    told = []
    if not reports:
        told.append(f"Case {case.id} has no report.")
    if any(report.case_id != case.id for report in reports):
        told.append(f"A report of case {case.id} names another case.")
    if case.stage is Stage.CLOSED and case.close_reason is None:
        told.append(f"Case {case.id} is closed without a reason.")
    if case.stage is not Stage.CLOSED and case.close_reason is not None:
        told.append(f"Case {case.id} is open and has a reason for its closing.")
    return told


async def _asset_faults(step: Transaction, cases: Iterable[Case]) -> list[str]:
    told = []
    for case in cases:
        known = {asset.id for asset in await step.assets(case.id)}
        seen = {observation.asset_id for observation in await step.observations(case.id)}
        told += [
            f"Case {case.id} has observations of {asset_id}, which is no asset of it."
            for asset_id in sorted(seen - known)
        ]
    return told


def _notice_faults(notice: Notice, now: datetime, sending_limit: timedelta) -> list[str]:
    told = []
    if notice.state in _LEFT:
        needed = {"body digest": notice.body_sha256, "approver": notice.approved_by}
        if notice.recipient.channel in _MAILED:
            needed["Message-ID"] = notice.message_id
        told += [
            f"Notice {notice.serial} is {notice.state} and has no {name}."
            for name, value in needed.items()
            if not value
        ]
    if notice.state is NoticeState.SENDING and _stuck(notice, now, sending_limit):
        minutes = sending_limit.total_seconds() / 60
        told.append(f"Notice {notice.serial} has been sending for more than {minutes:g} min.")
    return told


def _stuck(notice: Notice, now: datetime, limit: timedelta) -> bool:
    return notice.claimed_at is None or now - notice.claimed_at > limit


def _sent_twice(notices: Iterable[Notice]) -> list[str]:
    arrived = Counter(_purpose(notice) for notice in notices if notice.state in _ARRIVED)
    return [
        f"Case {purpose[0]} has {number} notices of kind {purpose[1]} (reminder {purpose[3]}) "
        "that went to the same recipient."
        for purpose, number in arrived.items()
        if number > 1
    ]


def _purpose(notice: Notice) -> tuple[str, NoticeKind, str, int, object]:
    """Tell what a notice is for; two with the same purpose are one too many."""
    about: object = None
    if notice.kind in _REPEATABLE:
        about = notice.snapshot_ids
    elif notice.kind is NoticeKind.WITHDRAWAL:
        about = notice.replaces
    return notice.case_id, notice.kind, notice.recipient.key, notice.reminder, about
