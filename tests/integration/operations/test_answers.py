"""What recipients answer: a claim that is recorded and looked into, never a proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from operations_house import NOW, House
from store_samples import a_notice, an_asset

from cases.invariants import check
from cases.model import CloseReason, NoticeState, Stage, TakedownVerdict
from hostwatch import answers
from hostwatch.answers import Outcome
from notices.claims import CLAIMS

CODE = "ABCDEFGHJKMN"


async def told(house: House, **changes) -> str:
    """A case in monitoring whose recipient has a notice; return its serial."""
    entered = await house.report()
    case = await house.case(entered.case_id)
    await house.save(
        replace(
            case,
            stage=Stage.MONITORING,
            provider="Example Hosting",
            verdict=TakedownVerdict.PRESENT,
            next_action_at=NOW + timedelta(days=20),
        )
    )
    known = {
        "state": NoticeState.SENT,
        "drafted_at": NOW,
        "sent_at": NOW,
        "approved_by": "mara",
        "body_sha256": "0" * 64,
        "message_id": "<x@hotline.example>",
        "answer_code": CODE,
    }
    await house.put(an_asset(case, 0), notices=(a_notice(case, 1, **(known | changes)),))
    return f"{case.id}-N1"


async def answer(house: House, serial: str, *, code: str = CODE, claim: str = "removed"):
    return await answers.take(
        house.store,
        house.clock,
        house.policy,
        serial=serial,
        code=code,
        claim=claim,
        reference="T-17",
    )


def case_id_of(serial: str) -> str:
    return serial.rpartition("-")[0]


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), "abcd-efgh-jkmn", f" {CODE} "])
async def test_the_right_code_is_taken_however_it_is_typed(house: House, typed):
    """The answer is appended, the notice answered, and the verdict stays what was proven."""
    serial = await told(house)
    assert await answer(house, serial, code=typed) is Outcome.ACCEPTED
    (taken,) = await house.answers(serial)
    assert (taken.claim, taken.channel, taken.reference) == ("removed", "web", "T-17")
    notice = await house.notice(serial)
    assert (notice.state, notice.answer) == (NoticeState.ANSWERED, "removed")
    case = await house.case(case_id_of(serial))
    assert (case.stage, case.verdict) == (Stage.MONITORING, TakedownVerdict.PRESENT)
    entry = (await house.trail(case.id))[-1]
    assert (entry.actor, entry.action) == ("recipient", "answer_taken")
    assert CODE not in entry.detail
    assert await check(house.store) == []


async def test_a_claim_of_removal_brings_the_re_check_forward(house: House):
    """By the policy's `after_claim`; it waives nothing. A sooner look stays sooner."""
    serial = await told(house)
    await answer(house, serial)
    case = await house.case(case_id_of(serial))
    assert case.next_action_at == NOW + house.policy.cadence.after_claim
    soon = await house.save(replace(case, next_action_at=NOW + timedelta(minutes=5)))
    await answer(house, serial)
    assert (await house.case(soon.id)).next_action_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("claim", ["moved", "not_ours", "not_illegal_here"])
async def test_other_claims_are_looked_into_at_once(house: House, claim):
    """Somebody may have to be told instead."""
    serial = await told(house)
    await answer(house, serial, claim=claim)
    assert (await house.case(case_id_of(serial))).next_action_at == NOW


async def test_an_acknowledgement_changes_no_date(house: House):
    """`accepted` says that they work on it."""
    serial = await told(house)
    await answer(house, serial, claim="accepted")
    assert (await house.case(case_id_of(serial))).next_action_at == NOW + timedelta(days=20)


@pytest.mark.parametrize(
    "code", ["", "ABCDEFGHJKMP", "ABCDEFGHJKM", "x" * 10_000, "\x00", "\udcff"]
)
async def test_a_wrong_code_records_nothing(house: House, code):
    """Not even that somebody tried is visible in the case."""
    serial = await told(house)
    before = await house.notice(serial), await house.case(case_id_of(serial))
    assert await answer(house, serial, code=code) is Outcome.WRONG_CODE
    assert (await house.notice(serial), await house.case(case_id_of(serial))) == before
    assert await house.answers(serial) == []


