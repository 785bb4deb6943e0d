"""
A connection through a proxy, which is told numbers only.

The proxy is configured and trusted to carry bytes; what it is asked for was resolved and judged
before. Names never reach it, and when it fails there is no other way: the request ends as
`egress_down`. What it says of a target is its word alone, so none of it becomes `no_route`.

    http_proxy   CONNECT (RFC 9110, 9.3.6), for http and https alike
    socks5       RFC 1928, with RFC 1929 where there are credentials
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address
from typing import Literal

from crawler.fetch.contract import FetchCode
from crawler.fetch.errors import CodedError

_MAX_HEAD = 8192
"""Bytes of a proxy's answer to CONNECT."""
_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")
_UNREACHED = frozenset({502, 503, 504})
"""The proxy works and did not reach the target (RFC 9110, 15.6)."""
_SOCKS_CODES: Mapping[int, FetchCode] = {
    4: FetchCode.CONNECT_TIMEOUT,
    5: FetchCode.CONNECT_REFUSED,
    6: FetchCode.CONNECT_TIMEOUT,
}
"""Replies of RFC 1928, 6 that speak of the target; all others speak of the way there."""
_BOUND_LENGTH = {1: 4, 4: 16}


class TunnelError(CodedError):
    """No tunnel was had; carries the code, and no word of the proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """The way through one proxy."""

    kind: Literal["http_proxy", "socks5"]
    host: str
    """Numeric."""
    port: int
    source: str | None = None
    """Local address that the connection to the proxy leaves from."""
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    async def connect(
        self,
        address: str,
        port: int,
        *,
        seconds: float,
        make: Callable[[int], socket.socket] = socket.socket,
    ) -> socket.socket:
        """
        Connect to a numeric address.

        Args:
            address: numeric, judged by the caller.
            port: of the target.
            seconds: for the proxy and the target together.
            make: makes the socket for a family.

        Raises:
            TunnelError: `egress_down`, or what the proxy says of the target.
        """
        target = str(ip_address(address))
        sock = make(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        talk = _Talk(sock)
        try:
            async with asyncio.timeout(seconds):
                await talk.open(self)
                ask = _ask_http if self.kind == "http_proxy" else _ask_socks
                await ask(talk, self, target, port)
        except TimeoutError:
            sock.close()
            raise TunnelError(talk.silence) from None
        except OSError:
            sock.close()
            raise TunnelError(FetchCode.EGRESS_DOWN) from None
        except BaseException:
            sock.close()
            raise
        return sock


class _Talk:
    """The first words with a proxy, read without one byte too many."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self.silence = FetchCode.EGRESS_DOWN
        """What a silence means: the proxy's until it has taken the question, then the target's."""

    async def open(self, tunnel: Tunnel) -> None:
        self._sock.setblocking(False)  # noqa: FBT003 - its only parameter
        if tunnel.source is not None:
            self._sock.bind((tunnel.source, 0))
        await self._loop.sock_connect(self._sock, (tunnel.host, tunnel.port))

    async def say(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def hear(self, length: int) -> bytes:
        """Read exactly so many bytes."""
        heard = b""
        while len(heard) < length:
            more = await self._loop.sock_recv(self._sock, length - len(heard))
            if not more:
                raise TunnelError(FetchCode.EGRESS_DOWN)
            heard += more
        return heard

    async def hear_head(self) -> bytes:
        """Read to the empty line; never more at once than is surely missing."""
        head = b""
        while not head.endswith(_END):
            if len(head) > _MAX_HEAD:
                raise TunnelError(FetchCode.EGRESS_DOWN)
            have = next(size for size in (3, 2, 1, 0) if head.endswith(_END[:size]))
            head += await self.hear(len(_END) - have)
        return head


async def _ask_http(talk: _Talk, tunnel: Tunnel, address: str, port: int) -> None:
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if tunnel.credentials is not None:
        plain = ":".join(tunnel.credentials).encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(plain).decode()}")
    await talk.say("\r\n".join([*lines, "", ""]).encode("ascii"))
    talk.silence = FetchCode.CONNECT_TIMEOUT
    found = _STATUS.match(await talk.hear_head())
    status = int(found[1]) if found else 0
    if not 200 <= status < 300:
        unreached = status in _UNREACHED
        raise TunnelError(FetchCode.CONNECT_TIMEOUT if unreached else FetchCode.EGRESS_DOWN)


async def _ask_socks(talk: _Talk, tunnel: Tunnel, address: str, port: int) -> None:
    await talk.say(b"\x05\x01\x00" if tunnel.credentials is None else b"\x05\x02\x00\x02")
    version, method = await talk.hear(2)
    if version != 5 or method not in (0, 2) or (method == 2 and tunnel.credentials is None):
        raise TunnelError(FetchCode.EGRESS_DOWN)
    if method == 2:
        await _sign_in(talk, tunnel.credentials or ("", ""))
    numeric = ip_address(address)
    kind = b"\x01" if isinstance(numeric, IPv4Address) else b"\x04"
    await talk.say(b"\x05\x01\x00" + kind + numeric.packed + port.to_bytes(2, "big"))
    talk.silence = FetchCode.CONNECT_TIMEOUT
    version, reply, _, bound = await talk.hear(4)
    if version != 5 or reply != 0:
        code = _SOCKS_CODES.get(reply, FetchCode.EGRESS_DOWN)
        raise TunnelError(code if version == 5 else FetchCode.EGRESS_DOWN)
    length = _BOUND_LENGTH.get(bound) or (await talk.hear(1))[0]
    await talk.hear(length + 2)


async def _sign_in(talk: _Talk, credentials: tuple[str, str]) -> None:
    user, password = (text.encode()[:255] for text in credentials)
    parts = (b"\x01", bytes([len(user)]), user, bytes([len(password)]), password)
    await talk.say(b"".join(parts))
    if (await talk.hear(2))[1] != 0:
        raise TunnelError(FetchCode.EGRESS_DOWN)
