"""A trace: parties, claims and methods of one location."""

from __future__ import annotations

import asyncio
import random
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
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
    dns,
    entity,
    network,
    practice_catalogue,
    practice_tables,
)

from cases.model import Confidence, PartyRole
from crawler.fetch.contract import DnsAnswer, FetchCode
from crawler.hosting.contacts import recipient_grade
from crawler.hosting.trace import Tracer, load_tables


def world():
    """Answer for a host, a front, a conflict and a domain."""
    return FakeFetcher(
        answers={
            f"{NUMBERS}ip/192.0.2.10": HOST_NETWORK,
            f"{NUMBERS}ip/192.0.2.11": HOST_NETWORK,
            f"{NUMBERS}ip/198.51.100.7": FRONT_NETWORK,
            f"{NUMBERS}ip/203.0.113.9": network("203.0.113.0", "203.0.113.127", country="PA"),
            f"{NUMBERS}autnum/64500": AUTNUM,
            f"{NAMES}domain/pictures.example": DOMAIN,
        },
        dns={
            "www.pictures.example": dns("www.pictures.example", "192.0.2.10"),
            "plain.example": dns("plain.example", "192.0.2.10", "192.0.2.11"),
            "veiled.example": dns(
                "veiled.example", "198.51.100.7", cnames=("x.edge.shield.example",)
            ),
            "murky.example": dns("murky.example", "203.0.113.9"),
            "b.store.north-1.buckets.example": dns("b.store.north-1.buckets.example", "192.0.2.10"),
        },
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return practice_tables(tmp_path_factory.mktemp("practice"))


async def trace(
    tables, url, *, fetcher=None, clock=None, peer=None, headers=None, cookies=(), case="HW-1"
):
    tracer = Tracer(
        fetcher=fetcher or world(), tables=tables, egress="home", now=(clock or FakeClock()).now
    )
    return await tracer.trace(
        case_id=case,
        asset_id=f"{case}-1",
        url=url,
        peer=peer,
        headers=headers or {},
        cookie_names=cookies,
    )


async def test_a_plain_host(tables):
    """A plain host has a content host with number, name, contact, a country and its proof."""
    found = await trace(tables, "http://plain.example/a.jpg", peer="192.0.2.11")
    host = found.party(PartyRole.CONTENT_HOST)
    assert (host.name, host.asn, host.key) == ("Harbour Hosting", 64500, "as64500")
    assert [(one.value, one.source, one.confidence) for one in host.contacts] == [
        ("abuse@harbour.example", "rdap_abuse", Confidence.HIGH)
    ]
    assert found.addresses == ("192.0.2.11", "192.0.2.10")
    assert (found.country, found.country_confidence) == ("NL", Confidence.HIGH)
    assert found.masked_by is None
    assert found.methods >= 3
    assert all(claim.source and claim.at == NOW for claim in host.claims)
    assert found.id.startswith("HW-1-S")


async def test_upstream_registrar_and_operator(tables):
    """The other parties are kept apart, each with its own contacts."""
    found = await trace(tables, "https://www.pictures.example/a.jpg")
    assert found.party(PartyRole.OPERATOR).contacts[0].value == "safety@pictures.example"
    assert found.party(PartyRole.UPSTREAM).contacts[0].source == "rdap_autnum"
    registrar = found.party(PartyRole.REGISTRAR)
    assert (registrar.name, registrar.contacts[0].source) == ("Names Ltd", "registrar")
    assert "abuse@names.example" not in {
        one.value for one in found.party(PartyRole.CONTENT_HOST).contacts
    }
    assert {(one.kind, one.country) for one in found.countries} == {
        ("physical", "NL"),
        ("registry", "NL"),
        ("law", "BE"),
    }


async def test_a_front_masks(tables):
    """Behind a front there is no content host and no country; the front's desk is known."""
    found = await trace(tables, "https://veiled.example/", headers={"server": "shield"})
    assert (found.masked_by, found.country, found.country_reason) == ("Shield", None, "masked")
    assert found.party(PartyRole.CONTENT_HOST) is None
    front = found.party(PartyRole.FRONT)
    assert (front.key, front.contacts[0].value) == ("shield", "abuse@shield.example")
    assert found.countries == ()


async def test_conflicting_tables_give_no_country(tables):
    """Two tables that place a server in two countries give none, and both claims stand."""
    found = await trace(tables, "http://murky.example/")
    assert (found.country, found.country_confidence, found.country_reason) == (
        None,
        Confidence.LOW,
        "physical_conflict",
    )
    assert {one.country for one in found.countries} == {"SE", "FI", "PA"}


async def test_a_platform_is_the_content_host(tables):
    """A platform that the host name shows is the content host; its region beats the tables."""
    found = await trace(tables, "https://b.store.north-1.buckets.example/k")
    host = found.party(PartyRole.CONTENT_HOST)
    assert (host.name, host.key) == ("Buckets", "buckets")
    assert ("container", "b") in {(one.field, one.value) for one in host.claims}
    assert (found.country, found.country_reason) == ("SE", "region_over_tables")


async def test_a_spoofed_mark_neither_masks_nor_stays_sure(tables):
    """A front's header from a foreign network leaves the host known and the country unsure."""
    found = await trace(tables, "http://plain.example/", headers={"server": "shield"})
    assert found.masked_by is None
    assert found.party(PartyRole.CONTENT_HOST).name == "Harbour Hosting"
    assert found.country_confidence is Confidence.LOW
    assert "contradicted:shield" in next(
        one.detail for one in found.evidence if one.step == "front"
    )


@pytest.mark.parametrize("failure", [FetchCode.TIMEOUT, 429, 500, [], FetchCode.CONNECT_REFUSED])
async def test_dead_registries_are_told_and_harm_nothing(tables, failure):
    """Registries that fail leave a trace by tables, with the failure in the evidence."""
    fetcher = world()
    fetcher.answers = dict.fromkeys([*fetcher.answers, f"{NAMES}domain/plain.example"], failure)
    found = await trace(tables, "http://plain.example/", fetcher=fetcher)
    host = found.party(PartyRole.CONTENT_HOST)
    assert (host.name, host.key, host.contacts) == ("Harbour", "as64500", ())
    told = {one.outcome for one in found.evidence if one.step == "rdap_network"}
    assert told
    assert not told & {"found", "none"}


async def test_first_run_without_any_table(tmp_path):
    """Without tables and bootstrap the trace works and says what is missing."""
    tables = load_tables(tmp_path / "nothing", practice_catalogue())
    found = await trace(tables, "http://plain.example/", peer="192.0.2.10")
    assert found.addresses == ("192.0.2.10", "192.0.2.11")
    assert (found.country, found.country_reason) == (None, "no_location_claim")
    missing = next(one.detail for one in found.evidence if one.step == "tables")
    assert {"asn_table", "country_tables", "bootstrap_missing:ipv4"} <= set(missing.split())
    assert {one.outcome for one in found.evidence if one.step == "rdap_network"} == {"no_bootstrap"}
    assert found.methods == 1


async def test_old_tables_claim_nothing_but_still_mask(tables):
    """Tables older than 45 days give no claims, yet an old front list still masks."""
    late = FakeClock(NOW + timedelta(days=60))
    plain = await trace(tables, "http://plain.example/", clock=late)
    veiled = await trace(tables, "http://veiled.example/", clock=late)
    assert {one.kind for one in plain.countries} == {"registry"}
    assert plain.country_confidence is Confidence.LOW
    assert "stale_ranges" in {one.outcome for one in plain.evidence}
    assert veiled.masked_by == "Shield"


@pytest.mark.parametrize("outcome", ["nxdomain", "nodata", "servfail", "timeout", "refused"])
async def test_names_that_do_not_resolve(tables, outcome):
    """A failed look-up keeps its word and gives no party of the network."""
    fetcher = world()
    fetcher.dns["plain.example"] = DnsAnswer(host="plain.example", outcome=outcome)
    found = await trace(tables, "http://plain.example/", fetcher=fetcher)
    assert (found.dns_outcome, found.addresses) == (outcome, ())
    assert found.party(PartyRole.CONTENT_HOST) is None
    assert outcome in {one.outcome for one in found.evidence if one.step == "dns"}


async def test_addresses_of_nobody_are_recorded_and_not_asked_about(tables):
    """A private address in an answer is kept as evidence; no registry hears of it."""
    fetcher = world()
    fetcher.dns["plain.example"] = replace(
        dns("plain.example", "10.0.0.1", "127.0.0.1", "192.0.2.10"),
        refused_addresses=("192.0.2.10",),
    )
    found = await trace(tables, "http://plain.example/", fetcher=fetcher)
    assert len(found.addresses) == 3
    assert [one.query for one in found.evidence if one.outcome == "not_public"] == [
        "10.0.0.1",
        "127.0.0.1",
        "192.0.2.10",
    ]
    assert not [url for url in fetcher.asked if "/ip/" in url]


@pytest.mark.parametrize(
    ("url", "outcome", "host"),
    [
        ("http://192.0.2.10:8080/x", "ok", "192.0.2.10"),
        ("http://user:pw@PLAIN.example.:80/x", "ok", "plain.example"),
        ("http://abcdef.onion/x", "hidden_service", "abcdef.onion"),
        ("http://127.1/x", "malformed", "127.1"),
        ("http://[::1", "malformed", ""),
        ("nonsense", "malformed", ""),
    ],
)
async def test_odd_hosts(tables, url, outcome, host):
    """Numeric hosts, ports, users, hidden services and nonsense are told apart."""
    found = await trace(tables, url)
    assert (found.dns_outcome, found.host) == (outcome, host)


async def test_two_companies_behind_one_name(tables):
    """A name that leads to two networks has two content hosts, the one that answered first."""
    fetcher = world()
    fetcher.dns["plain.example"] = dns("plain.example", "192.0.2.10", "203.0.113.9")
    found = await trace(tables, "http://plain.example/", fetcher=fetcher, peer="203.0.113.9")
    hosts = [one for one in found.parties if one.role is PartyRole.CONTENT_HOST]
    assert [one.asn for one in hosts] == [None, 64500]
    assert found.country is None


async def test_the_covering_network_stands_in_as_upstream(tables):
    """Where the smallest network names no desk, the covering one is asked, as upstream."""
    fetcher = world()
    link = f"{NUMBERS}ip/192.0.2.0/24"
    fetcher.answers[f"{NUMBERS}ip/192.0.2.10"] = network(
        "192.0.2.0", "192.0.2.15", links=[{"rel": "up", "href": link}], handle="NET-SMALL"
    )
    fetcher.answers[link] = network(
        "192.0.2.0", "192.0.2.255", entity(["abuse"], email="abuse@big.example")
    )
    found = await trace(tables, "http://192.0.2.10/", fetcher=fetcher)
    assert found.party(PartyRole.CONTENT_HOST).contacts == ()
    assert found.party(PartyRole.UPSTREAM).contacts[0].value == "abuse@big.example"


async def test_guesses_stay_notes(tables):
    """A guessed mailbox is evidence and never among the contacts of any party."""
    found = await trace(tables, "http://plain.example/")
    contacts = [one for party in found.parties for one in party.contacts]
    assert all(recipient_grade(one) or one.source == "registrar" for one in contacts)
    assert any(one.step == "contact_guess" for one in found.evidence)


def comparable(snapshot):
    return {**asdict(snapshot), "id": ""}


async def test_many_cases_at_once_equal_one_by_one(tables):
    """200 traces at once give exactly what they give one after the other."""
    chance = random.Random(7)
    urls = [
        "http://plain.example/",
        "http://veiled.example/",
        "http://murky.example/",
        "https://www.pictures.example/",
        "http://192.0.2.11/",
        "http://gone.example/",
    ]
    wanted = [(f"HW-{number}", chance.choice(urls)) for number in range(200)]
    fetcher = world()
    fetcher.slow = {url: chance.random() / 100 for url in fetcher.answers}
    shared = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)

    async def one(case, url):
        return comparable(
            await shared.trace(
                case_id=case, asset_id=case, url=url, peer=None, headers={}, cookie_names=()
            )
        )

    together = await asyncio.gather(*(one(case, url) for case, url in wanted))
    for (case, url), found in zip(wanted, together, strict=True):
        alone = Tracer(fetcher=world(), tables=tables, egress="home", now=FakeClock().now)
        again = await alone.trace(
            case_id=case, asset_id=case, url=url, peer=None, headers={}, cookie_names=()
        )
        assert found == comparable(again)


async def test_domain_status(tables):
    """The registry's states, its ignorance and its failure are three different things."""
    fetcher = world()
    fetcher.answers[f"{NAMES}domain/slow.example"] = FetchCode.TIMEOUT
    tracer = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
    ask = tracer.domain_status
    assert await ask(case_id="c", host="www.pictures.example") == (
        "registrar_checked",
        "rdap_status:client hold",
    )
    assert await ask(case_id="c", host="unknown.example") == (
        "registrar_checked",
        "rdap_status:not found",
    )
    assert await ask(case_id="c", host="slow.example") == ("rdap_error:timeout",)
    assert await ask(case_id="c", host="a.test") == ("rdap_error:not_managed_here",)
    assert await ask(case_id="c", host="192.0.2.1") == ()
