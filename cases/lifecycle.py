"""The transition tables of cases and notices; whatever is not in them does not happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cases.model import Case, CloseReason, Notice, NoticeState, Stage

STAGES: Mapping[Stage, frozenset[Stage]] = {
    # a report came in; it may be refused unseen
    Stage.RECEIVED: frozenset({Stage.VISITING, Stage.CLOSED}),
    # a visit that got no answer is repeated
    Stage.VISITING: frozenset({Stage.VISITING, Stage.ASSESSED, Stage.CLOSED}),
    # compared; an analyst may want another visit before a trace
    Stage.ASSESSED: frozenset({Stage.VISITING, Stage.TRACED, Stage.CLOSED}),
    # nobody may have to be told: then it is only monitored
    Stage.TRACED: frozenset(
        {Stage.VISITING, Stage.TRACED, Stage.NOTIFIED, Stage.MONITORING, Stage.CLOSED}
    ),
    Stage.NOTIFIED: frozenset({Stage.TRACED, Stage.MONITORING, Stage.CLOSED}),
    # moved or bounced: traced again; reminder or escalation: notified again
    Stage.MONITORING: frozenset(
        {Stage.VISITING, Stage.TRACED, Stage.NOTIFIED, Stage.MONITORING, Stage.CLOSED}
    ),
    # reported again; an assessment came back for what no list knew; present again
    Stage.CLOSED: frozenset({Stage.VISITING, Stage.ASSESSED, Stage.MONITORING}),
}

UNSEEN_REASONS = frozenset({CloseReason.INSUFFICIENT, CloseReason.SPAM, CloseReason.WITHDRAWN})
"""All that a case can be closed for before the first visit."""

NOTICES: Mapping[NoticeState, frozenset[NoticeState]] = {
    NoticeState.DRAFTED: frozenset({NoticeState.HELD, NoticeState.APPROVED, NoticeState.WITHDRAWN}),
    NoticeState.HELD: frozenset({NoticeState.DRAFTED, NoticeState.APPROVED, NoticeState.WITHDRAWN}),
    NoticeState.APPROVED: frozenset({NoticeState.SENDING, NoticeState.HELD, NoticeState.WITHDRAWN}),
    # back to approved only where it is known that nothing was delivered
    NoticeState.SENDING: frozenset(
        {
            NoticeState.SENT,
            NoticeState.UNKNOWN,
            NoticeState.APPROVED,
            NoticeState.BOUNCED,
            NoticeState.HELD,
        }
    ),
    # settled by its Message-ID, a bounce, an answer, or a person
    NoticeState.UNKNOWN: frozenset(
        {
            NoticeState.SENT,
            NoticeState.APPROVED,
            NoticeState.WITHDRAWN,
            NoticeState.BOUNCED,
            NoticeState.DELIVERED,
            NoticeState.ANSWERED,
        }
    ),
    NoticeState.SENT: frozenset(
        {
            NoticeState.DELIVERED,
            NoticeState.BOUNCED,
            NoticeState.ANSWERED,
            NoticeState.WITHDRAWN,
        }
    ),
    NoticeState.DELIVERED: frozenset(
        {NoticeState.ANSWERED, NoticeState.BOUNCED, NoticeState.WITHDRAWN}
    ),
    NoticeState.BOUNCED: frozenset({NoticeState.WITHDRAWN, NoticeState.APPROVED}),
    NoticeState.ANSWERED: frozenset({NoticeState.WITHDRAWN}),
    NoticeState.WITHDRAWN: frozenset(),
}


class IllegalMove(ValueError):
    """The case or notice cannot go there from where it stands."""


def move(case: Case, stage: Stage, **changes: Any) -> Case:
    """
    Bring a case to another stage; re-opening forgets why and when it was closed.

    Raises:
        IllegalMove: not in `STAGES`, or a closing without a reason that fits.
    """
    if stage not in STAGES[case.stage]:
        raise IllegalMove(f"Case {case.id} cannot go from {case.stage} to {stage}.")
    if stage is Stage.CLOSED:
        _check_closing(case, changes)
    elif case.stage is Stage.CLOSED:
        changes = {"close_reason": None, "closed_at": None, **changes}
    return replace(case, stage=stage, **changes)


def move_notice(notice: Notice, state: NoticeState, **changes: Any) -> Notice:
    """
    Bring a notice to another state.

    Raises:
        IllegalMove: not in `NOTICES`, or approved by nobody.
    """
    if state not in NOTICES[notice.state]:
        raise IllegalMove(f"Notice {notice.serial} cannot go from {notice.state} to {state}.")
    moved = replace(notice, state=state, **changes)
    if state in {NoticeState.APPROVED, NoticeState.SENDING} and not moved.approved_by:
        raise IllegalMove(f"Notice {notice.serial} needs the name of who approved it.")
    return moved


def _check_closing(case: Case, changes: Mapping[str, Any]) -> None:
    reason = changes.get("close_reason")
    if reason is None or changes.get("closed_at") is None:
        raise IllegalMove(f"Case {case.id} cannot be closed without a reason and a time.")
    if case.stage is Stage.RECEIVED and reason not in UNSEEN_REASONS:
        raise IllegalMove(f"Case {case.id} was never visited and cannot be closed as {reason}.")
