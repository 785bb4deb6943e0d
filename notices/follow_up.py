"""
What a case that was noticed before still has to tell: to whom, and in which notice; pure.

Material that was assessed later at the same location goes to the same recipients, under the same
holds. A draft that still waits names it too; what has left or was approved stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.model import Hold, Notice, NoticeKind, NoticeState
from notices.planned import Planned

_CONTENT = frozenset(
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
    """What was told of a case at its present host."""

    notices: tuple[Notice, ...]
    since: datetime | None
    """Start of the leg; what was told of an earlier host counts no more."""
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
    standing = _standing(said)
    return tuple(
        one for one in asset_ids if not any(_names(notice, one, said) for notice in standing)
    )


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
            draft = next((notice for notice in _standing(said) if _takes(notice, left)), None)
            if draft is None:
                new.append(left)
            else:
                extended.append(_extended(draft, left))
    return FollowUp(new=tuple(new), extended=tuple(extended))


def _standing(said: Said) -> list[Notice]:
    return [one for one in said.notices if said.since is None or one.drafted_at >= said.since]


def _names(notice: Notice, asset_id: str, said: Said) -> bool:
    """Whether a notice tells of an asset; a later assessment undoes a withdrawal."""
    if asset_id not in notice.asset_ids or notice.state is NoticeState.BOUNCED:
        return False
    if notice.state is not NoticeState.WITHDRAWN:
        return True
    assessed = said.assessed.get(asset_id)
    return notice.sent_at is not None and (assessed is None or assessed <= notice.sent_at)


def _narrowed(one: Planned, said: Said, snapshot_ids: Mapping[str, str]) -> Planned | None:
    told = [notice for notice in _standing(said) if _same_reader(notice, one)]
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
    return mailbox and (notice.kind is one.kind or {notice.kind, one.kind} <= _CONTENT)


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
