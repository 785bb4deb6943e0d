"""
The guard: which addresses may be connected to, and where they really lie.

Every socket is made here, after its address has been judged once more; a practice address is served
from loopback, and where there is IPv6 alone, IPv4 is reached through a translator.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network
from typing import Any

from crawler.fetch.address import Network, parse, refusal, translated
from crawler.fetch.practice import Endpoint, PracticeNetwork
from crawler.fetch.routes import AddrInfo

_LOOKALIKES = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")


class GuardViolation(Exception):
    """A connection to an address that was not judged fit was about to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Which addresses may be connected to, and where a practice address really lies."""

    practice: PracticeNetwork | None = None
    own_networks: tuple[Network, ...] = ()
    nat64: IPv6Network | None = None
    """Where there is IPv6 alone: the prefix through which judged IPv4 addresses are reached."""

    def __post_init__(self) -> None:
        """Refuse a practice network that leads anywhere but to loopback."""
        for endpoint in self.practice.endpoints if self.practice else ():
            _require_practice(endpoint)

    def refusal(self, address: str) -> str | None:
        """Say why an address must not be connected to; none when it may."""
        return refusal(address, practice=self.practice, own_networks=self.own_networks)

    def endpoint(self, address: str, port: int) -> Endpoint | None:
        """Find the practice endpoint of a look-alike address and port."""
        wanted = parse(address)
        if self.practice is None or wanted is None:
            return None
        return self.practice.directory.get(wanted, {}).get(port)

    def target(self, info: AddrInfo) -> AddrInfo | None:
        """
        Turn the judged address into what is connected to, and note it in the name field.

        None when nothing listens there in the practice network.

        Raises:
            GuardViolation: the address is refused.
        """
        address, port = info[4][0], info[4][1]
        if self.refusal(address) is not None:
            raise GuardViolation("address")
        if self.practice is None:
            carrier = self._carrier(address)
            plain = (*info[:3], address, info[4])
            return plain if carrier == address else _translated(address, carrier, port)
        endpoint = self.endpoint(address, port)
        if endpoint is None:
            return None
        real = (endpoint.real_address, endpoint.real_port)
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, address, real)

    def _carrier(self, address: str) -> str:
        """Return the address that is connected to in order to reach a judged one."""
        parsed = parse(address)
        if self.nat64 is None or not isinstance(parsed, IPv4Address):
            return address
        return translated(parsed, self.nat64)

    def tunnel_socket(self, family: int, address: str, carrier: str) -> socket.socket:
        """
        Make the socket to a proxy that will be told this address, after judging it once more.

        Raises:
            GuardViolation: the address is refused.
        """
        if self.refusal(address) is not None:
            raise GuardViolation("tunnel")
        return _NamedSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, address, carrier)

    def open_socket(self, info: AddrInfo) -> socket.socket:
        """
        Make the socket of one attempt, after judging its address once more.

        Raises:
            GuardViolation: the address did not come through `target`.
        """
        family, kind, protocol, judged, actual = info
        if self.refusal(judged) is not None or not self._leads(judged, actual):
            raise GuardViolation("socket")
        return _NamedSocket(family, kind, protocol, judged, actual[0])

    def _leads(self, judged: str, actual: tuple[Any, ...]) -> bool:
        if self.practice is None:
            return bool(self._carrier(judged) == actual[0])
        address = parse(judged)
        served = self.practice.directory.get(address, {}) if address is not None else {}
        return any((item.real_address, item.real_port) == actual for item in served.values())


class _NamedSocket(socket.socket):
    """A socket that knows the judged address, where loopback, a proxy or NAT64 lies between."""

    def __init__(self, family: int, kind: int, protocol: int, judged: str, carrier: str) -> None:
        super().__init__(family, kind, protocol)
        self._judged = judged
        self._carrier = parse(carrier)

    def getpeername(self) -> Any:
        """Return the judged address in place of the one that carries it there; no other one."""
        actual = super().getpeername()
        expected = parse(actual[0]) == self._carrier
        return (self._judged, *actual[1:]) if expected else actual


def _require_practice(endpoint: Endpoint) -> None:
    lookalike = endpoint.address.lower().startswith(_LOOKALIKES)
    if not lookalike or parse(endpoint.address) is None:
        raise ValueError("a practice address must be a documentation address")
    if parse(endpoint.real_address) is None or not endpoint.real_address.startswith("127."):
        raise ValueError("a practice endpoint must lie on loopback")


def _translated(address: str, carrier: str, port: int) -> AddrInfo:
    actual = (carrier, port, 0, 0)
    return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, address, actual)
