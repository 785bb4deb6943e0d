"""How many wrong codes one serial may get."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

_REMEMBERED: Final = 10_000


class WrongCodeLimit:
    """
    Count wrong codes per serial in a sliding window, in memory.

    Serials that do not exist count alike, so that the limit does not tell which do. With the
    defaults a code of 59 bits is beyond guessing, and a mistyped one costs minutes, not days.
    """

    def __init__(
        self,
        *,
        allowed: int = 10,
        window_s: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = allowed
        self._window = window_s
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, serial: str) -> int:
        """Return the seconds until the serial may be tried again; 0 means now."""
        times = self._recent(serial)
        if len(times) < self._allowed:
            return 0
        return max(1, math.ceil(times[0] + self._window - self._clock()))

    def count(self, serial: str) -> None:
        """Count one wrong code; the serial that was quiet for longest is forgotten first."""
        times = self._recent(serial)
        times.append(self._clock())
        self._wrong[serial] = times
        self._wrong.move_to_end(serial)
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)

    def forgive(self, serial: str) -> None:
        """Take the latest count back: the code was right."""
        if times := self._wrong.get(serial):
            times.pop()

    def _recent(self, serial: str) -> deque[float]:
        times = self._wrong.get(serial, deque())
        oldest = self._clock() - self._window
        while times and times[0] <= oldest:
            times.popleft()
        return times
