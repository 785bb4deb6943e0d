"""Traces of hosts that are harder than one name at one address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hosting_fakes import (
    BUILT,
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
    practice_tables,
)

from cases.errors import InvalidInput
from cases.model import Confidence, PartyRole, RevealedOrigin
from config.catalogue import Provider, build_catalogue
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.evidence import evidence_head
from crawler.hosting.parking import parking_service
from crawler.hosting.ranges import import_ranges
from crawler.hosting.revealed import checked_addresses
from crawler.hosting.tables import load_tables
from crawler.hosting.trace import Tracer

V6 = "2001:db8:7::9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hosts")


@pytest.fixture(scope="module")
def tables(folder):
    made = practice_tables(folder)
    parking = Provider(
        id="parkade", name="Parkade", kind="parking", name_server_suffixes=("parkade.example",)
    )
    own = Provider(
        id="shield-store",
        name="Shield Store",
        kind="platform",
        front="shield",
        host_suffixes=("store.shield.example",),
    )
    gateway = Provider(
        id="gate", name="Gateway", kind="platform", header_markers={"x-ipfs-path": ""}
    )
    catalogue = build_catalogue((*made.catalogue.providers, parking, own, gateway))
    return replace(made, catalogue=catalogue)


def world(**names: DnsAnswer) -> FakeFetcher:
    return FakeFetcher(
        answers={
            f"{NUMBERS}ip/192.0.2.10": HOST_NETWORK,
            f"{NUMBERS}ip/198.51.100.7": FRONT_NETWORK,
            f"{NUMBERS}ip/203.0.113.9": network(
                "203.0.113.0",
                "203.0.113.127",
                entity(["abuse"], email="abuse@island.example"),
                country="SE",
                handle="NET-ISLAND",
            ),
        },
        dns={name.replace("_", "."): answer for name, answer in names.items()},
    )


async def trace(tables, fetcher, url="http://a.example/k", **more):
    tracer = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
    asked = {"peer": None, "headers": {}, "cookie_names": (), "snapshot_id": "S", **more}
    return await tracer.trace(case_id="HW-1", asset_id="HW-1-1", url=url, **asked)


def hosts(found) -> list[str]:
    return [one.key for one in found.all_of(PartyRole.CONTENT_HOST)]


def mailboxes(found, role) -> set[str]:
    return {one.value for party in found.all_of(role) for one in party.contacts}


async def test_two_hosts_of_one_name_are_both_reported(tables):
    """Two providers behind one name are two content hosts, each with its own desk."""
    found = await trace(tables, world(a_example=dns("a.example", "192.0.2.10", "203.0.113.9")))
    assert hosts(found) == ["as64500", "net-island"]
    assert mailboxes(found, PartyRole.CONTENT_HOST) == {
        "abuse@harbour.example",
        "abuse@island.example",
    }
    assert found.country is None
    assert found.country_confidence is not Confidence.HIGH


async def test_an_unplaced_second_host_keeps_the_country_unsure(tables):
    """Where no table places one of two hosts, the other's country is no sure answer."""
    found = await trace(tables, world(a_example=dns("a.example", "192.0.2.10", V6)))
    assert len(hosts(found)) == 2
    assert (found.country, found.country_reason) == ("NL", "one_host_unplaced")
    assert found.country_confidence is Confidence.LOW


async def test_a_host_beside_the_front_is_shown_and_the_front_still_masks(tables):
    """DNS that gives a front and another network shows that host; no country follows."""
    found = await trace(tables, world(a_example=dns("a.example", "198.51.100.7", "192.0.2.10")))
    assert found.masked_by == "Shield"
    assert hosts(found) == ["as64500"]
    assert mailboxes(found, PartyRole.FRONT) == {"abuse@shield.example"}
    assert (found.country, found.countries) == (None, ())


async def test_an_anycast_address_has_no_country(tables, folder):
    """What an imported list calls anycast is placed nowhere by tables of addresses."""
    source = folder / "anycast.csv"
    source.write_text("192.0.2.0/28\n")
    import_ranges(
        source,
        kind="front",
        name="anycast",
        build_date=BUILT,
        licence="test",
        into=folder / "ranges-any",
    )
    listed = load_tables(folder / "ranges-any", tables.catalogue)
    both = replace(tables, fronts=(*tables.fronts, *listed.fronts))
    found = await trace(both, world(a_example=dns("a.example", "192.0.2.10")))
    assert found.anycast
    assert (found.country, found.country_reason, found.masked_by) == (None, "anycast", None)
    assert hosts(found) == ["as64500"]


async def test_a_platform_of_the_front_hides_nothing(tables):
    """The front's own platform is the content host."""
    host = "b.store.shield.example"
    found = await trace(
        tables,
        world(b_store_shield_example=dns(host, "198.51.100.7")),
        url=f"https://{host}/k",
    )
    assert (found.masked_by, found.front_hosts) == (None, "Shield")
    assert hosts(found) == ["shield-store"]
    assert found.country is None


async def test_a_gateway_header_adds_a_claim(tables):
    """The header of a gateway is kept beside the network that serves it."""
    fetcher = world(a_example=dns("a.example", "192.0.2.10"))
    found = await trace(tables, fetcher, headers={"x-ipfs-path": "/ipfs/k"})
    host = found.party(PartyRole.CONTENT_HOST)
    assert host.key == "as64500"
    assert ("platform", "Gateway") in {(one.field, one.value) for one in host.claims}


