"""Assess, close, reveal and re-check: what staff decide about a case."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from operations_house import House
from store_samples import a_notice, an_asset, digests

from cases.errors import InvalidInput, UnknownRecord
from cases.invariants import check
from cases.lifecycle import move
from cases.model import (
    AssetKind,
    Case,
    Classification,
    CloseReason,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NoticeState,
    Possible,
    Stage,
)
from hostwatch.operations import assessing, cases, explaining, notices
from hostwatch.operations.assessing import Judgement
from matchers.hashlist.local import local_entries

BASELINE = Classification(scheme="interpol", value="baseline")
ENTRY = ListEntry(hash_list="n", version="1", tier="national", signal_type="sha256")
MATCH = Match(strength="strong", entry=ENTRY)
POSSIBLE = Possible(tier="review", distance=40, quality=90, view="upright", entry=ENTRY)
REAL = Digests(
    md5="0123456789abcdef0123456789abcdef",
    sha1="0123456789abcdef0123456789abcdef01234567",
    sha256="0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210",
    length=1000,
)


def judgement(*, illegal: bool = True, **changes) -> Judgement:
    known = {"illegal": illegal, "classification": BASELINE, "law": "Act, article 1"}
    return Judgement(**(known | changes))


async def visited(house: House, stage: Stage = Stage.ASSESSED, **changes) -> Case:
    """A case whose page showed one picture that was measured."""
    entered = await house.report()
    case = await house.case(entered.case_id)
    known = {"stage": stage, "needs": "possible_match", "next_action_at": None}
    if stage is Stage.CLOSED:
        known |= {"close_reason": CloseReason.NO_MATCH_RETURNED, "closed_at": house.clock.now()}
    case = await house.save(replace(case, **(known | changes)))
    await house.put(
        an_asset(case, 0, kind=AssetKind.PAGE, role="reported"),
        an_asset(case, 1, digests=REAL, pdq="5" * 64, comparison=POSSIBLE),
    )
    return case


# --------------------------------------------------------------------------- illegal


@pytest.mark.parametrize("stage", [Stage.ASSESSED, Stage.VISITING, Stage.CLOSED])
async def test_an_illegal_assessment_drives_the_chain_and_lists_the_digests(house: House, stage):
    """The case is due for its trace, and the next copy anywhere is an exact match."""
    case = await visited(house, stage)
    changed = await assessing.assess(house.desk(), case.id, judgement())
    assert (changed.stage, changed.needs) == (Stage.ASSESSED, None)
    assert (changed.close_reason, changed.closed_at) == (None, None)
    assert changed.next_action_at == house.clock.now()
    (entry,) = local_entries(house.settings.paths.hash_lists)
    assert (entry.digests, entry.pdq, entry.case_id) == (REAL, "5" * 64, case.id)
    assert entry.classification == BASELINE
    assert await check(house.store) == []


async def test_only_the_named_assets_are_listed(house: House):
    """The others stay what they were."""
    case = await visited(house)
    other = replace(REAL, sha256=REAL.sha256[::-1], sha1=REAL.sha1[::-1], md5=REAL.md5[::-1])
    await house.put(an_asset(case, 2, digests=other, comparison=NoMatch()))
    await assessing.assess(house.desk(), case.id, judgement(asset_ids=(f"{case.id}-2",)))
    (entry,) = local_entries(house.settings.paths.hash_lists)
    assert entry.digests == other


async def test_who_assessed_stays_inside_and_on_the_record(house: House):
    """Assessor, second assessor and law are kept; the trail has them, a location it has not."""
    case = await visited(house)
    await assessing.assess(house.desk(), case.id, judgement(second_assessor="mara"))
    async with house.store.reading() as tx:
        (assessment,) = await tx.assessments(case.id)
    assert (assessment.ordinal, assessment.assessor) == (1, "ana")
    assert (assessment.second_assessor, assessment.law) == ("mara", "Act, article 1")
    assert assessment.asset_ids == (f"{case.id}-1",)
    entry = (await house.trail(case.id))[-1]
    detail = json.loads(entry.detail)
    assert (entry.actor, entry.action) == ("ana", "case_assess")
    assert (detail["illegal"], detail["scheme"], detail["value"], detail["second"]) == (
        True,
        "interpol",
        "baseline",
        "mara",
    )


@pytest.mark.parametrize("second", ["ana", "", "jo@hotline.test", "http://a.test/", "x" * 40])
async def test_the_second_assessor_is_another_person_of_the_house(house: House, second):
    """Not the first one again, and nothing that could be a location in the trail."""
    case = await visited(house)
    with pytest.raises(InvalidInput):
        await assessing.assess(house.desk(), case.id, judgement(second_assessor=second))
    assert [entry.action for entry in await house.trail(case.id)] == ["report_add"]


async def test_an_unknown_asset_is_refused(house: House):
    """Nothing is recorded or listed."""
    case = await visited(house)
    with pytest.raises(InvalidInput, match=f"{case.id}-9"):
        await assessing.assess(house.desk(), case.id, judgement(asset_ids=(f"{case.id}-9",)))
    async with house.store.reading() as tx:
        assert await tx.assessments(case.id) == []
    assert local_entries(house.settings.paths.hash_lists) == ()


async def test_what_was_not_fetched_cannot_be_assessed(house: House):
    """A report alone is no ground; neither is a page on which nothing was measured."""
    entered = await house.report()
    for _ in range(2):
        with pytest.raises(InvalidInput, match="Nothing of this case has been fetched"):
            await assessing.assess(house.desk(), entered.case_id, judgement())
        await house.put(an_asset(await house.case(entered.case_id), 0, kind=AssetKind.PAGE))


async def test_a_digest_that_must_not_be_listed_costs_the_others_nothing(house: House):
    """The empty file is on no list; the sentence says that the assessment stands."""
    case = await visited(house)
    empty = Digests(
        md5="d41d8cd98f00b204e9800998ecf8427e",
        sha1="da39a3ee5e6b4b0d3255bfef95601890afd80709",
        sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        length=0,
    )
    await house.put(an_asset(case, 0, digests=empty, comparison=NoMatch()))
    with pytest.raises(InvalidInput, match="The assessment is recorded"):
        await assessing.assess(house.desk(), case.id, judgement())
    (entry,) = local_entries(house.settings.paths.hash_lists)
    assert entry.digests == REAL
    assert (await house.case(case.id)).next_action_at == house.clock.now()


# --------------------------------------------------------------------------- not illegal


@pytest.mark.parametrize(
    "stage",
    [Stage.VISITING, Stage.ASSESSED, Stage.TRACED, Stage.NOTIFIED, Stage.MONITORING],
)
async def test_a_case_with_nothing_illegal_in_it_is_closed(house: House, stage):
    """Also where the list had a match: the person's word goes before the list's."""
    case = await visited(house, stage)
    await house.put(an_asset(case, 1, digests=REAL, comparison=MATCH))
    changed = await assessing.assess(house.desk(), case.id, judgement(illegal=False))
    assert (changed.stage, changed.close_reason) == (Stage.CLOSED, CloseReason.NO_MATCH_RETURNED)
    assert (changed.needs, changed.next_action_at) == (None, None)
    assert changed.reason == "assessed_not_illegal"
    assert local_entries(house.settings.paths.hash_lists) == ()
    assert await check(house.store) == []


async def test_what_has_not_left_is_withdrawn_with_it(house: House):
    """An approved notice about what is not illegal must not go out a minute later."""
    case = await visited(house, Stage.NOTIFIED)
    states = (NoticeState.DRAFTED, NoticeState.APPROVED, NoticeState.HELD)
    await house.put(
        notices=tuple(
            a_notice(case, n, state=state, approved_by="mara", asset_ids=(f"{case.id}-1",))
            for n, state in enumerate(states, start=1)
        )
    )
    changed = await assessing.assess(house.desk(), case.id, judgement(illegal=False))
    assert changed.needs is None
    for number in (1, 2, 3):
        assert (await house.notice(f"{case.id}-N{number}")).state is NoticeState.WITHDRAWN
    withdrawn = [e for e in await house.trail(case.id) if e.action == "notice_withdraw"]
    assert len(withdrawn) == 3


async def test_a_recipient_who_was_told_is_a_question_for_a_manager(house: House):
    """The withdrawal is a manager's decision, so the case asks for it."""
    case = await visited(house, Stage.MONITORING)
    await house.put(notices=(a_notice(case, 1, state=NoticeState.SENT, approved_by="mara"),))
    changed = await assessing.assess(house.desk(), case.id, judgement(illegal=False))
    assert (changed.stage, changed.needs) == (Stage.CLOSED, "notice_to_withdraw")


