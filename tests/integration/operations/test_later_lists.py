"""What a later version of a hash list changes for the cases that are known."""

from __future__ import annotations

import asyncio
import json

import pytest
from later_lists_house import CLASS, HARBOUR, MAILBOXES, a_town, code_of
from scripted_web import digests

from cases.errors import ConfigurationProblem
from cases.model import CloseReason, NoticeKind, NoticeState, Stage
from hostwatch.dispatch.one_machine import Dispatcher
from hostwatch.operations import cases, hashlists, people, selfreferrals, withdrawing
from hostwatch.operations.selfreferrals import ReferralJudgement
from hostwatch.workflow import comparing_known
from hostwatch.workflow.comparing_known import compare_known
from matchers.hashlist.formats import Options

HOST = MAILBOXES[HARBOUR]
FIRST = (NoticeKind.FIRST,)


@pytest.fixture
async def town(house):
    """A hotline whose list knows one picture."""
    return await a_town(house)


async def test_what_was_returned_as_no_match_goes_on_once_a_list_knows_it(town):
    """Opened again with its reason, traced, drafted; nothing is sent by itself."""
    town.board("fresh")
    case = await town.reported()
    assert (case.stage, case.close_reason) == (Stage.CLOSED, CloseReason.NO_MATCH_RETURNED)
    asked = len(town.web.log)
    await town.list("known", "fresh")
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.comparison, after.reason) == (
        Stage.NOTIFIED, "match", "listed_later",
    )  # fmt: skip
    assert (after.close_reason, after.closed_at) == (None, None)
    assert await town.told(case.id, kinds=FIRST) == [("first", HOST, ("fresh",))]
    assert [url for url in town.web.urls[asked:] if "board.test" in url] == []
    (entry,) = await town.trail(case.id, "listed_later")
    assert (entry["listed"], entry["reopened"], entry["stage"]) == (1, True, "assessed")
    assert town.relay.taken == []
    await town.sound()


async def test_it_is_done_once_however_often_lists_change(town):
    """Another version, and a clean start of the worker, say nothing new of the case."""
    town.board("fresh")
    case = await town.reported()
    for labels in (("known", "fresh"), ("fresh",), ("known", "fresh", "more")):
        await town.list(*labels)
        await town.work()
    await town.house.write(lambda tx: tx.set_setting("lists_compared", None))
    await town.work()
    assert len(await town.trail(case.id, "listed_later")) == 1
    assert len(await town.told(case.id, kinds=FIRST)) == 1


async def test_what_a_noticed_case_lists_later_is_told_as_further_material(town):
    """A draft that waits names it too; one that has left is followed by another, for it alone."""
    town.board("known", "second", "third")
    case = await town.reported()
    before = await town.waiting(case.id)
    await town.list("known", "second")
    await town.work()
    told = await town.told(case.id, kinds=FIRST)
    assert told == [("first", HOST, ("known", "second"))] or len(told) == 2
    await town.send_all(case.id)
    left = {one.serial for one in await town.notices(case.id, NoticeState.SENT)}
    assert left >= {one.serial for one in before}
    await town.list("known", "second", "third")
    await town.work()
    drafts = await town.waiting(case.id)
    third = await town.asset(case.id, "third")
    assert drafts
    assert {one.asset_ids for one in drafts} == {(third.id,)}
    assert {one.approved_by for one in drafts} == {None}
    assert (await town.case(case.id)).stage is Stage.MONITORING
    await town.sound()


async def test_what_an_assessment_told_of_is_not_told_again_by_a_list(town):
    """The digest stands in two places; the recipient hears of it once."""
    town.board("fresh")
    case = await town.reported()
    await town.assess((await town.asset(case.id, "fresh")).id)
    await town.work()
    await town.send_all(case.id)
    count = len(await town.notices(case.id))
    await town.list("known", "fresh")
    await town.work()
    assert len(await town.notices(case.id)) == count
    after = await town.case(case.id)
    assert (after.needs, after.comparison) == (None, "match")


async def test_an_assessment_as_legal_stands_until_a_person_looks_again(town):
    """The list and the analyst differ: nothing is drafted, and a person is asked."""
    town.board("fresh")
    case = await town.reported()
    await town.assess((await town.asset(case.id, "fresh")).id, illegal=False)
    await town.list("known", "fresh")
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.needs) == (Stage.CLOSED, "listed_later")
    assert await town.notices(case.id) == []


async def test_the_own_assessment_is_no_news_to_its_case(town):
    """What it put into the local list opens other cases, and says nothing new of its own."""
    town.board("fresh")
    town.board("fresh", url="http://other.test/thread/2")
    first, other = await town.reported(), await town.reported("http://other.test/thread/2")
    await town.assess((await town.asset(first.id, "fresh")).id)
    await town.work()
    assert await town.trail(first.id, "listed_later") == []
    assert (await town.case(first.id)).comparison == "no_match"
    assert (await town.case(other.id)).stage is Stage.NOTIFIED
    assert (await town.case(other.id)).linked == (first.id,)


