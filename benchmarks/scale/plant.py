"""A real house at work on loopback: the real composition, store, fetcher, decoders, dispatcher."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scale.hosts import PREFIXES, address_of, marked, picture
from cases.model import Classification, NoticeState, Role
from cases.ports import NoticeFilter
from crawler.fetch.practice import Endpoint, PracticeNetwork
from crawler.hosting.ranges import import_ranges
from hostwatch.app import open_plant
from hostwatch.desk import Desk
from hostwatch.dispatch.one_machine import Dispatcher
from hostwatch.engine import Engine
from hostwatch.initialise import initialise
from hostwatch.intake.draft import Draft
from hostwatch.office import Office, open_office, read_rules
from hostwatch.operations import notices, reports
from hostwatch.permissions import Actor
from matchers.hashlist.publish import import_list
from sandbox.certificates import Authority

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_S = 0.25
_BULK = 500
_FIELDS_BEFORE_UTIME = 11
"""Of /proc/PID/stat, counted after the name (proc(5))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is played."""

    cases: int = 200
    hosts: int = 40
    delay_s: float = 0.05
    """Of each answer of a host."""
    picture_bytes: int = 150_000
    listed: float = 1.0
    """Share of the pictures that the hash list knows; the others are decoded."""
    pace_s: float = 0.001
    places: int = 16
    per_host: int = 8
    lists: int = 0
    """Further entries of the hash list."""


@dataclass(slots=True)
class MovedClock:
    """The machine's clock, moved ahead by hand."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the moved time in UTC."""
        return datetime.now(UTC) + self.ahead


@dataclass(slots=True)
class Work:
    """The house, and what it has used so far."""

    setting: Setting
    office: Office
    engine: Engine
    clock: MovedClock
    outside: asyncio.subprocess.Process

    def desk(self) -> Desk:
        """Sit the analyst down."""
        return self.office.desk(Actor(name="ana", role=Role.ANALYST, login="bench"))

    async def enter(self, first: int = 0, last: int | None = None) -> float:
        """Report locations in bulk, all of them or some; return the seconds."""
        numbers = range(first, self.setting.cases if last is None else last)
        drafts = [(Draft(url=page_url(number, self.setting)), None) for number in numbers]
        started = time.monotonic()
        for begin in range(0, len(drafts), _BULK):
            await reports.add_all(self.desk(), drafts[begin : begin + _BULK])
        return time.monotonic() - started

    async def visit_all(self, *, poll_s: float = 0.2) -> float:
        """Let the dispatcher do everything that is due; return the seconds."""
        dispatcher = Dispatcher(self.engine, hosts=self.setting.places, poll_s=poll_s)
        stop = asyncio.Event()
        started = time.monotonic()
        running = asyncio.create_task(dispatcher.run(stop))
        while await self._due():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(_LOOK_S)
        stop.set()
        await running
        return time.monotonic() - started

    async def send_all(self) -> tuple[int, float]:
        """Approve every draft and send it; return how many left, and the seconds."""
        from hostwatch.workflow.sending import send_all_due

        await notices.approve_all(self.desk())
        started = time.monotonic()
        await send_all_due(self.engine)
        took = time.monotonic() - started
        async with self.office.store.reading() as tx:
            sent = await tx.notices(NoticeFilter(states=(NoticeState.SENT,), limit=1_000_000))
        return len(sent), took

    async def take_down(self) -> None:
        """Let every host answer 404 from now on."""
        assert self.outside.stdin is not None
        self.outside.stdin.write(b"gone\n")
        await self.outside.stdin.drain()
        await asyncio.sleep(0.2)

    def used(self) -> dict[str, float]:
        """Return processor seconds so far: core, fetcher, decoders."""
        core = sum(os.times()[:2])
        fetcher = next((pid for pid in children(os.getpid()) if runs(pid, "crawler.fetch")), 0)
        decoders = sum(cpu_of(pid) for pid in children(fetcher)) + reaped_of(fetcher)
        return {"core": core, "fetcher": cpu_of(fetcher), "decoders": decoders}

    def rows(self) -> dict[str, int]:
        """Count the rows of the SQLite file by table."""
        path = self.office.rules.settings.paths.database
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as line:
            tables = ("observations", "snapshots", "audit")
            return {
                table: line.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in tables
            }

    async def _due(self) -> bool:
        async with self.office.store.reading() as tx:
            return (await tx.counts(self.clock.now())).due > 0


def page_url(case: int, setting: Setting) -> str:
    """Return the location of a case; hosts in turn."""
    return f"http://h{case % setting.hosts}.site{case % setting.hosts}.test/p/{case}"


@asynccontextmanager
async def at_work(setting: Setting, *, database: str | None = None) -> AsyncIterator[Work]:
    """
    Set up a hotline on loopback and open its plant; everything is gone afterwards.

    `database` is the URL of an empty PostgreSQL database; none keeps the cases in SQLite.
    """
    with TemporaryDirectory(prefix="hostwatch-scale-") as scratch:
        folder = Path(scratch) / "data"
        outside = await _start_outside(setting)
        assert outside.stdout is not None
        ports = json.loads(await outside.stdout.readline())
        try:
            environ = {} if database is None else {"HOSTWATCH_DATABASE__URL": database}
            await initialise(folder, administrator="admin", environ=environ, login="bench")
            _configure(folder, setting, ports)
            rules = read_rules(folder, environ)
            _tables(folder, rules.settings.paths.ranges)
            _list(folder, rules.settings.paths.hash_lists, setting)
            clock = MovedClock()
            async with open_office(rules) as opened:
                office = replace(opened, clock=clock)
                async with open_plant(office, _network(ports)) as engine:
                    yield Work(
                        setting=setting, office=office, engine=engine, clock=clock, outside=outside
                    )
        finally:
            outside.kill()
            await outside.wait()


