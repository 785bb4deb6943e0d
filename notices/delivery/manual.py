"""
Notices that a person carries: provider forms and, for now, provider APIs.

The task is the notice itself, held with the reason `manual_task`; the text to paste is
`notices.compose.render_text`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.errors import InvalidInput
from cases.lifecycle import move_notice
from cases.model import Channel, Hold, Notice, NoticeState

REASON = "manual_task"


def needs_person(notice: Notice) -> bool:
    """Return whether this notice cannot leave by itself."""
    return notice.recipient.channel in {Channel.MANUAL, Channel.API}


def manual_task(notice: Notice, now: datetime, *, owner: str = "analyst") -> Notice:
    """
    Return an approved notice as a task for a person.

    Raises:
        IllegalMove: the notice is not approved.

    """
    hold = Hold(reason=REASON, owner=owner, since=now)
    return move_notice(notice, NoticeState.HELD, hold=hold)


def task_done(notice: Notice, now: datetime, *, reference: str = "") -> Notice:
    """
    Return a manual task as sent, with the provider's own ticket number if it gave one.

    Raises:
        InvalidInput: the notice is not a manual task.

    """
    if notice.state is not NoticeState.HELD or notice.hold is None or notice.hold.reason != REASON:
        raise InvalidInput(f"Notice {notice.serial} is not waiting to be sent by hand.")
    attempt = notice.attempt + 1
    going = move_notice(replace(notice, hold=None), NoticeState.APPROVED)
    going = move_notice(going, NoticeState.SENDING, attempt=attempt, claimed_at=now)
    receipt = f"by_hand {reference[:60]}".rstrip()
    return move_notice(going, NoticeState.SENT, sent_at=now, receipt=receipt)
