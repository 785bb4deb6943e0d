"""Whether two traces show the same host."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hosting_fakes import NOW

from cases.model import Claim, Confidence, HostingSnapshot, Party, PartyRole, RevealedOrigin
from crawler.hosting.diff import difference, origin_told


def host(key="as64500", asn=64500, name=None):
    claims = ()
    if name:
        claims = (
            Claim(
                field="name",
                value=name,
                source="rdap:r",
                source_version="",
                at=NOW,
                confidence=Confidence.MEDIUM,
                reason="registrant_organisation",
            ),
        )
    return Party(role=PartyRole.CONTENT_HOST, name=name, asn=asn, key=key, claims=claims)


BASE = HostingSnapshot(
    id="s",
    case_id="c",
    asset_id="a",
    taken_at=NOW,
    host="a.example",
    registered_domain="a.example",
    addresses=("192.0.2.1", "192.0.2.2"),
    parties=(host(),),
    country="NL",
)
FRONT = Party(role=PartyRole.FRONT, name="Shield", asn=64505, key="shield")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ()),
        ({"addresses": ("192.0.2.2", "192.0.2.3")}, ()),
        ({"addresses": ("192.0.2.9",)}, ("moved_ip",)),
        (
            {"addresses": ("198.51.100.9",), "parties": (host("as64501", 64501),)},
            ("moved_ip", "moved_asn", "moved_host"),
        ),
        ({"parties": (host(), host("as64501", 64501))}, ("moved_asn", "moved_host")),
        ({"country": "DE"}, ("country_changed",)),
        ({"country": None}, ()),
        (
            {
                "parties": (FRONT,),
                "masked_by": "Shield",
                "country": None,
                "addresses": ("198.51.100.1",),
            },
            ("moved_ip", "moved_asn", "front_added"),
        ),
        ({"dns_outcome": "nxdomain", "addresses": (), "parties": ()}, ("dns_gone",)),
        ({"dns_outcome": "timeout", "addresses": (), "parties": ()}, ()),
        ({"parties": ()}, ()),
        ({"parked_by": "Parkade", "addresses": ("192.0.2.9",), "country": "DE"}, ("parked",)),
    ],
)
def test_words(change, words):
    """Each change has its word; what is not known is no change."""
    assert difference(BASE, replace(BASE, **change)) == words


def test_front_changes():
    """Another front is one removed and one added; a vanished one shows."""
    behind = replace(BASE, parties=(FRONT,), masked_by="Shield", country=None)
    veil = replace(FRONT, name="Veil", key="veil")
    other = replace(behind, parties=(veil,), masked_by="Veil")
    assert difference(behind, other) == ("front_added", "front_removed")
    assert "front_removed" in difference(behind, BASE)


def test_new_customer_of_the_same_network():
    """Another company in the same network moves the host, if the registry named both."""
    old = replace(BASE, parties=(host(name="A Host"),))
    assert difference(old, replace(BASE, parties=(host(name="B Host"),))) == ("moved_host",)
    assert difference(old, BASE) == ()


def test_a_name_that_comes_back():
    """A host that was gone and is back is no move; a first look has nothing to compare."""
    gone = replace(BASE, dns_outcome="nxdomain", addresses=(), parties=())
    assert difference(gone, BASE) == ()
    assert difference(gone, gone) == ()


def test_a_name_that_stays_parked():
    """Parking is told once; when content is served again, the hosts are compared."""
    parked = replace(BASE, parked_by="Parkade")
    assert difference(parked, replace(parked, addresses=("192.0.2.9",))) == ()
    assert difference(parked, replace(BASE, addresses=("192.0.2.9",))) == ("moved_ip",)


ORIGIN = RevealedOrigin(
    host="a.example",
    addresses=("192.0.2.10",),
    front="shield",
    source="front",
    reference="ticket 7",
    at=NOW,
)
BEHIND = replace(BASE, parties=(FRONT,), masked_by="Shield", country=None)
KNOWN = replace(BEHIND, parties=(host(), FRONT), masked_by=None, country="NL", origin=ORIGIN)


def test_a_told_origin_is_no_move():
    """The front still answers; what was told opens a leg by its own word."""
    assert difference(BEHIND, KNOWN) == ()
    assert origin_told(BEHIND, KNOWN)
    assert not origin_told(KNOWN, KNOWN)
    assert not origin_told(KNOWN, BEHIND)
    assert origin_told(None, KNOWN)


def test_moves_behind_the_front():
    """Another told host and a front that goes away are moves."""
    other = replace(KNOWN, parties=(host("as64501", 64501), FRONT))
    assert difference(KNOWN, other) == ("moved_asn", "moved_host")
    assert difference(KNOWN, replace(BASE, addresses=("192.0.2.10",))) == (
        "moved_ip",
        "moved_asn",
        "front_removed",
    )
