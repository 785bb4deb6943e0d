"""Whole lives of cases, as a senior analyst would doubt them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from later_lists_house import HARBOUR, MAILBOXES, MEADOW, PAGE, Town, a_town
from scripted_web import digests, fails, picture

from cases.model import Case, CloseReason, NoticeKind, NoticeState, Stage
from crawler.fetch.contract import FetchCode
from hostwatch import answers
from hostwatch.intake.draft import Draft
from hostwatch.operations import cases, notices, people, reports
from hostwatch.workflow.sending import send_all_due, send_one
from matchers.matcher import Matcher
from matchers.verdict import SIGNAL_QUARANTINED

HOST = MAILBOXES[HARBOUR]


@pytest.fixture
async def town(house):
    """A hotline whose list knows one picture."""
    return await a_town(house)


async def sent(town: Town, *labels: str) -> Case:
    town.board(*labels)
    case = await town.reported()
    await town.send_all(case.id)
    return case


async def of_kind(town: Town, case: Case, kind: NoticeKind, *states: NoticeState):
    return [one for one in await town.notices(case.id, *states) if one.kind is kind]


async def test_another_file_in_the_old_place_is_no_re_appearance(town):
    """The address answers again with bytes that nobody knows."""
    case = await sent(town, "known")
    shown = dict(town.web.answers)
    town.board()
    await town.until_closed(case.id)
    town.web.answers.update(shown)
    town.web.put("http://board.test/known.jpg", picture("harmless"))
    after = await town.look(case.id, days=2)
    assert (after.stage, after.reappearances) == (Stage.CLOSED, 0)


async def test_what_comes_back_is_told_once_and_under_its_name(town):
    """A draft that waited when it went away is withdrawn, so that nobody is told twice."""
    town.board("known")
    case = await town.reported()
    shown = dict(town.web.answers)
    town.board()
    await town.until_closed(case.id)
    town.web.answers.update(shown)
    after = await town.look(case.id, days=2)
    assert (after.stage, after.reappearances) == (Stage.MONITORING, 1)
    waiting = await town.waiting(case.id)
    to_host = [one.kind for one in waiting if one.recipient.address == HOST]
    assert to_host == [NoticeKind.REAPPEARANCE]
    kinds = [one.kind for one in waiting]
    assert len(kinds) == len(set(kinds))


async def test_what_was_taken_back_by_an_analyst_is_not_reminded_of(town):
    """One of two pictures is not illegal after all: the reminder names the other one alone."""
    await town.list("known", "second")
    case = await sent(town, "known", "second")
    second = await town.asset(case.id, "second")
    await town.assess(second.id, illegal=False)
    await town.look(case.id, days=4)
    reminders = await of_kind(town, case, NoticeKind.REMINDER)
    known = await town.asset(case.id, "known")
    assert reminders
    assert {one.asset_ids for one in reminders} == {(known.id,)}


async def test_nothing_illegal_is_left_after_a_notice(town):
    """The case is closed, a person is asked to withdraw, and nobody is reminded."""
    case = await sent(town, "known")
    await town.assess((await town.asset(case.id, "known")).id, illegal=False)
    after = await town.look(case.id, days=4)
    assert (after.stage, after.needs) == (Stage.CLOSED, "notice_to_withdraw")
    assert await of_kind(town, case, NoticeKind.REMINDER) == []


async def test_an_assessment_that_is_reversed_lists_nothing_any_more(town):
    """The next copy must not be told to anybody on the word that was taken back."""
    town.board("fresh")
    case = await town.reported()
    fresh = await town.asset(case.id, "fresh")
    await town.assess(fresh.id)
    await town.assess(fresh.id, illegal=False)
    matcher = Matcher.open(town.house.settings.paths.hash_lists, town.house.policy.matching)
    assert matcher.exact(digests("fresh")).kind == "no_match"


async def test_a_notice_does_not_leave_on_an_entry_that_was_taken_off_the_list(town):
    """Approved on Monday, off the list on Tuesday: a person looks before it leaves."""
    town.board("known")
    case = await town.reported()
    (first, *_) = await town.waiting(case.id)
    await town.list("else")
    await town.work()
    await town.send(first.serial)
    held = await town.house.notice(first.serial)
    assert held.state is NoticeState.HELD
    assert held.hold.reason.startswith("not_listed")
    assert (await town.case(case.id)).needs == "notice_held:not_listed"
    assert town.relay.taken == []


async def test_a_notice_whose_entry_was_set_aside_meanwhile_is_held_as_that(town):
    """It matched everywhere at once; nobody took it off the list, so nothing says that."""
    town.board("known")
    case = await town.reported()
    (first, *_) = await town.waiting(case.id)
    for number in range(town.house.policy.matching.quarantine_hosts + 1):
        url = f"http://host{number}.test/thread/1"
        town.board("known", url=url)
        await town.reported(url)
    await town.send(first.serial)
    held = await town.house.notice(first.serial)
    assert held.state is NoticeState.HELD
    assert held.hold.reason.startswith(SIGNAL_QUARANTINED)
    assert town.relay.taken == []


async def test_an_analysts_word_sends_what_no_list_holds_any_more(town):
    """The assessment is a ground of its own."""
    town.board("known")
    case = await town.reported()
    await town.list("else")
    await town.assess((await town.asset(case.id, "known")).id)
    await town.work()
    await town.send_all(case.id)
    assert {one.state for one in await town.notices(case.id)} == {NoticeState.SENT}


async def test_a_site_that_comes_back_elsewhere_is_a_re_appearance_there(town):
    """Same case, new leg, told to its new host."""
    case = await sent(town, "known")
    shown = dict(town.web.answers)
    town.board()
    await town.until_closed(case.id)
    town.web.answers.update(shown)
    town.web.addresses["board.test"] = MEADOW
    after = await town.look(case.id, days=2)
    assert (after.reappearances, len(after.legs), after.provider) == (1, 2, "Meadow Hosting")
    (told,) = await of_kind(town, case, NoticeKind.REAPPEARANCE)
    assert told.recipient.address == MAILBOXES[MEADOW]


async def test_a_second_report_that_knows_the_way_helps_the_first(town):
    """The first could not be seen for want of a referrer; the second names it."""
    town.web.put(PAGE, fails(FetchCode.CONNECT_TIMEOUT))
    case = await town.reported()
    await reports.add(
        town.house.desk(), Draft(url=f"{PAGE}#p1", referrer="http://index.test/"),
        idempotency_key=None,
    )  # fmt: skip
    after = await town.case(case.id)
    assert (after.reports, after.pathway.referrer) == (2, "http://index.test/")


async def test_a_location_reported_again_after_its_removal_is_looked_at_as_such(town):
    """Gone: closed once more as before, with the first closing's time. There: re-appeared."""
    case = await sent(town, "known")
    shown = dict(town.web.answers)
    town.board()
    closed = await town.until_closed(case.id)
    town.house.clock.pass_by(days=1)
    await town.reported()
    again = await town.case(case.id)
    assert (again.stage, again.closed_at, again.reports) == (Stage.CLOSED, closed.closed_at, 2)
    town.web.answers.update(shown)
    town.house.clock.pass_by(days=1)
    await town.reported()
    assert (await town.case(case.id)).reappearances == 1


