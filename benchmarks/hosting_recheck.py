"""
What a round of re-checks asks of DNS and of the registries, and what a dead registry costs.

The fetcher is the real process; names and registries answer on loopback, the registries after
200 ms. Each host has an address of its own, sixteen to a range that a registry says is assigned.
Registries are asked at the pace that they are asked at in earnest. Cold is the first host of each
range, one after the other, while hosts at the dead registry are all being traced at once.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import numpy as np
from aiohttp import web

from benchmarks.measure import Report
from config.catalogue import load_catalogue
from config.settings import Egress, Fetch, Isolation, Network
from crawler.fetch.client import FetcherProcess
from crawler.fetch.practice import Endpoint, PracticeNetwork
from crawler.fetch.wire import FetcherSetup
from crawler.hosting.ranges import import_ranges
from crawler.hosting.rdap import import_bootstrap
from crawler.hosting.trace import Tracer, load_tables
from hostwatch.app import JOBS
from sandbox.certificates import Authority
from sandbox.dns import DnsServer, Zone

_NETS = ("198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24")
_DEAD_NET = "203.0.113.0/24"
_LIVE, _DEAD = "rdap-live.registry.test", "rdap-dead.registry.test"
_REGISTRIES = {_LIVE: "192.0.2.253", _DEAD: "192.0.2.254"}
_REAL, _REAL_DEAD = "127.0.0.2", "127.0.0.3"
_LATENCY_S = 0.2
_AT_ONCE = 32
_SETTLED_S = 10.0
"""Until DNS has answered for all hosts at the dead registry, which then only wait for it."""
_PER_NET = 250


def address_of(name: str) -> str | None:
    """Return where a name stands: `www.hostN.test`, or a registry."""
    if name in _REGISTRIES:
        return _REGISTRIES[name]
    label = name.removeprefix("www.").removesuffix(".test")
    if not label.startswith("host") or not label[4:].isdigit():
        return None
    number = int(label[4:])
    return str(ip_network(_NETS[number // _PER_NET])[number % _PER_NET + 1])


class _Names(Zone):
    """Answers for every host and counts the questions by kind."""

    def __init__(self) -> None:
        super().__init__(address_of)
        self.asked: Counter[str] = Counter()

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        if name not in _REGISTRIES:
            self.asked[dns.rdatatype.to_text(question.rdtype)] += 1
        address = address_of(name)
        if address is not None and question.rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(question.name, 3600, "IN", "A", address))
        if question.rdtype == dns.rdatatype.NS and address is not None:
            server = "ns.registry.test."
            response.answer.append(dns.rrset.from_text(question.name, 3600, "IN", "NS", server))
        return response


class _Registry:
    """Answers about ranges of sixteen addresses, late, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        kind, _, wanted = request.path.strip("/").partition("/")
        self.asked[kind] += 1
        await asyncio.sleep(_LATENCY_S)
        told = _autnum(wanted) if kind == "autnum" else _network(wanted)
        return web.Response(text=json.dumps(told), content_type="application/rdap+json")


def _network(address: str) -> dict[str, object]:
    block = ip_network(f"{address}/28", strict=False)
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "ip network",
        "handle": f"NET-{block[0]}",
        "startAddress": str(block[0]),
        "endAddress": str(block[-1]),
        "ipVersion": "v4",
        "name": "PRACTICE",
        "type": "ASSIGNED PA",
        "country": "SE",
        "entities": [_desk()],
    }


def _autnum(number: str) -> dict[str, object]:
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "autnum",
        "handle": f"AS{number}",
        "startAutnum": int(number),
        "endAutnum": int(number),
        "name": "PRACTICE-AS",
        "entities": [_desk()],
    }


def _desk() -> dict[str, object]:
    rows = [["version", {}, "text", "4.0"], ["email", {}, "text", "abuse@hosting.test"]]
    return {"objectClassName": "entity", "roles": ["abuse"], "vcardArray": ["vcard", rows]}


