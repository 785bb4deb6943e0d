"""
When a host is left alone: what it asks for, and what its failures ask for.

After 429 or 503 a host rests as long as it says in `Retry-After` (RFC 9110, 10.2.3), or else for a
random time below a bound that doubles each time (full jitter). After several failures in a row it
rests for a fixed time, and then one request tries it. A refusal to ask is our doing: it ends as
`host_resting`, and proves nothing about what the host serves.

Each way out keeps its own memory of a host, since hosts treat addresses apart.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from config.settings import Fetch
from crawler.fetch.contract import FetchCode

SHORT_S = 5.0
"""A rest that is over so soon is waited for."""

_BUSY = frozenset({429, 503})
_FAILURES = frozenset(
    {
        FetchCode.CONNECT_REFUSED,
        FetchCode.CONNECT_TIMEOUT,
        FetchCode.RESET,
        FetchCode.TIMEOUT,
        FetchCode.TOO_SLOW,
    }
)
"""
Failures that cost a host or us something. `no_route` costs neither: nothing arrives anywhere, and
the proof that a host is gone needs it seen again.
"""
_HOSTS = 20_000
"""Hosts remembered; the longest unused are forgotten."""
_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What is remembered of one host on one way out."""

    busy: int = 0
    """Answers 429 or 503 in a row."""
    failed: int = 0
    """Failures in a row."""
    until: float = 0.0
    """When it may be asked again, on the monotonic clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one request ended."""

    status: int | None = None
    retry_after: str = ""
    """The header as it came."""
    error: FetchCode | None = None


def after(mood: Mood, outcome: Outcome, caps: Fetch, *, now: float, dice: float) -> Mood:
    """
    Return the mood after a request.

    Args:
        mood: before.
        outcome: how the request ended.
        caps: the configured bounds.
        now: the monotonic clock.
        dice: from 0 to below 1.
    """
    status = outcome.status or 0
    if status in _BUSY:
        rest = _rest(outcome.retry_after, caps, busy=mood.busy, dice=dice)
        return Mood(busy=mood.busy + 1, failed=0, until=max(mood.until, now + rest))
    if outcome.error in _FAILURES or status >= 500:
        failed = mood.failed + 1
        rests = failed >= caps.failures
        return replace(
            mood, failed=failed, until=now + caps.failures_rest_s if rests else mood.until
        )
    return Mood(until=mood.until if mood.until > now else 0.0) if status else mood


def _rest(header: str, caps: Fetch, *, busy: int, dice: float) -> float:
    asked = asked_for(header, datetime.now(UTC))
    if asked is not None:
        return min(asked, caps.retry_after_s)
    bound = caps.retry_first_s * 2.0 ** min(busy, _DOUBLINGS)
    return dice * min(bound, caps.retry_longest_s)


def asked_for(header: str, now: datetime) -> float | None:
    """
    Read `Retry-After`: seconds, or a date; none when it is neither.

    >>> asked_for("120", datetime(2026, 1, 2, tzinfo=UTC))
    120.0
    >>> asked_for("Fri, 02 Jan 2026 00:01:00 GMT", datetime(2026, 1, 2, tzinfo=UTC))
    60.0
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a year or a zone beyond all calendars
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Patience:
    """The moods of all hosts of this process."""

    def __init__(
        self, caps: Fetch, *, clock: Callable[[], float], dice: Callable[[], float] = random.random
    ) -> None:
        self._caps = caps
        self._clock = clock
        self._dice = dice
        self._moods: OrderedDict[tuple[str, str], Mood] = OrderedDict()

    def wait(self, way: str, host: str) -> float:
        """
        Return the seconds until a host may be asked; 0 when it may now.

        After a rest for failures the first who is let through tries alone: until it is known how
        that went, the others find the host resting.
        """
        mood = self._moods.get((way, host))
        if mood is None:
            return 0.0
        now = self._clock()
        left = max(0.0, mood.until - now)
        if not left and mood.failed >= self._caps.failures:
            self._put((way, host), replace(mood, until=now + self._caps.failures_rest_s))
        return left

    def heard(self, way: str, host: str, outcome: Outcome) -> None:
        """Remember how a request ended."""
        key = way, host
        mood = self._moods.get(key, Mood())
        tried = mood.failed >= self._caps.failures and bool(outcome.status)
        if tried and outcome.status not in _BUSY and (outcome.status or 0) < 500:
            mood = Mood()
        new = after(mood, outcome, self._caps, now=self._clock(), dice=self._dice())
        if new == Mood():
            self._moods.pop(key, None)
        else:
            self._put(key, new)

    def unheard(self, way: str, host: str) -> None:
        """Take back a try that was broken off by ourselves."""
        mood = self._moods.get((way, host))
        if mood is not None and mood.failed >= self._caps.failures:
            self._put((way, host), replace(mood, until=self._clock()))

    def _put(self, key: tuple[str, str], mood: Mood) -> None:
        self._moods[key] = mood
        self._moods.move_to_end(key)
        if len(self._moods) > _HOSTS:
            self._moods.popitem(last=False)
