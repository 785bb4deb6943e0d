"""What must hold in every store at every moment; `hostwatch check` tells what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from cases.checkpoint_folder import Folder
from cases.erasures import Erasures
from cases.errors import KeyProblem, StoreProblem, UnknownRecord
from cases.model import Case, Channel, Notice, NoticeKind, NoticeState, Report, Stage
from cases.ports import CaseStore, NoticeFilter, Transaction
from cases.trail import examine_trail

_ALL = 2**31 - 1
_PAGE = 500
_LONGEST_LEASE = timedelta(hours=1)
"""A lease is prolonged as long as its worker lives, by a few minutes each time."""
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
_REPEATABLE = frozenset(
    {
        NoticeKind.MOVED,
        NoticeKind.REAPPEARANCE,
        NoticeKind.FRONT_REVEAL,
        NoticeKind.POLICE,
        NoticeKind.PARTNER,
    }
)
"""These go to the same recipient again, each time for another trace."""


@runtime_checkable
class _Examinable(Protocol):
    async def damage(self) -> list[str]: ...


async def check(
    store: CaseStore,
    *,
    now: datetime | None = None,
    sending_limit: timedelta = timedelta(minutes=15),
    checkpoints: Folder | None = None,
    publics: Sequence[bytes] = (),
    erasures: Erasures | None = None,
) -> list[str]:
    """
    Return a sentence for every violated invariant; an empty list means that all hold.

    Looks at a few cases at a time, so that the worker goes on meanwhile. `now` defaults to the
    machine's clock. A notice that has been sending for longer than `sending_limit` is told. Of
    erased cases only their erasure is checked. The trail is held against `checkpoints` that were
    signed by one of `publics`; `erasures` is the list kept beside them.
    """
    moment = now or datetime.now(UTC)
    told = await store.damage() if isinstance(store, _Examinable) else []
    told += (await examine_trail(store, checkpoints, publics)).faults
    told += await _whole_faults(store, moment)
    told += await _erasure_faults(store, erasures or Erasures())
    after = ""
    while True:
        async with store.reading() as step:
            page = await step.case_ids(after, _PAGE)
        if not page:
            return told
        for case_id in page:
            told += await _faults_of(store, case_id, moment, sending_limit)
        after = page[-1]


async def _whole_faults(store: CaseStore, now: datetime) -> list[str]:
    async with store.reading() as step:
        halves = await step.half_erased()
        leases = await step.odd_leases(now + _LONGEST_LEASE)
    told = [f"Case {one} is half erased: key and records do not agree." for one in halves]
    if leases:
        told.append(f"{leases} leases of hosts have no owner, no end or one that is too late.")
    return told


async def _erasure_faults(store: CaseStore, erasures: Erasures) -> list[str]:
    told = list(erasures.faults)
    for case_id in sorted(erasures.case_ids):
        async with store.reading() as step:
            if not await step.is_erased(case_id):
                told.append(
                    f"Case {case_id} stands in the list of erasures and was not erased; repeat "
                    "the erasure."
                )
    return told


async def _faults_of(
    store: CaseStore, case_id: str, now: datetime, sending_limit: timedelta
) -> list[str]:
    try:
        async with store.reading() as step:
            closed = await step.closed_rows(case_id)
            if closed:
                return [f"Case {case_id}: {one} does not open under its key." for one in closed]
            return await _record_faults(step, case_id, now, sending_limit)
    except UnknownRecord:
        return []  # erased since its page was read
    except (KeyProblem, StoreProblem) as problem:
        return [str(problem)]


async def _record_faults(
    step: Transaction, case_id: str, now: datetime, sending_limit: timedelta
) -> list[str]:
    case = await step.case(case_id)
    notices = await step.notices(NoticeFilter(case_id=case_id, limit=_ALL))
    told = _case_faults(case, await step.reports(case_id))
    told += await _asset_faults(step, case)
    for notice in notices:
        told += _notice_faults(notice, now, sending_limit)
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
    if case.stage is not Stage.CLOSED and _forgotten(case):
        told.append(f"Case {case.id} is open, waits for nobody and is never due.")
    return told


def _forgotten(case: Case) -> bool:
    return case.next_action_at is None and case.needs is None and case.hold is None


async def _asset_faults(step: Transaction, case: Case) -> list[str]:
    known = {asset.id for asset in await step.assets(case.id)}
    seen = {observation.asset_id for observation in await step.observations(case.id)}
    return [
        f"Case {case.id} has observations of {asset_id}, which is no asset of it."
        for asset_id in sorted(seen - known)
    ]


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
    arrived = Counter(
        (_purpose(notice), about)
        for notice in notices
        if notice.state in _ARRIVED
        for about in _about(notice)
    )
    twice = {purpose: number for (purpose, _), number in arrived.items() if number > 1}
    return [
        f"Case {case_id} has {number} notices of kind {kind} (reminder {reminder}) "
        "that went to the same recipient."
        for (case_id, kind, _, reminder), number in twice.items()
    ]


def _purpose(notice: Notice) -> tuple[str, NoticeKind, str, int]:
    return notice.case_id, notice.kind, notice.recipient.key, notice.reminder


def _about(notice: Notice) -> set[object]:
    """Tell what a notice is about; two of one purpose about the same thing are one too many."""
    if notice.kind in _REPEATABLE:
        return {notice.snapshot_ids}
    if notice.kind is NoticeKind.WITHDRAWAL:
        return {notice.replaces}
    return set(notice.asset_ids)
