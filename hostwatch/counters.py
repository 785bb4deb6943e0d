"""
Counts of what a worker did; shown in metrics, on the health page and by the demo.

They live in memory and begin at zero with the process. A word beside a count is a machine word of
a closed set: never a host, a provider or a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How often something was done, and the seconds that it took altogether."""

    times: int = 0
    seconds: float = 0.0


class Counters:
    """Named counts that only grow."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._worded: dict[str, Counter[str]] = {}
        self._took: dict[tuple[str, str], Took] = {}

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a count, for instance `media_bytes` or `requests_refused`."""
        self._counts[name] += amount

    def get(self, name: str) -> int:
        """Return a count; zero if nothing was counted."""
        return self._counts[name]

    def all(self) -> dict[str, int]:
        """Return a copy of all counts that have no words."""
        return dict(self._counts)

    def add_word(self, name: str, word: str, amount: int = 1) -> None:
        """Add to the count of one word, for instance `fetches`, `refused`."""
        self._worded.setdefault(name, Counter())[word] += amount

    def words(self, name: str) -> Mapping[str, int]:
        """Return the counts of a name by word."""
        return dict(self._worded.get(name, {}))

    def add_time(self, name: str, word: str, seconds: float) -> None:
        """Note that something of this word was done once and took so long."""
        before = self._took.get((name, word), Took())
        self._took[name, word] = Took(times=before.times + 1, seconds=before.seconds + seconds)

    def times(self, name: str) -> Mapping[str, Took]:
        """Return how often and how long, by word."""
        return {word: took for (known, word), took in self._took.items() if known == name}
