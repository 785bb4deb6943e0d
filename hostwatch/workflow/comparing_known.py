"""
Compare the cases that are known with the hash lists that came into force after their visits.

The worker does a page at a time between its visits and remembers how far it came, so that a round
outlives a restart; one case is one atomic step, and doing it again changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace

import structlog

from cases.errors import ConfigurationProblem, StaleWrite, TemporaryFailure
from cases.lifecycle import move
from cases.model import Case, Stage
from cases.ports import NoticeFilter, Transaction
from hostwatch.engine import Engine
from hostwatch.faults import told
from hostwatch.permissions import SYSTEM
from hostwatch.workflow.drafting import basis_of, said_of
from hostwatch.workflow.judging import Basis
from hostwatch.workflow.listed_later import (
    LISTED_LATER,
    News,
    Round,
    begun,
    compare_again,
    follow,
    passed,
)
from matchers.hashlist.publish import LOCAL_LIST
from notices.follow_up import unnamed

log = structlog.get_logger()

ROUND = "lists_compared"
"""The switch that remembers the round; cleared, every case is compared once more."""
PAGE = 100
"""Cases of one page."""
_TRIES = 3


async def compare_known(engine: Engine) -> bool:
    """
    Compare the next page of known cases with the lists in force; tell whether more are left.

    Without a list there is nothing to compare with, and the round waits.
    """
    lists = {one.name: one.version for one in engine.matcher.lists()}
    if not lists:
        return False
    async with engine.store.reading() as tx:
        known = _read(await tx.setting(ROUND))
        now = begun(known, lists)
        ids = await _page(tx, now)
    if not now.left:
        return False
    try:
        for case_id in ids:
            await _compare_safely(engine, case_id)
    except ConfigurationProblem as problem:
        engine.counters.add("hash_list_faults")
        log.warning("known_cases_not_compared", error=type(problem).__name__)
        return False
    after = passed(now, ids)
    async with engine.store.transaction() as tx:
        if _read(await tx.setting(ROUND)) == known:
            await tx.set_setting(ROUND, _written(after))
    if not after.left:
        log.info("known_cases_compared", lists=len(lists))
    return bool(after.left)


async def _page(tx: Transaction, now: Round) -> list[str]:
    if not now.left:
        return []
    after, last = now.left[0]
    return [one for one in await tx.case_ids(after, PAGE) if last is None or one <= last]


async def _compare_safely(engine: Engine, case_id: str) -> None:
    """
    Let one case that cannot be compared hinder no other; one that is in use is tried again.

    Raises:
        TemporaryFailure: the store is busy; the page is done once more, which changes nothing.
        ConfigurationProblem: the lists cannot be used.
    """
    for _ in range(_TRIES):
        try:
            await compare_one(engine, case_id)
        except StaleWrite:
            continue
        except (TemporaryFailure, ConfigurationProblem):
            raise
        except Exception as problem:  # noqa: BLE001 - one poisoned case must not stop the others
            engine.counters.add("hash_list_faults")
            log.warning("case_not_compared", case=case_id, **told(problem))
        return
    raise TemporaryFailure("A case was changed again and again while it was compared.")


async def compare_one(engine: Engine, case_id: str) -> bool:
    """Compare one case with the lists in force; tell whether they say something new of it."""
    async with engine.store.reading() as tx:
        if await tx.is_erased(case_id) or not (await _news(engine, tx, case_id)).changed:
            return False
    async with engine.store.transaction() as tx:
        if await tx.is_erased(case_id):
            return False
        news = await _news(engine, tx, case_id)
        if news.changed:
            await _write(engine, tx, await tx.case(case_id), news)
    return bool(news.changed)


async def _news(engine: Engine, tx: Transaction, case_id: str) -> News:
    assets, said = await tx.assets(case_id), await tx.assessments(case_id)
    return compare_again(assets, said, engine.matcher, own=LOCAL_LIST)


async def _write(engine: Engine, tx: Transaction, case: Case, news: News) -> None:
    now = engine.clock.now()
    for asset in news.changed:
        await tx.save_asset(asset)
    ground = await basis_of(engine, tx, case)
    seen = await tx.observations(case.id)
    untold = await _untold(tx, case, ground, news)
    followed = follow(case, news, ground, seen, untold=untold, now=now)
    after = await tx.save_case(replace(followed, linked=await _linked(tx, followed, news)))
    # No name of a list: papers about a case may leave, and one may be a self-referral's.
    await tx.audit(
        now,
        SYSTEM.name,
        LISTED_LATER,
        case.id,
        listed=len(news.listed),
        possible=len(news.possible),
        stage=after.stage.value,
        reopened=case.stage is Stage.CLOSED and after.stage is not Stage.CLOSED,
        asked=after.needs if after.needs != case.needs else None,
        policy=engine.policy.version,
    )


async def _untold(tx: Transaction, case: Case, ground: Basis, news: News) -> bool:
    said = said_of(case, ground, await tx.notices(NoticeFilter(case_id=case.id)))
    return bool(unnamed(news.listed & {one.id for one in ground.assets}, said))


async def _linked(tx: Transaction, case: Case, news: News) -> tuple[str, ...]:
    """Link the cases that share what is listed now."""
    found = set(case.linked)
    for asset in news.changed:
        if asset.id in news.listed and asset.digests is not None:
            found.update(await tx.cases_with_digest(asset.digests.sha256))
    return tuple(sorted(found - {case.id}))


# ------------------------------------------------------------------ seen again after its closing


async def is_first_sight(tx: Transaction, case: Case, present: frozenset[str]) -> bool:
    """
    Whether nothing of what is there was acted on, and so traced, before the case was closed.

    Then nothing came back: a list learned meanwhile of what had been beside it.
    """
    closed_at = case.closed_at
    before = {
        one.asset_id
        for one in await tx.snapshots(case.id)
        if closed_at is not None and one.taken_at <= closed_at
    }
    return bool(present) and before.isdisjoint(present)


async def take_up(engine: Engine, tx: Transaction, case: Case) -> Case:
    """Open a closed case again for what was listed later and is there: it is traced and told."""
    now = engine.clock.now()
    await tx.audit(now, SYSTEM.name, "case_taken_up", case.id, reason=LISTED_LATER)
    due = replace(case, reason=LISTED_LATER, next_action_at=now, closed_at=None, needs=None)
    if case.stage is Stage.CLOSED:
        return await tx.save_case(move(due, Stage.ASSESSED))
    return await tx.save_case(move(due, Stage.TRACED))


# ------------------------------------------------------------------ the round as it is stored


def _read(text: str | None) -> Round | None:
    if text is None:
        return None
    found = json.loads(text)
    return Round(lists=found["lists"], left=tuple((after, to) for after, to in found["left"]))


def _written(known: Round) -> str:
    return json.dumps({"lists": dict(known.lists), "left": known.left}, sort_keys=True)
