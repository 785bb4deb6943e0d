"""
What a case that was noticed before still has to tell: to whom, and in which notice; pure.

Material that was assessed later at the same location goes to the same recipients, under the same
holds. A draft that still waits names it too; what has left or was approved stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.model import Hold, Notice, NoticeKind, NoticeState
from notices.planned import Planned

CONTENT = frozenset(
    {
        NoticeKind.FIRST,
        NoticeKind.REMINDER,
        NoticeKind.ESCALATION,
        NoticeKind.MOVED,
        NoticeKind.REAPPEARANCE,
    }
)
"""Kinds that tell a provider of content."""
_SYSTEM, _POLICY = "hostwatch", "policy"
"""Owners of holds that are no person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was told of a case."""

    notices: tuple[Notice, ...]
    since: Mapping[str, datetime]
    """Asset id -> when it came to its present host; what was told before counts no more."""
    assessed: Mapping[str, datetime]
    """Asset id -> when it was last assessed as illegal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The notices that are to be written."""

    new: tuple[Planned, ...]
    extended: tuple[Notice, ...]
    """Drafts that name more than before."""


def unnamed(asset_ids: Iterable[str], said: Said) -> tuple[str, ...]:
    """Return the assets that no notice names, to whomever it goes."""
    return tuple(
        one for one in asset_ids if not any(_names(notice, one, said) for notice in said.notices)
    )


def told_there(said: Said, asset_ids: Iterable[str]) -> tuple[Notice, ...]:
    """Return the notices that were drafted since all of these assets came to their hosts."""
    wanted = tuple(asset_ids)
    return tuple(one for one in said.notices if all(_counts(one, each, said) for each in wanted))


def outdated(notice: Notice, said: Said, *, acted_on: Collection[str]) -> tuple[str, ...]:
    """Return the assets of a notice that lie elsewhere since, or that nobody acts on any more."""
    return tuple(
        one for one in notice.asset_ids if one not in acted_on or not _counts(notice, one, said)
    )


def is_persons(hold: Hold | None) -> bool:
    """Whether a person holds a notice back, not a rule."""
    return hold is not None and hold.owner not in {_SYSTEM, _POLICY}


def held_on(planned: Planned, left: Sequence[Notice]) -> Planned:
    """
    Return the plan under the hold that a person put on what it takes the place of.

    Of a person's hold and a rule's, the one that ends later stays.
    """
    holds = [one.hold for one in left if one.hold is not None and _same_reading(one, planned)]
    known = [*holds, *([planned.hold] if planned.hold is not None else [])]
    return replace(planned, hold=max(known, key=_end, default=None))


def _end(hold: Hold) -> tuple[bool, float]:
    return (hold.until is None, hold.until.timestamp() if hold.until is not None else 0.0)


def _same_reading(notice: Notice, one: Planned) -> bool:
    return notice.kind is one.kind or {notice.kind, one.kind} <= CONTENT


def follow_up(
    planned: Sequence[Planned], said: Said, *, snapshot_ids: Mapping[str, str]
) -> FollowUp:
    """
    Narrow a plan to what its recipients were not told, and put it into drafts that wait.

    Args:
        planned: everyone who is told of the case by policy, and of what.
        said: what was told already.
        snapshot_ids: asset id -> its newest trace.
    """
    new: list[Planned] = []
    extended: list[Notice] = []
    for one in planned:
        left = _narrowed(one, said, snapshot_ids)
        if left is not None:
            drafts = (notice for notice in said.notices if _stands(notice, said))
            draft = next((notice for notice in drafts if _takes(notice, left)), None)
            if draft is None:
                new.append(left)
            else:
                extended.append(_extended(draft, left))
    return FollowUp(new=tuple(new), extended=tuple(extended))


def _counts(notice: Notice, asset_id: str, said: Said) -> bool:
    """Whether a notice was drafted since an asset came to its host."""
    since = said.since.get(asset_id)
    return since is None or notice.drafted_at >= since


def _stands(notice: Notice, said: Said) -> bool:
    return all(_counts(notice, one, said) for one in notice.asset_ids)


def _names(notice: Notice, asset_id: str, said: Said) -> bool:
    """Whether a notice tells of an asset; a later assessment undoes a withdrawal."""
    if asset_id not in notice.asset_ids or notice.state is NoticeState.BOUNCED:
        return False
    if not _counts(notice, asset_id, said):
        return False
    if notice.state is not NoticeState.WITHDRAWN:
        return True
    assessed = said.assessed.get(asset_id)
    return notice.sent_at is not None and (assessed is None or assessed <= notice.sent_at)


def _narrowed(one: Planned, said: Said, snapshot_ids: Mapping[str, str]) -> Planned | None:
    told = [notice for notice in said.notices if _same_reader(notice, one)]
    missing = tuple(
        asset_id
        for asset_id in one.asset_ids
        if not any(_names(notice, asset_id, said) for notice in told)
    )
    if not missing:
        return None
    traces = tuple(dict.fromkeys(snapshot_ids[asset_id] for asset_id in missing))
    return replace(one, asset_ids=missing, snapshot_ids=traces)


def _same_reader(notice: Notice, one: Planned) -> bool:
    mailbox = notice.recipient.address.casefold() == one.recipient.address.casefold()
    return mailbox and _same_reading(notice, one)


def _takes(notice: Notice, one: Planned) -> bool:
    """Whether a draft waits for the same mailbox, for the same purpose and under the same hold."""
    if not _same_reader(notice, one) or notice.kind is not one.kind:
        return False
    if notice.state is NoticeState.DRAFTED:
        return one.hold is None
    return notice.state is NoticeState.HELD and _same_hold(notice.hold, one.hold)


def _same_hold(held: Hold | None, wanted: Hold | None) -> bool:
    """Whether more may go under a hold: a person's keeps all back, a timed one what it was for."""
    if held is None or held.owner == _SYSTEM:
        return False
    if wanted is None:
        return held.owner != _POLICY
    timed = held.until is not None or wanted.until is not None
    return held.owner == _POLICY and held.reason == wanted.reason and not timed


def _extended(notice: Notice, one: Planned) -> Notice:
    return replace(
        notice,
        asset_ids=tuple(dict.fromkeys((*notice.asset_ids, *one.asset_ids))),
        snapshot_ids=tuple(dict.fromkeys((*notice.snapshot_ids, *one.snapshot_ids))),
        template=notice.template if notice.template == one.template else "generic",
    )
