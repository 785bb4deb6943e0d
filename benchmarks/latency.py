"""
How long a report takes to become a drafted notice, at a steady rate of reports.

    python -m benchmarks.latency [--rate 10] [--minutes 5] [--hosts 200] [--json]

Each report names a listed picture on one of `hosts` hosts, each with a picture, an address and
an RDAP record of its own. One worker on SQLite does everything: visit, compare, trace, draft. One
report per host goes ahead, so that the records are in the worker's cache. The pace is the practice
web's.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import numpy as np
from aiohttp import web

from benchmarks.crew import CONFIGURATION, Hotline, wait_until
from benchmarks.measure import machine, versions
from benchmarks.workers import picture
from cases.model import Role
from cases.ports import CaseStore, NoticeFilter
from crawler.fetch.practice import Endpoint, PracticeNetwork
from hostwatch.desk import Desk
from hostwatch.intake.draft import Draft
from hostwatch.office import open_office, read_rules
from hostwatch.operations.reports import add
from hostwatch.permissions import Actor
from sandbox.certificates import Authority
from sandbox.dns import DnsServer, Zone

_NETS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
_REGISTRY = "rdap.registry.test"
_REGISTRY_AT = "192.0.2.250"
_REAL = "127.0.0.2"


def address_of(name: str, hosts: int) -> str | None:
    """Give every host an address of its own, as far as documentation addresses go."""
    if name == _REGISTRY:
        return _REGISTRY_AT
    if not name.startswith("host"):
        return None
    number = int(name[4:].partition(".")[0]) % hosts
    net = ipaddress.ip_network(_NETS[number // 240])
    return str(net[number % 240 + 1])


class _Names(Zone):
    def __init__(self, hosts: int) -> None:
        super().__init__(lambda name: address_of(name, hosts))
        self._hosts = hosts

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        question = query.question[0]
        address = address_of(question.name.to_text(omit_final_dot=True), self._hosts)
        if address is not None and question.rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", address))
        if question.rdtype == dns.rdatatype.MX:
            mail_host = f"10 {question.name}"
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "MX", mail_host))
        return response


def _rdap(request: web.BaseRequest) -> web.Response:
    """Answer for one /32 each, with an abuse contact (RFC 9083)."""
    address = request.path.removeprefix("/ip/").partition("/")[0]
    card = ["vcard", [["version", {}, "text", "4.0"], ["email", {}, "text", "abuse@hosting.test"]]]
    answer = {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "ip network",
        "handle": f"NET-{address}",
        "startAddress": address,
        "endAddress": address,
        "ipVersion": "v4",
        "name": "PRACTICE-NET",
        "country": "SE",
        "entities": [{"objectClassName": "entity", "roles": ["abuse"], "vcardArray": card}],
    }
    return web.Response(text=json.dumps(answer), content_type="application/rdap+json")


@asynccontextmanager
async def practice(hosts: int) -> AsyncIterator[PracticeNetwork]:
    """Serve all hosts and their registry."""
    # one picture everywhere would be set aside as a signal that matches everything
    bodies = {f"host{number}.test": picture(number) for number in range(hosts)}

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.startswith("/ip/"):
            return _rdap(request)
        return web.Response(body=bodies[str(request.host)], content_type="image/jpeg")

    authority = Authority()
    zone = DnsServer(_Names(hosts))
    resolver = await zone.start("127.0.0.1")
    runner = web.ServerRunner(web.Server(answer))  # type: ignore[arg-type]
    await runner.setup()
    tls = authority.server_context((_REGISTRY,), ())
    await web.TCPSite(runner, _REAL, 0).start()
    await web.TCPSite(runner, _REAL, 0, ssl_context=tls).start()
    (_, plain), (_, secure) = (one[:2] for one in runner.addresses)
    places = {address_of(f"host{n}.test", hosts) for n in range(hosts)}
    endpoints = [(place, 80, plain) for place in sorted(filter(None, places))]
    endpoints.append((_REGISTRY_AT, 443, secure))
    try:
        yield PracticeNetwork(
            endpoints=tuple(
                Endpoint(address=place, port=port, real_address=_REAL, real_port=real)
                for place, port, real in endpoints
            ),
            resolver=f"127.0.0.1:{resolver}",
            ca_pem=authority.pem,
        )
    finally:
        await runner.cleanup()
        await zone.stop()


def settle_in(data: Path, network: PracticeNetwork, hosts: int) -> Hotline:
    """Make a data directory with a hash list, ranges and a bootstrap registry."""
    hotline = Hotline(data=data, network=network)
    hotline.command("init", str(data), "--administrator", "owner")
    text = CONFIGURATION.format(resolver=network.resolver, overall=32)
    (data / "hostwatch.toml").write_text(text)
    hotline.command("account", "add", "staff", "--role", "manager", account="owner")
    files = data / "files"
    files.mkdir()
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    digests = (hashlib.sha256(picture(number)).hexdigest() for number in range(hosts))
    (files / "list.txt").write_text("".join(f"sha256:{digest}\n" for digest in digests))
    hotline.command(
        "hashlist", "import", str(files / "list.txt"), "--name", "practice",
        "--tier", "baseline", "--classification", "interpol:baseline",
    )  # fmt: skip
    tables = {
        "asn": "network,asn,as_name\n" + "".join(f"{net},64500,Practice\n" for net in _NETS),
        "country": "network,country\n" + "".join(f"{net},SE\n" for net in _NETS),
    }
    for kind, content in tables.items():
        (files / f"{kind}.csv").write_text(content)
        hotline.command(
            "ranges", "import", str(files / f"{kind}.csv"), "--kind", kind, "--name", kind,
            "--build-date", today, "--licence", "practice",
        )  # fmt: skip
    registry = {"version": "1.0", "services": [[list(_NETS), [f"https://{_REGISTRY}/"]]]}
    registry["publication"] = f"{today}T00:00:00Z"
    (files / "ipv4.json").write_text(json.dumps(registry))
    hotline.command("ranges", "import", str(files / "ipv4.json"), "--kind", "rdap-ipv4")
    return hotline


async def report_steadily(data: Path, asked: argparse.Namespace) -> list[float]:
    """Enter reports at the rate; return the seconds from each to its first notice."""
    rules = read_rules(data, os.environ, allow_practice=True)
    total = int(asked.rate * asked.minutes * 60)
    async with open_office(rules) as office:
        desk = office.desk(Actor(name="staff", role=Role.MANAGER, login="bench"))
        await _drafted(office.store, await _enter(desk, asked.hosts, asked, "warm"))
        received = await _enter(desk, total, asked, "measured")
        drafted = await _drafted(office.store, received)
    return [(drafted[case] - at).total_seconds() for case, at in received.items()]


async def _enter(
    desk: Desk, total: int, asked: argparse.Namespace, name: str
) -> dict[str, datetime]:
    """Enter so many reports at the rate; return when each case was received."""
    received: dict[str, datetime] = {}
    started = time.monotonic()
    for number in range(total):
        await asyncio.sleep(max(0.0, started + number / asked.rate - time.monotonic()))
        url = f"http://host{number % asked.hosts}.test/{name}-{number}.jpg"
        entered = await add(desk, Draft(url=url))
        received[str(entered.case_id)] = datetime.now(UTC)
    return received


async def _drafted(store: CaseStore, received: Mapping[str, datetime]) -> Mapping[str, datetime]:
    """Wait until every case has a notice; return when its first one was drafted."""
    async with asyncio.timeout(600):
        while True:
            async with store.reading() as tx:
                notices = await tx.notices(NoticeFilter(limit=100_000))
            drafted: dict[str, datetime] = {}
            for notice in notices:
                drafted.setdefault(notice.case_id, notice.drafted_at)
            if drafted.keys() >= received.keys():
                return drafted
            await asyncio.sleep(2.0)


async def measure(asked: argparse.Namespace) -> list[float]:
    """Run the practice net, one worker and the reports."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        async with practice(asked.hosts) as network:
            await asyncio.to_thread(settle_in, data, network, asked.hosts)
            description = data / "network.json"
            description.write_text(json.dumps(asdict(network)))
            line = [sys.executable, "-m", "benchmarks.crew", str(description)]
            line += ["--data", str(data), "--as", "staff", "run", "--poll", "0.25"]
            worker = await asyncio.to_thread(
                subprocess.Popen[bytes], line, stdout=subprocess.DEVNULL
            )
            log = data / "hostwatch.log"
            try:
                await asyncio.to_thread(
                    wait_until, lambda: log.exists() and '"worker_started"' in log.read_text()
                )
                return await asyncio.create_task(report_steadily(data, asked))
            finally:
                worker.terminate()
                await asyncio.to_thread(worker.wait)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    seconds = np.array(asyncio.run(measure(asked)))
    report = {
        "reports": len(seconds),
        "p50_s": round(float(np.quantile(seconds, 0.5)), 2),
        "p95_s": round(float(np.quantile(seconds, 0.95)), 2),
        "worst_s": round(float(seconds.max()), 2),
        "asked": {name: value for name, value in vars(asked).items() if name != "json"},
        "versions": versions("aiohttp", "sqlalchemy"),
        "machine": machine(),
    }
    print(json.dumps(report, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
