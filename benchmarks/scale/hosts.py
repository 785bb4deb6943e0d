"""
A process of its own that plays the outside: DNS, many web hosts, a mail relay; all on loopback.

    python -m benchmarks.scale.hosts DELAY_MS PICTURE_BYTES

Prints one JSON line with its ports, then serves until its standard input closes. A line `gone` on
standard input takes every picture and page down (404). Pictures are grey noise, told apart by
bytes after their end, so that each has digests of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
from collections.abc import Awaitable, Callable

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import numpy as np
from aiohttp import web
from aiosmtpd.smtp import SMTP
from PIL import Image

PREFIXES = ("192.0.2.", "198.51.100.", "203.0.113.")
"""Addresses for documents (RFC 5737), given to the hosts in turn."""


def address_of(host: int) -> str:
    """Return the look-alike address of a host; many hosts share one."""
    last = 1 + host // len(PREFIXES) % 250
    return f"{PREFIXES[host % len(PREFIXES)]}{last}"


def picture(size: int, *, seed: int = 1) -> bytes:
    """Return a benign noise picture of about so many bytes."""
    side = max(16, round((size / 0.75) ** 0.5))
    noise = np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "JPEG", quality=60)
    return written.getvalue()


def marked(body: bytes, case: int) -> bytes:
    """Return the picture of one case: the same to look at, with digests of its own."""
    return body + f"case {case}".encode()


class _Names(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA | dns.flags.AA
        question = query.question[0]
        label = question.name.labels[0].decode().lower()
        if question.rdtype == dns.rdatatype.A:
            number = int(label[1:]) if label[1:].isdecimal() else 0
            found = dns.rrset.from_text(question.name, 60, "IN", "A", address_of(number))
            reply.answer.append(found)
        self.transport.sendto(reply.to_wire(), peer)  # type: ignore[attr-defined]


class _Web:
    def __init__(self, delay_s: float, size: int) -> None:
        self.delay_s = delay_s
        self.body = picture(size)
        self.gone = False

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        path = request.path
        case = path.rpartition("/")[2].split(".")[0]
        if path in ("/", "/robots.txt", "/favicon.ico"):
            return web.Response(text="User-agent: *\nDisallow:\n")
        if self.gone or not case.isdecimal():
            return web.Response(status=404, text="<html><p>Not here.</p></html>")
        if path.endswith(".jpg"):
            return web.Response(body=marked(self.body, int(case)), content_type="image/jpeg")
        page = f'<html><title>x</title><body><p>A page.</p><img src="/i/{case}.jpg"></body></html>'
        return web.Response(text=page, content_type="text/html")


class _Relay:
    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: ARG002, N802 - the signature of aiosmtpd
        return "250 taken"


async def _serve(delay_s: float, size: int) -> None:
    loop = asyncio.get_running_loop()
    names, _ = await loop.create_datagram_endpoint(_Names, local_addr=("127.0.0.1", 0))
    site = _Web(delay_s, size)
    runner = web.ServerRunner(web.Server(site.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    relay = await loop.create_server(_smtp, "127.0.0.1", 0)
    ports = {
        "dns": names.get_extra_info("sockname")[1],
        "http": runner.addresses[0][1],
        "smtp": relay.sockets[0].getsockname()[1],
    }
    print(json.dumps(ports), flush=True)
    await _obey(site)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(runner.cleanup(), 1)


def _smtp() -> asyncio.Protocol:
    return SMTP(_Relay(), hostname="relay.test", enable_SMTPUTF8=True)


async def _obey(site: _Web) -> None:
    lines: Callable[[], Awaitable[str]] = lambda: asyncio.to_thread(sys.stdin.readline)  # noqa: E731 - read as a sentence
    while line := await lines():
        site.gone = line.strip() == "gone"


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]) / 1000, int(sys.argv[2])))
