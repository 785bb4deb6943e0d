"""`hostwatch notices ...`: what cannot be done from where a notice stands is one sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from command_house import ANALYST, MANAGER, added, in_store, run
from store_samples import a_notice, an_asset

from cases.model import Channel, Hold, NoticeKind, NoticeState

NOW = datetime.now(UTC)
PERSON = Hold(reason="unknown_country", owner="hostwatch", since=NOW)
TIMED = Hold(reason="police_first", owner="hostwatch", since=NOW, until=NOW + timedelta(hours=1))
OVER = Hold(reason="police_first", owner="hostwatch", since=NOW, until=NOW - timedelta(hours=1))


@pytest.fixture
def case(data):
    return added(run(data, "report", "add", "http://files.test/1", "--json"))


def plant(data, case_id, **changes) -> str:
    """Put a notice in the given state into the store; return its serial."""

    async def work(tx):
        case = await tx.case(case_id)
        await tx.save_asset(an_asset(case, 0))
        known = {
            "body": "aGVsbG8=",
            "body_sha256": "0" * 64,
            "approved_by": MANAGER,
            "message_id": f"<{changes.get('serial')}@hotline.test>",
            "answer_code": f"ABCDEFGHJKM{str(changes.get('serial'))[-1]}",
            "drafted_at": NOW,
        }
        notice = a_notice(case, **(known | changes))
        await tx.add_notice(notice)
        return notice.serial

    return in_store(data, work)


def notice_of(data, serial):
    async def look(tx):
        return await tx.notice(serial)

    return in_store(data, look)


NOT_APPROVABLE = [state for state in NoticeState if state not in ("drafted", "held", "bounced")]
NOT_HOLDABLE = [state for state in NoticeState if state not in ("drafted", "approved", "sending")]


@pytest.mark.parametrize("state", NOT_APPROVABLE)
def test_only_drafts_and_held_ones_are_approved(data, case, state):
    """The serial and where it stands are named; nothing changes."""
    serial = plant(data, case, state=state)
    before = notice_of(data, serial)
    run(data, "notices", "approve", serial).is_sentence(65, serial, state.value)
    assert notice_of(data, serial) == before


@pytest.mark.parametrize("state", NOT_HOLDABLE)
def test_what_has_left_is_not_held(data, case, state):
    """Neither is what is held already."""
    serial = plant(data, case, state=state)
    said = run(data, "notices", "hold", serial, "--reason", "wait for the police")
    said.is_sentence(65, serial, state.value)


@pytest.mark.parametrize("state", [NoticeState.SENDING, NoticeState.WITHDRAWN])
def test_a_notice_on_its_way_or_gone_is_not_withdrawn(data, case, state):
    """Nobody knows yet whether it arrives; it can be withdrawn a moment later."""
    serial = plant(data, case, state=state)
    said = run(data, "notices", "withdraw", serial, account=MANAGER)
    said.is_sentence(65, serial, state.value)


@pytest.mark.parametrize("state", list(NoticeState))
def test_only_a_task_for_a_person_is_done_by_hand(data, case, state):
    """A mail that waits or left is none."""
    serial = plant(data, case, state=state, hold=PERSON)
    run(data, "notices", "done", serial).is_sentence(65, serial, "by hand")


def test_a_task_for_a_person_is_done_once(data, case):
    """With the provider's ticket number on its receipt."""
    recipient = replace(
        a_notice_recipient(), channel=Channel.MANUAL, address="https://form.test/abuse"
    )
    hold = Hold(reason="manual_task", owner="analyst", since=NOW)
    serial = plant(data, case, state=NoticeState.HELD, hold=hold, recipient=recipient)
    assert run(data, "notices", "done", serial, "--reference", "T-17").code == 0
    assert notice_of(data, serial).receipt == "by_hand T-17"
    run(data, "notices", "done", serial).is_sentence(65, "by hand")


def a_notice_recipient():
    from store_samples import a_case

    return a_notice(a_case()).recipient


def test_a_notice_for_a_host_that_changed_is_not_approved(data, case):
    """The way on is named."""
    hold = Hold(reason="hosting_changed: moved_host", owner="hostwatch", since=NOW)
    serial = plant(data, case, state=NoticeState.HELD, hold=hold)
    run(data, "notices", "approve", serial).is_sentence(65, "has changed", "withdraw")


def test_approve_all_leaves_what_waits_for_a_person(data, case):
    """Timed holds run on after the approval; what they are is told."""
    waiting = plant(data, case, state=NoticeState.HELD, hold=PERSON)
    timed = plant(data, case, serial=f"{case}-N2", state=NoticeState.HELD, hold=TIMED)
    over = plant(data, case, serial=f"{case}-N3", state=NoticeState.HELD, hold=OVER)
    said = run(data, "notices", "approve", "--all")
    assert said.code == 0
    assert f"{timed} approved, leaves after its hold ends at" in said.out
    assert f"{over} approved\n" in said.out
    assert waiting not in said.out
    assert notice_of(data, timed).hold == TIMED
    assert notice_of(data, over).hold is None
    assert run(data, "notices", "approve", "--all").out == "nothing to approve\n"


