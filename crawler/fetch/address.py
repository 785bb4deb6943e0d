"""
Which addresses may be connected to: the policy, and its dated tables.

IPv4 is allowed outside the special-purpose registry, IPv6 only inside global unicast 2000::/3
and outside the ranges there that tunnel, translate or document (RFC 6890 and the IANA registries;
`ipaddress.is_global` alone lets several of them through).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from crawler.fetch.practice import PracticeNetwork

TABLES_AS_OF = date(2026, 11, 22)
"""
When the tables below were last compared with their sources: the registries of special-purpose
addresses (iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry), of IPv4
multicast and of IPv6 global unicast, and the one address of a cloud's own services that lies
outside of them all (168.63.129.16).
"""
TABLES_LAST_DAYS = 400
"""After so long they should be compared again."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier_nat"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link_local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "special"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "special"),
    ("192.52.193.0/24", "special"),
    ("192.88.99.0/24", "special"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "special"),
    ("198.18.0.0/15", "benchmark"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("168.63.129.16/32", "metadata"),
)
_REFUSED_V6: tuple[tuple[str, str], ...] = (
    ("2001::/23", "special"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "tunnel"),
    ("2620:4f:8000::/48", "special"),
    ("3fff::/20", "documentation"),
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_V4_TABLE = tuple((IPv4Network(text), reason) for text, reason in _REFUSED_V4)
_V6_TABLE = tuple((IPv6Network(text), reason) for text, reason in _REFUSED_V6)
_ISATAP = (0x00005EFE, 0x02005EFE)
"""Upper half of an interface identifier that embeds an IPv4 address (RFC 5214, 6.1)."""


@lru_cache(maxsize=2048)
def parse(text: str) -> Address | None:
    """Read a numeric address without scope; none when it is not one."""
    if "%" in text or not (":" in text or text[-1:].isdigit()):
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """
    Read networks such as the hotline's own ranges.

    Raises:
        ValueError: one of them is no network.

    """
    return tuple(ip_network(text) for text in texts)


def refusal(
    address: str,
    *,
    practice: PracticeNetwork | None = None,
    own_networks: Sequence[Network] = (),
) -> str | None:
    """
    Say why an address must not be connected to; none when it may.

    In a practice network the addresses that it serves are allowed and nothing else is.

    >>> refusal("127.0.0.1")
    'loopback'
    """
    parsed = parse(address)
    if parsed is None:
        return "malformed"
    if practice is not None and parsed in practice.directory:
        return None
    return _reason(parsed, own_networks) or ("not_in_practice" if practice else None)


def translated(address: IPv4Address, prefix: IPv6Network) -> str:
    """Write an IPv4 address behind a NAT64 prefix of 96 bits (RFC 6052, 2.2)."""
    return str(IPv6Address(int(prefix.network_address) | int(address)))


def untranslated(address: str, prefix: IPv6Network | None) -> str:
    """
    Return the IPv4 address that a DNS64 server wrote behind the prefix; others as they are.

    >>> untranslated("64:ff9b::c633:6401", IPv6Network("64:ff9b::/96"))
    '198.51.100.1'
    """
    parsed = parse(address)
    if prefix is None or not isinstance(parsed, IPv6Address) or parsed not in prefix:
        return address
    return str(IPv4Address(int(parsed) & 0xFFFF_FFFF))


def _reason(address: Address, own_networks: Sequence[Network]) -> str | None:
    if any(address in network for network in own_networks):
        return "own_network"
    reason = _v4(address) if isinstance(address, IPv4Address) else _v6(address)
    return reason or (None if address.is_global else "not_global")


def _v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in _V4_TABLE if address in network), None)


def _v6(address: IPv6Address) -> str | None:
    if address == IPv6Address("::1"):
        return "loopback"
    if address not in _GLOBAL_V6:
        return "not_global_unicast"
    listed = next((reason for network, reason in _V6_TABLE if address in network), None)
    return listed or _isatap(address)


def _isatap(address: IPv6Address) -> str | None:
    interface = int(address) & 0xFFFF_FFFF_FFFF_FFFF
    if interface >> 32 not in _ISATAP:
        return None
    return _v4(IPv4Address(interface & 0xFFFF_FFFF))
