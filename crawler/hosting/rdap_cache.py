"""Answers of registries, kept in memory under the range that they speak of."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Network, summarize_address_range
from typing import TypeVar

from crawler.hosting.addresses import Address, Network, read_address
from crawler.hosting.rdap_record import RdapRecord

FRESH = timedelta(hours=24)
DOMAIN_FRESH = timedelta(days=7)
STALE_IF_ERROR = timedelta(days=14)
DOMAIN_STALE_IF_ERROR = timedelta(days=30)
NONE_FRESH = timedelta(hours=6)
ERROR_FRESH = timedelta(minutes=15)
_Key = TypeVar("_Key")
_MAX_ENTRIES = 20_000
_MAX_BLOCKS = 64
_FINAL = ("assigned", "direct assignment", "reassign")


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapAnswer:
    """What a registry answered to one question."""

    outcome: str
    """`found`, `none`, or a word of the closed error set."""
    source: str
    """`rdap:<host of the registry>`."""
    at: datetime
    """When the registry was asked."""
    record: RdapRecord | None = None
    milliseconds: int = 0
    """How long the registry took."""
    retry_after: float | None = None
    """Seconds, when the registry said so."""
    stale: str = ""
    """An earlier answer, told again because of this failure now."""


class RdapCache:
    """
    Answers by question, and answers about assigned networks by their whole range.

    A registry answers with the smallest network around the address that was asked for. Inside an
    allocation another address may have a smaller one with another contact, so such an answer
    serves its own address only; an assigned network is not divided further and serves all of it.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[str, RdapAnswer] = OrderedDict()
        self._found: OrderedDict[str, RdapAnswer] = OrderedDict()
        self._blocks: OrderedDict[Network, RdapAnswer] = OrderedDict()

    def get(self, question: str, *, now: datetime, fresh: timedelta = FRESH) -> RdapAnswer | None:
        """Return the answer to exactly this question while it is fresh."""
        return _while_fresh(self._asked.get(question), now, fresh)

    def covering(self, address: Address, *, now: datetime) -> RdapAnswer | None:
        """Return the answer about the smallest assigned network around an address."""
        for network in _supernets(address):
            answer = _while_fresh(self._blocks.get(network), now, FRESH)
            if answer is not None:
                return answer
        return None

    def earlier(
        self, question: str, *, now: datetime, within: timedelta = STALE_IF_ERROR
    ) -> RdapAnswer | None:
        """
        Return what a registry once answered to exactly this question, for when it says nothing.

        The answer about a range that holds another address never stands in.
        """
        kept = self._found.get(question)
        return None if kept is None or now - kept.at > within else kept

    def put(self, question: str, answer: RdapAnswer) -> None:
        """Keep an answer; the oldest ones leave when there are too many."""
        _bounded_put(self._asked, question, answer)
        if answer.record is not None:
            _bounded_put(self._found, question, answer)
        for network in _final_blocks(answer.record):
            _bounded_put(self._blocks, network, answer)


def _bounded_put(entries: OrderedDict[_Key, RdapAnswer], key: _Key, answer: RdapAnswer) -> None:
    entries.pop(key, None)
    entries[key] = answer
    while len(entries) > _MAX_ENTRIES:
        entries.popitem(last=False)


def _while_fresh(answer: RdapAnswer | None, now: datetime, fresh: timedelta) -> RdapAnswer | None:
    if answer is None:
        return None
    limits = {"found": fresh, "none": min(fresh, NONE_FRESH)}
    limit = limits.get(answer.outcome, ERROR_FRESH)
    if answer.retry_after is not None:
        limit = timedelta(seconds=answer.retry_after)
    return answer if now - answer.at < limit else None


def _final_blocks(record: RdapRecord | None) -> list[Network]:
    if record is None or not (record.type or "").startswith(_FINAL):
        return []
    start, end = read_address(record.start or ""), read_address(record.end or "")
    if start is None or end is None or start.version != end.version:
        return []
    blocks: list[Network] = []
    for block in summarize_address_range(start, end):
        blocks.append(block)
        if len(blocks) > _MAX_BLOCKS:
            return []
    return blocks


def smallest_block(record: RdapRecord | None, address: Address) -> Network | None:
    """Return the block around an address that a record serves; none when only the address."""
    holding = (one for one in _final_blocks(record) if one.version == address.version)
    return next((one for one in holding if address in one), None)


def _supernets(address: Address) -> list[Network]:
    """Return the networks around an address, smallest first, down to /8."""
    kind = IPv4Network if isinstance(address, IPv4Address) else IPv6Network
    number, bits = int(address), address.max_prefixlen
    return [
        kind((number >> (bits - length) << (bits - length), length))
        for length in range(bits, 7, -1)
    ]
