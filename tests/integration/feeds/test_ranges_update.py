"""`ranges update` against a source over TLS: what it brings, refuses, keeps, and when it is due."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from aiohttp import web
from operations_house import House

import hostwatch.downloads
from cases.errors import InvalidInput, NotPermitted, TemporaryFailure, UnknownRecord
from cases.model import Role
from config.settings import RangeSource
from crawler.hosting.ranges import NotFound, RangeTable
from crawler.hosting.suffixes import bundled_text
from hostwatch.operations import ranges as operations
from hostwatch.operations import refreshing
from sandbox.certificates import Authority

COUNTRIES = "192.0.2.0/25,NL\n192.0.2.128/25,DE\n198.51.100.0/24,SE\n203.0.113.0/24,BE\n"
DAY = "Sat, 28 Feb 2026 06:00:00 GMT"
Mood = Callable[[web.Request], web.StreamResponse]


@dataclass
class Shop:
    """A site that offers databases; a test changes its mood while it runs."""

    files: dict[str, bytes] = field(default_factory=dict)
    moods: list[Mood] = field(default_factory=list)
    """What the next requests are answered instead."""
    headers: dict[str, str] = field(default_factory=lambda: {"Last-Modified": DAY})
    asked: list[web.Request] = field(default_factory=list)
    authority: Authority = field(default_factory=Authority)
    port: int = 0

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if self.moods:
            found = self.moods.pop(0)(request)
            return await found if asyncio.iscoroutine(found) else found
        if request.path not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[request.path], headers=self.headers)


@asynccontextmanager
async def open_shop(shop: Shop) -> AsyncIterator[Shop]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", shop.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    bound = socket.create_server(("127.0.0.1", 0))
    shop.port = bound.getsockname()[1]
    tls = shop.authority.server_context(("localhost",), ("127.0.0.1",))
    await web.SockSite(runner, bound, ssl_context=tls).start()
    try:
        yield shop
    finally:
        await runner.cleanup()


@dataclass
class Hotline:
    """A desk with configured sources."""

    house: House
    shop: Shop

    def configure(self, *sources: RangeSource) -> None:
        self.house.settings = self.house.settings.model_copy(update={"ranges": sources})

    def source(self, path: str = "/geo.csv", **fields: object) -> RangeSource:
        named = {"kind": "country", "name": "geo", "licence": "CC0", **fields}
        return RangeSource(url=self.shop.url(path), **named)

    async def update(self, name: str | None = None, role: Role = Role.MANAGER):
        tls = ssl.create_default_context(cadata=self.shop.authority.pem)
        return await refreshing.refresh(self.house.desk(role), name, tls=tls)

    async def failure(self, name: str = "geo"):
        (done,) = await self.update(name)
        assert done.report is None
        return done.failure

    def country(self, address: str, name: str = "geo") -> str | None:
        found = RangeTable.open(self.into / f"country-{name}.ranges").lookup(address)
        return None if isinstance(found, NotFound) else found.values[0].country

    @property
    def into(self):
        return self.house.settings.paths.ranges

    def left(self) -> set[str]:
        return {path.name for path in self.into.iterdir()}


@pytest.fixture
async def shop():
    async with open_shop(Shop(files={"/geo.csv": COUNTRIES.encode()})) as opened:
        yield opened


@pytest.fixture
def hotline(house: House, shop: Shop) -> Hotline:
    made = Hotline(house, shop)
    made.configure(made.source())
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pauses between attempts are counted, not waited for."""
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    made = hostwatch.downloads.DownloadSetup
    monkeypatch.setattr(
        refreshing, "DownloadSetup", lambda **fields: made(**{"sleep": sleep, **fields})
    )
    return paused


# --------------------------------------------------------------------------- what it brings


async def test_a_table_comes_with_the_server_s_date_and_a_line_in_the_trail(hotline: Hotline):
    """`Last-Modified` dates it, since the file does not; the licence of the configuration stays."""
    (done,) = await hotline.update()
    assert (done.report.accepted, done.report.built) == (4, date(2026, 2, 28))
    header = RangeTable.open(hotline.into / "country-geo.ranges").header
    assert (header.licence, header.claims) == ("CC0", "physical")
    assert hotline.country("192.0.2.200") == "DE"
    assert hotline.left() == {"country-geo.ranges"}
    trail = (await hotline.house.trail())[-1]
    assert '"what":"update"' in trail.detail.replace(" ", "")
    assert "localhost" not in trail.detail


