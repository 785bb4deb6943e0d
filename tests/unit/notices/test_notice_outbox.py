"""Claim, send once, settle: what each receipt and each death leaves behind."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import timedelta

import pytest
from notice_builders import CASE_ID, NOW, RULES, material, notice
from outbox_fakes import FakeStore, FixedClock, KnownChannel

from cases.errors import InvalidInput, StaleWrite, TemporaryFailure
from cases.lifecycle import IllegalMove
from cases.model import NoticeState
from notices.compose import compose
from notices.delivery.channel import Accepted, NotSent, Refused, Uncertain
from notices.delivery.manual import manual_task, needs_person, task_done
from notices.delivery.outbox import (
    claim,
    deliver,
    recover,
    settle,
    settle_by_message_ids,
)
from notices.delivery.steps import claimed
from notices.replies.answers import record

SERIAL = f"{CASE_ID}-N1"
COMPOSED = compose(material())


async def run(store, channel, message=COMPOSED):
    return await deliver(
        store,
        channel,
        store.rows[SERIAL],
        message,
        sender="notices@hotline.example",
        clock=FixedClock(),
        retry_after=RULES.retry_mail,
    )


@pytest.mark.parametrize(
    ("receipt", "state", "word"),
    [
        (Accepted(code=250, text="queued as 4ABC"), "sent", "accepted 250 queued as 4ABC"),
        (Refused(code=550, reason="recipient_refused"), "bounced", "recipient_refused 550"),
        (NotSent(reason="no_connection"), "approved", "not_sent no_connection"),
        (Uncertain(reason="lost_after_data"), "unknown", "uncertain lost_after_data"),
    ],
)
async def test_each_receipt_leaves_its_own_state(receipt, state, word):
    """Taken, refused, surely not sent and doubtful are four different ends."""
    store = FakeStore(notice())
    after = await run(store, KnownChannel(receipt))
    assert (after.state, after.receipt) == (state, word)
    assert store.rows[SERIAL] == after
    assert (after.sent_at is not None) == (state == "sent")
    assert after.retry_at == (NOW + timedelta(minutes=15) if state == "approved" else None)
    assert [action for action, _ in store.trail] == ["notice_claimed", "notice_settled"]


async def test_the_claim_is_on_disk_before_the_first_byte_leaves():
    """When the channel is asked, the notice stands as sending with its frozen message."""
    store = FakeStore(notice())
    channel = KnownChannel(Accepted(code=250, text="ok"), store)
    after = await run(store, channel)
    assert channel.states == ["sending"]
    assert base64.b64decode(after.body) == channel.sent[0] == COMPOSED.message
    assert after.body_sha256 == hashlib.sha256(channel.sent[0]).hexdigest()
    assert (after.message_id, after.attempt) == (COMPOSED.message_id, 1)


async def test_a_fault_of_the_channel_is_doubt_and_not_a_second_try():
    """An unforeseen error may come after the message left."""
    store = FakeStore(notice())
    after = await run(store, KnownChannel(RuntimeError("with text of an answer")))
    assert (after.state, after.receipt) == ("unknown", "uncertain channel_fault")


async def test_a_death_while_sending_leaves_the_claim_and_recovery_makes_it_unknown():
    """Cancelled in the dialogue, the notice is `sending`; the next start calls it `unknown`."""
    store = FakeStore(notice())
    with pytest.raises(asyncio.CancelledError):
        await run(store, KnownChannel(asyncio.CancelledError()))
    assert store.rows[SERIAL].state is NoticeState.SENDING
    async with store.transaction() as tx:
        recovered = await recover(tx, NOW)
    assert [n.state.value for n in recovered] == ["unknown"]
    async with store.transaction() as tx:
        assert await recover(tx, NOW) == []


@pytest.mark.parametrize(
    ("seen", "complete", "state"),
    [
        ({COMPOSED.message_id}, False, "sent"),
        ({COMPOSED.message_id}, True, "sent"),
        (set(), True, "approved"),
        (set(), False, "unknown"),
        ({"<other@hotline.example>"}, False, "unknown"),
    ],
)
async def test_unknown_is_settled_by_the_relays_log_and_by_nothing_else(seen, complete, state):
    """Seen there means sent; absent from a complete log means it may go again."""
    store = FakeStore(notice())
    await run(store, KnownChannel(Uncertain(reason="lost_after_data")))
    async with store.transaction() as tx:
        settled = await settle_by_message_ids(tx, seen, log_complete=complete, now=NOW)
    assert store.rows[SERIAL].state == state
    assert settled == ([] if state == "unknown" else [(SERIAL, NoticeState(state))])


async def test_a_retry_is_a_new_attempt_with_a_new_message_under_the_same_serial():
    """The old message cannot be claimed again."""
    store = FakeStore(notice())
    first = await run(store, KnownChannel(NotSent(reason="no_connection")))
    with pytest.raises(InvalidInput, match="compose it again"):
        await run(store, KnownChannel(Accepted(code=250, text="ok")))
    again = compose(material(notice=first))
    second = await run(store, KnownChannel(Accepted(code=250, text="ok")), again)
    assert (second.state, second.attempt, second.serial) == ("sent", 2, first.serial)
    assert second.message_id != first.message_id


async def test_two_workers_send_one_notice_once():
    """The second claim finds the row changed."""
    store = FakeStore(notice())
    channel = KnownChannel(Accepted(code=250, text="ok"))
    mine = store.rows[SERIAL]
    await run(store, channel)
    with pytest.raises(StaleWrite):
        async with store.transaction() as tx:
            await claim(tx, mine, COMPOSED, NOW)
    assert len(channel.sent) == 1


@pytest.mark.parametrize("state", sorted(set(NoticeState) - {NoticeState.APPROVED}))
def test_only_an_approved_notice_can_be_claimed(state):
    """Drafts, holds, sent and withdrawn notices never leave."""
    with pytest.raises(IllegalMove):
        claimed(notice(state=state), COMPOSED, NOW)


async def test_a_pause_stops_the_next_claim():
    """The kill switch works between two notices, and nothing is sent."""
    store = FakeStore(notice())
    store.settings["paused_sending"] = "yes"
    channel = KnownChannel(Accepted(code=250, text="ok"))
    with pytest.raises(TemporaryFailure, match="resume"):
        await run(store, channel)
    assert channel.sent == []
    assert store.rows[SERIAL].state is NoticeState.APPROVED


@pytest.mark.parametrize("receipt", [Accepted(code=250, text=""), Uncertain(reason="x")])
async def test_an_answer_that_overtakes_the_receipt_is_not_lost(receipt):
    """A desk that answers before we settle is answered, whatever the receipt says."""
    store = FakeStore(notice())
    async with store.transaction() as tx:
        mine = await claim(tx, notice(), COMPOSED, NOW)
    async with store.transaction() as tx:
        await tx.save_notice(record(mine, "removed", NOW))
    async with store.transaction() as tx:
        after = await settle(tx, mine, receipt, NOW, retry_after=RULES.retry_mail)
    assert (after.state, after.answer) == ("answered", "removed")
    assert after.sent_at == NOW


@pytest.mark.parametrize(
    ("receipt", "state"),
    [
        (Accepted(code=250, text=""), NoticeState.SENT),
        (NotSent(reason="refused"), NoticeState.APPROVED),
        (Uncertain(reason="x"), NoticeState.UNKNOWN),
    ],
)
async def test_the_late_receipt_of_a_worker_taken_for_dead_settles_its_notice(receipt, state):
    """It was paused and goes on: what it knows ends the doubt, what it does not know changes it not."""
    store = FakeStore(notice())
    async with store.transaction() as tx:
        mine = await claim(tx, notice(), COMPOSED, NOW)
    async with store.transaction() as tx:
        await recover(tx, NOW)
    async with store.transaction() as tx:
        await settle(tx, mine, receipt, NOW, retry_after=RULES.retry_mail)
    assert store.rows[SERIAL].state is state


async def test_a_receipt_of_an_attempt_that_is_over_is_refused():
    """Somebody settled the notice by the relay's log meanwhile: that stands."""
    store = FakeStore(notice())
    async with store.transaction() as tx:
        mine = await claim(tx, notice(), COMPOSED, NOW)
    async with store.transaction() as tx:
        await recover(tx, NOW)
    async with store.transaction() as tx:
        await settle_by_message_ids(tx, {mine.message_id}, log_complete=True, now=NOW)
    with pytest.raises(StaleWrite):
        async with store.transaction() as tx:
            await settle(tx, mine, Accepted(code=250, text=""), NOW, retry_after=RULES.retry_mail)
    assert store.rows[SERIAL].state is NoticeState.SENT