@asynccontextmanager
async def _practice(
    names: _Names, registry: _Registry, hosts: int
) -> AsyncIterator[PracticeNetwork]:
    authority = Authority()
    zone = DnsServer(names)
    resolver = await zone.start("127.0.0.1")
    runner = web.ServerRunner(web.Server(registry.answer))
    await runner.setup()
    tls = authority.server_context((_LIVE,), ())
    await web.TCPSite(runner, _REAL, 0, ssl_context=tls).start()
    silent = await asyncio.start_server(_say_nothing, _REAL_DEAD, 0)
    ports = {_LIVE: runner.addresses[0][1], _DEAD: silent.sockets[0].getsockname()[1]}
    places = {(_REGISTRIES[name], 443, port) for name, port in ports.items()}
    places |= {(address_of(f"www.host{n}.test") or "", 80, ports[_LIVE]) for n in range(hosts)}
    try:
        yield PracticeNetwork(
            endpoints=tuple(
                Endpoint(
                    address=place,
                    port=port,
                    real_address=_REAL_DEAD if real == ports[_DEAD] else _REAL,
                    real_port=real,
                )
                for place, port, real in sorted(places)
            ),
            resolver=f"127.0.0.1:{resolver}",
            ca_pem=authority.pem,
        )
    finally:
        silent.close()
        await runner.cleanup()
        await zone.stop()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and never answer, as a registry that hangs does."""
    await reader.read()
    writer.close()


def _tables(folder: Path, *, dead: bool) -> Path:
    into = folder / "ranges"
    today = datetime.now(UTC).date()
    for kind, value in (("asn", "64500,Practice"), ("country", "SE")):
        source = folder / f"{kind}.csv"
        source.write_text("".join(f"{net},{value}\n" for net in _NETS))
        import_ranges(
            source,
            kind=kind,  # type: ignore[arg-type]
            name="practice",
            build_date=today,
            licence="",
            into=into,
        )
    live = [net for net in _NETS if not (dead and net == _DEAD_NET)]
    services = {
        "ipv4": [[live, [f"https://{_LIVE}/"]]]
        + ([[[_DEAD_NET], [f"https://{_DEAD}/"]]] if dead else []),
        "asn": [[["64500-64500"], [f"https://{_LIVE}/"]]],
    }
    for name, listed in services.items():
        source = folder / f"{name}.json"
        source.write_text(json.dumps({"publication": today.isoformat(), "services": listed}))
        import_bootstrap(source, kind=name, into=into)  # type: ignore[arg-type]
    return into


def _setup(network: PracticeNetwork) -> FetcherSetup:
    way = Egress(
        name="home",
        network="AS64500",
        country="NL",
        operator="Practice carrier",
        approver="Practice",
        unfiltered=True,
    )
    return FetcherSetup(
        egresses=(way,),
        network=Network(resolvers=(network.resolver,)),
        fetch=Fetch(pace_starts=100, pace_period_s=1.0, per_host=16, per_address=16, overall=64),
        isolation=Isolation(mode="best-effort", workers=2),
        jobs=JOBS,
        practice=network,
    )


async def _round(tracer: Tracer, urls: Sequence[str], *, at_once: int = _AT_ONCE) -> list[float]:
    """Trace all, so many at once; return seconds, each from the moment that its turn came."""
    turns, seconds = asyncio.Semaphore(max(at_once, 1)), list[float]()

    async def one(number: int, url: str) -> None:
        async with turns:
            started = time.perf_counter()
            await tracer.trace(
                case_id=f"HW-2026-{number:06}",
                asset_id=f"HW-2026-{number:06}-1",
                url=url,
                peer=None,
                headers={"server": "nginx"},
                cookie_names=(),
                lately=True,
            )
            seconds.append(time.perf_counter() - started)

    await asyncio.gather(*(one(number, url) for number, url in enumerate(urls)))
    return seconds


async def _measured(hosts: int, urls: int, *, dead: bool) -> Report:
    """Trace one host of each range, then all hosts, then a whole round of re-checks."""
    names, registry = _Names(), _Registry()
    with tempfile.TemporaryDirectory() as folder:
        tables = load_tables(_tables(Path(folder), dead=dead), load_catalogue())
        async with (
            _practice(names, registry, hosts) as network,
            FetcherProcess(_setup(network)) as fetcher,
        ):
            tracer = Tracer(
                fetcher=fetcher, tables=tables, egress="home", now=lambda: datetime.now(UTC)
            )
            plan = _Plan(hosts, dead=dead)
            alone = await _round(tracer, plan.at_dead[:1])
            waiting = asyncio.create_task(_round(tracer, plan.at_dead, at_once=len(plan.at_dead)))
            await asyncio.sleep(_SETTLED_S if dead else 0)
            cold = await _round(tracer, plan.first_of_range, at_once=1)
            hung = await waiting
            await _round(tracer, plan.every)
            after = names.asked.total(), registry.asked.total()
            started = time.perf_counter()
            await _round(tracer, [plan.every[n % hosts] + str(n // hosts) for n in range(urls)])
            took = time.perf_counter() - started
    return {
        "hosts": hosts,
        "urls": urls,
        "dns_address_sets": names.asked["A"],
        "dns_name_server_sets": names.asked["NS"],
        "dns_sets_in_the_round": names.asked.total() - after[0],
        "ranges": len(plan.first_of_range),
        "rdap_network_queries": registry.asked["ip"],
        "rdap_network_number_queries": registry.asked["autnum"],
        "rdap_queries_in_the_round": registry.asked.total() - after[1],
        "cold_p50_s": round(float(np.quantile(cold, 0.5)), 3),
        "cold_p95_s": round(float(np.quantile(cold, 0.95)), 3),
        "hosts_at_the_dead_registry": len(hung),
        "alone_at_the_dead_registry_s": round(max(alone, default=0.0), 1),
        "longest_at_the_dead_registry_s": round(max(hung, default=0.0), 1),
        "round_s": round(took, 1),
    }


class _Plan:
    """URLs by where their hosts stand."""

    def __init__(self, hosts: int, *, dead: bool) -> None:
        places = {n: address_of(f"www.host{n}.test") or "" for n in range(hosts)}
        hung = {n for n, place in places.items() if dead and _in_dead(place)}
        firsts: dict[object, int] = {}
        for number in places.keys() - hung:
            firsts.setdefault(ip_network(f"{places[number]}/28", strict=False), number)
        self.every = [_url(n) for n in places]
        self.at_dead = [_url(n) for n in sorted(hung)]
        self.first_of_range = [_url(n) for n in firsts.values()]


def _url(number: int) -> str:
    return f"http://www.host{number}.test/"


def _in_dead(place: str) -> bool:
    return ip_address(place) in ip_network(_DEAD_NET)


def measure(hosts: int, urls: int) -> Report:
    """Return what a round asks with all registries alive, and with one of two dead."""
    return {
        "alive": asyncio.run(_measured(hosts, urls, dead=False)),
        "one_dead": asyncio.run(_measured(hosts, urls, dead=True)),
    }
