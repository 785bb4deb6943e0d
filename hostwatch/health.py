"""How the worker fares: what the health page and the metrics show. No host, no path, no person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cases.errors import HostwatchError
from cases.ports import CaseFilter
from hostwatch.engine import Engine


@dataclass(frozen=True, slots=True)
class Health:
    """Answers the questions of the console's health page."""

    engine: Engine

    async def health(self) -> dict[str, object]:
        """Return `status` and what it rests on; lateness in seconds."""
        try:
            late = await self._lateness()
        except HostwatchError:
            return {"status": "degraded", "database": "down"}
        alarm = self.engine.policy.cadence.lateness_alarm.total_seconds()
        return {
            "status": "degraded" if late > alarm else "ok",
            "database": "ok",
            "lateness_s": round(late, 1),
            "lateness_alarm_s": alarm,
            "hash_lists": len(self.engine.matcher.lists()),
            **{f"count_{name}": count for name, count in self.engine.counters.all().items()},
        }

    async def counts(self) -> dict[str, int]:
        """Count cases by stage, and those that wait for an analyst."""
        async with self.engine.store.reading() as tx:
            cases = await tx.cases(CaseFilter(limit=1_000_000))
        counts = Counter(case.stage.value for case in cases)
        counts["needs_analyst"] = sum(1 for case in cases if case.needs is not None)
        return dict(counts)

    async def _lateness(self) -> float:
        async with self.engine.store.reading() as tx:
            due = await tx.next_due()
        if due is None:
            return 0.0
        return max(0.0, (self.engine.clock.now() - due).total_seconds())