async def test_an_international_name_is_asked_in_its_ascii_form(tables):
    """UTS 46 maps the name before anyone is asked."""
    fetcher = world()
    fetcher.dns["xn--bcher-kva.example"] = dns("xn--bcher-kva.example", "192.0.2.10")
    found = await trace(tables, fetcher, url="https://B\u00dcCHER.example./k")
    assert found.host == "xn--bcher-kva.example"
    assert hosts(found) == ["as64500"]


# --------------------------------------------------------------------------- parked


@pytest.mark.parametrize(
    ("servers", "service"),
    [
        (("ns1.parkade.example", "NS2.Parkade.Example."), "Parkade"),
        (("parkade.example",), "Parkade"),
        (("ns1.parkade.example", "ns1.site.example"), None),
        (("ns1.notparkade.example",), None),
        ((), None),
    ],
)
def test_parking_services_by_name_servers(tables, servers, service):
    """A name is parked when all of its name servers are one parking service's."""
    assert parking_service(tables.catalogue, servers) == service


async def test_a_parked_name_is_told_by_its_name_servers(tables):
    """The registered domain's name servers are asked for, and told in the evidence."""
    fetcher = world()
    fetcher.dns["www.a.example"] = dns("www.a.example", "192.0.2.10")
    fetcher.dns["a.example"] = DnsAnswer(
        host="a.example", outcome="ok", names=("ns1.parkade.example",)
    )
    found = await trace(tables, fetcher, url="http://www.a.example/k")
    assert (found.parked_by, found.name_servers) == ("Parkade", ("ns1.parkade.example",))
    assert {"name_servers", "parking"} <= {one.step for one in found.evidence}


async def test_a_page_or_the_registry_tells_it_too(tables):
    """Where DNS gives no name servers the registry's count; a parking page counts by itself."""
    fetcher = world(a_example=dns("a.example", "192.0.2.10"))
    fetcher.answers[f"{NAMES}domain/a.example"] = {
        "objectClassName": "domain",
        "ldhName": "a.example",
        "nameservers": [{"objectClassName": "nameserver", "ldhName": "ns2.parkade.example"}],
    }
    by_registry = await trace(tables, fetcher)
    assert by_registry.parked_by == "Parkade"
    plain = world(a_example=dns("a.example", "192.0.2.10"))
    assert (await trace(tables, plain, signs=("parked",))).parked_by == "page"
    assert (await trace(tables, plain)).parked_by is None


# --------------------------------------------------------------------------- told origins


TOLD = RevealedOrigin(
    host="a.example",
    addresses=("192.0.2.10",),
    front="shield",
    source="front",
    reference="ticket 7",
    at=NOW,
)


async def test_a_told_origin_is_the_content_host(tables):
    """Behind the front stands who holds the told address; country and desk are theirs."""
    fetcher = world(a_example=dns("a.example", "198.51.100.7"))
    found = await trace(tables, fetcher, origin=TOLD)
    assert hosts(found) == ["as64500"]
    assert mailboxes(found, PartyRole.CONTENT_HOST) == {"abuse@harbour.example"}
    assert (found.country, found.country_confidence) == ("NL", Confidence.HIGH)
    assert (found.masked_by, found.front_key, found.origin) == (None, "shield", TOLD)
    assert (found.addresses, found.host_addresses) == (("198.51.100.7",), ("192.0.2.10",))
    told = next(one for one in found.party(PartyRole.CONTENT_HOST).claims if one.field == "address")
    assert (told.source, told.reason) == ("revealed:front", "origin_told")


async def test_an_origin_counts_only_behind_the_front_that_was_asked(tables):
    """Without that front, or for another host, the statement is evidence and nothing more."""
    plain = await trace(tables, world(a_example=dns("a.example", "203.0.113.9")), origin=TOLD)
    assert hosts(plain) == ["net-island"]
    assert plain.origin is None
    assert "front_changed" in {one.outcome for one in plain.evidence if one.step == "origin"}
    veiled = world(a_example=dns("a.example", "198.51.100.7"))
    other = await trace(tables, veiled, origin=replace(TOLD, host="b.example"))
    assert (other.masked_by, other.origin) == ("Shield", None)


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (("198.51.100.9",), "belongs to a front"),
        (("192.0.2.10", "198.51.100.9"), "belongs to a front"),
        (("10.0.0.1",), "not public"),
        (("127.0.0.1",), "not public"),
        (("::ffff:10.0.0.1",), "not public"),
        (("64:ff9b::7f00:1",), "not public"),
        (("origin.example",), "numeric"),
        ((), "1 to 4"),
        (("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"), "1 to 4"),
    ],
)
def test_unfit_origins_are_refused_in_one_sentence(tables, addresses, why):
    """The front's own space, private space and names are no origin."""
    with pytest.raises(InvalidInput, match=why) as refused:
        checked_addresses(addresses, tables=tables, now=NOW)
    assert not any(one in str(refused.value) for one in addresses)


def test_origins_are_kept_in_canonical_form(tables):
    """Mapped and repeated addresses become one."""
    given = ("192.0.2.10", "::ffff:192.0.2.10", "2001:DB8::1")
    assert checked_addresses(given, tables=tables, now=NOW) == ("192.0.2.10", "2001:db8::1")


# --------------------------------------------------------------------------- evidence


async def test_the_evidence_is_chained(tables):
    """The head changes with any word of any step, and is that of the steps."""
    found = await trace(tables, world(a_example=dns("a.example", "192.0.2.10")))
    assert found.evidence_head == evidence_head(found.evidence)
    assert found.egress == "home"
    for place in range(len(found.evidence)):
        steps = list(found.evidence)
        steps[place] = replace(steps[place], detail="another")
        assert evidence_head(steps) != found.evidence_head