async def test_a_case_closed_by_hand_sends_nothing_that_was_approved(town):
    """The approval was for a case that is no more."""
    town.board("known")
    case = await town.reported()
    (first, *_) = await town.waiting(case.id)
    await notices.approve(town.house.desk(), first.serial)
    await cases.close(town.house.desk(), case.id, CloseReason.WITHDRAWN)
    await send_all_due(town.engine)
    assert town.relay.taken == []


@pytest.mark.parametrize(
    ("claim", "needs", "reminded"),
    [
        ("removed", None, True),
        ("accepted", None, True),
        ("moved", None, True),
        ("not_ours", "answered:not_ours", False),
        ("not_illegal_here", "answered:not_illegal_here", False),
        ("need_more", "answered:need_more", False),
    ],
)
async def test_an_answer_is_a_claim_and_what_is_still_there_speaks_louder(
    town, claim, needs, reminded
):
    """Who says that it is done is reminded; who disputes is put before a person."""
    case = await sent(town, "known")
    first = next(one for one in await town.notices(case.id) if one.recipient.address == HOST)
    house = town.house
    taken = await answers.take(
        house.store, house.clock, house.policy,
        serial=first.serial, code=first.answer_code, claim=claim, reference=None,
    )  # fmt: skip
    assert taken is answers.Outcome.ACCEPTED
    after = await town.look(case.id, days=4)
    assert after.needs == needs
    reminders = await of_kind(town, case, NoticeKind.REMINDER)
    assert (HOST in {one.recipient.address for one in reminders}) is reminded


