"""
What DNS answered lately, per host, so that a round of re-checks asks once for each host.

Many cases lie on one host. Within a round the same answer serves them all, for as long as the
answer itself says and never longer than an hour; failures are never kept. Proof before a notice
leaves does not read from here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from crawler.fetch.contract import DnsAnswer, Fetcher, ResolveRequest

LONGEST = timedelta(hours=1)
SHORTEST = timedelta(seconds=30)
ABSENT = timedelta(minutes=5)
_MAX_ENTRIES = 20_000
_ABSENCES = frozenset({"nxdomain", "nodata"})

_Key = tuple[str, str]
"""Host and kind of records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer and when it was given."""

    answer: DnsAnswer
    at: datetime


def kept_for(answer: DnsAnswer) -> timedelta:
    """Return how long an answer serves others: its TTL within bounds, five minutes for absence."""
    if answer.outcome in _ABSENCES:
        return ABSENT
    if answer.outcome != "ok":
        return timedelta(0)
    return min(max(timedelta(seconds=answer.ttl or 0), SHORTEST), LONGEST)


class DnsMemo:
    """Answers for one egress; shared by all cases."""

    def __init__(self, fetcher: Fetcher, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._now = now
        self._known: OrderedDict[_Key, Asked] = OrderedDict()
        self._turns: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    async def resolve(self, request: ResolveRequest, *, lately: bool) -> Asked:
        """
        Ask DNS, or return what it answered lately if that is allowed and still holds.

        Raises:
            TemporaryFailure: the fetcher process is gone.
        """
        key = (request.permit.url, request.records)
        if not lately:
            return await self._ask(key, request)
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            known = self._known.get(key)
            if known is not None and self._now() - known.at < kept_for(known.answer):
                return known
            return await self._ask(key, request)

    async def _ask(self, key: _Key, request: ResolveRequest) -> Asked:
        asked = Asked(answer=await self._fetcher.resolve(request), at=self._now())
        self._known.pop(key, None)
        if kept_for(asked.answer):
            self._known[key] = asked
            while len(self._known) > _MAX_ENTRIES:
                self._known.popitem(last=False)
        return asked
