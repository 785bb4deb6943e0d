"""Take back what an assessment put into the local list, once it is reversed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from cases.model import Asset, Digests, Match, Stage
from cases.ports import Transaction
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from matchers.hashlist.local import withdraw_local
from matchers.hashlist.publish import LOCAL_LIST
from matchers.matcher import Matcher

ENTRY_WITHDRAWN = "entry_withdrawn"
"""What the analyst is asked of a case whose ground fell away."""


async def unlist(
    desk: Desk, case_id: str, assets: Sequence[Asset], chosen: Collection[str]
) -> None:
    """
    Remove what assessments of the case listed of these assets; ask about cases found by it.

    Nothing is taken back there by itself: a person looks. Doing it again changes nothing.
    """
    desk.require(Action.CASE_ASSESS)
    meant = [one.digests for one in assets if one.id in chosen and one.digests is not None]
    into, only = desk.settings.paths.hash_lists, {one.sha256 for one in meant}
    if not await asyncio.to_thread(withdraw_local, into, case_id, desk.now(), only=only):
        return
    matcher = await asyncio.to_thread(Matcher.open, into, desk.policy.matching)
    left = [one for one in meant if not isinstance(matcher.exact(one), Match)]
    for other in await _found_by(desk, case_id, left):
        async with desk.store.transaction() as tx:
            await _ask(desk, tx, other, {one.sha256 for one in left})


async def _found_by(desk: Desk, case_id: str, digests: Sequence[Digests]) -> list[str]:
    async with desk.store.reading() as tx:
        found = [other for one in digests for other in await tx.cases_with_digest(one.sha256)]
    return sorted(set(found) - {case_id})


async def _ask(desk: Desk, tx: Transaction, case_id: str, gone: Collection[str]) -> None:
    case = await tx.case(case_id)
    if case.stage is Stage.CLOSED or not any(
        _rests_on(asset, gone) for asset in await tx.assets(case_id)
    ):
        return
    await desk.audit(tx, ENTRY_WITHDRAWN, case_id, reason="assessment_reversed")
    await tx.save_case(replace(case, needs=case.needs or ENTRY_WITHDRAWN))


def _rests_on(asset: Asset, gone: Collection[str]) -> bool:
    found = asset.comparison
    return (
        isinstance(found, Match)
        and found.entry.hash_list == LOCAL_LIST
        and asset.digests is not None
        and asset.digests.sha256 in gone
    )
