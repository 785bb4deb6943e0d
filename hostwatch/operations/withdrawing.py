"""
Withdraw a listed entry everywhere: from the lists, from the cases it was found in, from notices.

Who wants it withdrawn need not say why. What another list or an assessment still supports stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.errors import UnknownRecord
from cases.lifecycle import move, move_notice
from cases.model import (
    Asset,
    Case,
    Match,
    NotChecked,
    Notice,
    NoticeKind,
    NoticeState,
    Stage,
)
from cases.ports import CaseFilter, NoticeFilter, Transaction
from hostwatch.desk import Desk
from hostwatch.operations.assessing import TOLD
from hostwatch.operations.selfreferrals import short
from hostwatch.operations.sightings import entry_of, look_up
from hostwatch.permissions import Action
from hostwatch.workflow.judging import Basis, basis, measured, strongest
from hostwatch.workflow.outdated import UNSENT
from matchers.hashlist import publish, versions
from matchers.hashlist import selfreferrals as register
from matchers.hashlist.selfreferrals import State
from matchers.matcher import Matcher
from notices.drafting import serial_for, withdrawal
from notices.replies.answers import new_code

SELF_REFERRAL = "self_referral_withdrawn"
"""What the analyst is asked; it stands nowhere else, as papers about a case may leave."""
ENTRY = "entry_withdrawn"
_COMPARED = ("match", "possible")
_ALL = 1_000_000_000
_NOTIFIED = (Stage.NOTIFIED, Stage.MONITORING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What a withdrawal changed."""

    entries: int
    """Listed digests that are gone."""
    cases: tuple[str, ...]
    """Cases that rested on them and wait for an analyst."""
    drafted: tuple[str, ...]
    """Serials of the notices of withdrawal that wait for approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What is taken away under the cases, and the lists as they are without it."""

    listed_as: str
    key: str
    question: str
    """What the analyst is asked."""
    matcher: Matcher

    def holds(self, asset: Asset) -> bool:
        """Tell whether an asset was found by what is withdrawn."""
        entry = entry_of(asset)
        return entry is not None and (entry.hash_list, entry.reference) == (
            self.listed_as,
            self.key,
        )

    def without(self, asset: Asset) -> Asset:
        """Compare again by what is left; what no list holds is not compared."""
        if not self.holds(asset):
            return asset
        found = self.matcher.exact(asset.digests) if asset.digests is not None else None
        kept = found if isinstance(found, Match) else NotChecked(reason=ENTRY)
        return replace(asset, comparison=kept)


async def withdraw(desk: Desk, name: str, reference: str) -> Withdrawn:
    """
    Withdraw what is listed under a reference of a list or of a self-referral service.

    Doing it again changes nothing, and finishes what was interrupted.

    Raises:
        UnknownRecord: there is no such list, service or reference.
    """
    desk.require(Action.LIST_WITHDRAW)
    service = register.is_register(desk.settings.paths.hash_lists, name)
    if service:
        listed_as, key = register.LISTED_AS, register.key_of(name, reference)
        await _close_register(desk, name, reference)
    else:
        listed_as, key = name, reference
    entries = await asyncio.to_thread(_unlist, desk, listed_as, key, service)
    ground = await _ground(desk, listed_as, key, SELF_REFERRAL if service else ENTRY)
    touched = await _touched(desk, ground)
    if not (service or entries or touched):
        raise UnknownRecord(f"hash list {name!r} has no entry with this reference")
    cases, drafted = await _follow(desk, ground, touched)
    async with desk.store.transaction() as tx:
        await desk.audit(
            tx,
            Action.LIST_WITHDRAW,
            None,
            list=listed_as,
            referral=short(reference),
            entries=entries,
            cases=len(cases),
        )
    return Withdrawn(entries=entries, cases=cases, drafted=drafted)


async def _close_register(desk: Desk, name: str, reference: str) -> None:
    """Note the outcome, which the cases will not tell any more, and drop the digests."""
    into = desk.settings.paths.hash_lists
    async with desk.store.reading() as tx:
        seen = await look_up(tx)
    with register.changing(into, name) as referrals:
        known = register.require(referrals, reference, *State)
        if known.state is not State.WITHDRAWN:
            found, removed = seen.of(register.key_of(name, reference), known.digests)
            referrals[reference] = register.withdrawn(known, found=found, removed=removed)


