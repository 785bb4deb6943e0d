"""How a notice changes between its claim and what is known of it afterwards; pure."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime, timedelta

from cases.errors import InvalidInput
from cases.lifecycle import move_notice
from cases.model import Notice, NoticeState
from notices.compose import Composed
from notices.delivery.channel import (
    Accepted,
    NotSent,
    Receipt,
    Refused,
    Uncertain,
    receipt_word,
)


def claimed(
    notice: Notice, message: Composed, now: datetime, *, worker: str | None = None
) -> Notice:
    """
    Return an approved notice as claimed: the message frozen, the attempt counted.

    Raises:
        IllegalMove: the notice is not approved.
        InvalidInput: the message was composed for another attempt or notice.

    """
    attempt = notice.attempt + 1
    if not message.message_id.startswith(f"<{notice.serial}.{attempt}."):
        raise InvalidInput(
            f"Notice {notice.serial} was changed since its message was composed; compose it again."
        )
    return move_notice(
        notice,
        NoticeState.SENDING,
        attempt=attempt,
        message_id=message.message_id,
        body=base64.b64encode(message.message).decode("ascii"),
        body_sha256=message.sha256,
        claimed_at=now,
        claimed_by=worker,
        receipt=None,
        retry_at=None,
    )


def settled(notice: Notice, receipt: Receipt, now: datetime, *, retry_after: timedelta) -> Notice:
    """Return a claimed notice as its receipt leaves it."""
    word = receipt_word(receipt)
    match receipt:
        case Accepted():
            sent = move_notice(notice, NoticeState.SENT, sent_at=now, receipt=word)
            return _with_answer(sent)
        case Refused():
            return move_notice(notice, NoticeState.BOUNCED, receipt=word)
        case NotSent():
            retry = now + retry_after
            return move_notice(notice, NoticeState.APPROVED, receipt=word, retry_at=retry)
        case Uncertain():
            return doubtful(notice, word)


def doubtful(notice: Notice, word: str) -> Notice:
    """Return a claimed notice of which nobody knows whether it left, as `unknown`."""
    return _with_answer(move_notice(notice, NoticeState.UNKNOWN, receipt=word))


def _with_answer(notice: Notice) -> Notice:
    """Let an answer that came before the receipt count: its code proves that the notice arrived."""
    if notice.answer is None:
        return notice
    sent_at = notice.sent_at or notice.claimed_at
    return move_notice(notice, NoticeState.ANSWERED, sent_at=sent_at)


def found_again(
    notice: Notice, seen: Collection[str], *, log_complete: bool, now: datetime
) -> Notice | None:
    """
    Return an `unknown` notice as the relay's log settles it; none where the log does not.

    `log_complete`: the log covers all the time since the claim, so that absence proves something.
    """
    if notice.message_id is None:
        return None
    if notice.message_id in seen:
        sent_at = notice.claimed_at or now
        return move_notice(notice, NoticeState.SENT, sent_at=sent_at, receipt="found in relay log")
    if not log_complete:
        return None
    return move_notice(notice, NoticeState.APPROVED, receipt="not in relay log", retry_at=now)