@pytest.mark.parametrize("reason", [CloseReason.SPAM, CloseReason.WITHDRAWN])
async def test_what_a_person_closed_stays_closed_until_a_person_looks(town, reason):
    """A withdrawn report above all; somebody is asked."""
    town.board("known", "fresh")
    case = await town.reported()
    await cases.close(town.house.desk(), case.id, reason)
    await town.list("known", "fresh")
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.close_reason, after.needs) == (Stage.CLOSED, reason, "listed_later")
    assert await town.waiting(case.id) == []


async def test_a_similar_picture_is_asked_about_and_opens_nothing_by_itself(town):
    """A perceptual neighbour in a later list waits for a person, who then has it drafted."""
    town.board("fresh")
    case = await town.reported()
    near = bytes.fromhex(code_of("fresh"))
    await town.list("known", codes=[bytes([near[0] ^ 1, *near[1:]]).hex()])
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.needs, after.comparison) == (
        Stage.ASSESSED, "possible_match", "possible",
    )  # fmt: skip
    assert await town.notices(case.id) == []
    await town.assess((await town.asset(case.id, "fresh")).id)
    await town.work()
    assert await town.told(case.id, kinds=FIRST) == [("first", HOST, ("fresh",))]


async def test_what_lay_beside_removed_material_is_looked_at_before_anybody_is_told(town):
    """It is still there: told as a first notice of it alone, and nothing counts as come back."""
    town.board("known", "fresh")
    case = await town.reported()
    await town.send_all(case.id)
    town.board("fresh")
    await town.until_closed(case.id)
    town.house.clock.pass_by(days=1)
    await town.list("known", "fresh")
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.reappearances, len(after.legs)) == (Stage.MONITORING, 0, 1)
    drafts = await town.waiting(case.id)
    fresh = await town.asset(case.id, "fresh")
    assert {one.asset_ids for one in drafts} == {(fresh.id,)}
    assert NoticeKind.REAPPEARANCE not in {one.kind for one in drafts}
    assert len(await town.trail(case.id, "case_taken_up")) == 1
    await town.sound()


async def test_what_is_gone_with_the_rest_opens_nothing(town):
    """It was listed after everything was removed: the look shows nothing, the case stays closed."""
    town.board("known", "fresh")
    case = await town.reported()
    await town.send_all(case.id)
    town.board()
    await town.until_closed(case.id)
    count = len(await town.notices(case.id))
    await town.list("known", "fresh")
    await town.work()
    after = await town.case(case.id)
    assert (after.stage, after.close_reason) == (Stage.CLOSED, CloseReason.REMOVED)
    assert after.next_action_at is not None, "it is watched"
    assert len(await town.notices(case.id)) == count


async def test_an_erased_case_is_passed_over(town):
    """It has no digest left to compare."""
    town.board("fresh")
    case = await town.reported()
    await town.house.write(lambda tx: tx.erase_case(case.id))
    await town.list("known", "fresh")
    await town.work()
    assert town.engine.counters.get("hash_list_faults") == 0


async def test_a_visit_that_ends_after_the_round_misses_nothing(town):
    """The list came into force while its pictures were on their way."""
    town.board("fresh")
    shown = town.web.answers["http://board.test/fresh.jpg"]
    judged = town.engine.matcher.perceptual

    def meanwhile(record, **more):
        town.write_list("known", "fresh")
        return judged(record, **more)

    town.engine.matcher.perceptual = meanwhile
    assert shown is not None
    case = await town.reported()
    after = await town.case(case.id)
    assert (after.comparison, after.stage) == ("match", Stage.NOTIFIED)


async def test_a_round_goes_on_where_a_killed_worker_left_it(town, monkeypatch):
    """Page by page, over lists that change meanwhile, every case is reached once."""
    monkeypatch.setattr(comparing_known, "PAGE", 2)
    ids = []
    for number in range(5):
        url = f"http://host{number}.test/thread/1"
        town.board(f"fresh{number}", url=url)
        ids.append((await town.reported(url)).id)
    await town.list("known", *[f"fresh{number}" for number in range(5)])
    town.engine.matcher.reload_if_changed()
    assert await comparing_known.compare_known(town.engine)
    await town.list("known", *[f"fresh{number}" for number in range(5)], "more")
    await town.work()
    for case_id in ids:
        assert len(await town.trail(case_id, "listed_later")) == 1


