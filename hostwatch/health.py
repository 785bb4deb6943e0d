"""How the house fares: what the health page and the metrics show. No host, no path, no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cases.checkpoints import from_text
from cases.errors import HostwatchError
from cases.model import StoreCounts
from cases.ports import CaseStore, Clock
from cases.trail import NEWEST
from config.policy import Policy
from hostwatch import figures
from hostwatch.counting import CountedFetcher
from hostwatch.engine import Engine
from hostwatch.figures import Figure, Plant
from hostwatch.office import Office

DEAD_AFTER_S: Final = 30.0
"""A worker whose heartbeat is older is counted as silent."""
_SWITCHES: Final = ("fetching", "sending")


@dataclass(frozen=True, slots=True)
class Health:
    """
    Answers the questions of the console's health page.

    Of a worker's rooms it tells all; of an office, which has no fetcher, what the database says.
    """

    rooms: Engine | Office

    async def health(self) -> dict[str, object]:
        """Return machine words for the parts, and figures; lateness in seconds."""
        now = self._clock.now()
        alarm = self._alarm_s
        try:
            counts = await self._counts(now)
            switches = await self._switches()
        except HostwatchError:
            return {"database": "down"}
        late = figures.lateness(counts, now)
        return {
            "database": "ok",
            "cases": "late" if late > alarm else "ok",
            **self._workers(counts, now),
            **switches,
            **self._plant_words(),
            "lateness_s": round(late, 1),
            "lateness_alarm_s": alarm,
            "due_cases": counts.due,
            **self._counted(),
        }

    async def ready(self) -> dict[str, object]:
        """Return machine words for what this process needs to do its own work."""
        try:
            async with self._store.reading() as tx:
                await tx.setting("paused_fetching")
        except HostwatchError:
            return {"database": "down", **self._plant_words()}
        return {"database": "ok", **self._plant_words()}

    async def counts(self) -> dict[str, int]:
        """Count cases by stage, and those that wait for an analyst."""
        found = await self._counts(self._clock.now())
        return {**found.cases, "needs_analyst": sum(found.needs.values())}

    async def figures(self) -> list[Figure]:
        """List all figures for a monitoring system; without a database those of the rooms."""
        now = self._clock.now()
        rooms = self.rooms
        own: list[Figure] = []
        if isinstance(rooms, Engine):
            own = [*figures.of_plant(_plant(rooms), now), *figures.of_counters(rooms.counters)]
        try:
            counts = await self._counts(now)
        except HostwatchError:
            return [figures.gauge("database_up", "1 while the database answers.", 0), *own]
        return [
            figures.gauge("database_up", "1 while the database answers.", 1),
            *figures.of_store(counts, now, alarm_s=self._alarm_s, dead_after_s=DEAD_AFTER_S),
            *await self._paused_figures(),
            *figures.of_checkpoint(await self._attested_at(), now),
            *own,
        ]

    @property
    def _store(self) -> CaseStore:
        return self.rooms.store

    @property
    def _clock(self) -> Clock:
        return self.rooms.clock

    @property
    def _policy(self) -> Policy:
        return self.rooms.policy if isinstance(self.rooms, Engine) else self.rooms.rules.policy

    @property
    def _alarm_s(self) -> float:
        return self._policy.cadence.lateness_alarm.total_seconds()

    async def _counts(self, now: datetime) -> StoreCounts:
        async with self._store.reading() as tx:
            return await tx.counts(now)

    async def _paused(self) -> dict[str, bool]:
        async with self._store.reading() as tx:
            return {
                switch: await tx.setting(f"paused_{switch}") is not None for switch in _SWITCHES
            }

    async def _switches(self) -> dict[str, object]:
        paused = await self._paused()
        return {switch: "paused" if turned else "ok" for switch, turned in paused.items()}

    async def _paused_figures(self) -> list[Figure]:
        samples = {switch: float(turned) for switch, turned in (await self._paused()).items()}
        return [figures.worded("paused", "1 while the switch is turned.", "switch", samples)]

    async def _attested_at(self) -> datetime | None:
        """Return when the trail was attested last, as the database knows it."""
        async with self._store.reading() as tx:
            text = await tx.setting(NEWEST)
        return None if text is None else from_text(text).at

    def _workers(self, counts: StoreCounts, now: datetime) -> dict[str, object]:
        """Tell whether anybody works; a worker knows that by itself."""
        alive = sum(
            1 for worker in counts.workers if (now - worker.beat_at).total_seconds() <= DEAD_AFTER_S
        )
        if isinstance(self.rooms, Engine):
            return {"workers_alive": alive} if counts.workers else {}
        return {"workers": "ok" if alive else "none", "workers_alive": alive}

    def _plant_words(self) -> dict[str, object]:
        """Say in a word how each room of a worker is."""
        if not isinstance(self.rooms, Engine):
            return {}
        plant = _plant(self.rooms)
        words: dict[str, object] = {"hash_list": "ok" if plant.lists else "none"}
        if plant.fetcher_alive is not None:
            words["fetcher"] = "ok" if plant.fetcher_alive else "down"
        return words

    def _counted(self) -> dict[str, object]:
        """Return plain totals since the start of this process, as `count_...`."""
        if not isinstance(self.rooms, Engine):
            return {}
        counts = self.rooms.counters.all()
        return {f"count_{name}": count for name, count in counts.items()}


def _plant(engine: Engine) -> Plant:
    fetcher = engine.fetcher
    counted = fetcher if isinstance(fetcher, CountedFetcher) else None
    tables = engine.tables
    # fronts age slowly and have limits of their own
    opened = () if tables is None else (tables.asn, *tables.countries)
    return Plant(
        lists=engine.matcher.lists(),
        ranges_built=tuple(table.header.built for table in opened if table is not None),
        locks=counted.locks if counted else {},
        held=counted.held if counted else 0,
        fetcher_alive=counted.alive if counted else None,
    )
