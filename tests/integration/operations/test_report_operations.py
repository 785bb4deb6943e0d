"""Reports become cases: sealed, deduplicated, re-opened, never lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from operations_house import House

from cases.errors import InvalidInput
from cases.model import CloseReason, Priority, Role, Source, Stage
from hostwatch.intake.draft import Draft
from hostwatch.operations import reports

SPELLINGS = (
    "http://files.test/a%2fb?x=1",
    "HTTP://FILES.test:80/a%2Fb?x=1",
    "http://files.test./a%2Fb?x=1#part",
    " http://files.test/./a%2Fb?x=1\n",
    "http:\\\\files.test\\c\\..\\a%2Fb?x=1",
    "http://files.test/a%2\tFb?x=1",
)


async def test_one_location_in_many_spellings_is_one_case(house: House):
    """Every report is added and counted; the texts stay as they were sent."""
    entered = [await house.report(url) for url in SPELLINGS]
    assert [one.outcome for one in entered] == ["new"] + ["added"] * (len(SPELLINGS) - 1)
    assert len({one.case_id for one in entered}) == 1
    case = await house.case(entered[0].case_id)
    assert case.reports == len(SPELLINGS)
    assert tuple(report.url for report in await house.reports(case.id)) == SPELLINGS


@pytest.mark.parametrize(
    "other",
    [
        "https://files.test/a%2fb?x=1",
        "http://files.test/a/b?x=1",
        "http://files.test/a%2fb?x=2",
        "http://files.test/A%2fb?x=1",
        "http://files.test:8080/a%2fb?x=1",
        "http://www.files.test/a%2fb?x=1",
    ],
)
async def test_what_may_show_something_else_is_another_case(house: House, other):
    """Scheme, path, query and port may matter to the host."""
    first = await house.report(SPELLINGS[0])
    second = await house.report(other)
    assert second.outcome == "new"
    assert second.case_id != first.case_id


async def test_an_urgent_report_raises_its_case_and_a_normal_one_never_lowers_it(house: House):
    """And the case is looked at no later than now."""
    first = await house.report(priority=Priority.NORMAL)
    await house.save(
        replace(
            await house.case(first.case_id), next_action_at=house.clock.now().replace(year=2027)
        )
    )
    await house.report(priority=Priority.URGENT)
    case = await house.case(first.case_id)
    assert case.priority is Priority.URGENT
    assert case.next_action_at == house.clock.now()
    await house.report(priority=Priority.NORMAL)
    assert (await house.case(first.case_id)).priority is Priority.URGENT


async def test_a_case_that_waits_for_a_person_is_not_visited_for_another_report(house: House):
    """What cannot be fetched stays with the analyst."""
    entered = await house.report("http://abcdefghijklmnop.onion/1")
    await house.report("http://abcdefghijklmnop.onion/1", priority=Priority.URGENT)
    case = await house.case(entered.case_id)
    assert (case.needs, case.next_action_at, case.reports) == ("hidden_service", None, 2)


PROVEN = (CloseReason.REMOVED, CloseReason.EXPIRED, CloseReason.SITE_DOWN)


@pytest.mark.parametrize("reason", PROVEN)
async def test_a_new_report_of_what_was_proven_gone_has_it_re_checked(house: House, reason):
    """`closed_at` stays, so that the re-check can tell a re-appearance; nothing is due later."""
    case_id = await closed(house, reason)
    before = await house.case(case_id)
    house.clock.pass_by(days=3)
    entered = await house.report()
    case = await house.case(case_id)
    assert (entered.outcome, entered.case_id) == ("added", case_id)
    assert (case.stage, case.close_reason) == (Stage.MONITORING, None)
    assert case.closed_at == before.closed_at
    assert case.next_action_at == house.clock.now()


@pytest.mark.parametrize("reason", [reason for reason in CloseReason if reason not in PROVEN])
async def test_a_new_report_of_anything_else_that_was_closed_has_it_visited_again(
    house: House, reason
):
    """As if it were new; its history and its reports stay."""
    case_id = await closed(house, reason)
    entered = await house.report()
    case = await house.case(case_id)
    assert (entered.outcome, entered.case_id) == ("added", case_id)
    assert (case.stage, case.close_reason, case.closed_at) == (Stage.VISITING, None, None)
    assert case.next_action_at == house.clock.now()
    assert case.reports == 2


async def closed(house: House, reason: CloseReason) -> str:
    entered = await house.report()
    case = await house.case(entered.case_id)
    await house.save(
        replace(
            case,
            stage=Stage.CLOSED,
            close_reason=reason,
            closed_at=house.clock.now(),
            next_action_at=None,
        )
    )
    return case.id


async def test_an_idempotency_key_enters_a_report_once(house: House):
    """The first answer is given again, and nothing is counted."""
    first = await house.report(key="form-1")
    again = await house.report(key="form-1")
    assert (again.outcome, again.case_id, again.reference) == (
        "repeated",
        first.case_id,
        first.reference,
    )
    assert (await house.case(first.case_id)).reports == 1
    assert len(await house.reports(first.case_id)) == 1


async def test_a_key_of_an_insufficient_report_counts_too(house: House):
    """A second try opens no second case."""
    first = await house.report("nonsense", key="form-1")
    again = await house.report("nonsense", key="form-1")
    assert (first.outcome, again.outcome) == ("insufficient", "repeated")
    assert first.case_id == again.case_id


async def test_a_key_used_for_another_location_swallows_nothing(house: House):
    """The second report is refused in words, so that its sender can give it a key of its own."""
    await house.report("http://a.test/1", key="form-1")
    entered = await house.report("http://b.test/1", key="form-1")
    assert (entered.outcome, entered.case_id) == ("refused", None)
    assert "b.test" not in entered.reason


@pytest.mark.parametrize("key", ["", "  ", "k" * 201])
async def test_a_key_without_meaning_is_refused(house: House, key):
    """All reports with an empty key would pass for one."""
    with pytest.raises(InvalidInput, match="idempotency key"):
        await house.report(key=key)


async def test_several_reports_are_entered_in_one_step_or_not_at_all(house: House):
    """A step that fails half-way leaves none of its reports."""
    drafts = [(Draft(url=f"http://a.test/{n}"), None) for n in range(3)]
    broken = [*drafts, (Draft(url="http://a.test/\udcff"), None)]
    with pytest.raises(InvalidInput, match="Unicode"):
        await reports.add_all(house.desk(), broken)
    assert await house.trail() == []
    entered = await reports.add_all(house.desk(), drafts)
    assert [one.outcome for one in entered] == ["new"] * 3


async def test_references_are_opaque_and_unique(house: House):
    """They tell neither the case nor how many there are, and are not guessed."""
    entered = [await house.report(f"http://a.test/{n % 5}") for n in range(60)]
    references = [one.reference for one in entered]
    assert len(set(references)) == 60
    assert all(re.fullmatch(r"[\w-]{16}", reference) for reference in references)
    for one in entered:
        assert one.case_id not in one.reference
        assert one.case_id.split("-")[-1] not in one.reference


@pytest.mark.parametrize("url", ["http://self.test/1", "nonsense"])
async def test_a_self_referral_cannot_be_told_apart_in_anything_clear(house: House, url):
    """Neither in the trail nor in a column of the database; the sealed report knows."""
    entered = await house.report(url, source=Source.SELF_REFERRED, reporter="Jo Doe", note="me")
    other = await house.report("http://public.test/1", source=Source.PUBLIC)
    await house.report("http://public.test/1", source=Source.SELF_REFERRED)
    (report,) = await house.reports(entered.case_id)
    assert report.source is Source.SELF_REFERRED

    def shape(entry):
        return set(json.loads(entry.detail)), entry.action, entry.actor

    mine, theirs = await house.trail(entered.case_id), await house.trail(other.case_id)
    assert shape(mine[0]) == shape(theirs[0])
    await house.store.close()
    for path in house.directory.glob("cases.db*"):
        raw = path.read_bytes()
        for secret in (b"self_ref", b"Jo Doe", b"self.test", b"public.test", b"ana@"):
            assert secret not in raw


async def test_the_trail_says_who_entered_and_under_which_policy(house: House):
    """Actor, login and policy version stand on the entry; the location does not."""
    entered = await house.report("http://secret.test/1")
    (entry,) = await house.trail(entered.case_id)
    detail = json.loads(entry.detail)
    assert (entry.actor, entry.action) == ("ana", "report_add")
    assert (detail["login"], detail["policy"], detail["outcome"]) == ("login", "1", "new")
    assert "secret" not in entry.detail


async def test_partners_and_police_reports_keep_their_own_references(house: House):
    """Ours and theirs both stand on the report."""
    entered = await house.report(
        source=Source.PARTNER, partner_reference="ICCAM-7", reporter="desk@partner.test"
    )
    (report,) = await house.reports(entered.case_id)
    assert report.partner_reference == "ICCAM-7"
    assert report.entered_by == "ana"
    assert report.reference != "ICCAM-7"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_may_not_report_reads_nothing_back_either(house: House, role):
    """An idempotency key or a known location tells a stranger nothing."""
    from cases.errors import NotPermitted

    await house.report(key="form-1")
    with pytest.raises(NotPermitted):
        await reports.add(
            house.desk(role), Draft(url="http://files.test/1"), idempotency_key="form-1"
        )
