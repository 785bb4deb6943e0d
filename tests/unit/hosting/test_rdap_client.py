"""The RDAP client: bootstrap, redirects, pace, failures."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import ip_address

import pytest
from hosting_fakes import (
    AUTNUM,
    DOMAIN,
    HOST_NETWORK,
    NAMES,
    NOW,
    NUMBERS,
    FakeClock,
    FakeFetcher,
    entity,
    network,
)

from crawler.fetch.contract import Derivation, FetchCode
from crawler.hosting.bootstrap import Bootstrap
from crawler.hosting.rdap import RdapClient, retry_after_s

BOOTSTRAP = Bootstrap(
    networks={
        (4, int(ip_address("192.0.2.0")), 24): NUMBERS,
        (4, int(ip_address("192.0.2.128")), 25): "https://rdap.other.example/",
    },
    numbers=((64496, 64511, NUMBERS),),
    domains={"example": NAMES},
)
ADDRESS = ip_address("192.0.2.10")
URL = f"{NUMBERS}ip/192.0.2.10"


def client(fetcher, clock=None, **more):
    return RdapClient(
        fetcher=fetcher, bootstrap=BOOTSTRAP, egress="home", now=(clock or FakeClock()).now, **more
    )


async def test_every_question_carries_a_permit_of_its_case():
    """A question to a registry is permitted by its case as RDAP, with exactly its URL."""
    fetcher = FakeFetcher({URL: HOST_NETWORK})
    answer = await client(fetcher).network("HW-1", ADDRESS)
    assert (answer.outcome, answer.source) == ("found", "rdap:rdap.numbers.example")
    assert fetcher.permits == [("HW-1", Derivation.RDAP, URL)]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (404, "none"),
        (429, "rate_limited"),
        (503, "rate_limited"),
        (500, "server_error"),
        (403, "refused"),
        (FetchCode.TIMEOUT, "timeout"),
        (FetchCode.CONNECT_REFUSED, "connect_refused"),
        (FetchCode.TLS_FAILED, "tls_failed"),
        ([], "malformed"),
        ({"errorCode": 404}, "malformed"),
        (network("198.51.100.0", "198.51.100.255"), "malformed"),
        (AUTNUM, "malformed"),
        (network("0.0.0.0", "255.255.255.255"), "not_managed_here"),
    ],
)
async def test_absence_and_failure_differ(answer, outcome):
    """Only 404 says that there is nothing; everything else is a failure with its word."""
    found = await client(FakeFetcher({URL: answer})).network("HW-1", ADDRESS)
    assert (found.outcome, found.record) == (outcome, None)


async def test_longest_match_decides_the_registry():
    """The registry of the longest prefix is asked; an address of nobody is not asked about."""
    fetcher = FakeFetcher()
    asked = client(fetcher)
    await asked.network("HW-1", ip_address("192.0.2.200"))
    nobody = await asked.network("HW-1", ip_address("203.0.113.1"))
    assert fetcher.asked == ["https://rdap.other.example/ip/192.0.2.200"]
    assert nobody.outcome == "not_managed_here"


async def test_without_bootstrap_nothing_is_asked():
    """Without a bootstrap the answer says so."""
    asked = RdapClient(fetcher=FakeFetcher(), bootstrap=None, egress="home", now=FakeClock().now)
    assert (await asked.domain("HW-1", "a.example")).outcome == "no_bootstrap"


async def test_assigned_networks_serve_their_whole_range_for_a_day():
    """An assigned network is asked for once a day; afterwards it is asked again."""
    clock = FakeClock()
    fetcher = FakeFetcher({URL: HOST_NETWORK, f"{NUMBERS}ip/192.0.2.99": HOST_NETWORK})
    asked = client(fetcher, clock)
    for address in ("192.0.2.10", "192.0.2.99", "192.0.2.10"):
        assert (await asked.network("HW-1", ip_address(address))).outcome == "found"
    assert fetcher.asked == [URL]
    clock.at = NOW + timedelta(hours=25)
    await asked.network("HW-1", ip_address("192.0.2.99"))
    assert len(fetcher.asked) == 2


async def test_an_allocation_never_answers_for_a_block_inside_it():
    """The answer about a large allocation is not used for an address with a network of its own."""
    large = network(
        "192.0.2.0", "192.0.2.127", entity(["abuse"], email="a@large.example"), type="ALLOCATED PA"
    )
    small = network(
        "192.0.2.96", "192.0.2.127", entity(["abuse"], email="a@small.example"), type="ASSIGNED PA"
    )
    fetcher = FakeFetcher({URL: large, f"{NUMBERS}ip/192.0.2.99": small})
    asked = client(fetcher)
    first = await asked.network("HW-1", ADDRESS)
    second = await asked.network("HW-1", ip_address("192.0.2.99"))
    third = await asked.network("HW-1", ip_address("192.0.2.100"))
    assert first.record.abuse_email == "a@large.example"
    assert second.record.abuse_email == third.record.abuse_email == "a@small.example"
    assert len(fetcher.asked) == 2


async def test_a_registry_that_asks_for_rest_gets_it():
    """After 429 nothing is sent to that registry until Retry-After has passed."""
    clock = FakeClock()
    fetcher = FakeFetcher({URL: 429}, headers={URL: {"retry-after": "120"}})
    asked = client(fetcher, clock)
    await asked.network("HW-1", ADDRESS)
    assert (await asked.autnum("HW-1", 64500)).outcome == "rate_limited"
    assert len(fetcher.asked) == 1
    fetcher.answers = {URL: HOST_NETWORK}
    clock.at = NOW + timedelta(seconds=121)
    assert (await asked.network("HW-1", ADDRESS)).outcome == "found"


async def test_errors_are_asked_again_after_a_quarter_of_an_hour():
    """An error is kept for 15 minutes, an absence for 6 hours."""
    clock = FakeClock()
    other = f"{NUMBERS}ip/192.0.2.11"
    fetcher = FakeFetcher({URL: FetchCode.TIMEOUT, other: 404})
    asked = client(fetcher, clock)
    for minutes in (0, 14, 16):
        clock.at = NOW + timedelta(minutes=minutes)
        await asked.network("HW-1", ADDRESS)
        await asked.network("HW-1", ip_address("192.0.2.11"))
    assert (fetcher.asked.count(URL), fetcher.asked.count(other)) == (2, 1)


async def test_one_question_at_a_time():
    """Cases that ask the same at the same time share one request."""
    fetcher = FakeFetcher({URL: HOST_NETWORK}, slow={URL: 0.02})
    asked = client(fetcher)
    answers = await asyncio.gather(*(asked.network(f"HW-{n}", ADDRESS) for n in range(20)))
    assert len(fetcher.asked) == 1
    assert len({answer.record.handle for answer in answers}) == 1


async def test_a_dead_registry_slows_no_other():
    """A registry that never answers ends at the hard cap while another one answers at once."""
    dead = "https://rdap.other.example/ip/192.0.2.200"
    fetcher = FakeFetcher({URL: HOST_NETWORK}, slow={dead: 30})
    asked = client(fetcher, hard_cap_s=0.05)
    late, found = await asyncio.gather(
        asked.network("HW-1", ip_address("192.0.2.200")), asked.network("HW-2", ADDRESS)
    )
    assert (late.outcome, found.outcome) == ("timeout", "found")


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        (f"{NUMBERS}ip/192.0.2.0/24", True),
        ("https://evil.example/ip/192.0.2.0/24", False),
        ("http://rdap.numbers.example/ip/192.0.2.0/24", False),
    ],
)
async def test_parents_are_followed_to_known_registries_only(link, followed):
    """A link in an answer leads only to servers of the bootstrap."""
    child = network("192.0.2.0", "192.0.2.15", links=[{"rel": "up", "href": link}])
    fetcher = FakeFetcher({URL: child, link: network("192.0.2.0", "192.0.2.255")})
    asked = client(fetcher)
    answer = await asked.network("HW-1", ADDRESS)
    parent = await asked.parent("HW-1", answer.record)
    assert (parent is not None and parent.outcome == "found") == followed
    assert len(fetcher.asked) == (2 if followed else 1)


async def test_domains():
    """A domain is asked for at the registry of its longest suffix."""
    fetcher = FakeFetcher({f"{NAMES}domain/pictures.example": DOMAIN})
    answer = await client(fetcher).domain("HW-1", "pictures.example")
    assert answer.record.registrar == "Names Ltd"


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("99999999", 86400),
        (None, 300),
        ("soon", 300),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 22 Nov 2020 12:01:00 GMT", 1),
    ],
)
def test_retry_after(stated, seconds):
    """Retry-After is read as seconds or as a date, within bounds."""
    assert retry_after_s(stated, NOW) == seconds
