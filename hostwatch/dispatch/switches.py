"""What every dispatcher obeys while it runs: the switches of staff, and new hash lists."""

from __future__ import annotations

import structlog

from cases.errors import HostwatchError
from hostwatch.engine import Engine
from hostwatch.operations.people import paused

log = structlog.get_logger()


class Switches:
    """The last known position of the switches, and what has to follow when one is turned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._fetch_paused = False

    async def fetching_is_paused(self) -> bool:
        """Read the switch, and tell the fetcher when it was turned."""
        off = await paused(self._engine.store, "fetching")
        if off is not self._fetch_paused:
            await self._engine.fetcher.pause(off)
            self._fetch_paused = off
            log.warning("fetching_paused" if off else "fetching_resumed")
        return off

    async def sending_is_paused(self) -> bool:
        """Read the switch."""
        return await paused(self._engine.store, "sending")

    def reload_lists(self) -> None:
        """Take up a newly active hash list; with a damaged one the old lists stay in use."""
        try:
            if self._engine.matcher.reload_if_changed():
                log.info("hash_lists_reloaded")
        except HostwatchError as problem:
            self._engine.counters.add("hash_list_faults")
            log.warning("hash_lists_not_reloaded", error=type(problem).__name__)