def test_a_withdrawal_after_sending_is_told_to_the_recipient(data, case):
    """A second notice, approved by the manager who withdrew the first."""
    serial = plant(data, case, state=NoticeState.SENT, sent_at=NOW)
    assert run(data, "notices", "withdraw", serial, account=MANAGER).code == 0
    follow = notice_of(data, f"{case}-N2")
    assert (follow.kind, follow.state) == (NoticeKind.WITHDRAWAL, NoticeState.APPROVED)
    assert (follow.replaces, follow.approved_by) == (serial, MANAGER)


def test_a_withdrawal_itself_is_not_withdrawn_once_it_left(data, case):
    """Otherwise two notices would contradict each other without end."""
    serial = plant(data, case, state=NoticeState.SENT, sent_at=NOW, kind=NoticeKind.WITHDRAWAL)
    run(data, "notices", "withdraw", serial, account=MANAGER).is_sentence(65, "withdrawal")


# --------------------------------------------------------------------------- settle

LOG = "postfix/cleanup[1]: 4Xy: message-id={}\n"


def unknown(data, case, number: int) -> tuple[str, str]:
    serial = f"{case}-N{number}"
    message_id = f"<{serial}.1.{number:016x}@hotline.example>"
    changes = {"state": NoticeState.UNKNOWN, "claimed_at": NOW, "message_id": message_id}
    return plant(data, case, serial=serial, **changes), message_id


def test_the_relay_s_log_settles_what_is_unknown(data, case, tmp_path):
    """What it names was sent; what a complete log does not name is proven and sent again."""
    arrived, message_id = unknown(data, case, 1)
    missing, _ = unknown(data, case, 2)
    log = tmp_path / "mail.log"
    log.write_text(LOG.format(message_id))
    said = run(data, "notices", "settle", "--relay-log", str(log), account=MANAGER)
    assert said.out == f"{arrived} is sent\n"
    assert notice_of(data, missing).state is NoticeState.UNKNOWN
    complete = ("--relay-log", str(log), "--log-complete")
    said = run(data, "notices", "settle", *complete, account=MANAGER)
    assert said.out == f"{missing} is approved\n"
    said = run(data, "notices", "settle", *complete, account=MANAGER)
    assert said.out == "nothing to settle\n"


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 5000, b"x" * 1_000_000, b"\x1b[2J\n" * 10])
def test_a_log_that_says_nothing_settles_nothing(data, case, tmp_path, content):
    """An empty or garbled log proves no absence unless it is declared complete."""
    serial, _ = unknown(data, case, 1)
    log = tmp_path / "mail.log"
    log.write_bytes(content)
    said = run(data, "notices", "settle", "--relay-log", str(log), account=MANAGER)
    assert (said.code, said.out) == (0, "nothing to settle\n")
    assert notice_of(data, serial).state is NoticeState.UNKNOWN


def test_an_empty_log_cannot_be_complete(data, case, tmp_path):
    """A wrong file name must not make everything go out twice."""
    serial, _ = unknown(data, case, 1)
    log = tmp_path / "mail.log"
    log.write_text("")
    arguments = ("--relay-log", str(log), "--log-complete")
    run(data, "notices", "settle", *arguments, account=MANAGER).is_sentence(65, "mail.log")
    assert notice_of(data, serial).state is NoticeState.UNKNOWN


def test_a_missing_log_is_told(data, tmp_path):
    """And an analyst settles nothing."""
    path = str(tmp_path / "nowhere.log")
    run(data, "notices", "settle", "--relay-log", path, account=MANAGER).is_sentence(
        65, "nowhere.log"
    )
    (tmp_path / "nowhere.log").write_text("x")
    run(data, "notices", "settle", "--relay-log", path, account=ANALYST).is_sentence(77)


# --------------------------------------------------------------------------- lists


def test_lists_show_neither_address_nor_location(data, case):
    """In a table or in JSON; nor does one notice without a reason."""
    serial = plant(data, case)
    for command in (("list",), ("list", "--json"), ("show", serial), ("show", serial, "--json")):
        said = run(data, "notices", *command)
        assert said.code == 0
        said.is_plain()
        assert serial in said.out
        for secret in ("abuse@", "files.test", "ABCDEFGHJKM", "aGVsbG8"):
            assert secret not in said.out
    rows = json.loads(run(data, "notices", "list", "--json", "--state", "drafted").out)
    assert [row["serial"] for row in rows] == [serial]


def test_a_revealed_notice_steers_no_terminal(data, case):
    """Its text may quote what a registry said of a provider."""
    evil = replace(a_notice_recipient(), name="Evil\x1b[2J\u202e Hosting\x07")
    serial = plant(data, case, recipient=evil, body=None, body_sha256=None)
    for form in ((), ("--json",)):
        said = run(data, "notices", "show", serial, "--reveal", "check of wording", *form)
        assert said.code == 0, said
        said.is_plain()
        assert serial in said.out