@pytest.mark.parametrize(("dead", "left"), [("one", ["sending"]), ("two", ["unknown"])])
async def test_only_the_claims_of_the_dead_worker_are_in_doubt(dead: str, left: list[str]):
    """Others go on sending theirs."""
    store = FakeStore(notice())
    async with store.transaction() as tx:
        await claim(tx, notice(), COMPOSED, NOW, worker="two")
    async with store.transaction() as tx:
        await recover(tx, NOW, worker=dead)
    assert [row.state.value for row in store.rows.values()] == left


async def test_the_trail_names_actor_case_and_serial_but_no_location():
    """Audit detail is clear text."""
    store = FakeStore(notice())
    await run(store, KnownChannel(Accepted(code=250, text="ok")))
    assert store.trail[0] == (
        "notice_claimed",
        {
            "actor": "hostwatch",
            "case_id": CASE_ID,
            "serial": SERIAL,
            "state": "sending",
            "attempt": 1,
            "sha256": COMPOSED.sha256,
        },
    )


def test_a_manual_task_is_held_for_a_person_and_then_sent():
    """Forms and, for now, provider APIs are done by hand and recorded."""
    task = manual_task(notice(), NOW, owner="manager")
    assert (task.state, task.hold.reason) == ("held", "manual_task")
    done = task_done(task, NOW, reference="T-1")
    assert (done.state, done.receipt, done.hold, done.attempt) == ("sent", "by_hand T-1", None, 1)
    with pytest.raises(InvalidInput):
        task_done(notice(), NOW)
    assert not needs_person(notice())
