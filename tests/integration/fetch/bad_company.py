"""Many hosts of which some hang, drip or reset, all on loopback; visits go through the fetcher."""

import asyncio
import contextlib
import ipaddress
import socket
import struct
from datetime import UTC, datetime

from practice_hosts import JPEG, Hosts

from cases.model import Case, NoMatch, NotChecked, Stage
from crawler.fetch.contract import FetchLimits
from crawler.visit import VisitOptions, first_visit

MANNERS = ("hang", "drip", "reset", "picture_hangs", "picture_drips", "picture_resets")
LIMITS = FetchLimits(connect_s=2, read_s=2, total_s=2)
JOBS = {"page": "crawler.extract.job:read_page", "picture": "isolation.selftest:echo_length"}
_NETS = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
_PER_NET = 240


def manner(number):
    """Three hosts of ten are bad, each in its way; the others are good."""
    return MANNERS[number // 10 * 3 % 6 + number % 10] if number % 10 < 3 else "good"


class Company(Hosts):
    """So many hosts; each has a page with one picture of its own."""

    def __init__(self, count):
        super().__init__()
        self.count = count

    async def __aenter__(self):
        await super().__aenter__()
        for number in range(min(self.count, _PER_NET * len(_NETS))):
            address = str(_NETS[number // _PER_NET][number % _PER_NET + 5])
            await self.raw(address, 8080, self._talk)
        for number in range(self.count):
            place = number % (_PER_NET * len(_NETS))
            address = str(_NETS[place // _PER_NET][place % _PER_NET + 5])
            self.names.zone[f"h{number}.test"] = [address]
        return self

    def _address(self):
        self._next += 1
        return f"127.0.{self._next // 250}.{self._next % 250 + 1}"

    async def _talk(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            number = int(head.partition("Host: h")[2].partition(".")[0])
            picture = head.startswith("GET /p.jpg")
            how = manner(number)
            wanted = how.startswith("picture_")
            bad = how.removeprefix("picture_").rstrip("s") if wanted == picture else "good"
            await getattr(self, f"_{bad}")(writer, number, picture)

    async def _good(self, writer, number, picture):
        page = f"<!doctype html><title>{number}</title><img src=/p.jpg>".encode()
        body, kind = (JPEG, "image/jpeg") if picture else (page, "text/html")
        writer.write(_head(kind, len(body)) + body)
        await writer.drain()

    async def _hang(self, writer, number, picture):
        await asyncio.sleep(60)

    async def _drip(self, writer, number, picture):
        kind = "image/jpeg" if picture else "text/html"
        writer.write(_head(kind, 100_000) + (JPEG[:1000] if picture else b"<!doctype html><p>"))
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.3)

    async def _reset(self, writer, number, picture):
        link = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


def _head(kind, length):
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()


class NothingListed:
    """A judge without a list."""

    def exact(self, digests):
        return NoMatch()

    def perceptual(self, record, *, digests=None):
        return NoMatch(), None, 0

    def near(self, record):
        return False

    def near_members(self, record):
        return ()

    def parts(self, kind, record, finer=None):
        return NotChecked(reason="not_here")


def case_of(number):
    """A case about the page of a host."""
    url = f"http://h{number}.test:8080/"
    return Case(
        id=f"HW-2026-{number:06}",
        version=1,
        stage=Stage.VISITING,
        created_at=datetime.now(UTC),
        url=url,
        canonical=url,
        host=f"h{number}.test",
    )


async def visit_all(fetcher, numbers, *, together):
    """Visit hosts, so many at a time; return number -> visit, in the order of their ends."""
    options = VisitOptions(
        egress="home", fetch_media=True, candidates=20, countdown_s=1, downloads_per_asset=1,
        limits=LIMITS, now=lambda: datetime.now(UTC), sleep=asyncio.sleep,
        outside_control=lambda: True,
    )  # fmt: skip
    done, judge, turn = {}, NothingListed(), asyncio.Semaphore(together)

    async def one(number):
        async with turn:
            done[number] = await first_visit(fetcher, case_of(number), judge, options)

    await asyncio.gather(*map(one, numbers))
    return done