async def test_drafts_are_made_anew_where_something_illegal_is_left(house: House):
    """The notice named both; it is withdrawn, and the case is traced and drafted again."""
    case = await visited(house, Stage.NOTIFIED)
    await house.put(
        an_asset(case, 2, digests=digests("b"), comparison=MATCH),
        notices=(a_notice(case, 1, state=NoticeState.APPROVED, approved_by="mara"),),
    )
    no = judgement(illegal=False, asset_ids=(f"{case.id}-1",))
    changed = await assessing.assess(house.desk(), case.id, no)
    assert (changed.stage, changed.next_action_at) == (Stage.TRACED, house.clock.now())
    assert (await house.notice(f"{case.id}-N1")).state is NoticeState.WITHDRAWN


# --------------------------------------------------------------------------- further material


@pytest.mark.parametrize("stage", [Stage.NOTIFIED, Stage.MONITORING])
async def test_further_material_brings_a_noticed_case_back_to_its_trace(house: House, stage):
    """Once for what no notice names; what a notice names, waiting or gone, is not told again."""
    case = await visited(house, stage)
    sent = a_notice(case, 1, state=NoticeState.SENT, approved_by="mara", sent_at=house.clock.now())
    other = replace(REAL, sha256=REAL.sha256[::-1], sha1=REAL.sha1[::-1], md5=REAL.md5[::-1])
    await house.put(
        an_asset(case, 2, digests=other, comparison=NoMatch()),
        notices=(replace(sent, asset_ids=(f"{case.id}-1",)),),
    )
    known = judgement(asset_ids=(f"{case.id}-1",))
    assert (await assessing.assess(house.desk(), case.id, known)).stage is stage
    further = judgement(asset_ids=(f"{case.id}-2",))
    changed = await assessing.assess(house.desk(), case.id, further)
    assert (changed.stage, changed.next_action_at) == (Stage.TRACED, house.clock.now())
    await house.save(move(changed, stage))
    await house.put(notices=(a_notice(case, 2, asset_ids=(f"{case.id}-2",)),))
    assert (await assessing.assess(house.desk(), case.id, further)).stage is stage
    assert (await house.notice(f"{case.id}-N1")).state is NoticeState.SENT


