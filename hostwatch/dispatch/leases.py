"""Turns at hosts as leases in the database, so that no two machines ask one host at a time."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta

from cases.errors import TemporaryFailure
from cases.ports import CaseStore

BEATS = 3
"""A lease holds for so many beats without a sign of life of its worker."""
_SURELY = 0.8
"""Share of a lease that the fetcher is told, for what the answer takes on its way."""
_PATIENCE_S = 45.0
_LOOK_AGAIN_S = 0.15


class Leases:
    """`crawler.fetch.turns.HostTurns` over the store; leases are renewed by the worker's beat."""

    def __init__(self, store: CaseStore, worker: str, *, beat_s: float, pace: timedelta) -> None:
        self._store = store
        self._worker = worker
        self._lease = timedelta(seconds=beat_s * BEATS)
        self._pace = pace

    async def take(self, host: str) -> float:
        """Wait for the lease of a host; return for how many seconds it surely holds."""
        patience = time.monotonic() + _PATIENCE_S
        while not await self._taken(host):
            if time.monotonic() > patience:
                raise TemporaryFailure("Another machine asked the host all the time.")
            await asyncio.sleep(_LOOK_AGAIN_S * (0.5 + random.random()))  # noqa: S311 - spreads the waiting
        return self._lease.total_seconds() * _SURELY

    async def give_back(self, host: str) -> None:
        """Free the host for the next machine, after its pace."""
        async with self._store.transaction() as tx:
            after = await tx.now() + self._pace
            await tx.release_host(tx.host_key(host), self._worker, after)

    async def _taken(self, host: str) -> bool:
        async with self._store.transaction() as tx:
            now = await tx.now()
            return await tx.lease_host(tx.host_key(host), self._worker, now, now + self._lease)
