"""A thousand cases resolved together equal the same ones resolved one by one, byte for byte."""

from __future__ import annotations

import asyncio
import random

from hosting_fakes import (
    AUTNUM,
    DOMAIN,
    FRONT_NETWORK,
    HOST_NETWORK,
    NAMES,
    NOW,
    NUMBERS,
    FakeClock,
    FakeFetcher,
    entity,
    network,
    practice_tables,
)

from cases.model import RevealedOrigin
from cases.store.codec import dump
from crawler.fetch.contract import DnsAnswer, FetchCode
from crawler.hosting.trace import Tracer

CASES = 1000
SEED = 20261122
HOSTS = [f"h{number}.site{number % 40}.example" for number in range(120)]
SERVERS = ("nginx", "shield", "cloudflare-nginx", "Apache")


def addresses(chance: random.Random) -> tuple[str, ...]:
    blocks = ("192.0.2.", "198.51.100.", "203.0.113.")
    count = chance.choice([1, 1, 1, 2, 3])
    return tuple(sorted(f"{chance.choice(blocks)}{chance.randrange(1, 250)}" for _ in range(count)))


def dns_of(host: str, chance: random.Random) -> DnsAnswer:
    if chance.random() < 0.1:
        outcome = chance.choice(["nxdomain", "nodata", "servfail", "timeout"])
        return DnsAnswer(host=host, outcome=outcome)
    cnames = ("x.edge.shield.example",) if chance.random() < 0.1 else ()
    return DnsAnswer(host=host, outcome="ok", addresses=addresses(chance), cnames=cnames, ttl=60)


def record_of(address: str, chance: random.Random) -> object:
    """
    Answer for one address: its own customer, a shared network, or a failure.

    Registries do not contradict themselves: every address of an assigned network has its answer.
    """
    if address.startswith("198.51.100."):
        return FRONT_NETWORK
    if address.startswith("192.0.2.") and int(address.rpartition(".")[2]) < 128:
        return HOST_NETWORK
    if chance.random() < 0.1:
        return chance.choice([404, 429, 500, FetchCode.TIMEOUT])
    return network(
        address,
        address,
        entity(["abuse"], email=f"abuse@{address.replace('.', '-')}.example"),
        handle=f"NET-{address}",
        country=chance.choice(["NL", "DE", "SE"]),
        type="ASSIGNED PA",
    )


def world(seed: int, *, slow: bool) -> FakeFetcher:
    """Build the same answers from the same seed; a slow one answers out of order."""
    chance = random.Random(seed)
    names = {host: dns_of(host, chance) for host in HOSTS}
    seen = sorted({one for answer in names.values() for one in answer.addresses})
    answers: dict[str, object] = {f"{NUMBERS}ip/{one}": record_of(one, chance) for one in seen}
    answers[f"{NUMBERS}autnum/64500"] = AUTNUM
    for number in range(40):
        domain = f"site{number}.example"
        answers[f"{NAMES}domain/{domain}"] = {**DOMAIN, "ldhName": domain}
        names[domain] = DnsAnswer(host=domain, outcome="ok", names=(f"ns1.{domain}",))
    waits = {url: chance.random() / 200 for url in answers} if slow else {}
    return FakeFetcher(answers=answers, dns=names, slow=waits)


def wanted() -> list[dict[str, object]]:
    chance = random.Random(SEED + 1)
    return [_one(number, chance) for number in range(CASES)]


def _one(number: int, chance: random.Random) -> dict[str, object]:
    host = chance.choice(HOSTS)
    told = RevealedOrigin(
        host=host,
        addresses=(f"203.0.113.{chance.randrange(1, 250)}",),
        front="shield",
        source="front",
        reference=f"ticket {number}",
        at=NOW,
    )
    return {
        "case_id": f"HW-2026-{number:06}",
        "asset_id": f"HW-2026-{number:06}-1",
        "snapshot_id": f"HW-2026-{number:06}-S1",
        "url": f"https://{host}/{number}.jpg",
        "peer": None,
        "headers": {"server": chance.choice(SERVERS)},
        "cookie_names": chance.choice([(), ("__sh1",)]),
        "origin": told if chance.random() < 0.2 else None,
    }


async def test_together_equals_one_by_one(tmp_path):
    """No answer of one case is found in another's, whatever the order of the answers."""
    tables = practice_tables(tmp_path)
    asked = wanted()
    shared = Tracer(
        fetcher=world(SEED, slow=True), tables=tables, egress="home", now=FakeClock().now
    )
    together = await asyncio.gather(*(shared.trace(**one) for one in asked))
    alone = Tracer(
        fetcher=world(SEED, slow=False), tables=tables, egress="home", now=FakeClock().now
    )
    one_by_one = [await alone.trace(**one) for one in asked]
    assert [dump(one) for one in together] == [dump(one) for one in one_by_one]
    assert len({one.host for one in together}) > 100
    assert {one.masked_by for one in together} == {None, "Shield"}
    assert any(one.origin is not None for one in together)


async def test_a_fresh_tracer_per_case_says_the_same(tmp_path):
    """What the registries' cache holds from other cases changes nothing of a trace."""
    tables = practice_tables(tmp_path)
    asked = wanted()[:60]
    fetcher = world(SEED, slow=False)
    shared = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
    for one in asked:
        own = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
        assert dump(await shared.trace(**one)) == dump(await own.trace(**one))
