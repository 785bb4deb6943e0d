"""Answers of recipients, their codes, and Message-IDs in a relay's log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notice_builders import CASE_ID, NOW, notice

from cases.errors import InvalidInput
from cases.model import NoticeState
from notices.claims import CLAIMS
from notices.replies.answers import CODE_ALPHABET, new_code, read_code, record, same_code
from notices.replies.relay_log import message_ids

SENT = notice(state=NoticeState.SENT, sent_at=NOW)


def test_codes_are_random_unambiguous_and_read_as_people_type_them():
    """Twelve characters without look-alikes; dashes, blanks and case do not matter."""
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 12 and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set("0O1ILU") & set(CODE_ALPHABET)
    assert same_code("abcd-efgh jkmn", "ABCDEFGHJKMN")
    assert not same_code("abcd-efgh jkmp", "ABCDEFGHJKMN")
    assert not same_code("", None)
    assert not same_code("ÄÖÜ", "ABCDEFGHJKMN")
    assert read_code("x" * 1000) == "X" * 64


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_recorded_on_a_notice_that_left(claim):
    """Sent, delivered or unknown becomes answered."""
    for state in (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN):
        after = record(notice(state=state, sent_at=NOW), claim, NOW)
        assert (after.state, after.answer) == (NoticeState.ANSWERED, claim)


def test_a_later_claim_replaces_the_earlier_and_an_early_one_waits_for_the_receipt():
    """`accepted` may become `removed`; an answer while sending keeps the state."""
    again = record(record(SENT, "accepted", NOW), "removed", NOW)
    assert (again.state, again.answer) == (NoticeState.ANSWERED, "removed")
    early = record(notice(state=NoticeState.SENDING, claimed_at=NOW), "accepted", NOW)
    assert (early.state, early.answer) == (NoticeState.SENDING, "accepted")


@pytest.mark.parametrize(
    ("told", "claim", "now"),
    [
        (SENT, "deleted", NOW),
        (SENT, "", NOW),
        (notice(state=NoticeState.DRAFTED), "removed", NOW),
        (notice(state=NoticeState.HELD), "removed", NOW),
        (notice(state=NoticeState.APPROVED), "removed", NOW),
        (notice(state=NoticeState.WITHDRAWN), "removed", NOW),
        (SENT, "removed", NOW + timedelta(days=181)),
    ],
)
def test_an_answer_that_cannot_be_is_refused(told, claim, now):
    """Unknown claims, unsent or withdrawn notices and old codes."""
    with pytest.raises(InvalidInput):
        record(told, claim, now)


def test_message_ids_are_found_in_the_logs_of_any_relay():
    """Only the shape counts; foreign ids and rejected messages are not ours."""
    ours = f"{CASE_ID}-N1.1.0123456789abcdef@hotline.example"
    other = f"{CASE_ID}-N2.3.fedcba9876543210@hotline.example"
    refused = f"{CASE_ID}-N3.1.aaaaaaaaaaaaaaaa@hotline.example"
    log = [
        f"Nov 20 10:30:00 mx postfix/cleanup[1]: 4ABC: message-id=<{ours}>",
        f"2026-11-20 10:30:00 1abc-0001 <= n@hotline.example H=x P=esmtp S=1 id={other}",
        "postfix/cleanup[1]: 4ABD: message-id=<someone.else@example.com>",
        f"postfix/cleanup[1]: 4ABE: message-id=<{refused}>",
        f"postfix/cleanup[1]: 4ABE: milter-reject: END-OF-MESSAGE <{refused}> 5.7.1 refused",
        "\x00\xff" * 5000,
    ]
    assert message_ids(log) == {f"<{ours}>", f"<{other}>"}
    assert message_ids([]) == frozenset()
