"""One name at several companies, and content whose host was told behind a front."""

from __future__ import annotations

from dataclasses import replace

from notice_builders import (
    BASELINE,
    HOTLINE,
    NOW,
    PARTNERS,
    POLICE,
    asset,
    case,
    contact,
    party,
    policy,
    snapshot,
)

from cases.model import NoticeKind, PartyRole, RevealedOrigin
from notices.document import hosting
from notices.recipients import Facts, plan
from notices.view import _addresses, _network

SECOND = party(
    PartyRole.CONTENT_HOST,
    contact(value="abuse@second.example"),
    name="Second Hosting",
    asn=64501,
    key="as64501",
)
FRONT = party(
    PartyRole.FRONT,
    contact(PartyRole.FRONT, "abuse@shield.example"),
    name="Shield",
    asn=64505,
    key="shield",
)
ORIGIN = RevealedOrigin(
    host="files.example",
    addresses=("203.0.113.5",),
    front="shield",
    source="front",
    reference="ticket 7",
    at=NOW,
)


def planned(traced):
    facts = Facts(
        case=case(),
        listed=(asset(),),
        snapshots={asset().id: traced},
        classification=BASELINE,
        law="law",
        now=NOW,
    )
    return plan(
        facts,
        policy=policy(home="host_first"),
        hotline=HOTLINE,
        police=POLICE,
        partners=PARTNERS,
    ).planned


def told(traced) -> dict[str, str]:
    """Mailbox -> kind of everyone but the police."""
    return {
        one.recipient.address: one.kind.value
        for one in planned(traced)
        if one.kind is not NoticeKind.POLICE
    }


def test_every_host_of_a_name_is_told():
    """Two companies that serve one name each get a notice of their own."""
    both = snapshot(parties=(party(), SECOND))
    assert told(both) == {"abuse@provider.example": "first", "abuse@second.example": "first"}


def test_hosts_without_a_country_wait_for_a_person():
    """Where the addresses stand in two countries nobody is told before somebody looked."""
    both = snapshot(country=None, parties=(party(), SECOND))
    assert set(told(both)) == {"abuse@provider.example", "abuse@second.example"}
    assert all(one.hold is not None and one.hold.until is None for one in planned(both))


def test_a_host_beside_the_front_waits_and_the_front_is_asked():
    """The front is asked for the origin; the host that DNS shows waits under a hold."""
    mixed = snapshot(country=None, parties=(SECOND, FRONT), masked_by="Shield")
    assert told(mixed) == {"abuse@shield.example": "front_reveal", "abuse@second.example": "first"}
    held = {one.recipient.address: one.hold for one in planned(mixed)}
    assert held["abuse@second.example"].reason == "country_unknown"


def test_a_told_origin_is_written_to_with_its_own_address():
    """The host finds its own address in the notice, and which front answers for it."""
    behind = snapshot(
        parties=(SECOND, FRONT), masked_by=None, origin=ORIGIN, addresses=("198.51.100.7",)
    )
    assert told(behind) == {"abuse@second.example": "first"}
    assert _addresses(behind) == "203.0.113.5 (told to us; Shield answers at 198.51.100.7)"
    assert _network(behind) == "Second Hosting, AS64501"
    assert hosting(behind)["addresses"] == ["203.0.113.5"]
    assert _addresses(replace(behind, origin=None)) == "198.51.100.7"
