"""The same work for every client: which pages, how many at a time, and what is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

Page = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Work:
    """Pages to visit: a few first, that are not measured, then all others."""

    warm: Sequence[Page]
    pages: Sequence[Page]
    at_once: int
    """Requests at the same time."""
    expected: int
    """Bytes of all measured pages and their pictures."""

    async def all(self, visit: Callable[[Page], Awaitable[int]], pages: Sequence[Page]) -> int:
        """
        Visit pages, some at a time; return the sum of what the visits return.

        Half as many visits as requests, since hostwatch asks one host twice at a time, as in work.
        """
        waiting = iter(pages)

        async def one_after_another() -> int:
            return sum([await visit(page) for page in waiting])

        return sum(await asyncio.gather(*(one_after_another() for _ in range(self.at_once // 2))))

    def report(self, total: int, *, wall_s: float, cpu_s: dict[str, float]) -> dict[str, Any]:
        """Return the figures of one run. Raises `RuntimeError` when bytes are missing."""
        if total != self.expected:
            raise RuntimeError(f"{total} bytes came of {self.expected}")
        return {
            "pages": len(self.pages),
            "requests": sum(1 + len(page["pictures"]) for page in self.pages),
            "bytes": total,
            "wall_s": wall_s,
            "cpu_s": cpu_s,
        }


def work_of(plan: dict[str, Any]) -> Work:
    """Read the work out of a farm's plan."""
    pages, warm = plan["pages"], plan["warm"]
    return Work(
        warm=pages[:warm],
        pages=pages[warm:],
        at_once=plan["at_once"],
        expected=sum(
            plan["bytes"][path]
            for page in pages[warm:]
            for path in (page["page"], *page["pictures"])
        ),
    )