def _unlist(desk: Desk, listed_as: str, key: str, service: bool) -> int:
    into = desk.settings.paths.hash_lists
    if service and versions.pointed(into / listed_as) is None:
        return 0  # never listed
    return publish.withdraw(into, listed_as, key, desk.now())


async def _ground(desk: Desk, listed_as: str, key: str, question: str) -> _Ground:
    into = desk.settings.paths.hash_lists
    matcher = await asyncio.to_thread(Matcher.open, into, desk.policy.matching)
    return _Ground(listed_as=listed_as, key=key, question=question, matcher=matcher)


async def _touched(desk: Desk, ground: _Ground) -> list[str]:
    async with desk.store.reading() as tx:
        return [
            case.id
            for case in await tx.cases(CaseFilter(limit=_ALL))
            if case.comparison in _COMPARED
            and any(ground.holds(asset) for asset in await tx.assets(case.id))
        ]


async def _follow(
    desk: Desk, ground: _Ground, touched: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Look at every case that was found by the entry; one atomic step for each."""
    waiting: list[str] = []
    drafted: list[str] = []
    for case_id in touched:
        async with desk.store.transaction() as tx:
            asked, serials = await _withdraw_from(desk, tx, case_id, ground)
        drafted += serials
        waiting += [case_id] if asked else []
    return tuple(waiting), tuple(drafted)


async def _withdraw_from(
    desk: Desk, tx: Transaction, case_id: str, ground: _Ground
) -> tuple[bool, list[str]]:
    case, before = await tx.case(case_id), await tx.assets(case_id)
    after = [ground.without(asset) for asset in before]
    for asset in after:
        if asset not in before:
            await tx.save_asset(asset)
    statute, assessments = desk.settings.hotline.statute, await tx.assessments(case_id)
    left = basis(after, assessments, statute)
    lost = {one.id for one in basis(before, assessments, statute).told}
    lost -= {one.id for one in left.told}
    drafted = await _take_back(desk, tx, case_id, lost) if lost else []
    changed = _changed(desk, case, after, left, ground.question, lost=bool(lost))
    await tx.save_case(changed)
    await desk.audit(tx, ENTRY, case_id, assets=len(lost), drafted=len(drafted))
    return changed.needs == ground.question, drafted


def _changed(
    desk: Desk, case: Case, assets: Sequence[Asset], left: Basis, question: str, *, lost: bool
) -> Case:
    decisive = strongest(measured(assets))
    kept = replace(case, comparison=decisive.kind)
    if isinstance(decisive, Match) and not lost:
        return kept
    asked = replace(kept, needs=question, reason=ENTRY)
    if not left.assets:
        return replace(asked, next_action_at=None)
    if lost and case.stage in _NOTIFIED:
        # What is left is drafted anew.
        return move(replace(asked, next_action_at=desk.now()), Stage.TRACED)
    return asked


async def _take_back(desk: Desk, tx: Transaction, case_id: str, lost: set[str]) -> list[str]:
    """
    Withdraw the notices that speak of what lost its ground; drafts tell who was told.

    A notice that was sent and speaks of something else as well is left to the analyst.
    """
    drafted: list[str] = []
    known = await tx.notices(NoticeFilter(case_id=case_id))
    for notice in known:
        if not _falls(notice, lost):
            continue
        await desk.audit(tx, Action.NOTICE_WITHDRAW, case_id, serial=notice.serial)
        await tx.save_notice(move_notice(notice, NoticeState.WITHDRAWN, hold=None))
        if notice.state in TOLD:
            drafted.append(await _draft(desk, tx, notice, len(known) + len(drafted) + 1))
    return drafted


def _falls(notice: Notice, lost: set[str]) -> bool:
    if notice.kind is NoticeKind.WITHDRAWAL:
        return False
    named = set(notice.asset_ids)
    return bool(named & lost) if notice.state in UNSENT else notice.state in TOLD and named <= lost


async def _draft(desk: Desk, tx: Transaction, notice: Notice, number: int) -> str:
    serial = serial_for(notice.case_id, number)
    made = withdrawal(notice, serial=serial, answer_code=new_code(), now=desk.now())
    await tx.add_notice(made)
    return serial
