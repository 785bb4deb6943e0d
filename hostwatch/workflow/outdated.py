"""Take back what was drafted for a host while a front hid it, once the host behind is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.lifecycle import move_notice
from cases.model import HostingSnapshot, Notice, NoticeKind, NoticeState
from cases.ports import NoticeFilter, Transaction
from hostwatch.permissions import SYSTEM
from notices.drafting import without
from notices.follow_up import is_persons

UNSENT = (NoticeState.DRAFTED, NoticeState.HELD, NoticeState.APPROVED)
"""States of a notice that nobody outside has seen."""
ORIGIN_TOLD = "origin_told"
"""Why: somebody told where the content stands."""
_MASKED = "country_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A notice that speaks of less than before, for the trail."""

    serial: str
    left: int
    """Assets that it still names; none: it was withdrawn."""


async def withdraw_requests(
    tx: Transaction, case_id: str, asset_ids: Collection[str]
) -> list[TakenBack]:
    """Withdraw what would still ask a front for the host of these assets, as it is known now."""
    waiting = await tx.notices(NoticeFilter(case_id=case_id, states=UNSENT))
    asked = [one for one in waiting if one.kind is NoticeKind.FRONT_REVEAL]
    return await _take_back(tx, case_id, asked, asset_ids)


async def withdraw_masked(
    tx: Transaction, case_id: str, snapshots: Mapping[str, HostingSnapshot], *, now: datetime
) -> None:
    """Drop what waits for an unknown country, where the newest trace follows a told origin."""
    told = {asset_id for asset_id, found in snapshots.items() if found.origin is not None}
    held = await tx.notices(NoticeFilter(case_id=case_id, states=(NoticeState.HELD,)))
    waiting = [one for one in held if one.hold is not None and one.hold.reason == _MASKED]
    await _drop(tx, case_id, waiting, told, reason=ORIGIN_TOLD, now=now)


async def withdraw_left(
    tx: Transaction, case_id: str, asset_ids: Collection[str], *, reason: str, now: datetime
) -> list[Notice]:
    """
    Withdraw what was drafted for the place that assets have left; return what was held by persons.

    Their new place has drafts of its own, and nobody is to be told twice.
    """
    waiting = await tx.notices(NoticeFilter(case_id=case_id, states=UNSENT))
    drafts = [one for one in waiting if one.kind is not NoticeKind.WITHDRAWAL]
    await _drop(tx, case_id, drafts, asset_ids, reason=reason, now=now)
    return [
        one
        for one in drafts
        if is_persons(one.hold) and not set(one.asset_ids).isdisjoint(asset_ids)
    ]


async def _drop(
    tx: Transaction,
    case_id: str,
    notices: Sequence[Notice],
    asset_ids: Collection[str],
    *,
    reason: str,
    now: datetime,
) -> None:
    """Take assets back from unsent notices, on record."""
    for one in await _take_back(tx, case_id, notices, asset_ids):
        await tx.audit(
            now,
            SYSTEM.name,
            "notice_dropped",
            case_id,
            serial=one.serial,
            left=one.left,
            reason=reason,
        )


async def _take_back(
    tx: Transaction, case_id: str, notices: Sequence[Notice], asset_ids: Collection[str]
) -> list[TakenBack]:
    """Let unsent notices speak of these assets no more; one with nothing left is withdrawn."""
    traced = {one.id: one.asset_id for one in await tx.snapshots(case_id)}
    concerned = [one for one in notices if not set(one.asset_ids).isdisjoint(asset_ids)]
    taken: list[TakenBack] = []
    for notice in concerned:
        less = without(notice, asset_ids, traced)
        await tx.save_notice(less or move_notice(notice, NoticeState.WITHDRAWN, hold=None))
        taken.append(TakenBack(serial=notice.serial, left=len(less.asset_ids) if less else 0))
    return taken
