"""Numeric addresses: strict reading, and which of them a trace may ask about."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CARRY_AT_END = frozenset(
    int(IPv6Network(one).network_address) >> 32 for one in ("64:ff9b::/96", "::ffff:0:0/96")
)

# RFC 6890 blocks that no provider answers for. Documentation blocks are left out: they have no
# registry entry in the real world and stand for public space in practice.
_NOBODY = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)


_NOBODY_SPANS = {
    version: tuple(
        (int(block.network_address), int(block.broadcast_address))
        for block in _NOBODY
        if block.version == version
    )
    for version in (4, 6)
}


@lru_cache(maxsize=4096)
def read_address(text: str) -> Address | None:
    """
    Read a numeric address; brackets are allowed, a zone is not; none when it is not one.

    The last ones are remembered, since each step of a trace reads the same few.
    """
    try:
        address = ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return None
    return address


def unwrap(address: Address) -> Address:
    """Return the IPv4 address that a mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056) one carries."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if number >> 32 in _CARRY_AT_END:
        return IPv4Address(number & 0xFFFFFFFF)
    return address.sixtofour or address


def asks_nobody(address: Address) -> bool:
    """Whether no provider answers for this address: private, loopback, multicast, reserved."""
    inner = unwrap(address)
    number = int(inner)
    return any(first <= number <= last for first, last in _NOBODY_SPANS[inner.version])
