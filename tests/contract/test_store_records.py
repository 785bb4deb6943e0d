"""Every store keeps what belongs to a case: reports, assets, observations, traces."""

from __future__ import annotations

import pytest
from store_samples import (
    NOW,
    a_case,
    a_notice,
    a_report,
    a_snapshot,
    an_assessment,
    an_asset,
    an_observation,
    digests,
)

from cases.errors import StaleWrite, UnknownRecord
from cases.model import Answer, AssetKind
from cases.ports import CaseStore


async def test_reports_are_listed_oldest_first_and_found_by_their_key(store: CaseStore):
    """A key that was used cannot be used again."""
    case = a_case()
    async with store.transaction() as step:
        await step.add_case(case)
        await step.add_report(a_report(case, 2))
        await step.add_report(a_report(case, 1, note="seen"), idempotency_key="k1")
    async with store.transaction() as step:
        assert [one.id[-1] for one in await step.reports(case.id)] == ["1", "2"]
        found = await step.report_by_idempotency("k1")
        assert found == a_report(case, 1, note="seen")
        assert await step.report_by_idempotency("k2") is None
    with pytest.raises(StaleWrite):
        async with store.transaction() as step:
            await step.add_report(a_report(case, 3), idempotency_key="k1")


async def test_nothing_is_stored_for_a_case_that_is_not_there(store: CaseStore):
    """A report, an asset, an observation or a notice without its case is refused."""
    nobody = a_case(9)
    async with store.transaction() as step:
        for refused in (
            step.add_report(a_report(nobody)),
            step.save_asset(an_asset(nobody)),
            step.add_observation(an_observation(an_asset(nobody))),
            step.add_snapshot(a_snapshot(an_asset(nobody))),
            step.add_assessment(an_assessment(nobody)),
            step.add_notice(a_notice(nobody)),
            step.add_answer(Answer(serial="none", at=NOW, claim="removed", channel="web")),
        ):
            with pytest.raises(UnknownRecord):
                await refused


async def test_assets_are_replaced_and_ordered_by_number(store: CaseStore):
    """The tenth comes after the second."""
    case = a_case()
    async with store.transaction() as step:
        await step.add_case(case)
        for ordinal in (10, 2, 0):
            await step.save_asset(an_asset(case, ordinal))
        await step.save_asset(an_asset(case, 2, downloads=1))
        assets = await step.assets(case.id)
    assert [one.id.rpartition("-")[2] for one in assets] == ["0", "2", "10"]
    assert assets[1].downloads == 1


async def test_cases_that_share_a_digest_are_found(store: CaseStore):
    """In either spelling of the digest, each case once."""
    async with store.transaction() as step:
        for number, letter in ((1, "a"), (2, "a"), (3, "b")):
            await step.add_case(a_case(number))
            for ordinal in (0, 1):
                asset = an_asset(a_case(number), ordinal, digests=digests(letter))
                await step.save_asset(asset)
        assert await step.cases_with_digest("A" * 64) == [a_case(1).id, a_case(2).id]
        assert await step.cases_with_digest("c" * 64) == []


async def test_cases_whose_page_reads_alike_are_found(store: CaseStore):
    """A page has no digest of its own bytes; what it reads like takes its place."""
    async with store.transaction() as step:
        for number in (1, 2):
            await step.add_case(a_case(number))
            page = an_asset(a_case(number), 0, kind=AssetKind.PAGE, digests=None, look="d" * 64)
            await step.save_asset(page)
        assert await step.cases_with_digest("d" * 64) == [a_case(1).id, a_case(2).id]


async def test_observations_are_listed_oldest_first(store: CaseStore):
    """Of the case or of one asset; those of one moment in the order in which they came."""
    case = a_case()
    one, two = an_asset(case, 0), an_asset(case, 1)
    seen = [
        an_observation(one, 2),
        an_observation(two, 1),
        an_observation(one, 0, rule="x"),
        an_observation(one, 0, rule="y"),
    ]
    async with store.transaction() as step:
        await step.add_case(case)
        for observation in seen:
            await step.add_observation(observation)
        assert await step.observations(case.id) == [seen[2], seen[3], seen[1], seen[0]]
        assert await step.observations(case.id, two.id) == [seen[1]]


async def test_snapshots_are_found_by_id_and_the_newest_by_asset(store: CaseStore):
    """Another asset's snapshot is not mistaken for it; an id is used once."""
    case = a_case()
    asset = an_asset(case)
    async with store.transaction() as step:
        await step.add_case(case)
        for number in (3, 1, 2):
            await step.add_snapshot(a_snapshot(asset, number))
        assert await step.latest_snapshot(case.id, asset.id) == a_snapshot(asset, 3)
        assert await step.latest_snapshot(case.id, f"{case.id}-7") is None
        assert await step.snapshot(f"{asset.id}-S1") == a_snapshot(asset, 1)
        with pytest.raises(UnknownRecord, match="snapshot"):
            await step.snapshot("none")
    with pytest.raises(StaleWrite):
        async with store.transaction() as step:
            await step.add_snapshot(a_snapshot(asset, 1))


async def test_assessments_are_listed_in_order_and_numbered_once(store: CaseStore):
    """The same number twice is refused."""
    case = a_case()
    async with store.transaction() as step:
        await step.add_case(case)
        await step.add_assessment(an_assessment(case, 1))
        await step.add_assessment(an_assessment(case, 2))
    with pytest.raises(StaleWrite):
        async with store.transaction() as step:
            await step.add_assessment(an_assessment(case, 2))
    async with store.transaction() as step:
        assert await step.assessments(case.id) == [an_assessment(case, 1), an_assessment(case, 2)]
