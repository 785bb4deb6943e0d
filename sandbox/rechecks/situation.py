"""What a re-check situation is made of: a true course, and spells of trouble in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

DAYS = 33
"""How long a situation is followed."""
Kind = Literal["picture", "page", "thread", "locker"]


class Truth(StrEnum):
    """What really stands at the asset's address."""

    SHOWN = "shown"
    REENCODED = "reencoded"
    CHANGED = "changed"
    GONE_404 = "gone_404"
    GONE_410 = "gone_410"
    GONE_NOTICE = "gone_notice"
    """200 with words of removal."""
    GONE_KNOWN_PICTURE = "gone_known_picture"
    """A placeholder whose digest is known."""
    GONE_ANY_PICTURE = "gone_any_picture"
    """A placeholder that no one knows, for everything that is not there."""
    GONE_SOFT = "gone_soft"
    """200 with one page for everything that is not there."""
    GONE_HOME = "gone_home"
    """A redirect to the root page for everything that is not there."""
    EXPIRED = "expired"
    PARKED = "parked"
    SUSPENDED = "suspended"
    NAME_GONE = "name_gone"
    WILDCARD = "wildcard"
    """The name is gone, but a default page answers every name and path."""


THERE = frozenset({Truth.SHOWN, Truth.REENCODED})
DOWN = frozenset({Truth.PARKED, Truth.SUSPENDED, Truth.NAME_GONE, Truth.WILDCARD})
REMOVED = frozenset(one for one in Truth if one.value.startswith("gone_"))


class Trouble(StrEnum):
    """What stands between the truth and us."""

    FORBIDDEN = "http_403"
    LEGAL = "http_451"
    GEO = "geo_notice"
    CAPTCHA = "captcha"
    CHALLENGE = "challenge"
    LOGIN = "login_wall"
    FILTER_PAGE = "filter_page"
    FILTER_404 = "filter_404"
    """A filter that answers a bare 404 for the asset: through one way out only."""
    ERROR_500 = "http_500"
    ERROR_503 = "http_503"
    BUSY = "http_429"
    NOT_MODIFIED = "http_304"
    EMPTY = "empty_200"
    SILENCE = "timeout"
    TOR_ONLY = "tor_only"
    """Connections are dropped for everyone who does not come through Tor."""
    RESET = "reset"
    BAD_TLS = "bad_tls"
    MAINTENANCE = "maintenance_200"
    AGE_GATE = "age_gate_200"
    ALL_HOME = "everything_redirects_home"
    DEEP_WALL = "deep_wall_200"
    """One page for every deep path while root and robots.txt go on: through one way out only."""
    STORAGE_404 = "storage_404"
    """The store is away for some hours: deep paths answer 404, the root page goes on."""
    HALF_404 = "half_of_the_servers_404"
    WHOLE_HOST_404 = "whole_host_404"
    PAGE_DELETED = "page_deleted_picture_served"
    STEP_BROKEN = "pathway_step_broken"
    LINK_CHECK_ALIVE = "link_check_always_alive"
    LINK_CHECK_GONE = "link_check_always_gone"
    PROXY_DOWN = "proxy_down"
    FETCHER_DOWN = "fetcher_down"
    WORKER_CRASH = "worker_crash"
    OUR_DNS_LIES = "our_resolver_says_nxdomain"
    OUR_DNS_DOWN = "our_resolver_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Trouble of one kind for a while."""

    trouble: Trouble
    start_h: float
    end_h: float
    ways: frozenset[str] = frozenset()
    """Ways out that meet it; empty means all."""

    def meets(self, hour: float, way: str) -> bool:
        """Tell whether a look at this time, through this way out, meets the trouble."""
        return self.start_h <= hour < self.end_h and (not self.ways or way in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One generated situation."""

    seed: int
    kind: Kind
    ways: tuple[str, ...]
    """Names of ways out, the usual one first; see `WAYS`."""
    chapters: tuple[tuple[float, Truth], ...]
    """(hour from which it is so, truth), ascending, the first at 0."""
    spells: tuple[Spell, ...] = ()
    pathway: bool = False
    """A page must be asked first."""

    def truth(self, hour: float) -> Truth:
        """Return what is true at an hour."""
        return [truth for start, truth in self.chapters if start <= hour][-1]

    def troubles(self, hour: float, way: str) -> tuple[Trouble, ...]:
        """Return what a look at an hour through a way out meets."""
        return tuple(spell.trouble for spell in self.spells if spell.meets(hour, way))


WAYS = {
    "two": ("home", "abroad"),
    "one": ("home",),
    "filtered": ("filtered", "home"),
    "filtered_only": ("filtered",),
}
"""`home` and `abroad` are unfiltered and in different networks; `filtered` carries a filter."""
