"""What an engine is: structural markers as data, and a pure reader of a parsed page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.page import Page
from crawler.extract.record import Candidate, NextStep, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an engine read; links are not yet sorted into candidates and refused ones."""

    state: State = "unknown"
    state_rule: str = ""
    candidates: tuple[Candidate, ...] = ()
    next: NextStep | None = None
    json_twin: str | None = None
    link_check: NextStep | None = None
    signs: tuple[str, ...] = ()
    post_found: bool | None = None
    scope: tuple[Tag, ...] = ()
    """Elements that the generic pass may look at; empty means the whole page."""
    covered: frozenset[str] = frozenset()
    """Addresses of smaller forms of what is listed in full size; never candidates."""
    generic: bool = True
    """Whether the generic pass may add media; its list of refused links is always taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One kind of site software."""

    name: str
    site_type: SiteType
    markers: tuple[frozenset[str], ...]
    """Groups of structural marks (`page.features_of`); a group counts once, whatever it shows."""
    read: Callable[[Page], Reading]
    shape: Callable[[str], int] = lambda _url: 0
    """How many markers the shape of the URL is worth."""

    def score(self, page: Page) -> int:
        """Count the independent markers on a page."""
        return sum(bool(group & page.features) for group in self.markers) + self.shape(page.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonEngine:
    """One kind of site software whose JSON answers are read."""

    name: str
    site_type: SiteType
    fits: Callable[[Mapping[str, object]], bool]
    read: Callable[[Mapping[str, object], str], Reading]
    """Takes the parsed object and the URL with its fragment."""


MARKERS_NEEDED = 2


def recognise(page: Page, engines: tuple[Engine, ...]) -> Engine | None:
    """Return the engine with most markers, if it shows at least two."""
    scored = [(engine.score(page), engine) for engine in engines]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= MARKERS_NEEDED else None
