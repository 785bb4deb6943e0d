"""Monitored: remind those who were told of what is still there, in their place."""

from __future__ import annotations

from datetime import datetime

from cases.model import Case, Notice, NoticeKind, NoticeState
from cases.ports import NoticeFilter, Transaction
from hostwatch.engine import Engine
from hostwatch.workflow.drafting import said_of
from hostwatch.workflow.judging import Basis
from notices.drafting import reminder, serial_for, with_deadline, without
from notices.follow_up import outdated
from notices.policy import last_words
from notices.replies.answers import new_code

_SENT = (NoticeState.SENT, NoticeState.DELIVERED)
_CLAIMS_IT_IS_DONE = frozenset({"removed", "accepted", "moved"})
"""Answers that what is still there contradicts; any other is a question to a person."""


async def remind(engine: Engine, tx: Transaction, case: Case, ground: Basis) -> None:
    """
    Draft the reminders that are due.

    Each names what its notice named, without what lies elsewhere since or is acted on no more; with
    nothing left there is none.
    """
    notices = await tx.notices(NoticeFilter(case_id=case.id))
    now, allowed = engine.clock.now(), engine.policy.notices.deadline
    for sent in last_words(notices):
        if _is_due(sent, case, engine, now):
            still = await _still_said(tx, case, ground, sent)
            if still is not None:
                serial = serial_for(case.id, len(notices) + 1)
                again = reminder(still, serial=serial, answer_code=new_code(), now=now)
                await tx.add_notice(with_deadline(again, now=now, allowed=allowed))
                notices.append(again)


async def _still_said(tx: Transaction, case: Case, ground: Basis, sent: Notice) -> Notice | None:
    gone = outdated(sent, said_of(case, ground, (sent,)), acted_on={one.id for one in ground.told})
    if not gone:
        return sent
    traced = [await tx.snapshot(one) for one in sent.snapshot_ids]
    return without(sent, gone, {one.id: one.asset_id for one in traced})


def _is_due(sent: Notice, case: Case, engine: Engine, now: datetime) -> bool:
    rules = engine.policy.notices
    return (
        _waits_for_deeds(sent)
        and sent.kind is not NoticeKind.WITHDRAWAL
        and not _answered_by_origin(sent, case)
        and sent.sent_at is not None
        and sent.reminder < rules.reminders
        and now - sent.sent_at >= rules.reminder_after
    )


def _waits_for_deeds(sent: Notice) -> bool:
    """An answer is a claim: who says that it is removed is reminded while it is there."""
    claimed = sent.state is NoticeState.ANSWERED and sent.answer in _CLAIMS_IT_IS_DONE
    return sent.state in _SENT or claimed


def _answered_by_origin(sent: Notice, case: Case) -> bool:
    """A front that told the origin is not asked for it again."""
    return sent.kind is NoticeKind.FRONT_REVEAL and case.masked_by is None