async def test_every_kind_comes_from_its_source(hotline: Hotline):
    """Packed tables, JSON lists, the public suffix list and RDAP servers, each with its own date."""
    servers = {
        "version": "1.0",
        "publication": "2026-02-20T00:00:00Z",
        "services": [[["192.0.2.0/24"], ["https://rdap.example/"]]],
    }
    suffixes = re.sub(r"VERSION: \d{4}-\d\d-\d\d", "VERSION: 2026-02-21", bundled_text())
    hotline.shop.files |= {
        "/asn.tsv.gz": gzip.compress(b"192.0.2.0\t192.0.2.255\t64500\tNL\tHost\n"),
        "/front.json": json.dumps({"addresses": ["192.0.2.0/24"]}).encode(),
        "/list.dat": suffixes.encode(),
        "/ipv4.json": json.dumps(servers).encode(),
    }
    hotline.configure(
        hotline.source("/asn.tsv.gz", kind="asn", name="routes"),
        hotline.source("/front.json", kind="front", name="shield"),
        hotline.source("/list.dat", kind="suffixes", name="psl"),
        hotline.source("/ipv4.json", kind="rdap-ipv4", name="iana"),
    )
    done = await hotline.update()
    assert [(one.failure, one.report.built) for one in done] == [
        (None, date(2026, 2, 28)),
        (None, date(2026, 2, 28)),
        (None, date(2026, 2, 21)),
        (None, date(2026, 2, 20)),
    ]
    found = {one.kind: one for one in await operations.stock(hotline.house.desk(Role.ANALYST))}
    assert {kind for kind, one in found.items() if one.state == "fresh"} == {
        "asn",
        "front",
        "suffixes",
        "rdap-ipv4",
    }


async def test_a_file_that_somebody_else_puts_in_place(hotline: Hotline, tmp_path):
    """Its own day is taken where it says none."""
    file = tmp_path / "geo.csv"
    file.write_text(COUNTRIES)
    day = datetime(2026, 2, 27, tzinfo=UTC).timestamp()
    os.utime(file, (day, day))
    hotline.configure(RangeSource(kind="country", name="geo", file=file))
    (done,) = await hotline.update("geo")
    assert done.report.built == date(2026, 2, 27)
    assert hotline.shop.asked == []


async def test_only_what_is_due_is_fetched_unless_it_is_named(hotline: Hotline):
    """Due is what was imported as many days ago as the configuration says."""
    await hotline.update()
    kept = hotline.into / "country-geo.ranges"

    def aged(days: float) -> None:
        at = hotline.house.clock.now().timestamp() - days * 86_400
        os.utime(kept, (at, at))

    aged(6)
    (done,) = await hotline.update()
    assert (done.report, done.failure, len(hotline.shop.asked)) == (None, None, 1)
    await hotline.update("geo")
    assert len(hotline.shop.asked) == 2
    aged(7)
    await hotline.update()
    assert len(hotline.shop.asked) == 3


async def test_redirects_stay_on_https_and_credentials_at_home(hotline: Hotline, tmp_path):
    """Large files lie elsewhere; who is asked there does not learn the password."""
    credentials = tmp_path / "source.credentials"
    credentials.write_text("hotline:secret\n")
    credentials.chmod(0o600)
    async with open_shop(Shop(files=dict(hotline.shop.files))) as other:
        hotline.shop.moods.append(
            lambda _request: web.Response(status=302, headers={"Location": other.url("/geo.csv")})
        )
        hotline.configure(hotline.source(credentials_file=credentials))
        both = ssl.create_default_context(cadata=hotline.shop.authority.pem)
        both.load_verify_locations(cadata=other.authority.pem)
        (done,) = await refreshing.refresh(hotline.house.desk(Role.MANAGER), tls=both)
        assert done.failure is None
        token = base64.b64encode(b"hotline:secret").decode()
        assert hotline.shop.asked[0].headers["Authorization"] == f"Basic {token}"
        assert "Authorization" not in other.asked[0].headers
        assert "Cookie" not in other.asked[0].headers


# --------------------------------------------------------------------------- what it refuses


def status(number: int, **headers: str) -> Mood:
    return lambda _request: web.Response(status=number, headers=headers)


def body(content: bytes, **headers: str) -> Mood:
    return lambda _request: web.Response(body=content, headers={"Last-Modified": DAY, **headers})


REFUSALS = {
    "no such file": (status(404), "check url"),
    "not let in": (status(403), "credentials_file"),
    "to plain HTTP": (status(302, Location="http://localhost/geo.csv"), "not HTTPS"),
    "to a file": (status(302, Location="file:///etc/passwd"), "not HTTPS"),
    "to a user": (status(302, Location="https://u:p@localhost/x"), "not HTTPS"),
    "to nowhere": (status(302), "redirects more than 5"),
    "packed unasked": (
        body(gzip.compress(b"x"), **{"Content-Encoding": "gzip"}),
        "packs its answer",
    ),
    "an error page": (body(b"<html>login</html>"), "can be used"),
    "nothing": (body(b""), "can be used"),
    "far smaller": (body(b"192.0.2.0/24,NL\n"), "fewer than half"),
    "from the future": (
        body(COUNTRIES.encode(), **{"Last-Modified": "Sun, 28 Feb 2027 06:00:00 GMT"}),
        "still to come",
    ),
    "no date": (
        lambda _request: web.Response(body=COUNTRIES.encode()),
        "does not say when it was made",
    ),
}