async def _start_outside(setting: Setting) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.scale.hosts"),
        *(str(setting.delay_s * 1000), str(setting.picture_bytes)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


def _network(ports: dict[str, int]) -> PracticeNetwork:
    addresses = {address_of(host) for host in range(len(PREFIXES) * 250)}
    return PracticeNetwork(
        endpoints=tuple(
            Endpoint(address=address, port=80, real_address="127.0.0.1", real_port=ports["http"])
            for address in sorted(addresses)
        ),
        resolver=f"127.0.0.1:{ports['dns']}",
        ca_pem=Authority().pem,
    )


def _configure(folder: Path, setting: Setting, ports: dict[str, int]) -> None:
    mandate = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day ahead will do
    text = f"""
[mandate]
organisation = "Practice Hotline"
law = "Practice Act, section 1 (invented)"
authority = "Practice Supervisor (invented)"
review_date = {mandate}
fetch_media = true
[hotline]
name = "Practice Hotline"
domain = "hotline.test"
contact = "reports@hotline.test"
country = "NL"
statute = "Practice Criminal Code, article 240b (invented)"
[[egress]]
name = "home"
source_address = "127.0.1.1"
network = "AS64496"
country = "NL"
operator = "Practice carrier"
approver = "Practice Supervisor"
unfiltered = true
[[egress]]
name = "abroad"
source_address = "127.0.2.1"
network = "AS64497"
country = "NL"
operator = "Practice carrier"
approver = "Practice Supervisor"
unfiltered = true
[network]
resolvers = ["127.0.0.1:{ports["dns"]}"]
control_host = "h0.site0.test"
[fetch]
pace_starts = 1
pace_period_s = {setting.pace_s}
per_host = {setting.per_host}
[mail]
host = "127.0.0.1"
port = {ports["smtp"]}
security = "none"
sender = "reports@hotline.test"
[isolation]
mode = "best-effort"
[doors]
console_port = 0
answers_port = 0
[log]
level = "error"
"""
    (folder / "hostwatch.toml").write_text(text, encoding="utf-8")
    policy = folder / "policy.toml"
    changed = policy.read_text(encoding="utf-8").replace("police_first", "host_first", 3)
    policy.write_text(changed.replace("host_first_hold", "police_first_hold"), encoding="utf-8")
    (folder / "catalogue.toml").write_text(_CATALOGUE, encoding="utf-8")


_CATALOGUE = """
[[provider]]
id = "practice-hosting"
name = "Practice Hosting B.V."
kind = "host"
asns = [64500]
legal_country = "NL"
verified_on = 2026-11-01
source = "invented"
[[provider.channel]]
type = "mail"
value = "abuse@practice-hosting.test"
"""


def _tables(folder: Path, into: Path) -> None:
    asn = "".join(f"{prefix}0/24,64500,Practice Hosting B.V.\n" for prefix in PREFIXES)
    country = "".join(f"{prefix}0/24,NL\n" for prefix in PREFIXES)
    for kind, name, text in (
        ("asn", "asn", asn),
        ("country", "one", country),
        ("country", "two", country),
    ):
        source = folder / f"{kind}-{name}.csv"
        source.write_text(text, encoding="utf-8")
        import_ranges(
            source,
            kind=kind,  # type: ignore[arg-type]
            name=name,
            build_date=date.today(),  # noqa: DTZ011 - fresh is what counts
            licence="practice",
            into=into,
            claims="physical" if kind == "country" else None,
        )


def _list(folder: Path, into: Path, setting: Setting) -> None:
    body = picture(setting.picture_bytes)
    known = (
        sha256(marked(body, case)).hexdigest()
        for case in range(setting.cases)
        if case < setting.listed * setting.cases
    )
    others = (sha256(f"other {number}".encode()).hexdigest() for number in range(setting.lists + 1))
    source = folder / "list.txt"
    similar = sha256(b"some other picture").hexdigest()  # a list that asks for a decode
    lines = (*(f"sha256:{digest}\n" for digest in (*known, *others)), f"pdq:{similar}\n")
    source.write_text("".join(lines), "utf-8")
    import_list(
        source,
        into=into,
        name="practice",
        tier="baseline",
        classification=Classification(scheme="interpol", value="baseline"),
        version=None,
        now=datetime.now(UTC),
    )


# --------------------------------------------------------------------------- processes


def children(pid: int) -> list[int]:
    """List the children of a process."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(one) for one in text.split()]


def runs(pid: int, module: str) -> bool:
    """Tell whether a process runs one of our modules."""
    try:
        return module in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process."""
    return _times(pid, 0) + _times(pid, 1)


def reaped_of(pid: int) -> float:
    """Return the processor seconds of its children that ended."""
    return _times(pid, 2) + _times(pid, 3)


def _times(pid: int, which: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    return int(text.rpartition(")")[2].split()[_FIELDS_BEFORE_UTIME + which]) / _TICKS
