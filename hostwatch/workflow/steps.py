"""Which step a case is due for; the only place that maps a stage to work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from cases.errors import StaleWrite, TemporaryFailure
from cases.model import Case, Stage
from hostwatch.engine import Engine
from hostwatch.faults import told
from hostwatch.workflow.comparing_known import compare_one
from hostwatch.workflow.first_visit import visit
from hostwatch.workflow.legs import trace_and_draft
from hostwatch.workflow.rechecking import recheck

log = structlog.get_logger()

_STEPS = {
    Stage.RECEIVED: visit,
    Stage.VISITING: visit,
    Stage.ASSESSED: trace_and_draft,
    Stage.TRACED: trace_and_draft,
    Stage.NOTIFIED: recheck,
    Stage.MONITORING: recheck,
    Stage.CLOSED: recheck,
}
_VISITED = (Stage.RECEIVED, Stage.VISITING)
_STEPS_IN_A_ROW = 3
"""Visit, trace and draft follow one another without waiting for the next tick."""
INTERNAL_ERROR = "internal_error"
_QUARANTINE_AFTER = 3
"""Internal faults in a row until a case waits for an analyst instead of being tried again."""


async def advance(engine: Engine, case_id: str) -> None:
    """Do the steps of a case that are due now, one after another."""
    for _ in range(_STEPS_IN_A_ROW):
        if not await step(engine, case_id):
            return


async def step(engine: Engine, case_id: str) -> bool:
    """
    Do the next step of a case and return whether it was due.

    A fault of ours postpones the case and never loses it.
    """
    async with engine.store.reading() as tx:
        case = await tx.case(case_id)
    if case.next_action_at is None or case.next_action_at > engine.clock.now():
        return False
    lists = _versions(engine)
    try:
        await _STEPS[case.stage](engine, case)
        await _compare_if_changed(engine, case, lists)
        engine.counters.add("steps")
        if case.needs == INTERNAL_ERROR:
            await _recovered(engine, case_id)
    except (StaleWrite, TemporaryFailure) as problem:
        log.warning("step_postponed", case=case_id, error=type(problem).__name__)
        await _postpone(engine, case_id, fault=False)
    except Exception as problem:  # noqa: BLE001 - one poisoned case must not stop the others
        log.error("step_failed", case=case_id, **told(problem))  # noqa: TRY400 - a traceback could quote an answer
        engine.counters.add("step_faults")
        await _postpone(engine, case_id, fault=True)
    return True


def _versions(engine: Engine) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.version) for one in engine.matcher.lists())


async def _compare_if_changed(
    engine: Engine, case: Case, lists: tuple[tuple[str, str], ...]
) -> None:
    """
    Compare what a visit found once more where a list came into force while it was under way.

    The round over the known cases may have passed this one before its assets were written.
    """
    if case.stage in _VISITED:
        engine.matcher.reload_if_changed()
        if _versions(engine) != lists:
            await compare_one(engine, case.id)


async def _recovered(engine: Engine, case_id: str) -> None:
    """Take the question back that a fault of ours had raised: the step went well now."""
    async with engine.store.transaction() as tx:
        case = await tx.case(case_id)
        if case.needs == INTERNAL_ERROR:
            await tx.save_case(replace(case, needs=None))


async def _postpone(engine: Engine, case_id: str, *, fault: bool) -> None:
    async with engine.store.transaction() as tx:
        case = await tx.case(case_id)
        await tx.save_case(_later(engine, case, fault=fault))


def _later(engine: Engine, case: Case, *, fault: bool) -> Case:
    attempts = case.attempts + 1 if fault else case.attempts
    if fault and attempts >= _QUARANTINE_AFTER:
        return replace(case, attempts=attempts, needs=INTERNAL_ERROR, next_action_at=None)
    wait = min(engine.cadence.retry_first, timedelta(minutes=5))
    return replace(case, attempts=attempts, next_action_at=engine.clock.now() + wait)
