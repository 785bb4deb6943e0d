"""
The practice network: reserved look-alike addresses served from loopback.

The value is built by the demo's and the tests' composition only and handed over in memory; no
configuration file, environment variable or command-line option of `hostwatch` can open it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A look-alike address and port, and the loopback address and port that serve it."""

    address: str
    """Inside 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 or 2001:db8::/32."""
    port: int
    real_address: str
    """Inside 127.0.0.0/8."""
    real_port: int


@dataclass(frozen=True, kw_only=True)  # without slots: the directory is made once
class PracticeNetwork:
    """What the sandbox serves; everything else stays refused."""

    endpoints: tuple[Endpoint, ...]
    resolver: str
    """`127.0.0.1:5353`: the practice DNS server."""
    ca_pem: str
    """Certificate of the practice authority, the only one trusted in practice."""

    @cached_property
    def directory(self) -> Mapping[IPv4Address | IPv6Address, Mapping[int, Endpoint]]:
        """Endpoints by look-alike address and port; the first one of a place counts."""
        found: dict[IPv4Address | IPv6Address, dict[int, Endpoint]] = {}
        for endpoint in self.endpoints:
            ports = found.setdefault(ip_address(endpoint.address), {})
            ports.setdefault(endpoint.port, endpoint)
        return found
