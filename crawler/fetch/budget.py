"""The time that one fetch may spend on the network, waits for its turn not counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_S = 1800.0
"""No fetch takes longer than this, however large it is."""

_MEDIA_RATE = 100 * 1024
"""A body earns one more second for so many bytes."""


class Budget:
    """Seconds left; they run only inside `spend`."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._granted = seconds
        self._running: asyncio.Timeout | None = None

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Let the clock run inside the block. Raises `TimeoutError` when nothing is left."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._left) as self._running:
                yield
        finally:
            self._running = None
            self._left -= time.monotonic() - started

    def earn(self, received: int) -> None:
        """Grant time for bytes that arrived, up to `MAX_S` altogether."""
        seconds = min(received / _MEDIA_RATE, MAX_S - self._granted)
        self._granted += max(0.0, seconds)
        self._add(max(0.0, seconds))

    def excuse(self, seconds: float) -> None:
        """Give back time that was spent waiting for ourselves."""
        self._add(seconds)

    def _add(self, seconds: float) -> None:
        self._left += seconds
        when = self._running.when() if self._running else None
        if self._running is not None and when is not None and not self._running.expired():
            self._running.reschedule(when + seconds)
