"""One host visit: the due steps of one host, one after another, within a budget of time."""

from __future__ import annotations

import time

from hostwatch.engine import Engine
from hostwatch.operations.people import paused
from hostwatch.workflow.steps import advance

BUDGET_S = 60.0
"""After so long a visit ends, and what is left waits until other hosts had their turn."""
_STEPS = 20
"""Cases of one host in one visit, at most."""


async def visit_host(engine: Engine, key: str) -> int:
    """Do what is due at a host, known by its blind index; return how many cases were looked at."""
    async with engine.store.reading() as tx:
        due = await tx.due_at_host(key, engine.clock.now(), _STEPS)
    started = time.monotonic()
    for number, case_id in enumerate(due):
        if time.monotonic() - started > BUDGET_S or await paused(engine.store, "fetching"):
            return number
        await advance(engine, case_id)
    return len(due)
