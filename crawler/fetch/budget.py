"""The time that one fetch may spend on the network, waits for its turn not counted."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

MAX_S = 1800.0
"""No fetch takes longer than this, however large it is."""

_MEDIA_RATE = 100 * 1024
"""A body earns one more second for so many bytes."""


class Budget:
    """
    Seconds left; they run only inside `async with budget.spend():`.

    A body that arrives moves the end with every chunk, so that the timer is left as it is and looks
    for itself, when it rings, whether the end has come. `close` takes it down.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._granted = seconds
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._end = 0.0
        self._cancels = 0
        self._over = False

    def spend(self) -> Self:
        """Let the clock run inside the block. The block raises `TimeoutError` at the end."""
        return self

    async def __aenter__(self) -> Self:
        """Start the clock. Raises `RuntimeError` when it runs already."""
        if self._task is not None:
            raise RuntimeError("this time is being spent already")
        self._task = asyncio.current_task()
        self._cancels = self._task.cancelling() if self._task else 0
        self._end = self._loop.time() + self._left
        self._watch()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the clock. Raises `TimeoutError` when the time is over."""
        task, self._task = self._task, None
        self._left = self._end - self._loop.time()
        over, self._over = self._over, False
        ours = over and task is not None and task.uncancel() <= self._cancels
        if ours and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def earn(self, received: int) -> None:
        """Grant time for bytes that arrived, up to `MAX_S` altogether."""
        seconds = max(0.0, min(received / _MEDIA_RATE, MAX_S - self._granted))
        self._granted += seconds
        self._add(seconds)

    def excuse(self, seconds: float) -> None:
        """Give back time that was spent waiting for ourselves."""
        self._add(seconds)

    def close(self) -> None:
        """Take the timer down."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _add(self, seconds: float) -> None:
        self._left += seconds
        self._end += seconds
        if self._task is not None and not self._over:
            self._watch()

    def _watch(self) -> None:
        """See to it that the timer rings no later than at the end."""
        if self._timer is None or self._timer.when() > self._end:
            self.close()
            self._timer = self._loop.call_at(self._end, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._task is None:
            return
        if self._loop.time() < self._end:
            self._watch()
            return
        self._over = True
        self._task.cancel()