# --------------------------------------------------------------------------- closing by hand


@pytest.mark.parametrize(
    "reason", [CloseReason.SPAM, CloseReason.INSUFFICIENT, CloseReason.WITHDRAWN]
)
async def test_a_case_is_closed_by_hand_before_it_was_visited(house: House, reason):
    """With reason and time; nothing is due any more."""
    entered = await house.report()
    changed = await cases.close(house.desk(), entered.case_id, reason)
    assert (changed.stage, changed.close_reason) == (Stage.CLOSED, reason)
    assert changed.closed_at == house.clock.now()
    assert (changed.needs, changed.next_action_at) == (None, None)
    assert (await house.trail(changed.id))[-1].action == "case_close"


@pytest.mark.parametrize(
    "reason",
    [
        CloseReason.REMOVED,
        CloseReason.EXPIRED,
        CloseReason.SITE_DOWN,
        CloseReason.NO_MATCH_RETURNED,
    ],
)
async def test_what_must_be_proven_is_not_typed(house: House, reason):
    """The sentence names what a person may close as."""
    case = await visited(house)
    with pytest.raises(InvalidInput, match="spam, insufficient, withdrawn, changed"):
        await cases.close(house.desk(), case.id, reason)
    assert (await house.case(case.id)).stage is Stage.ASSESSED


