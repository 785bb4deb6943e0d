"""Health and metrics: numbers and machine words, never a host, a path or a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge, generate_latest

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_COUNT: Final = "count_"
_WELL: Final = frozenset({"ok", "idle", "paused"})


class Overview(Protocol):
    """What the pages ask of the engine room."""

    async def health(self) -> Mapping[str, object]:
        """
        Return parts and figures.

        A part (`database`, `fetcher`, `worker`) holds `ok`, `idle`, `paused` or a word for what is
        wrong; `lateness_s` and `lateness_alarm_s` hold seconds; `count_*` hold totals since start;
        `status` may already say `degraded`.
        """
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return the number of cases per stage, and `needs_analyst`."""
        ...


def shown(health: Mapping[str, object]) -> dict[str, object]:
    """
    Keep members that are numbers or machine words, and say the status first.

    >>> shown({"database": "down", "lateness_s": 2.0, "note": "http://board.test/"})
    {'status': 'degraded', 'database': 'down', 'lateness_s': 2.0}
    """
    kept = {name: value for name, value in health.items() if _may_show(name, value)}
    kept.pop("status", None)
    return {"status": "ok" if _is_well(health) else "degraded", **kept}


def metrics(health: Mapping[str, object], counts: Mapping[str, int]) -> bytes:
    """Return the figures in the Prometheus text format."""
    registry = CollectorRegistry()
    up = Gauge("hostwatch_healthy", "1 while the status is ok.", registry=registry)
    up.set(health.get("status") == "ok")
    for name, value in health.items():
        if isinstance(value, int | float):
            gauge = Gauge(f"hostwatch_{_metric(name)}", f"Figure {name}.", registry=registry)
            gauge.set(value)
    _cases(counts, registry)
    return generate_latest(registry)


def _cases(counts: Mapping[str, int], registry: CollectorRegistry) -> None:
    cases = Gauge("hostwatch_cases", "Cases per stage.", ["stage"], registry=registry)
    waiting = Gauge("hostwatch_cases_needing_analyst", "Cases that wait.", registry=registry)
    waiting.set(counts.get("needs_analyst", 0))
    for stage, count in counts.items():
        if stage != "needs_analyst" and _WORD.fullmatch(stage):
            cases.labels(stage=stage).set(count)


def _metric(name: str) -> str:
    """Name the unit as Prometheus does: `lateness_s` becomes `lateness_seconds`."""
    plain = name.removeprefix(_COUNT)
    return f"{plain[:-2]}_seconds" if plain.endswith("_s") else plain


def _may_show(name: str, value: object) -> bool:
    if not _WORD.fullmatch(name):
        return False
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    return isinstance(value, int | float)


def _is_well(health: Mapping[str, object]) -> bool:
    late, alarm = health.get("lateness_s", 0), health.get("lateness_alarm_s", float("inf"))
    on_time = isinstance(late, int | float) and isinstance(alarm, int | float) and late <= alarm
    words = (
        value for value in health.values() if isinstance(value, str) and _WORD.fullmatch(value)
    )
    return on_time and all(word in _WELL for word in words)
