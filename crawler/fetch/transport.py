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
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from crawler.fetch.contract import FetchCode
from crawler.fetch.guard import Guard, GuardViolation
from crawler.fetch.routes import reachable
from crawler.fetch.tunnel import Tunnel, TunnelError

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.http_parser import RawResponseMessage
    from aiohttp.streams import StreamReader
    from aiohttp.tracing import Trace

_MAX_TRIED = 6
"""Addresses of one name that are tried."""
_CONNECT_S = 10.0
_MAX_INTERIM = 100
"""Answers of the kind 1xx before the answer itself."""
_MAX_FRAMES = 256 * 1024
"""Bytes of a body's frames beyond half of its own bytes; no more is read ahead either."""
_KEPT_S = 15.0
"""A connection is kept idle so long."""


class NotServed(ConnectionRefusedError):
    """Nothing listens at this port of the practice network."""


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
        listener: Any = partial(_Listener, loop=self._loop)
        self._factory = listener
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
        kwargs |= {"req": req, "timeout": timeout, "client_error": client_error}
        if self._tunnel is not None:
            sock = await self._through(self._tunnel, addr_infos, timeout)
            return await self._wrap_existing_connection(*args, sock=sock, **kwargs)
        try:
            return await super()._wrap_create_connection(*args, addr_infos=addr_infos, **kwargs)
        except aiohttp.ClientConnectorError as error:
            if not _during_handshake(error):
                addr_infos.clear()  # all were tried: what the last one says is not all there is
            raise

    async def _through(
        self, tunnel: Tunnel, addr_infos: list[Any], timeout: aiohttp.ClientTimeout
    ) -> socket.socket:
        """Connect to the first address that the proxy reaches, which stays first in the list."""
        while True:
            try:
                return await self._tunnelled(tunnel, addr_infos[0][4], timeout)
            except TunnelError as error:
                if error.code is FetchCode.EGRESS_DOWN or len(addr_infos) == 1:
                    raise
                del addr_infos[0]

    async def _tunnelled(
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
        if not peer:  # the host hung up at once
            connection.close()
            raise ConnectionResetError
        if self._guard.refusal(peer[0]) is not None:
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


def _during_handshake(error: aiohttp.ClientConnectorError) -> bool:
    """Whether one address was connected to and failed afterwards, so that others may be tried."""
    lost = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
    return isinstance(error, aiohttp.ClientSSLError) or isinstance(error.os_error, lost)


class _Listener(ResponseHandler):
    """
    Hears an answer, after a bounded number of interim ones (RFC 9110, 15.2).

    A body that is to last until the end of the connection may not be cut, and one in chunks (RFC
    9112, 7.1) may not consist of their frames: crumbs take everybody's time.
    """

    _interim = 0
    _heard = 0
    """Bytes since the head of the answer."""

    def data_received(self, data: bytes) -> None:
        """Hear more; a body of which more than a third is frames is broken off."""
        self._heard += len(data)
        super().data_received(data)
        body = self._payload
        if body is None:
            return
        frames = self._heard - body.total_bytes
        if frames > _MAX_FRAMES + body.total_bytes // 2 and self.transport is not None:
            body.set_exception(HttpProcessingError(code=502))
            self._payload = None  # the end of the connection does not change what it ended by
            self.force_close()
            self.transport.abort()

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take the head of an answer; a flood of interim ones would take everybody's time."""
        self._interim = self._interim + 1 if data[0].code < 200 else 0
        self._heard = 0
        if self._interim <= _MAX_INTERIM:
            super().feed_data(data, size)
        elif self.transport is not None:
            self.transport.abort()
            self.set_exception(HttpProcessingError(code=502))

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let a body end well by a proper close alone (RFC 9112, 8), not by a reset."""
        if exc is not None and self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientPayloadError())
        super().connection_lost(exc)


class _NoResolver(aiohttp.abc.AbstractResolver):
    """Addresses are resolved before the connector is made; nobody may ask again."""

    async def resolve(self, *_: Any, **__: Any) -> list[ResolveResult]:
        """Refuse."""
        raise GuardViolation("resolver")

    async def close(self) -> None:
        """Do nothing."""