async def test_a_signal_that_was_set_aside_is_compared_again_once_it_is_released(town):
    """What was visited meanwhile was not compared with it."""
    town.board("known")
    for number in range(town.house.policy.matching.quarantine_hosts + 1):
        url = f"http://host{number}.test/thread/1"
        town.board("known", url=url)
        await town.reported(url)
    (held,) = await hashlists.quarantined(town.manager())
    case = await town.reported()
    assert case.comparison == "not_checked"
    await hashlists.release(town.manager(), held.key)
    await town.work()
    assert (await town.case(case.id)).comparison == "match"


async def test_a_negative_list_keeps_a_similar_picture_from_being_asked_about(town):
    """It holds the very bytes: whoever keeps it looked at them."""
    town.board("fresh")
    case = await town.reported()
    await town.list("fresh", name="harmless", negative=True)
    near = bytes.fromhex(code_of("fresh"))
    await town.list("known", codes=[bytes([near[0] ^ 1, *near[1:]]).hex()])
    await town.work()
    assert (await town.case(case.id)).stage is Stage.CLOSED


async def test_a_self_referral_that_is_listed_later_opens_and_closes_what_it_finds(town):
    """Its source stands nowhere in the trail; withdrawn, nothing of it leaves."""
    town.board("fresh")
    case = await town.reported()
    file = town.house.directory / "handed-over.jsonl"
    line = {"type": "sha256", "value": digests("fresh").sha256, "reference": "CHILDREF-1"}
    file.write_text(json.dumps(line))
    desk = town.house.desk()
    await selfreferrals.import_referrals(desk, file, name="helpline", options=Options())
    said = ReferralJudgement(illegal=True, classification=CLASS, law="Act, 1")
    await selfreferrals.assess_referral(desk, "helpline", "CHILDREF-1", said)
    await town.work()
    assert (await town.case(case.id)).stage is Stage.CLOSED, "not in force yet"
    await selfreferrals.list_referrals(town.manager(), "helpline", ("CHILDREF-1",))
    await town.work()
    assert (await town.case(case.id)).stage is Stage.NOTIFIED
    trail = json.dumps([one.detail for one in await town.house.trail(case.id)])
    assert "helpline" not in trail
    assert "CHILDREF" not in trail
    await withdrawing.withdraw(desk, "helpline", "CHILDREF-1")
    await town.work()
    assert await town.waiting(case.id) == []
    assert (await town.case(case.id)).needs == "self_referral_withdrawn"
    assert len(await town.trail(case.id, "listed_later")) == 1
    await town.sound()


async def test_a_damaged_quarantine_stops_the_round_and_loses_nothing(town):
    """It goes on where it was once the lists can be used again."""
    town.board("fresh")
    case = await town.reported()
    await town.list("known", "fresh")
    town.engine.matcher.reload_if_changed()
    exact = town.engine.matcher.exact
    town.engine.matcher.exact = _refuse
    assert not await compare_known(town.engine)
    town.engine.matcher.exact = exact
    await town.work()
    assert (await town.case(case.id)).stage is Stage.NOTIFIED


def _refuse(_digests):
    raise ConfigurationProblem("the quarantine is damaged")


async def test_a_case_that_cannot_be_compared_hinders_no_other(town):
    """It is counted, and its name alone is logged."""
    town.board("fresh")
    town.board("other", url="http://other.test/thread/2")
    bad, good = await town.reported(), await town.reported("http://other.test/thread/2")
    await town.list("known", "fresh", "other")
    exact = town.engine.matcher.exact

    def poisoned(found):
        if found == digests("fresh"):
            raise ZeroDivisionError
        return exact(found)

    town.engine.matcher.exact = poisoned
    await town.work()
    assert (await town.case(good.id)).stage is Stage.NOTIFIED
    assert (await town.case(bad.id)).stage is Stage.CLOSED
    assert town.engine.counters.get("hash_list_faults") == 1


async def test_several_rounds_at_once_do_no_harm(town):
    """As when two workers believe that they are the foreman."""
    ids = []
    for number in range(6):
        url = f"http://host{number}.test/thread/1"
        town.board(f"fresh{number}", url=url)
        ids.append((await town.reported(url)).id)
    await town.list("known", *[f"fresh{number}" for number in range(6)])
    town.engine.matcher.reload_if_changed()
    await asyncio.gather(*[compare_known(town.engine) for _ in range(3)])
    await town.work()
    for case_id in ids:
        assert len(await town.trail(case_id, "listed_later")) == 1
        assert len(await town.told(case_id, kinds=FIRST)) == 1


async def test_the_running_worker_takes_a_new_list_up_by_itself(town):
    """One turn of its dispatcher, without a restart and while fetching is paused."""
    town.board("fresh")
    case = await town.reported()
    await town.list("known", "fresh")
    await people.pause(town.manager(), "fetching", paused=True)
    dispatcher = Dispatcher(town.engine, poll_s=0.01)
    await dispatcher.tick()
    await dispatcher.drain()
    after = await town.case(case.id)
    assert (after.stage, after.reason) == (Stage.ASSESSED, "listed_later")