async def test_a_dispute_is_settled_by_withdrawing_or_by_assessing_again(town):
    """Either way somebody has looked."""
    case = await sent(town, "known")
    await town.house.save(replace(await town.case(case.id), needs="answered:not_ours"))
    await town.assess((await town.asset(case.id, "known")).id)
    assert (await town.case(case.id)).needs is None
    await town.house.save(replace(await town.case(case.id), needs="answered:not_ours"))
    (first, *_) = await town.notices(case.id, NoticeState.SENT)
    await notices.withdraw(town.manager(), first.serial)
    assert (await town.case(case.id)).needs is None


async def test_who_was_found_by_a_reversed_assessment_is_looked_at_by_a_person(town):
    """The other case's ground fell away; its notice does not leave, and somebody is asked."""
    other_page = "http://other.test/thread/2"
    town.board("fresh")
    first = await town.reported()
    fresh = await town.asset(first.id, "fresh")
    await town.assess(fresh.id)
    await town.work()
    town.board("fresh", url=other_page)
    other = await town.reported(other_page)
    assert (other.comparison, other.stage) == ("match", Stage.NOTIFIED)
    await town.assess(fresh.id, illegal=False)
    assert (await town.case(other.id)).needs == "entry_withdrawn"
    await town.work()
    await town.send_all(other.id)
    assert {one.state for one in await town.waiting(other.id)} == {NoticeState.HELD}
    assert town.relay.taken == []


async def test_a_hold_that_ends_in_a_pause_waits_for_the_end_of_the_pause(town):
    """And then for a fresh proof: what is gone by then is not told."""
    town.board("known")
    case = await town.reported()
    (first,) = [one for one in await town.waiting(case.id) if one.kind is NoticeKind.FIRST]
    assert first.hold is not None
    assert first.hold.reason == "police_first"
    await notices.approve(town.house.desk(), first.serial)
    await people.pause(town.manager(), "sending", paused=True)
    town.house.clock.pass_by(days=2)
    turn = asyncio.Semaphore(1)
    await send_one(town.engine, first.serial, turn)
    assert town.relay.taken == []
    await people.pause(town.manager(), "sending", paused=False)
    town.board()
    await send_one(town.engine, first.serial, turn)
    assert town.relay.taken == []
    held = await town.house.notice(first.serial)
    assert held.hold.reason.startswith("gone_before_notice")


async def test_an_unknown_fate_counts_as_told_until_it_is_settled(town):
    """Further material goes by a notice of its own, and the first is not repeated beside it."""
    town.board("known", "fresh")
    case = await town.reported()
    for one in await town.waiting(case.id):
        unknown = replace(
            one, state=NoticeState.UNKNOWN, hold=None, approved_by="mara",
            claimed_at=town.house.clock.now(),
        )  # fmt: skip
        await town.house.write(lambda tx, n=unknown: tx.save_notice(n))
    await town.list("known", "fresh")
    await town.work()
    fresh = await town.asset(case.id, "fresh")
    assert {one.asset_ids for one in await town.waiting(case.id)} == {(fresh.id,)}


async def test_a_case_of_two_places_is_open_until_both_are_gone(town):
    """The reminder goes on for what is left, and names what is left."""
    await town.list("known", "second")
    case = await sent(town, "known", "second")
    town.board("second")
    for _ in range(5):
        after = await town.look(case.id, hours=12)
    assert after.stage is Stage.MONITORING
    reminders = await of_kind(town, case, NoticeKind.REMINDER)
    await town.send(*[one.serial for one in reminders])
    assert {one.state for one in await of_kind(town, case, NoticeKind.REMINDER)} == {
        NoticeState.SENT
    }
