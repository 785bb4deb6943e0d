"""
The farm: hosts on loopback in a process of its own, serving prepared bytes.

    python -m benchmarks.crawl.farm HOSTS PAGES [--small]

It prints its plan as one line of JSON when it is ready and ends when its input closes. Names,
look-alike addresses and their places on loopback are in the plan; every client gets the same.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from benchmarks.crawl.bodies import Served, page, pictures
from crawler.fetch.practice import Endpoint, PracticeNetwork
from sandbox.certificates import Authority

_NETS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
_PER_NET = 250
_DRAWN = 40
"""Different pictures; more pages show them again under other names."""
Plan = dict[str, Any]


@contextmanager
def running(hosts: int, pages: int, *, small: bool = False) -> Iterator[Plan]:
    """Run a farm until the block ends; gives its plan."""
    words = [str(hosts), str(pages), *(["--small"] if small else [])]
    farm = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crawl.farm", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield json.loads(farm.stdout.readline() if farm.stdout else b"")
    finally:
        if farm.stdin:
            farm.stdin.close()
        farm.wait(10)


def network_of(plan: Plan) -> PracticeNetwork:
    """Return the practice network of a plan, for the fetcher."""
    return PracticeNetwork(
        endpoints=tuple(
            Endpoint(address=address, port=80, real_address=real, real_port=plan["port"])
            for address, real in {(one["address"], one["real"]): None for one in plan["hosts"]}
        ),
        resolver=plan["resolver"],
        ca_pem=plan["ca_pem"],
    )


def _hosts(count: int) -> list[dict[str, str]]:
    """Give each host a name, a look-alike address and a loopback address, as far as they go."""
    found = []
    for number in range(count):
        place = number % (_PER_NET * len(_NETS))
        net = ipaddress.ip_network(_NETS[place // _PER_NET])
        real = f"127.{11 + place // _PER_NET}.0.{place % _PER_NET + 1}"
        address = str(net[place % _PER_NET + 1])
        found.append({"name": f"www.h{number}.test", "address": address, "real": real})
    return found


def _stock(hosts: int, count: int, small: bool) -> tuple[dict[str, Served], list[Plan]]:
    """Prepare all answers by path, and the list of pages with what they show."""
    drawn = pictures(_DRAWN, small=small)
    stock, pages = {}, []
    for number in range(count):
        shown = [f"/media/{number}/{place}.jpg" for place in range(4 + number % 3)]
        served = [drawn[(number * 7 + place) % len(drawn)] for place in range(len(shown))]
        path = f"/gallery/{number}.html"
        stock |= dict(zip(shown, served, strict=True)) | {path: page(number, shown)}
        pages.append({"host": number % hosts, "page": path, "pictures": shown})
    return stock, pages


class _Web(asyncio.Protocol):
    """HTTP/1.1 with prepared answers; costs the machine as little as it can."""

    def __init__(self, answers: Mapping[bytes, tuple[bytes, bytes]]) -> None:
        self._answers = answers
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1]
        start, body = self._answers.get(path, (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n", b""))
        ends = b"connection: close" in head.lower()
        last = b"Connection: close\r\n\r\n" if ends else b"\r\n"
        self._transport.write(start + last)
        self._transport.write(body)
        if ends:
            self._transport.close()


class _Names(asyncio.DatagramProtocol):
    """DNS with answers that are made once for each question."""

    def __init__(self, zone: Mapping[str, str]) -> None:
        self._zone = zone
        self._known: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def datagram_received(self, data: bytes, peer: Any) -> None:
        if data[2:] not in self._known:
            self._known[data[2:]] = self._made(data)[2:]
        self._transport.sendto(data[:2] + self._known[data[2:]], peer)

    def _made(self, data: bytes) -> bytes:
        reply = dns.message.make_response(dns.message.from_wire(data))
        reply.flags |= dns.flags.AA | dns.flags.RA
        question = reply.question[0]
        address = self._zone.get(question.name.to_text(omit_final_dot=True).lower())
        if address is not None and question.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", address))
        return reply.to_wire()


async def _serve(given: argparse.Namespace) -> None:
    hosts = _hosts(given.hosts)
    stock, pages = _stock(given.hosts, given.pages, given.small)
    answers = {path.encode(): (_head(one), one.body) for path, one in stock.items()}
    loop = asyncio.get_running_loop()
    port = 0
    for real in dict.fromkeys(one["real"] for one in hosts):
        server = await loop.create_server(lambda: _Web(answers), real, port, backlog=512)
        port = server.sockets[0].getsockname()[1]
    names, _ = await loop.create_datagram_endpoint(
        lambda: _Names({one["name"]: one["address"] for one in hosts}),
        local_addr=("127.0.0.1", 0),
        family=socket.AF_INET,
    )
    plan = {
        "port": port,
        "hosts": hosts,
        "pages": pages,
        "bytes": {path: len(one.body) for path, one in stock.items()},
        "resolver": "127.0.0.1:{}".format(names.get_extra_info("sockname")[1]),
        "ca_pem": Authority().pem,
    }
    sys.stdout.write(json.dumps(plan) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.buffer.read)


def _head(served: Served) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: {served.content_type}\r\n"
        f"Content-Length: {len(served.body)}\r\n"
    ).encode()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl.farm")
    parser.add_argument("hosts", type=int)
    parser.add_argument("pages", type=int)
    parser.add_argument("--small", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
