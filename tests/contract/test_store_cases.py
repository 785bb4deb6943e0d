"""Every store lists, orders, guards and numbers cases in the same way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import (
    HOUR,
    NOW,
    a_case,
    add,
)

from cases.errors import StaleWrite, UnknownRecord
from cases.model import Priority, Stage
from cases.ports import CaseFilter, CaseStore


async def test_case_numbers_count_up_within_a_year(store: CaseStore):
    """Numbers are never used twice, in one step or over several."""
    async with store.transaction() as step:
        first = [await step.next_case_id(NOW) for _ in range(2)]
    async with store.transaction() as step:
        later = [await step.next_case_id(NOW), await step.next_case_id(NOW.replace(year=2027))]
    assert first + later == [
        "HW-2026-000001",
        "HW-2026-000002",
        "HW-2026-000003",
        "HW-2027-000001",
    ]


async def test_a_case_comes_back_as_it_was(store: CaseStore):
    """By its id, and by its canonical location."""
    await add(store, a_case(1), a_case(2))
    async with store.transaction() as step:
        assert await step.case(a_case(2).id) == a_case(2)
        assert await step.case_at(a_case(1).canonical) == a_case(1)
        assert await step.case_at("https://elsewhere.test/") is None
        with pytest.raises(UnknownRecord, match="no case HW-2026-000009"):
            await step.case("HW-2026-000009")


async def test_one_location_is_one_case(store: CaseStore):
    """A second case of a location, or of an id, is refused with the step that enters it."""
    await add(store, a_case(1))
    for second in (
        a_case(2, canonical=a_case(1).canonical),
        a_case(1, canonical="https://other.test/"),
    ):
        with pytest.raises(StaleWrite):
            await add(store, second)
    await add(store, a_case(2))


async def test_a_stale_case_is_not_written(store: CaseStore):
    """Who read first and writes last must read again."""
    await add(store, a_case())
    async with store.transaction() as step:
        mine, theirs = await step.case(a_case().id), await step.case(a_case().id)
        saved = await step.save_case(replace(theirs, stage=Stage.VISITING))
        assert saved.version == 2
        with pytest.raises(StaleWrite, match="read it again"):
            await step.save_case(replace(mine, needs="look"))
        again = await step.save_case(replace(saved, needs="look"))
    async with store.transaction() as step:
        assert await step.case(a_case().id) == again
        with pytest.raises(UnknownRecord):
            await step.save_case(a_case(9))


async def test_a_moved_location_is_found_at_its_new_place(store: CaseStore):
    """The blind index follows the record."""
    await add(store, a_case())
    async with store.transaction() as step:
        saved = await step.save_case(replace(a_case(), canonical="https://new.test/1"))
        assert await step.case_at("https://new.test/1") == saved
        assert await step.case_at(a_case().canonical) is None


async def test_cases_are_listed_newest_first_and_filtered(store: CaseStore):
    """Stages, need of an analyst, provider, country and limit each narrow the list."""
    await add(
        store,
        a_case(1, stage=Stage.CLOSED, provider="Example", country="NL"),
        a_case(2, needs="captcha", country="DE"),
        a_case(3, stage=Stage.MONITORING, provider="Example", needs="changed"),
    )

    async def ids(**wanted) -> list[str]:
        async with store.transaction() as step:
            return [case.id[-1] for case in await step.cases(CaseFilter(**wanted))]

    assert await ids() == ["3", "2", "1"]
    assert await ids(limit=2) == ["3", "2"]
    assert await ids(stages=(Stage.RECEIVED, Stage.CLOSED)) == ["2", "1"]
    assert await ids(needs_analyst=True) == ["3", "2"]
    assert await ids(needs_analyst=False) == ["1"]
    assert await ids(provider="Example", needs_analyst=True) == ["3"]
    assert await ids(country="NL") == ["1"]


async def test_due_cases_come_urgent_first_then_longest_overdue(store: CaseStore):
    """What is due this very moment is due; what waits for nobody's clock is not."""
    await add(
        store,
        a_case(1, next_action_at=NOW - HOUR),
        a_case(2, next_action_at=NOW - 2 * HOUR),
        a_case(3, next_action_at=NOW, priority=Priority.URGENT),
        a_case(4, next_action_at=NOW + HOUR),
        a_case(5),
    )
    async with store.transaction() as step:
        assert [case.id[-1] for case in await step.due_cases(NOW, 10)] == ["3", "2", "1"]
        assert [case.id[-1] for case in await step.due_cases(NOW, 2)] == ["3", "2"]
        assert await step.next_due() == NOW - 2 * HOUR


async def test_nothing_due_is_none(store: CaseStore):
    """An empty store waits for nothing."""
    async with store.transaction() as step:
        assert await step.next_due() is None
        assert await step.due_cases(NOW, 10) == []
