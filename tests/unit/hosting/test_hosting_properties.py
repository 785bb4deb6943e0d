"""What no trace may ever say, whatever DNS, tables, registries and answers give."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

import pytest
from hosting_fakes import NOW, NUMBERS, FakeClock, FakeFetcher, entity, network, practice_tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.model import (
    Asset,
    AssetKind,
    Case,
    Confidence,
    Contact,
    HostingSnapshot,
    NoticeKind,
    Party,
    PartyRole,
    Stage,
)
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.contacts import guess, recipient_grade
from crawler.hosting.country import REGION_SOURCE
from crawler.hosting.trace import Tracer
from notices.contacts import party_recipient
from notices.partners.registry import Partners
from notices.recipients import Facts, plan

sys.path.insert(0, str(Path(__file__).parents[1] / "notices"))
from notice_builders import HOTLINE, POLICE, policy

GUESSED = "abuse@a.example"

ADDRESSES = st.sampled_from(
    ["192.0.2.10", "192.0.2.200", "198.51.100.7", "198.51.100.200", "203.0.113.9", "2001:db8::5"]
)
RECORDS = st.builds(
    lambda country, roles, mail, org: network(
        "192.0.2.0",
        "192.0.2.127",
        entity(roles, email=mail, fn="Desk", kind="org" if org else "individual"),
        country=country,
    ),
    st.sampled_from(["NL", "US", "SE", "EU", ""]),
    st.sampled_from([["abuse"], ["technical"], ["registrant", "abuse"], None]),
    st.sampled_from(["abuse@harbour.example", GUESSED, "noc@harbour.example", "DATA REDACTED"]),
    st.booleans(),
)
WORLDS = st.fixed_dictionaries(
    {
        "addresses": st.lists(ADDRESSES, max_size=3, unique=True),
        "cnames": st.lists(
            st.sampled_from(["x.edge.shield.example", "b.store.north-1.buckets.example"]),
            max_size=2,
            unique=True,
        ),
        "headers": st.dictionaries(
            st.sampled_from(["server", "x-shield", "via"]),
            st.sampled_from(["shield", "nginx", "1.1 varnish"]),
            max_size=2,
        ),
        "cookies": st.lists(st.sampled_from(["__sh1", "session"]), max_size=1),
        "record": st.one_of(RECORDS, st.sampled_from([404, 429, 500])),
        "host": st.sampled_from(["a.example", "www.pictures.example", "b.buckets.example"]),
    }
)
EXAMPLES = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return practice_tables(tmp_path_factory.mktemp("properties"))


def traced(tables, world) -> HostingSnapshot:
    host = world["host"]
    answer = DnsAnswer(
        host=host,
        outcome="ok" if world["addresses"] else "nodata",
        addresses=tuple(world["addresses"]),
        cnames=tuple(world["cnames"]),
    )
    fetcher = FakeFetcher(
        answers={f"{NUMBERS}ip/{one}": world["record"] for one in world["addresses"]},
        dns={host: answer},
    )
    tracer = Tracer(fetcher=fetcher, tables=tables, egress="home", now=FakeClock().now)
    return asyncio.run(
        tracer.trace(
            case_id="HW-1",
            asset_id="HW-1-1",
            url=f"https://{host}/k",
            peer=None,
            headers=world["headers"],
            cookie_names=tuple(world["cookies"]),
            snapshot_id="S",
        )
    )


@EXAMPLES
@given(WORLDS)
def test_no_front_ever_yields_a_country(tables, world):
    """Behind a front there is a country only where a platform's own name says it."""
    found = traced(tables, world)
    if found.party(PartyRole.FRONT) is not None and found.country is not None:
        assert REGION_SOURCE in {one.source for one in found.countries}
    if found.masked_by is not None:
        assert found.country is None
        assert found.country_confidence is Confidence.GUESS


@EXAMPLES
@given(WORLDS)
def test_never_sure_while_physical_claims_differ(tables, world):
    """A trace whose physical claims differ is never told with high confidence."""
    found = traced(tables, world)
    places = {one.country for one in found.countries if one.kind == "physical"}
    if len(places) > 1:
        assert found.country_confidence is not Confidence.HIGH


def planned(snapshot: HostingSnapshot):
    asset = Asset(
        id="HW-1-1",
        case_id="HW-1",
        kind=AssetKind.PICTURE,
        role="original",
        url="https://a.example/k",
        host=snapshot.host,
    )
    case = Case(
        id="HW-1",
        version=1,
        stage=Stage.TRACED,
        created_at=NOW,
        url="https://a.example/k",
        canonical="https://a.example/k",
        host=snapshot.host,
    )
    facts = Facts(
        case=case,
        listed=(asset,),
        snapshots={asset.id: snapshot},
        classification=None,
        law="Example Act",
        now=NOW,
    )
    return plan(
        facts,
        policy=policy(home="host_first", abroad="host_first"),
        hotline=HOTLINE,
        police=POLICE,
        partners=Partners(),
        kind=NoticeKind.FIRST,
    )


@EXAMPLES
@given(WORLDS)
def test_no_guessed_address_ever_becomes_a_recipient(tables, world):
    """Every recipient's address was published by the catalogue or a registry for that party."""
    found = traced(tables, world)
    published = {
        contact.value
        for party in found.parties
        for contact in party.contacts
        if contact.source in {"catalogue", "rdap_abuse", "rdap_parent", "rdap_autnum"}
    }
    for one in planned(found).planned:
        if one.kind in {NoticeKind.POLICE, NoticeKind.PARTNER}:
            continue
        assert one.recipient.address in published
        assert one.recipient.source not in {"rfc2142", "registrar"}
    if GUESSED not in str(world["record"]):
        assert GUESSED not in {one.recipient.address for one in planned(found).planned}


CONTACTS = st.builds(
    Contact,
    party=st.sampled_from(PartyRole),
    channel=st.sampled_from(["mail", "form"]),
    value=st.sampled_from([GUESSED, "abuse@harbour.example", "https://forms.example/report"]),
    source=st.sampled_from(["catalogue", "rdap_abuse", "registrar", "rfc2142"]),
    confidence=st.sampled_from(Confidence),
)


@given(st.lists(CONTACTS, max_size=5))
def test_even_a_guess_among_a_partys_contacts_is_not_written_to(contacts):
    """A guess that got among a party's contacts by a fault is still no recipient."""
    wrong = (*contacts, guess("a.example"))
    for role in (PartyRole.CONTENT_HOST, PartyRole.FRONT):
        snapshot = HostingSnapshot(
            id="S",
            case_id="HW-1",
            asset_id="HW-1-1",
            taken_at=NOW,
            host="a.example",
            registered_domain="a.example",
            addresses=(),
            parties=(Party(role=role, name="N", key="n", contacts=wrong),),
        )
        found = party_recipient(snapshot, role, None)
        if hasattr(found, "address"):
            assert found.source != "rfc2142"
            assert found.confidence is not Confidence.GUESS
            assert any(one.value == found.address and recipient_grade(one) for one in wrong)


def test_the_day_of_the_tables_is_in_every_claim(tables):
    """A claim of a place names its source and the day that it was built."""
    world = {
        "addresses": ["192.0.2.10"],
        "cnames": [],
        "headers": {},
        "cookies": [],
        "record": 404,
        "host": "a.example",
    }
    claims = [one for one in traced(tables, world).countries if one.kind == "physical"]
    assert claims
    assert {date.fromisoformat(one.source_version[:10]) for one in claims} == {date(2026, 11, 20)}
