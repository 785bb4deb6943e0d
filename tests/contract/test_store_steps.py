"""Every store writes a step whole or not at all, and steps take turns."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from store_samples import (
    NOW,
    a_case,
    a_report,
    add,
)

from cases.audit import Intact, verify
from cases.errors import StaleWrite
from cases.ports import CaseFilter, CaseStore


async def test_a_step_that_fails_leaves_nothing(store: CaseStore):
    """Case, report, number and trail are all there, or none of them."""

    async def failing() -> None:
        async with store.transaction() as step:
            await step.next_case_id(NOW)
            await step.add_case(a_case())
            await step.add_report(a_report(a_case()), idempotency_key="k")
            await step.audit(NOW, "ana", "report_added", a_case().id)
            await step.set_setting("paused_fetching", "yes")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    async with store.transaction() as step:
        assert await step.cases(CaseFilter()) == []
        assert await step.report_by_idempotency("k") is None
        assert await step.trail() == []
        assert await step.setting("paused_fetching") is None
        assert await step.next_case_id(NOW) == "HW-2026-000001"
    await add(store, a_case())


async def test_steps_of_many_tasks_lose_nothing(store: CaseStore):
    """Twenty tasks add one to one case, again where another was first; the trail is whole."""
    await add(store, a_case())

    async def once() -> None:
        async with store.transaction() as step:
            case = await step.case(a_case().id)
            await asyncio.sleep(0)
            await step.save_case(replace(case, attempts=case.attempts + 1))
            await step.audit(NOW, "core", "case_visited", case.id)

    async def visit() -> None:
        while True:
            try:
                return await once()
            except StaleWrite:
                await asyncio.sleep(0.01)

    await asyncio.gather(*(visit() for _ in range(20)))
    async with store.transaction() as step:
        assert (await step.case(a_case().id)).attempts == 20
        assert isinstance(verify(await step.trail()), Intact)
        assert len(await step.trail()) == 20


async def test_a_step_within_a_step_is_refused(store: CaseStore):
    """It would wait for itself for ever."""
    async with store.transaction():
        with pytest.raises(RuntimeError, match="use that one"):
            async with store.transaction():
                pass


async def test_a_cancelled_step_leaves_nothing_and_frees_the_store(store: CaseStore):
    """A task that is stopped in the midst of a step does not hold up the others."""

    async def endless() -> None:
        async with store.transaction() as step:
            await step.add_case(a_case())
            await asyncio.sleep(60)

    task = asyncio.create_task(endless())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.transaction() as step:
        assert await step.cases(CaseFilter()) == []