@pytest.mark.parametrize(("mood", "words"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_bad_answer_changes_nothing(hotline: Hotline, mood: Mood, words: str):
    """The old table stays, nothing is left behind, and the sentence says what to do."""
    await hotline.update()
    before = (hotline.into / "country-geo.ranges").read_bytes()
    hotline.shop.moods = [mood] * 6
    failure = await hotline.failure()
    assert isinstance(failure, InvalidInput)
    assert words in str(failure)
    assert "localhost" not in str(failure)
    assert (hotline.into / "country-geo.ranges").read_bytes() == before
    assert hotline.left() == {"country-geo.ranges"}


async def test_a_file_beyond_the_cap_is_refused(hotline: Hotline, monkeypatch):
    """Counted as it comes, whatever its length says."""
    setup = refreshing.DownloadSetup
    monkeypatch.setattr(refreshing, "DownloadSetup", lambda **fields: setup(**fields, most=20))
    assert "larger than" in str(await hotline.failure())


async def test_a_stranger_s_certificate_is_refused(hotline: Hotline):
    """TLS is always verified."""
    (done,) = await refreshing.refresh(
        hotline.house.desk(Role.MANAGER), tls=ssl.create_default_context()
    )
    assert "certificate" in str(done.failure)
    assert hotline.shop.asked == []


async def test_a_busy_source_is_waited_for(hotline: Hotline, quick):
    """It is asked again after the pause that it names, three times in all."""
    hotline.shop.moods = [status(503), status(429, **{"Retry-After": "7"})]
    (done,) = await hotline.update()
    assert done.failure is None
    assert quick == [5.0, 7.0]
    hotline.shop.moods = [status(500)] * 3
    assert isinstance(await hotline.failure(), TemporaryFailure)
    hotline.shop.moods = [status(429, **{"Retry-After": "3600"})]
    failure = await hotline.failure()
    assert isinstance(failure, TemporaryFailure)
    assert failure.retry_after == 3600


async def test_a_broken_off_answer_is_fetched_again(hotline: Hotline):
    """Half a file is never imported."""

    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(COUNTRIES.encode()[:40])
        request.transport.close()
        return response

    hotline.shop.moods = [half]
    (done,) = await hotline.update()
    assert done.report.accepted == 4


async def test_one_source_that_fails_hinders_no_other(hotline: Hotline):
    """Each is told for itself."""
    hotline.configure(hotline.source("/absent.csv", name="first"), hotline.source(name="second"))
    first, second = await hotline.update()
    assert isinstance(first.failure, InvalidInput)
    assert second.report.accepted == 4


async def test_leavings_of_a_killed_update_go(hotline: Hotline):
    """Those of another that is still at work stay."""
    await hotline.update()
    now = hotline.house.clock.now().timestamp()
    for name, age in ((".fetch-old", 90_000), (".fetch-new", 10)):
        folder = hotline.into / name
        folder.mkdir()
        (folder / "country-geo").write_text("x")
        os.utime(folder, (now - age, now - age))
    await hotline.update("geo")
    assert hotline.left() == {"country-geo.ranges", ".fetch-new"}


async def test_who_may_update_and_what_is_configured(hotline: Hotline):
    """Managers and administrators; an unknown name is told with those that are known."""
    with pytest.raises(NotPermitted):
        await hotline.update(role=Role.ANALYST)
    with pytest.raises(UnknownRecord, match="it has: geo"):
        await hotline.update("other")
    hotline.configure()
    with pytest.raises(UnknownRecord, match=r"no \[\[ranges\]\]"):
        await hotline.update()


async def test_a_bootstrap_file_of_far_fewer_servers_is_not_believed(hotline: Hotline, tmp_path):
    """What is kept stays."""

    def written(count: int) -> bytes:
        services = [[[f"10{n}.0.0.0/8"], ["https://rdap.example/"]] for n in range(count)]
        return json.dumps({"publication": "2026-02-20", "services": services}).encode()

    hotline.configure(hotline.source("/ipv4.json", kind="rdap-ipv4", name="iana"))
    hotline.shop.files["/ipv4.json"] = written(9)
    await hotline.update()
    hotline.shop.files["/ipv4.json"] = written(4)
    assert "fewer than half" in str(await hotline.failure("iana"))
    desk = replace(hotline.house.desk(Role.ANALYST), settings=hotline.house.settings)
    kept = {one.kind: one.ranges for one in await operations.stock(desk)}
    assert kept["rdap-ipv4"] == 9