async def test_what_cannot_be_closed_so_says_why(house: House):
    """Changed before anything was seen; or closed already. The trail has neither."""
    entered = await house.report()
    with pytest.raises(InvalidInput, match="never visited"):
        await cases.close(house.desk(), entered.case_id, CloseReason.CHANGED)
    await cases.close(house.desk(), entered.case_id, CloseReason.SPAM)
    with pytest.raises(InvalidInput, match="closed"):
        await cases.close(house.desk(), entered.case_id, CloseReason.SPAM)
    actions = [entry.action for entry in await house.trail(entered.case_id)]
    assert actions == ["report_add", "case_close"]


async def test_closing_withdraws_what_has_not_left(house: House):
    """A withdrawn report must not be followed by a notice."""
    case = await visited(house, Stage.NOTIFIED)
    held = a_notice(case, 2, state=NoticeState.HELD)
    await house.put(
        notices=(a_notice(case, 1, state=NoticeState.APPROVED, approved_by="mara"), held)
    )
    await cases.close(house.desk(), case.id, CloseReason.WITHDRAWN)
    for number in (1, 2):
        assert (await house.notice(f"{case.id}-N{number}")).state is NoticeState.WITHDRAWN
    assert await notices.approve_all(house.desk()) == []


# --------------------------------------------------------------------------- reveal, re-check


async def test_a_reveal_is_recorded_before_anything_is_shown(house: House):
    """Who asked, why, and under which policy; not what was shown."""
    entered = await house.report("http://secret.test/1")
    found = await cases.reveal(house.desk(), entered.case_id, "  police   request 4711 ")
    assert found.case.url == "http://secret.test/1"
    entry = (await house.trail(entered.case_id))[-1]
    detail = json.loads(entry.detail)
    assert (entry.actor, entry.action) == ("ana", "case_reveal")
    assert detail["reason"] == "police request 4711"
    assert "secret" not in entry.detail


async def test_a_reveal_of_a_case_that_is_not_there_leaves_no_trace(house: House):
    """Neither does one without a reason."""
    with pytest.raises(UnknownRecord):
        await cases.reveal(house.desk(), "HW-2026-000009", "police request 4711")
    entered = await house.report()
    for reason in ("", "short", "http://a.test/ is why", "mail jo@post.test", "files.test again"):
        with pytest.raises(InvalidInput, match="--reveal needs a reason"):
            await cases.reveal(house.desk(), entered.case_id, reason)
    assert [entry.action for entry in await house.trail()] == ["report_add"]


async def test_cases_are_made_due_all_or_none(house: House):
    """An unknown one among them changes none."""
    ids = [(await house.report(f"http://a.test/{n}")).case_id for n in range(3)]
    for case_id in ids:
        await house.save(replace(await house.case(case_id), next_action_at=None))
    with pytest.raises(UnknownRecord):
        await cases.make_due(house.desk(), [*ids, "HW-2026-999999"])
    assert {(await house.case(one)).next_action_at for one in ids} == {None}
    await cases.make_due(house.desk(), ids)
    assert {(await house.case(one)).next_action_at for one in ids} == {house.clock.now()}


async def test_a_fresh_case_can_be_explained(house: House):
    """Before anything was seen there is nothing proven and nothing to fail on."""
    entered = await house.report("http://secret.test/1")
    told = await explaining.why(house.desk(), entered.case_id)
    assert (told["stage"], told["verdict"], told["assets"]) == ("received", "unknown", [])
    assert "secret" not in json.dumps(told)
