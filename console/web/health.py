"""Health as numbers and machine words, never a host, a path or a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from hostwatch.figures import Figure

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_WELL: Final = frozenset({"ok", "idle", "paused"})


class Overview(Protocol):
    """What the pages ask of the engine room."""

    async def health(self) -> Mapping[str, object]:
        """
        Return parts and figures.

        A part (`database`, `fetcher`, `workers`) holds `ok`, `idle`, `paused` or a word for what
        is wrong; `lateness_s` and `lateness_alarm_s` hold seconds; `count_*` hold totals since
        start; `status` may already say `degraded`.
        """
        ...

    async def ready(self) -> Mapping[str, object]:
        """Return the parts that this process needs to do its own work."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return the number of cases per stage, and `needs_analyst`."""
        ...

    async def figures(self) -> Sequence[Figure]:
        """Return all figures for a monitoring system."""
        ...


def shown(health: Mapping[str, object]) -> dict[str, object]:
    """
    Keep members that are numbers or machine words, and say the status first.

    >>> shown({"database": "down", "lateness_s": 2.0, "note": "http://board.test/"})
    {'status': 'degraded', 'database': 'down', 'lateness_s': 2.0}
    """
    kept = {name: value for name, value in health.items() if _may_show(name, value)}
    kept.pop("status", None)
    return {"status": "ok" if is_well(health) else "degraded", **kept}


def is_well(health: Mapping[str, object]) -> bool:
    """Return whether every part is well and nothing is later than the alarm allows."""
    late, alarm = health.get("lateness_s", 0), health.get("lateness_alarm_s", float("inf"))
    on_time = isinstance(late, int | float) and isinstance(alarm, int | float) and late <= alarm
    words = (
        value for value in health.values() if isinstance(value, str) and _WORD.fullmatch(value)
    )
    return on_time and all(word in _WELL for word in words)


def _may_show(name: str, value: object) -> bool:
    if not _WORD.fullmatch(name):
        return False
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    return isinstance(value, int | float)
