"""Settle what was being sent when its worker died or lost it: its fate is unknown to us."""

from __future__ import annotations

from datetime import timedelta

import structlog

from cases.model import NoticeState
from cases.ports import NoticeFilter
from hostwatch.engine import Engine
from notices.delivery import outbox

log = structlog.get_logger()

_MOST = 5000
"""Notices that are being sent, looked at in one round."""
_LONGEST_DELIVERY = timedelta(minutes=12)
"""Before `hostwatch check` calls it a fault, which it does after a quarter of an hour."""


async def recover(engine: Engine) -> None:
    """Start alone: free the dead worker's hosts; what it was sending is of unknown fate."""
    await recover_from(engine, None)


async def recover_from(engine: Engine, worker: str | None) -> None:
    """Free what a dead worker held, or every one; what it was sending is of unknown fate."""
    async with engine.store.transaction() as tx:
        await tx.release_all_hosts(worker)
        found = await outbox.recover(tx, engine.clock.now(), worker=worker)
        if worker is not None:
            await tx.forget_worker(worker)
    if found:
        log.warning("notices_of_unknown_fate", count=len(found))


async def doubt_the_lost(engine: Engine) -> None:
    """
    Make `unknown` what has been `sending` for longer than any delivery takes.

    Its worker lives and lost it, for instance because the database went away at the claim. A
    receipt that comes later still settles it.
    """
    now = engine.clock.now()
    lost = NoticeFilter(states=(NoticeState.SENDING,), limit=_MOST)
    async with engine.store.reading() as tx:
        sending = await tx.notices(lost)
    if not any((one.claimed_at or now) < now - _LONGEST_DELIVERY for one in sending):
        return
    async with engine.store.transaction() as tx:
        found = await outbox.recover(tx, now, claimed_before=now - _LONGEST_DELIVERY)
    log.warning("notices_of_unknown_fate", count=len(found))
