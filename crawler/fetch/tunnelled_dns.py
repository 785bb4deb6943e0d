"""Questions to a DNS server over TCP, through a SOCKS proxy."""

from __future__ import annotations

import asyncio
from typing import Any

import dns.exception
import dns.message
import dns.nameserver

from crawler.fetch.contract import FetchCode
from crawler.fetch.tunnel import Tunnel, TunnelError


class ServerLost(ConnectionError):
    """The server was not reached through the proxy; no text."""

    def __init__(self, code: FetchCode) -> None:
        super().__init__()
        self.code = code


class TunnelledServer(dns.nameserver.AddressAndPortNameserver):
    """A numeric DNS server behind a proxy; each question has a connection of its own."""

    def __init__(self, address: str, port: int, tunnel: Tunnel) -> None:
        super().__init__(address, port)
        self._tunnel = tunnel

    def kind(self) -> str:
        """Name the kind, as dnspython wants it."""
        return "Do53"

    def is_always_max_size(self) -> bool:
        """Tell that TCP has no small answers that must be asked for again."""
        return True

    async def async_query(
        self, request: dns.message.QueryMessage, timeout: float, *_: Any, **__: Any
    ) -> dns.message.Message:
        """
        Ask once (RFC 7766: two bytes of length before each message).

        Raises:
            ServerLost: no tunnel was had; the code says whether the proxy is down.
            dns.exception.DNSException: the server does not answer, or answers something else.
        """
        try:
            sock = await self._tunnel.connect(self.address, self.port, seconds=timeout)
        except TunnelError as error:
            raise ServerLost(error.code) from None
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            async with asyncio.timeout(timeout):
                return await _exchanged(reader, writer, request)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            raise dns.exception.Timeout from None
        finally:
            writer.close()


def egress_lost(error: dns.exception.DNSException) -> bool:
    """Tell whether a question failed, at the last server, because the proxy is down."""
    tries = error.kwargs.get("errors") or ()
    last = tries[-1][3] if tries else None
    return isinstance(last, ServerLost) and last.code is FetchCode.EGRESS_DOWN


async def _exchanged(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: dns.message.QueryMessage,
) -> dns.message.Message:
    question = request.to_wire()
    writer.write(len(question).to_bytes(2, "big") + question)
    length = int.from_bytes(await reader.readexactly(2), "big")
    answer = dns.message.from_wire(await reader.readexactly(length))
    if not request.is_response(answer):
        raise dns.exception.FormError
    return answer
