"""Every store keeps notices and answers, and finds them by code and Message-ID."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import (
    HOUR,
    NOW,
    a_case,
    a_notice,
)

from cases.errors import StaleWrite, UnknownRecord
from cases.model import Answer, NoticeState
from cases.ports import CaseStore, NoticeFilter


async def test_notices_are_listed_oldest_first_and_filtered(store: CaseStore):
    """By state, by case, by number."""
    async with store.transaction() as step:
        for number in (1, 2):
            await step.add_case(a_case(number))
            await step.add_notice(a_notice(a_case(number)))
        await step.add_notice(a_notice(a_case(1), 2, state=NoticeState.HELD))

        async def serials(**wanted) -> list[str]:
            return [one.serial[-9:] for one in await step.notices(NoticeFilter(**wanted))]

        assert await serials() == ["000001-N1", "000002-N1", "000001-N2"]
        assert await serials(states=(NoticeState.HELD,)) == ["000001-N2"]
        assert await serials(case_id=a_case(1).id) == ["000001-N1", "000001-N2"]
        assert await serials(limit=1) == ["000001-N1"]


async def test_a_stale_notice_is_not_written(store: CaseStore):
    """Two senders cannot both claim: the second is refused."""
    async with store.transaction() as step:
        await step.add_case(a_case())
        await step.add_notice(a_notice(a_case()))
        mine, theirs = [await step.notice(a_notice(a_case()).serial) for _ in range(2)]
        saved = await step.save_notice(replace(theirs, state=NoticeState.HELD))
        with pytest.raises(StaleWrite, match="read it again"):
            await step.save_notice(replace(mine, state=NoticeState.APPROVED))
        assert await step.notice(mine.serial) == saved
    with pytest.raises(StaleWrite):
        async with store.transaction() as step:
            await step.add_notice(a_notice(a_case()))
    async with store.transaction() as step:
        with pytest.raises(UnknownRecord, match="no notice"):
            await step.notice("none")
        with pytest.raises(UnknownRecord, match="no notice"):
            await step.save_notice(a_notice(a_case(), 5))


async def test_a_notice_is_found_by_its_code_and_by_every_message_id_it_ever_had(
    store: CaseStore,
):
    """A bounce of the first attempt is still recognised after the second."""
    async with store.transaction() as step:
        await step.add_case(a_case())
        notice = a_notice(a_case(), answer_code="ABCD-EFGH", message_id="<1@hotline.example>")
        await step.add_notice(notice)
        saved = await step.save_notice(replace(notice, message_id="<2@hotline.example>"))
        saved = await step.save_notice(replace(saved, state=NoticeState.HELD))
        assert await step.notice_by_code("ABCD-EFGH") == saved
        assert await step.notice_by_code("abcd-efgh") is None
        for message_id in ("<1@hotline.example>", "<2@hotline.example>"):
            assert await step.notice_by_message_id(message_id) == saved
        assert await step.notice_by_message_id("<3@hotline.example>") is None
        with pytest.raises(StaleWrite, match="Message-ID"):
            await step.add_notice(a_notice(a_case(), 2, message_id="<1@hotline.example>"))


async def test_answers_are_appended(store: CaseStore):
    """Oldest first; to a notice that is there."""
    answers = [
        Answer(serial=a_notice(a_case()).serial, at=NOW + hours * HOUR, claim=claim, channel="web")
        for hours, claim in ((1, "accepted"), (2, "removed"))
    ]
    async with store.transaction() as step:
        await step.add_case(a_case())
        await step.add_notice(a_notice(a_case()))
        for answer in reversed(answers):
            await step.add_answer(answer)
        assert await step.answers(answers[0].serial) == answers
        with pytest.raises(UnknownRecord):
            await step.answers("none")
