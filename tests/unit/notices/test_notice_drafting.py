"""Drafts, reminders, withdrawals and the rule against repetition."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notice_builders import (
    BASELINE,
    HOTLINE,
    NOW,
    PARTNERS,
    POLICE,
    RULES,
    asset,
    case,
    notice,
    policy,
    snapshot,
)

from cases.model import NoticeKind, NoticeState
from notices.drafting import draft, reminder, serial_for, with_deadline, withdrawal
from notices.policy import told_lately
from notices.recipients import Facts, plan

SENT = notice(state=NoticeState.SENT, sent_at=NOW, attempt=1, message_id="<a@b>", body="eA==")


def drafts():
    facts = Facts(
        case=case(),
        listed=(asset(),),
        snapshots={asset().id: snapshot()},
        classification=BASELINE,
        law="law",
        now=NOW,
    )
    planned = plan(facts, policy=policy(), hotline=HOTLINE, police=POLICE, partners=PARTNERS)
    return [
        draft(
            step,
            serial=serial_for(case().id, number),
            case_id=case().id,
            answer_code="ABCDEFGHJKMN",
            classification=BASELINE,
            law="law",
            policy_version="test-1",
            now=NOW,
        )
        for number, step in enumerate(planned.planned, start=1)
    ]


def test_a_plan_becomes_drafts_and_held_drafts():
    """The police draft is free, the provider's is held; both carry the policy's version."""
    police, host = drafts()
    assert (police.state, host.state) == (NoticeState.DRAFTED, NoticeState.HELD)
    assert host.hold.reason == "police_first"
    assert [n.serial for n in (police, host)] == ["HW-2026-000123-N1", "HW-2026-000123-N2"]
    assert {n.policy_version for n in (police, host)} == {"test-1"}


def test_the_deadline_counts_from_leaving():
    """A held notice does not eat the recipient's time."""
    later = NOW + timedelta(hours=12)
    assert with_deadline(notice(), now=later, allowed=timedelta(hours=24)).deadline == (
        NOW + timedelta(hours=36)
    )


@pytest.mark.parametrize(
    ("make", "kind", "count"),
    [(reminder, NoticeKind.REMINDER, 1), (withdrawal, NoticeKind.WITHDRAWAL, 0)],
)
def test_a_follow_up_is_a_fresh_draft_that_names_what_it_follows(make, kind, count):
    """Nothing of the sent notice's delivery or approval is carried over."""
    follow = make(SENT, serial="HW-2026-000123-N2", answer_code="NEWCODENEWCO", now=NOW)
    assert (follow.kind, follow.reminder, follow.replaces) == (kind, count, SENT.serial)
    assert (follow.state, follow.attempt, follow.version) == (NoticeState.DRAFTED, 0, 1)
    assert (follow.message_id, follow.body, follow.approved_by, follow.sent_at) == (None,) * 4
    assert follow.recipient == SENT.recipient


@pytest.mark.parametrize(
    ("earlier", "kind", "assets", "repeated"),
    [
        (SENT, NoticeKind.FIRST, SENT.asset_ids, True),
        (SENT, NoticeKind.REMINDER, SENT.asset_ids, False),
        (SENT, NoticeKind.FIRST, (*SENT.asset_ids, "HW-2026-000123-2"), False),
        (notice(state=NoticeState.BOUNCED), NoticeKind.FIRST, SENT.asset_ids, False),
        (notice(state=NoticeState.WITHDRAWN), NoticeKind.FIRST, SENT.asset_ids, False),
        (
            notice(state=NoticeState.SENT, sent_at=NOW - timedelta(hours=25)),
            NoticeKind.FIRST,
            SENT.asset_ids,
            False,
        ),
    ],
)
def test_no_identical_notice_within_a_day(earlier, kind, assets, repeated):
    """Same kind, same mailbox, nothing new: not again before `repeat_after`."""
    found = told_lately(
        [earlier],
        kind=kind,
        address="ABUSE@provider.example",
        asset_ids=assets,
        rules=RULES,
        now=NOW,
    )
    assert (found is not None) is repeated
