"""
One visit to one case: the first one, that finds its media, and the re-checks of what matters.

Core-side logic; of the outside world it awaits only the `Fetcher` protocol.
"""

from __future__ import annotations

from crawler.visit.first import first_visit
from crawler.visit.options import (
    FirstVisit,
    Judge,
    Recheck,
    SiblingAnswer,
    SiblingKey,
    SiblingMemory,
    VisitOptions,
)
from crawler.visit.recheck import recheck, that_matter

__all__ = [
    "FirstVisit",
    "Judge",
    "Recheck",
    "SiblingAnswer",
    "SiblingKey",
    "SiblingMemory",
    "VisitOptions",
    "first_visit",
    "recheck",
    "that_matter",
]