@pytest.mark.parametrize(
    "serial", ["", "HW-2026-000001-N9", "HW-2026-999999-N1", "' OR 1=1", "\x00", "x" * 10_000]
)
async def test_an_unknown_serial_is_unknown(house: House, serial):
    """Whatever was typed into the address."""
    await told(house)
    assert await answers.overview(house.store, serial) is None
    assert await answer(house, serial) is Outcome.UNKNOWN


async def test_an_unknown_claim_is_not_taken(house: House):
    """Only the words of the page."""
    serial = await told(house)
    assert await answer(house, serial, claim="boredom") is Outcome.UNKNOWN
    assert await house.answers(serial) == []


async def test_a_page_is_open_for_half_a_year_after_the_notice_left(house: House):
    """Counted from the sending: a draft that was held for months is not half expired."""
    serial = await told(house, drafted_at=NOW - timedelta(days=170))
    house.clock.pass_by(days=179)
    assert await answer(house, serial) is Outcome.ACCEPTED
    house.clock.pass_by(days=2)
    assert await answer(house, serial) is Outcome.EXPIRED
    assert len(await house.answers(serial)) == 1


HIDDEN = (
    NoticeState.DRAFTED,
    NoticeState.HELD,
    NoticeState.APPROVED,
    NoticeState.BOUNCED,
    NoticeState.WITHDRAWN,
)


@pytest.mark.parametrize("state", HIDDEN)
async def test_a_notice_that_nobody_has_is_not_shown(house: House, state):
    """A guessed serial does not tell that there is a draft."""
    serial = await told(house, state=state)
    assert await answers.overview(house.store, serial) is None
    assert await answer(house, serial) is Outcome.UNKNOWN


async def test_an_answer_that_overtakes_the_receipt_waits_for_it(house: House):
    """The notice stays `sending` until the relay's answer is in."""
    serial = await told(house, state=NoticeState.SENDING, sent_at=None, claimed_at=NOW)
    assert await answer(house, serial) is Outcome.ACCEPTED
    notice = await house.notice(serial)
    assert (notice.state, notice.answer) == (NoticeState.SENDING, "removed")


async def test_a_second_answer_is_added_to_the_first(house: House):
    """Append-only: first they work on it, then it is removed."""
    serial = await told(house)
    for claim in ("accepted", "removed"):
        assert await answer(house, serial, claim=claim) is Outcome.ACCEPTED
    assert [one.claim for one in await house.answers(serial)] == ["accepted", "removed"]
    assert (await house.notice(serial)).answer == "removed"


async def test_the_answer_to_a_closed_case_opens_nothing(house: House):
    """It is recorded; the watch goes on at its own pace."""
    serial = await told(house)
    case = await house.case(case_id_of(serial))
    due = NOW + timedelta(days=1)
    await house.save(
        replace(
            case,
            stage=Stage.CLOSED,
            close_reason=CloseReason.REMOVED,
            closed_at=NOW,
            next_action_at=due,
        )
    )
    assert await answer(house, serial, claim="moved") is Outcome.ACCEPTED
    after = await house.case(case.id)
    assert (after.stage, after.next_action_at) == (Stage.CLOSED, due)


async def test_the_overview_shows_serial_count_and_provider_only(house: House):
    """No location, no address, no classification."""
    serial = await told(house)
    found = await answers.overview(house.store, serial)
    assert found == answers.Overview(serial=serial, locations=1, provider="Example Hosting")


def test_every_claim_of_the_page_is_known_here():
    """The two lists are one."""
    assert set(CLAIMS) >= {"removed", "moved", "not_ours", "not_illegal_here", "accepted"}
