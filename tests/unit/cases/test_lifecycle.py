"""How cases and notices move."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from cases.lifecycle import NOTICES, STAGES, IllegalMove, move, move_notice
from cases.model import (
    Case,
    Channel,
    CloseReason,
    Confidence,
    Notice,
    NoticeKind,
    NoticeState,
    Recipient,
    RecipientKind,
    Stage,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def case(stage: Stage) -> Case:
    closed = stage is Stage.CLOSED
    return Case(
        id="HW-2026-000001",
        version=3,
        stage=stage,
        created_at=NOW,
        url="https://board.test/1",
        canonical="https://board.test/1",
        host="board.test",
        close_reason=CloseReason.REMOVED if closed else None,
        closed_at=NOW if closed else None,
    )


def notice(state: NoticeState, approved_by: str | None = "ana") -> Notice:
    return Notice(
        serial="HW-2026-000001-N1",
        case_id="HW-2026-000001",
        version=1,
        kind=NoticeKind.FIRST,
        recipient=Recipient(
            kind=RecipientKind.CONTENT_HOST,
            key="as64500",
            name="Example Hosting",
            channel=Channel.MAIL,
            address="abuse@hosting.example",
            language="en",
            country="NL",
            source="catalogue",
            confidence=Confidence.HIGH,
        ),
        state=state,
        drafted_at=NOW,
        asset_ids=(),
        snapshot_ids=(),
        approved_by=approved_by,
    )


def reachable(table, start) -> set:
    found, left = {start}, [start]
    while left:
        new = table[left.pop()] - found
        found |= new
        left += new
    return found


def test_every_stage_can_be_reached_and_every_case_can_be_closed():
    """No stage is dead, and none is a trap."""
    assert set(STAGES) == reachable(STAGES, Stage.RECEIVED) == set(Stage)
    for stage in set(Stage) - {Stage.CLOSED}:
        assert Stage.CLOSED in STAGES[stage]
    assert reachable(STAGES, Stage.CLOSED) == set(Stage) - {Stage.RECEIVED}


def test_every_notice_state_can_be_reached_and_ends_somewhere():
    """No state is dead; only a withdrawn notice goes nowhere; each can still be withdrawn."""
    assert set(NOTICES) == reachable(NOTICES, NoticeState.DRAFTED) == set(NoticeState)
    assert [state for state, to in NOTICES.items() if not to] == [NoticeState.WITHDRAWN]
    for state in NoticeState:
        assert NoticeState.WITHDRAWN in reachable(NOTICES, state)


def test_nothing_is_sent_that_was_not_approved():
    """`sending` is entered from `approved` only, and nothing that left becomes a draft again."""
    assert [state for state, to in NOTICES.items() if NoticeState.SENDING in to] == [
        NoticeState.APPROVED
    ]
    for state in (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED):
        assert NoticeState.APPROVED not in reachable(NOTICES, state) - reachable(
            NOTICES, NoticeState.BOUNCED
        )


@pytest.mark.parametrize(("start", "end"), list(product(Stage, Stage)))
def test_a_case_moves_as_the_table_says(start, end):
    """A move that is not in the table is refused."""
    changes = {}
    if end is Stage.CLOSED:
        changes = {"close_reason": CloseReason.WITHDRAWN, "closed_at": NOW}
    if end in STAGES[start]:
        moved = move(case(start), end, needs="look", **changes)
        assert (moved.stage, moved.needs, moved.version) == (end, "look", 3)
    else:
        with pytest.raises(IllegalMove, match="cannot go from"):
            move(case(start), end, **changes)


@pytest.mark.parametrize(("start", "end"), list(product(NoticeState, NoticeState)))
def test_a_notice_moves_as_the_table_says(start, end):
    """A move that is not in the table is refused."""
    if end in NOTICES[start]:
        moved = move_notice(notice(start), end, receipt="ok")
        assert (moved.state, moved.receipt) == (end, "ok")
    else:
        with pytest.raises(IllegalMove, match="cannot go from"):
            move_notice(notice(start), end)


def test_a_closing_needs_a_reason_and_a_time():
    """A case closed for nothing cannot be."""
    for changes in ({}, {"close_reason": CloseReason.REMOVED}, {"closed_at": NOW}):
        with pytest.raises(IllegalMove, match="without a reason"):
            move(case(Stage.MONITORING), Stage.CLOSED, **changes)


@pytest.mark.parametrize("reason", CloseReason)
def test_a_case_that_was_never_visited_is_not_closed_as_removed(reason):
    """Before the first visit there is nothing that could have been removed."""
    unseen = {CloseReason.INSUFFICIENT, CloseReason.SPAM, CloseReason.WITHDRAWN}
    if reason in unseen:
        closed = move(case(Stage.RECEIVED), Stage.CLOSED, close_reason=reason, closed_at=NOW)
        assert closed.close_reason is reason
    else:
        with pytest.raises(IllegalMove, match="never visited"):
            move(case(Stage.RECEIVED), Stage.CLOSED, close_reason=reason, closed_at=NOW)


def test_reopening_forgets_the_closing():
    """A case that is present again has no reason for a closing."""
    opened = move(case(Stage.CLOSED), Stage.MONITORING, reappearances=1)
    assert (opened.close_reason, opened.closed_at, opened.reappearances) == (None, None, 1)


def test_an_approval_has_a_name():
    """A person sends."""
    with pytest.raises(IllegalMove, match="who approved"):
        move_notice(notice(NoticeState.DRAFTED, None), NoticeState.APPROVED)
    approved = move_notice(
        notice(NoticeState.DRAFTED, None), NoticeState.APPROVED, approved_by="ana"
    )
    assert approved.approved_by == "ana"
