"""Every store makes an erased case unreadable."""

from __future__ import annotations

import pytest
from store_samples import (
    NOW,
    a_case,
    a_notice,
    a_report,
    a_snapshot,
    add,
    an_assessment,
    an_asset,
    an_observation,
    digests,
)

from cases.errors import UnknownRecord
from cases.model import Answer
from cases.ports import CaseFilter, CaseStore, NoticeFilter


async def test_an_erased_case_cannot_be_read_and_is_not_listed(store: CaseStore):
    """Nothing of it comes back, in the same step or a later one; other cases stay."""
    case, other = a_case(1, next_action_at=NOW), a_case(2, next_action_at=NOW)
    async with store.transaction() as step:
        for one in (case, other):
            await step.add_case(one)
            await step.add_report(a_report(one), idempotency_key=one.id)
            await step.save_asset(an_asset(one, digests=digests("a")))
            await step.add_observation(an_observation(an_asset(one)))
            await step.add_snapshot(a_snapshot(an_asset(one)))
            await step.add_assessment(an_assessment(one))
            notice = a_notice(one, answer_code=one.id, message_id=f"<{one.id}@hotline.example>")
            await step.add_notice(notice)
            answer = Answer(serial=notice.serial, at=NOW, claim="removed", channel="web")
            await step.add_answer(answer)
        await step.audit(NOW, "ana", "case_erased", case.id)
        await step.erase_case(case.id)
        await step.erase_case(case.id)
        with pytest.raises(UnknownRecord, match="no case"):
            await step.erase_case("HW-2026-000009")
    async with store.transaction() as step:
        for refused in (
            step.case(case.id),
            step.reports(case.id),
            step.assets(case.id),
            step.observations(case.id),
            step.assessments(case.id),
            step.snapshot(a_snapshot(an_asset(case)).id),
            step.notice(a_notice(case).serial),
            step.answers(a_notice(case).serial),
            step.notices(NoticeFilter(case_id=case.id)),
            step.save_case(case),
            step.add_report(a_report(case, 2)),
        ):
            with pytest.raises(UnknownRecord, match=f"{case.id} was erased"):
                await refused
        assert await step.case_at(case.canonical) is None
        assert await step.report_by_idempotency(case.id) is None
        assert await step.notice_by_code(case.id) is None
        assert await step.notice_by_message_id(f"<{case.id}@hotline.example>") is None
        assert await step.cases(CaseFilter()) == [other]
        assert await step.due_cases(NOW, 10) == [other]
        assert await step.cases_with_digest("a" * 64) == [other.id]
        assert [one.case_id for one in await step.notices(NoticeFilter())] == [other.id]
        assert await step.case_at(other.canonical) == other
        assert len(await step.trail(case.id)) == 1


async def test_a_location_that_was_erased_can_be_reported_anew(store: CaseStore):
    """It becomes a new case with a new key."""
    await add(store, a_case(1))
    async with store.transaction() as step:
        await step.erase_case(a_case(1).id)
        await step.add_case(a_case(2, canonical=a_case(1).canonical))
        assert (await step.case_at(a_case(1).canonical)).id == a_case(2).id
