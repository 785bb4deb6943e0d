"""Approve, hold, withdraw and settle: a person sends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from operations_house import NOW, House
from store_samples import a_notice, an_asset

from cases.errors import InvalidInput
from cases.invariants import check
from cases.model import Case, Hold, NoticeKind, NoticeState, Role, Stage
from hostwatch.operations import notices
from notices.drafting import serial_for

BY_PERSON = Hold(reason="unknown_country", owner="hostwatch", since=NOW)
TIMED = Hold(reason="police_first", owner="hostwatch", since=NOW, until=NOW + timedelta(hours=1))


async def case_with(house: House, *planted: dict, needs: str | None = None) -> Case:
    """A notified case with notices as described."""
    entered = await house.report()
    case = await house.case(entered.case_id)
    case = await house.save(replace(case, stage=Stage.NOTIFIED, needs=needs))
    await house.put(
        an_asset(case, 0),
        notices=tuple(
            a_notice(case, number, **({"drafted_at": NOW} | changes))
            for number, changes in enumerate(planted, start=1)
        ),
    )
    return case


def sent(**changes) -> dict:
    known = {
        "state": NoticeState.SENT,
        "approved_by": "mara",
        "sent_at": NOW,
        "body": "aGVsbG8=",
        "body_sha256": "0" * 64,
        "message_id": "<x@hotline.example>",
        "answer_code": "ABCDEFGHJKMN",
        "deadline": NOW + timedelta(hours=24),
        "attempt": 1,
    }
    return known | changes


async def test_an_approval_carries_the_name_and_the_time(house: House):
    """And stands in the trail."""
    case = await case_with(house, {"state": NoticeState.DRAFTED})
    approved = await notices.approve(house.desk(), f"{case.id}-N1")
    assert approved.state is NoticeState.APPROVED
    assert (approved.approved_by, approved.approved_at) == ("ana", NOW)
    entry = (await house.trail(case.id))[-1]
    assert (entry.actor, entry.action) == ("ana", "notice_approve")


async def test_a_timed_hold_outlives_the_approval_and_a_person_s_hold_ends_with_it(house: House):
    """The police keep their head start; who looked at the question answered it."""
    case = await case_with(
        house,
        {"state": NoticeState.HELD, "hold": TIMED},
        {"state": NoticeState.HELD, "hold": BY_PERSON},
    )
    assert (await notices.approve(house.desk(), f"{case.id}-N1")).hold == TIMED
    assert (await notices.approve(house.desk(), f"{case.id}-N2")).hold is None
    house.clock.pass_by(hours=2)
    case = await case_with_other(house, {"state": NoticeState.HELD, "hold": TIMED})
    assert (await notices.approve(house.desk(), f"{case.id}-N1")).hold is None


async def case_with_other(house: House, *planted: dict) -> Case:
    entered = await house.report("http://other.test/1")
    case = await house.save(replace(await house.case(entered.case_id), stage=Stage.NOTIFIED))
    await house.put(notices=tuple(a_notice(case, n, **c) for n, c in enumerate(planted, start=1)))
    return case


@pytest.mark.parametrize("reason", ["hosting_changed", "hosting_changed: moved_host"])
async def test_a_notice_for_a_host_that_has_changed_is_not_approved(house: House, reason):
    """It would tell the wrong one; withdrawing it is what is left."""
    hold = Hold(reason=reason, owner="hostwatch", since=NOW)
    case = await case_with(house, {"state": NoticeState.HELD, "hold": hold})
    with pytest.raises(InvalidInput, match="host that has changed"):
        await notices.approve(house.desk(), f"{case.id}-N1")
    assert await notices.approve_all(house.desk()) == []
    withdrawn = await notices.withdraw(house.desk(Role.MANAGER, "mara"), f"{case.id}-N1")
    assert withdrawn.state is NoticeState.WITHDRAWN


@pytest.mark.parametrize(
    ("reason", "accepted"),
    [
        ("present_gated: HW-1", ("present_gated",)),
        ("blocked_here", ("blocked_here",)),
        ("gone_before_notice", ()),
        ("temporary", ()),
        ("unknown_country", ()),
    ],
)
async def test_an_approver_accepts_what_the_notice_was_held_for(house: House, reason, accepted):
    """A gate or a block that a person looked at; never an absence or an error."""
    hold = Hold(reason=reason, owner="hostwatch", since=NOW)
    case = await case_with(house, {"state": NoticeState.HELD, "hold": hold})
    assert (await notices.approve(house.desk(), f"{case.id}-N1")).accepted == accepted


async def test_two_people_who_approve_at_once_approve_it_once(house: House):
    """The second is told where it stands."""
    case = await case_with(house, {"state": NoticeState.DRAFTED})
    both = await asyncio.gather(
        notices.approve(house.desk(), f"{case.id}-N1"),
        notices.approve(house.desk(Role.MANAGER, "mara"), f"{case.id}-N1"),
        return_exceptions=True,
    )
    refused = [one for one in both if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], InvalidInput)
    assert "is approved" in str(refused[0])


@pytest.mark.parametrize("asked", ["notice_held:unknown_country", "notice_bounced"])
async def test_the_question_about_a_notice_ends_when_none_waits_any_more(house: House, asked):
    """As long as one waits, the case stays on the list of what needs an analyst."""
    held = {"state": NoticeState.HELD, "hold": BY_PERSON}
    case = await case_with(house, held, sent(state=NoticeState.BOUNCED), held, needs=asked)
    await notices.approve(house.desk(), f"{case.id}-N1")
    await notices.approve(house.desk(), f"{case.id}-N2")
    assert (await house.case(case.id)).needs == asked
    await notices.withdraw(house.desk(Role.MANAGER, "mara"), f"{case.id}-N3")
    assert (await house.case(case.id)).needs is None


async def test_other_questions_are_not_answered_by_an_approval(house: House):
    """Whether a picture is a match has nothing to do with a notice."""
    case = await case_with(house, {"state": NoticeState.DRAFTED}, needs="possible_match")
    await notices.approve(house.desk(), f"{case.id}-N1")
    assert (await house.case(case.id)).needs == "possible_match"


async def test_a_hold_has_owner_reason_and_expiry(house: House):
    """An approval is taken back by it; without a reason or for ever and a day there is none."""
    case = await case_with(house, {"state": NoticeState.APPROVED, "approved_by": "mara"})
    serial = f"{case.id}-N1"
    for reason, days in (("", None), ("  a ", None), ("wait", 0), ("wait", 1e9), ("wait", -1)):
        with pytest.raises(InvalidInput):
            await notices.hold(house.desk(), serial, reason=reason, days=days)
    held = await notices.hold(house.desk(), serial, reason="police asked", days=1.5)
    assert held.hold == Hold(
        reason="police asked", owner="ana", since=NOW, until=NOW + timedelta(hours=36)
    )
    assert (held.state, held.approved_by, held.approved_at) == (NoticeState.HELD, None, None)


TOLD = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED, NoticeState.UNKNOWN)


@pytest.mark.parametrize("state", TOLD)
async def test_whoever_may_have_been_told_is_told_of_the_withdrawal(house: House, state):
    """By a notice of its own, approved by the manager's word, that names the first."""
    case = await case_with(house, sent(state=state))
    await notices.withdraw(house.desk(Role.MANAGER, "mara"), f"{case.id}-N1")
    first, followed = await house.notice(f"{case.id}-N1"), await house.notice(f"{case.id}-N2")
    assert first.state is NoticeState.WITHDRAWN
    assert (followed.kind, followed.state) == (NoticeKind.WITHDRAWAL, NoticeState.APPROVED)
    assert (followed.replaces, followed.approved_by) == (first.serial, "mara")
    assert followed.recipient == first.recipient
    assert (followed.body, followed.message_id, followed.sent_at, followed.deadline) == (None,) * 4
    assert followed.answer_code != first.answer_code
    assert await check(house.store) == []


