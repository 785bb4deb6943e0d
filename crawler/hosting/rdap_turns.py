"""When a question may go to its registry, and which addresses wait for one answer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any
from weakref import WeakValueDictionary

from asyncio_throttle.throttler import Throttler

from crawler.hosting.addresses import Address, Network
from crawler.hosting.rdap_cache import smallest_block
from crawler.hosting.rdap_record import RdapRecord
from crawler.hosting.registry_facts import Pace, pace_of

_WIDE = {4: 16, 6: 32}
"""Prefix lengths inside which addresses wait for each other until a range is known."""
_MOST = 4096
_RETRY_S = 0.05
_NOTICE_S = 1.0


class RegistryTurns:
    """One queue per registry; a slow or dead one holds up only its own questions."""

    def __init__(self, pace_of: Callable[[str], Pace | None] = pace_of) -> None:
        self._pace_of = pace_of
        self._queues: dict[str, _Queue] = {}

    async def turn(self, host: str, *, skip: Callable[[], bool]) -> None:
        """
        Wait until the registry may be asked again; first come, first served.

        `skip` tells, when the turn comes, that nobody will ask: then it takes no time.
        """
        pace = self._pace_of(host)
        if pace is not None:
            await self._queues.setdefault(host, _Queue(pace)).turn(skip)

    def waiting(self, host: str) -> bool:
        """Whether someone waits for a turn at a registry, or the last one to wait gave up."""
        return host in self._queues and self._queues[host].waiting


class _Queue:
    """The queue in front of one registry."""

    def __init__(self, pace: Pace) -> None:
        self._throttler: Any = Throttler(pace.questions, pace.period_s, _RETRY_S)
        self._order = asyncio.Lock()
        self._waiting = 0
        self._overrun = False

    @property
    def waiting(self) -> bool:
        return self._waiting > 0 or self._overrun

    async def turn(self, skip: Callable[[], bool]) -> None:
        # only the first in the line watches the clock, and the line keeps its order
        self._waiting += 1
        try:
            async with self._order:
                while not skip() and not await self._acquired():
                    pass
            self._overrun = False
        except asyncio.CancelledError:
            self._overrun = True
            raise
        finally:
            self._waiting -= 1

    async def _acquired(self) -> bool:
        """Try for a second, so that whoever waits notices when there is no need any more."""
        try:
            async with asyncio.timeout(_NOTICE_S):
                await self._throttler.acquire()
        except TimeoutError:
            return False
        return True


class Neighbours:
    """
    Addresses that may lie in one range ask one after the other, so that one answer serves all.

    Until an answer is known all of a /16 (IPv6: /32) wait; afterwards those of a block as large
    as the one that was answered with.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Network, asyncio.Lock] = WeakValueDictionary()
        self._lengths: OrderedDict[Network, int] = OrderedDict()

    def around(self, address: Address) -> Network:
        """Return the block whose addresses wait for each other."""
        wide = block(address, _WIDE[address.version])
        return block(address, self._lengths.get(wide, wide.prefixlen))

    def lock(self, near: Network) -> asyncio.Lock:
        """Return the lock of a block; it lives while someone holds or awaits it."""
        return self._locks.setdefault(near, asyncio.Lock())

    def learn(self, address: Address, record: RdapRecord | None) -> None:
        """Keep how large ranges are there; without an answer nobody waits for a neighbour."""
        wide = block(address, _WIDE[address.version])
        found = smallest_block(record, address)
        length = found.prefixlen if found is not None else address.max_prefixlen
        self._lengths[wide] = max(length, wide.prefixlen)
        self._lengths.move_to_end(wide)
        while len(self._lengths) > _MOST:
            self._lengths.popitem(last=False)


def block(address: Address, length: int) -> Network:
    """Return the block of a prefix length around an address."""
    rest = address.max_prefixlen - length
    number = int(address) >> rest << rest
    kind = IPv4Network if isinstance(address, IPv4Address) else IPv6Network
    return kind((number, length))
