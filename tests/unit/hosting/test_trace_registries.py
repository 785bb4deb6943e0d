"""Which registries a trace asks one after the other, and what it notes of each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hosting_fakes import (
    HOST_NETWORK,
    NUMBERS,
    FakeClock,
    FakeFetcher,
    dns,
    entity,
    network,
    practice_tables,
)

from cases.model import PartyRole
from crawler.hosting.trace import Tracer

KRNIC = "https://krnic.national.example/"
URL = f"{NUMBERS}ip/192.0.2.10"
PLACEHOLDER = network(
    "192.0.2.0",
    "192.0.2.127",
    entity(["abuse"], email="irt@nic.or.kr"),
    type="ALLOCATED PORTABLE",
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    made = practice_tables(tmp_path_factory.mktemp("registries"))
    return replace(made, bootstrap=replace(made.bootstrap, nationals={"nic.or.kr": KRNIC}))


async def traced(tables, answers):
    fetcher = FakeFetcher(answers, dns={"a.example": dns("a.example", "192.0.2.10")})
    tracer = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
    return await tracer.trace(
        case_id="HW-1",
        asset_id="HW-1-1",
        url="http://a.example/1.jpg",
        peer=None,
        headers={},
        cookie_names=(),
    )


def outcomes(snapshot, name):
    return [one.outcome for one in snapshot.evidence if one.step == name]


async def test_the_national_registry_names_the_desk(tables):
    """Its answer takes the place of the placeholder; both stand in the evidence."""
    found = await traced(tables, {URL: PLACEHOLDER, f"{KRNIC}ip/192.0.2.10": HOST_NETWORK})
    host = found.party(PartyRole.CONTENT_HOST)
    assert [one.value for one in host.contacts] == ["abuse@harbour.example"]
    assert outcomes(found, "rdap_network") == ["found"]
    assert outcomes(found, "rdap_national") == ["found"]


async def test_a_silent_national_registry_leaves_what_was_known(tables):
    """A placeholder stays no contact, and the silence is told as such."""
    found = await traced(tables, {URL: PLACEHOLDER, f"{KRNIC}ip/192.0.2.10": 429})
    assert found.party(PartyRole.CONTENT_HOST).contacts == ()
    assert outcomes(found, "rdap_national") == ["rate_limited"]


def up(number):
    return [{"rel": "up", "href": f"{NUMBERS}ip/level{number}"}]


async def test_covering_networks_are_followed_until_one_names_a_desk(tables):
    """At most three up, and no further than the first that names one."""
    small = network("192.0.2.8", "192.0.2.15", links=up(1))
    middle = network("192.0.2.0", "192.0.2.127", links=up(2))
    large = network(
        "192.0.0.0", "192.0.255.255", entity(["abuse"], email="abuse@lir.example"), links=up(3)
    )
    answers = {URL: small, f"{NUMBERS}ip/level1": middle, f"{NUMBERS}ip/level2": large}
    found = await traced(tables, answers)
    upstream = found.party(PartyRole.UPSTREAM)
    assert [(one.value, one.source) for one in upstream.contacts][:1] == [
        ("abuse@lir.example", "rdap_parent")
    ]


async def test_a_row_of_covering_networks_ends(tables):
    """Networks that point at each other are asked three times in all."""
    loop = {
        f"{NUMBERS}ip/level{n}": network("192.0.2.0", "192.0.2.127", links=up(n % 9 + 1))
        for n in range(1, 10)
    }
    start = network("192.0.2.8", "192.0.2.15", links=up(1))
    found = await traced(tables, {URL: start, **loop})
    assert outcomes(found, "rdap_parent") == ["found"]
