"""
The guarded connection: it goes to the addresses that were judged, and nowhere else.

aiohttp asks a resolver only for names, never for numeric hosts, so the guard does not sit in a
resolver. Addresses are resolved and judged first, handed to a connector for one origin, judged
again where the socket is made, and for every request the peer is read from the connected socket.
Through a proxy the same holds: it is told the judged address, which is then the peer.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import ResolveResult

from crawler.fetch.address import Network, parse, refusal, translated
from crawler.fetch.practice import Endpoint, PracticeNetwork
from crawler.fetch.routes import AddrInfo, reachable
from crawler.fetch.tunnel import Tunnel

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_MAX_TRIED = 6
"""Addresses of one name that are tried."""
_CONNECT_S = 10.0
_KEPT_S = 15.0
"""A connection is kept idle so long."""
_LOOKALIKES = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")


class GuardViolation(Exception):
    """A connection to an address that was not judged fit was about to be made."""


class NotServed(ConnectionRefusedError):
    """Nothing listens at this port of the practice network."""


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


@dataclass(slots=True, kw_only=True)
class Reached:
    """Whom one request reached, and how."""

    peer: str | None = None
    """Address that the connection leads to; none before there is one."""
    kept: bool = False
    """Whether the connection had served another request before."""


REACHED: ContextVar[Reached] = ContextVar("REACHED")
"""Filled by the connector for the request that is being made."""


class GuardedConnector(aiohttp.TCPConnector):
    """A connector for one origin, to addresses that were resolved and judged before."""

    def __init__(
        self,
        *,
        guard: Guard,
        host: str,
        verify: ssl.SSLContext,
        source: str | None = None,
        tunnel: Tunnel | None = None,
        keeps: bool = False,
    ) -> None:
        super().__init__(
            use_dns_cache=False,
            force_close=not keeps,
            keepalive_timeout=_KEPT_S if keeps else aiohttp.helpers.sentinel,
            ssl=verify,
            local_addr=(source, 0) if source else None,
            socket_factory=guard.open_socket,
            resolver=_NoResolver(),
        )
        self._guard = guard
        self._host = host
        self._source = source
        self._tunnel = tunnel
        self.addresses: tuple[str, ...] = ()
        """Judged addresses of the host; set them before a connection is needed."""

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        """Return the judged addresses; called by aiohttp for names and for numeric hosts."""
        del traces
        if host != self._host:
            raise GuardViolation("host")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses[:_MAX_TRIED]
        ]

    def _convert_hosts_to_addr_infos(self, hosts: list[ResolveResult]) -> list[Any]:
        """Replace the judged addresses by what is connected to, in practice a loopback port."""
        found = super()._convert_hosts_to_addr_infos(hosts)
        if self._tunnel is not None:
            return list(found)
        targets = [target for info in found if (target := self._guard.target(info)) is not None]
        if not targets:
            raise NotServed(errno.ECONNREFUSED, "not served")
        return reachable(targets, self._source)

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: list[Any],
        req: ClientRequest,
        timeout: aiohttp.ClientTimeout,
        client_error: type[Exception] = aiohttp.ClientConnectorError,
        **kwargs: Any,
    ) -> Any:
        """Connect as aiohttp does, or through the proxy; TLS is with the target either way."""
        if self._tunnel is None:
            return await super()._wrap_create_connection(
                *args,
                addr_infos=addr_infos,
                req=req,
                timeout=timeout,
                client_error=client_error,
                **kwargs,
            )
        sock = await self._through(self._tunnel, addr_infos.pop(0)[4], timeout)
        return await self._wrap_existing_connection(
            *args, req=req, timeout=timeout, client_error=client_error, sock=sock, **kwargs
        )

    async def _through(
        self, tunnel: Tunnel, target: tuple[Any, ...], timeout: aiohttp.ClientTimeout
    ) -> socket.socket:
        return await tunnel.connect(
            target[0],
            target[1],
            seconds=timeout.sock_connect or _CONNECT_S,
            make=lambda family: self._guard.tunnel_socket(family, target[0], tunnel.host),
        )

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Any:
        """Connect, or take a kept connection, and read from the socket who answers."""
        reached = REACHED.get()
        reached.kept = True
        connection = await super().connect(req, traces, timeout)
        while reached.kept and _spoke(connection):
            connection.close()
            connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport else None
        if not peer or self._guard.refusal(peer[0]) is not None:
            connection.close()
            raise GuardViolation("peer")
        reached.peer = peer[0]
        return connection

    async def _create_connection(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Any:
        """Make a new connection, and note that it is one."""
        REACHED.get().kept = False
        return await super()._create_connection(req, traces, timeout)


def _spoke(connection: Connection) -> bool:
    """Whether the host said something on a kept connection without being asked."""
    return connection.protocol is None or connection.protocol.should_close


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


class _NoResolver(aiohttp.abc.AbstractResolver):
    """Addresses are resolved before the connector is made; nobody may ask again."""

    async def resolve(self, *_: Any, **__: Any) -> list[ResolveResult]:
        """Refuse."""
        raise GuardViolation("resolver")

    async def close(self) -> None:
        """Do nothing."""


def _require_practice(endpoint: Endpoint) -> None:
    lookalike = endpoint.address.lower().startswith(_LOOKALIKES)
    if not lookalike or parse(endpoint.address) is None:
        raise ValueError("a practice address must be a documentation address")
    if parse(endpoint.real_address) is None or not endpoint.real_address.startswith("127."):
        raise ValueError("a practice endpoint must lie on loopback")


def _translated(address: str, carrier: str, port: int) -> AddrInfo:
    actual = (carrier, port, 0, 0)
    return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, address, actual)
