"""Write down or take away the recipe that shows the content of a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.errors import InvalidInput
from cases.model import Case, Pathway, Stage
from hostwatch.desk import Desk
from hostwatch.intake.recipe import read_recipe
from hostwatch.permissions import Action

_VISITED = (Stage.RECEIVED, Stage.VISITING)
"""Whatever is asked of an analyst here comes from the visit, which the recipe may mend."""
_WATCHED_QUESTIONS = frozenset({"pathway_broken", "no_answer", "gated"})
"""What the re-checks ask that a recipe may mend."""


async def write(desk: Desk, case_id: str, text: str) -> Case:
    """
    Give a case the recipe of a TOML document and make it due, so that the recipe is tried.

    Raises:
        InvalidInput: the recipe is not usable, or the case is closed.
        UnknownRecord: there is no such case.
    """
    desk.require(Action.CASE_PATHWAY)
    egresses = [profile.name for profile in desk.settings.egress]
    return await _change(desk, case_id, read_recipe(text, egresses=egresses))


async def clear(desk: Desk, case_id: str) -> Case:
    """
    Take the recipe of a case away; it is visited directly from now on.

    Raises:
        InvalidInput: the case is closed.
        UnknownRecord: there is no such case.
    """
    desk.require(Action.CASE_PATHWAY)
    return await _change(desk, case_id, Pathway())


async def _change(desk: Desk, case_id: str, pathway: Pathway) -> Case:
    async with desk.store.transaction() as tx:
        case = await tx.case(case_id)
        if case.stage is Stage.CLOSED:
            raise InvalidInput(
                f"{case_id} is closed; report its location again, then write its recipe down."
            )
        await desk.audit(tx, Action.CASE_PATHWAY, case_id, **_counts(pathway))
        return await tx.save_case(_tried_anew(replace(case, pathway=pathway), desk.now()))


def _tried_anew(case: Case, now: datetime) -> Case:
    """Make a case due where its next step is a look at the location; hurry no other."""
    if case.stage in _VISITED:
        return replace(case, needs=None, attempts=0, next_action_at=now)
    if case.stage is Stage.MONITORING:
        needs = None if case.needs in _WATCHED_QUESTIONS else case.needs
        return replace(case, needs=needs, next_action_at=now)
    return case


def _counts(pathway: Pathway) -> dict[str, int]:
    """Say in the trail how much was written down, not what."""
    return {
        "steps": len(pathway.steps),
        "cookies": len(pathway.cookies),
        "passwords": len(pathway.passwords),
    }
