"""What every store of cases does, whichever database stands behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import (
    HOUR,
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

from cases.audit import Intact, verify
from cases.errors import StaleWrite, UnknownRecord
from cases.model import Account, Answer, NoticeState, Priority, Role, Stage
from cases.ports import CaseFilter, CaseStore, NoticeFilter
from cases.seal import Keyring
from cases.store.sqlite import open_store


@pytest.fixture(params=["sqlite"])
async def store(tmp_path: Path) -> AsyncIterator[CaseStore]:
    opened = await open_store(tmp_path / "cases.db", Keyring.derive(b"k" * 32), create=True)
    yield opened
    await opened.close()


async def add(store: CaseStore, *cases, reports: bool = False) -> None:
    async with store.transaction() as step:
        for case in cases:
            await step.add_case(case)
            if reports:
                await step.add_report(a_report(case))


# --------------------------------------------------------------------------- atomic steps


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


async def test_steps_of_many_tasks_take_turns(store: CaseStore):
    """Fifty tasks add one to one case; none is lost, and every one sees the one before."""
    await add(store, a_case())

    async def visit() -> None:
        async with store.transaction() as step:
            case = await step.case(a_case().id)
            await asyncio.sleep(0)
            await step.save_case(replace(case, attempts=case.attempts + 1))
            await step.audit(NOW, "core", "case_visited", case.id)

    await asyncio.gather(*(visit() for _ in range(50)))
    async with store.transaction() as step:
        assert (await step.case(a_case().id)).attempts == 50
        assert isinstance(verify(await step.trail()), Intact)


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


# --------------------------------------------------------------------------- cases


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
    """A second case of a location, or of an id, is refused; the step can go on."""
    await add(store, a_case(1))
    async with store.transaction() as step:
        with pytest.raises(StaleWrite):
            await step.add_case(a_case(2, canonical=a_case(1).canonical))
        with pytest.raises(StaleWrite):
            await step.add_case(a_case(1, canonical="https://other.test/"))
        await step.add_report(a_report(a_case(1)))
    async with store.transaction() as step:
        assert await step.reports(a_case(1).id) == [a_report(a_case(1))]


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


# --------------------------------------------------------------------------- what belongs to it


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
            await step.add_snapshot(a_snapshot(asset, 1))


async def test_assessments_are_listed_in_order_and_numbered_once(store: CaseStore):
    """The same number twice is refused."""
    case = a_case()
    async with store.transaction() as step:
        await step.add_case(case)
        await step.add_assessment(an_assessment(case, 1))
        await step.add_assessment(an_assessment(case, 2))
        with pytest.raises(StaleWrite):
            await step.add_assessment(an_assessment(case, 2))
        assert await step.assessments(case.id) == [an_assessment(case, 1), an_assessment(case, 2)]


# --------------------------------------------------------------------------- notices


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
            await step.add_notice(a_notice(a_case()))
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


# --------------------------------------------------------------------------- erasure


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


# --------------------------------------------------------------------------- leases


async def test_a_host_is_leased_to_one_owner_until_it_is_released_or_expires(store: CaseStore):
    """Also not twice to the same owner; in whatever spelling."""
    async with store.transaction() as step:

        async def take(owner: str, hours: float, host: str = "board.test") -> bool:
            now = NOW + hours * HOUR
            return await step.lease_host(host, owner, now, now + HOUR)

        assert await take("one", 0)
        assert not await take("two", 0.5)
        assert not await take("one", 0.5, "BOARD.test")
        assert await take("two", 0.5, "other.test")
        assert await take("two", 1)
        assert not await take("one", 1.5)


async def test_a_released_host_waits_for_its_pace(store: CaseStore):
    """Free, but not before `next_allowed_at`."""
    async with store.transaction() as step:
        assert await step.lease_host("board.test", "one", NOW, NOW + 9 * HOUR)
        await step.release_host("board.test", "one", NOW + HOUR)
        early = NOW + 0.9 * HOUR
        assert not await step.lease_host("board.test", "two", early, early + HOUR)
        assert await step.lease_host("board.test", "two", NOW + HOUR, NOW + 2 * HOUR)


async def test_who_lost_a_lease_cannot_release_it(store: CaseStore):
    """A paused worker that comes back can only make the next visit later, never earlier."""
    async with store.transaction() as step:
        assert await step.lease_host("board.test", "slow", NOW, NOW + HOUR)
        assert await step.lease_host("board.test", "quick", NOW + HOUR, NOW + 2 * HOUR)
        await step.release_host("board.test", "slow", NOW + 5 * HOUR)
        late = NOW + 1.5 * HOUR
        assert not await step.lease_host("board.test", "third", late, late + HOUR)
        assert not await step.lease_host("board.test", "third", NOW + 3 * HOUR, NOW + 4 * HOUR)
        assert await step.lease_host("board.test", "third", NOW + 5 * HOUR, NOW + 6 * HOUR)
        await step.release_host("board.test", "slow", NOW + HOUR)
        assert not await step.lease_host("board.test", "slow", NOW + 5 * HOUR, NOW + 6 * HOUR)
        await step.release_host("unknown.test", "slow", NOW)


# --------------------------------------------------------------------------- desk


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
