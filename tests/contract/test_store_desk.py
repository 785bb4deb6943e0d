"""Every store leases hosts and keeps settings, accounts and the trail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import (
    HOUR,
    NOW,
)

from cases.audit import Intact, verify
from cases.model import Account, Role
from cases.ports import CaseStore


async def test_a_host_is_leased_to_one_owner_until_it_is_released_or_expires(store: CaseStore):
    """Who holds it may keep it longer; in whatever spelling."""
    async with store.transaction() as step:

        async def take(owner: str, hours: float, host: str = "board.test") -> bool:
            now = NOW + hours * HOUR
            return await step.lease_host(step.host_key(host), owner, now, now + HOUR)

        assert await take("one", 0)
        assert not await take("two", 0.5)
        assert await take("one", 0.5, "BOARD.test")
        assert await take("two", 0.5, "other.test")
        assert not await take("two", 1)
        assert await take("two", 1.5)
        assert not await take("one", 2)


async def test_a_released_host_waits_for_its_pace(store: CaseStore):
    """Free, but not before `next_allowed_at`."""
    async with store.transaction() as step:
        assert await step.lease_host(step.host_key("board.test"), "one", NOW, NOW + 9 * HOUR)
        await step.release_host(step.host_key("board.test"), "one", NOW + HOUR)
        early = NOW + 0.9 * HOUR
        assert not await step.lease_host(step.host_key("board.test"), "two", early, early + HOUR)
        assert await step.lease_host(step.host_key("board.test"), "two", NOW + HOUR, NOW + 2 * HOUR)


async def test_who_lost_a_lease_cannot_release_it(store: CaseStore):
    """A paused worker that comes back can only make the next visit later, never earlier."""
    async with store.transaction() as step:
        assert await step.lease_host(step.host_key("board.test"), "slow", NOW, NOW + HOUR)
        assert await step.lease_host(
            step.host_key("board.test"), "quick", NOW + HOUR, NOW + 2 * HOUR
        )
        await step.release_host(step.host_key("board.test"), "slow", NOW + 5 * HOUR)
        late = NOW + 1.5 * HOUR
        assert not await step.lease_host(step.host_key("board.test"), "third", late, late + HOUR)
        assert not await step.lease_host(
            step.host_key("board.test"), "third", NOW + 3 * HOUR, NOW + 4 * HOUR
        )
        assert await step.lease_host(
            step.host_key("board.test"), "third", NOW + 5 * HOUR, NOW + 6 * HOUR
        )
        await step.release_host(step.host_key("board.test"), "slow", NOW + HOUR)
        assert not await step.lease_host(
            step.host_key("board.test"), "slow", NOW + 5 * HOUR, NOW + 6 * HOUR
        )
        await step.release_host(step.host_key("unknown.test"), "slow", NOW)


async def test_settings_are_set_and_cleared(store: CaseStore):
    """A switch that was cleared is none, as one that never was."""
    async with store.transaction() as step:
        assert await step.setting("paused_fetching") is None
        await step.set_setting("paused_fetching", "ana")
        await step.set_setting("paused_fetching", "bea")
        assert await step.setting("paused_fetching") == "bea"
        await step.set_setting("paused_fetching", None)
        assert await step.setting("paused_fetching") is None


async def test_accounts_are_replaced_and_listed_by_name(store: CaseStore):
    """The last saved one stands."""
    bea = Account(name="bea", role=Role.MANAGER, created_at=NOW)
    ana = Account(name="ana", role=Role.ANALYST, created_at=NOW)
    async with store.transaction() as step:
        await step.save_account(bea)
        await step.save_account(ana)
        await step.save_account(replace(ana, active=False))
        assert await step.account("ana") == replace(ana, active=False)
        assert await step.account("eve") is None
        assert [one.name for one in await step.accounts()] == ["ana", "bea"]


async def test_the_trail_is_a_chain_over_all_steps(store: CaseStore):
    """Entries follow each other in one step and over several; those of a case can be read apart."""
    for number in (1, 2):
        async with store.transaction() as step:
            await step.audit(NOW, "ana", "case_opened", f"HW-2026-00000{number}", number=number)
            await step.audit(NOW, "ana", "policy_loaded", version="2026.1")
    async with store.transaction() as step:
        trail = await step.trail()
        assert [entry.sequence for entry in trail] == [1, 2, 3, 4]
        assert verify(trail) == Intact(entries=4, head=trail[-1].digest)
        assert [entry.detail for entry in await step.trail("HW-2026-000002")] == ['{"number":2}']
        with pytest.raises(ValueError, match="looks like a location"):
            await step.audit(NOW, "ana", "case_opened", where="https://board.test/1")
        assert len(await step.trail()) == 4
