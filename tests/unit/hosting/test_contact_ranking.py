"""Which abuse contact goes first, and why."""

from __future__ import annotations

from datetime import date

import pytest
from hosting_fakes import NOW
from hypothesis import given
from hypothesis import strategies as st

from cases.model import Confidence, Contact, PartyRole
from config.catalogue import Provider
from crawler.fetch.contract import DnsAnswer
from crawler.hosting.contacts import (
    after_bounces,
    catalogue_contacts,
    guess,
    ranked,
    rdap_contacts,
    recipient_grade,
    refused_words,
    unreachable,
)
from crawler.hosting.rdap_record import RdapCandidate, RdapRecord

HOST = PartyRole.CONTENT_HOST


def provider(verified_on):
    return Provider.model_validate(
        {
            "id": "a",
            "name": "AA",
            "kind": "host",
            "verified_on": verified_on,
            "channel": [{"type": "mail", "value": "Abuse@A.example"}],
        }
    )


def test_catalogue_entries_age():
    """A channel checked within 180 days is high; an older one is medium and to be verified."""
    (fresh,) = catalogue_contacts(provider(date(2026, 6, 1)), HOST, now=NOW)
    (old,) = catalogue_contacts(provider(date(2026, 5, 1)), HOST, now=NOW)
    (never,) = catalogue_contacts(provider(None), HOST, now=NOW)
    assert (fresh.confidence, fresh.flags, fresh.value) == (Confidence.HIGH, (), "abuse@a.example")
    assert old.confidence is never.confidence is Confidence.MEDIUM
    assert old.flags == never.flags == ("verify",)


def record(*candidates):
    return RdapRecord(kind="ip network", candidates=candidates)


def candidate(address, source="abuse_only", **more):
    return RdapCandidate(address=address, channel="mail", source=source, **more)


def test_confidence_by_source():
    """A role of its own is high, a shared one medium, free text low; unvalidated is never high."""
    found = rdap_contacts(
        record(
            candidate("a@a.example"),
            candidate("b@a.example", flags=("unvalidated",)),
            candidate("f@a.example", flags=("second_choice",)),
            candidate("c@a.example", "abuse_shared"),
            candidate("d@a.example", "remarks"),
            candidate("e@a.example", refused="withheld"),
        ),
        HOST,
        source="rdap_abuse",
    )
    assert [one.confidence.value for one in found] == ["high", "medium", "medium", "medium", "low"]
    assert found[4].flags == ("from_remarks",)


def test_larger_networks_count_less():
    """The contact of a covering network is medium at most."""
    (found,) = rdap_contacts(
        record(candidate("a@a.example")), PartyRole.UPSTREAM, source="rdap_parent"
    )
    assert found.confidence is Confidence.MEDIUM


def test_refused_candidates_are_evidence():
    """Refused addresses are told with their reason."""
    assert refused_words(record(candidate("x@ripe.net", refused="registry_placeholder"))) == (
        "registry_placeholder:x@ripe.net",
    )


CONTACTS = st.builds(
    Contact,
    party=st.just(HOST),
    channel=st.sampled_from(["mail", "form", "api"]),
    value=st.sampled_from(["a@a.example", "b@a.example", "https://a.example/"]),
    source=st.sampled_from(
        ["catalogue", "rdap_abuse", "rdap_parent", "rdap_autnum", "registrar", "rfc2142"]
    ),
    confidence=st.sampled_from(list(Confidence)),
)


@given(st.lists(CONTACTS, max_size=8))
def test_ranking_keeps_each_address_once_in_order_of_source(contacts):
    """Each way of contact stands once, under its best source."""
    order = ["catalogue", "rdap_abuse", "rdap_parent", "rdap_autnum", "registrar", "rfc2142"]
    found = ranked(contacts)
    assert len({(one.channel, one.value) for one in found}) == len(found)
    assert [order.index(one.source) for one in found] == sorted(
        order.index(one.source) for one in found
    )
    assert {(one.channel, one.value) for one in found} == {
        (one.channel, one.value) for one in contacts
    }


@given(st.from_regex(r"[a-z]{1,10}\.example", fullmatch=True))
def test_a_guess_is_never_fit_for_a_recipient(domain):
    """The RFC 2142 mailbox is a guess, whatever the domain."""
    assert guess(domain).confidence is Confidence.GUESS
    assert not recipient_grade(guess(domain))


def mx(outcome, *names):
    return DnsAnswer(host="a.example", outcome=outcome, names=names)


@pytest.mark.parametrize(
    ("asked", "addresses", "reason"),
    [
        (mx("ok", "mail.a.example"), None, None),
        (mx("ok", ""), None, "null_mx"),
        (mx("ok"), None, None),
        (mx("nxdomain"), None, "no_mail_domain"),
        (mx("nodata"), mx("ok"), None),
        (mx("nodata"), mx("nodata"), "no_mail_host"),
        (mx("nodata"), mx("servfail"), None),
        (mx("nodata"), mx("timeout"), None),
        (mx("servfail"), None, None),
        (mx("timeout"), None, None),
        (mx("refused"), None, None),
    ],
)
def test_a_domain_without_mail_hosts(asked, addresses, reason):
    """Only what DNS says speaks against a mailbox; what it does not answer says nothing."""
    assert unreachable(asked, addresses) == reason


def test_bounced_mailboxes_fall_behind():
    """The next in rank comes first; the bounced one stays listed and is no recipient any more."""
    contacts = (
        Contact(
            party=HOST,
            channel="mail",
            value="abuse@a.example",
            source="catalogue",
            confidence=Confidence.HIGH,
        ),
        *rdap_contacts(record(candidate("desk@a.example")), HOST, source="rdap_abuse"),
    )
    found = after_bounces(contacts, {"Abuse@A.example"})
    assert [one.value for one in found] == ["desk@a.example", "abuse@a.example"]
    assert (found[1].flags, found[1].confidence) == (("bounced", "verify"), Confidence.LOW)
    assert [recipient_grade(one) for one in found] == [True, False]
    assert after_bounces(contacts, ()) == contacts


def test_an_old_answer_is_never_high():
    """What stands in for a registry that says nothing now is medium and marked."""
    old = RdapRecord(
        kind="ip network", candidates=(candidate("a@a.example"),), flags=("stale_answer",)
    )
    (found,) = rdap_contacts(old, HOST, source="rdap_abuse")
    assert (found.confidence, found.flags) == (Confidence.MEDIUM, ("stale_answer",))