@pytest.mark.parametrize("state", [NoticeState.DRAFTED, NoticeState.HELD, NoticeState.APPROVED])
async def test_nobody_is_told_of_the_withdrawal_of_what_never_left(house: House, state):
    """There is no second notice."""
    case = await case_with(house, {"state": state, "approved_by": "mara"})
    await notices.withdraw(house.desk(Role.MANAGER, "mara"), f"{case.id}-N1")
    known = await notices.listing(house.desk(), notices.NoticeFilter(case_id=case.id))
    assert [one.state for one in known] == [NoticeState.WITHDRAWN]


async def test_a_bounced_notice_goes_out_again_only_by_name(house: House):
    """`approve --all` leaves it; a person who mended the cause names it."""
    case = await case_with(house, sent(state=NoticeState.BOUNCED, receipt="message_refused 554"))
    assert await notices.approve_all(house.desk()) == []
    approved = await notices.approve(house.desk(), f"{case.id}-N1")
    assert (approved.state, approved.attempt) == (NoticeState.APPROVED, 1)


async def test_settling_is_in_the_trail_with_its_outcome(house: House):
    """Sent where the log names the Message-ID; proven and sent again where a whole log does not."""
    entered = await house.report()
    serials = [serial_for(entered.case_id, n) for n in (1, 2)]
    ids = [f"<{serial}.1.{'0' * 16}@hotline.example>" for serial in serials]
    await case_with(
        house,
        *(
            sent(state=NoticeState.UNKNOWN, claimed_at=NOW, message_id=one, answer_code=None)
            for one in ids
        ),
    )
    desk = house.desk(Role.MANAGER, "mara")
    settled = await notices.settle(desk, f"message-id={ids[0]}\n", log_complete=False)
    assert settled == [(serials[0], NoticeState.SENT)]
    settled = await notices.settle(desk, f"message-id={ids[0]}\n", log_complete=True)
    assert settled == [(serials[1], NoticeState.APPROVED)]
    settled_by = [e for e in await house.trail() if e.action == "notice_settle"]
    assert [entry.actor for entry in settled_by] == ["mara", "mara"]
