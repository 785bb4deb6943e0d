"""Counts of what the worker did; shown on the health page, in metrics and by the demo."""

from __future__ import annotations

from collections import Counter


class Counters:
    """Named counts that only grow."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a count, for instance `media_bytes` or `requests_refused`."""
        self._counts[name] += amount

    def get(self, name: str) -> int:
        """Return a count; zero if nothing was counted."""
        return self._counts[name]

    def all(self) -> dict[str, int]:
        """Return a copy of all counts."""
        return dict(self._counts)
