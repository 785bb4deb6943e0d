"""Which egress a case is looked at through, and in which order the others follow."""

from __future__ import annotations

from collections.abc import Sequence

from cases.model import SHOWING, Case, EgressProfile, Observation
from hostwatch.engine import Engine


def usual_egress(engine: Engine, case: Case, before: Sequence[Observation]) -> str:
    """
    Name the egress of the case's pathway, else the one that showed the content last.

    Only an egress that showed the content can be the one that misses it.
    """
    known = {profile.name for profile in engine.egresses}
    if case.pathway.egress in known:
        return str(case.pathway.egress)
    shown = [one.egress for one in before if one.presence in SHOWING and one.egress in known]
    return shown[-1] if shown else engine.egresses[0].name


def in_order(engine: Engine, case: Case) -> tuple[EgressProfile, ...]:
    """Return the egresses in the order of a first visit, that of the pathway before the others."""
    return tuple(sorted(engine.egresses, key=lambda one: one.name != case.pathway.egress))
