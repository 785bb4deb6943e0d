"""Which mail addresses of a registry are abuse mailboxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.hosting.mailboxes import mailbox, mailboxes, mailboxes_in_text, refusal


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mailto:abuse@host.example", "abuse@host.example"),
        ("MAILTO:Abuse@Host.Example?subject=x", "abuse@host.example"),
        ("<abuse@host.example>", "abuse@host.example"),
        ("to@lima.example", "to@lima.example"),
        ("someone@", None),
        ("a@b", None),
        ("a@b.example\r\nBcc: c@d.example", None),
        ("DATA REDACTED", None),
        ("a@192.0.2.1", None),
    ],
)
def test_one_address(written, read):
    """`mailto:` goes as a prefix, not as a set of letters; anything odd is no address."""
    assert mailbox(written) == read


def test_several_addresses_in_one_field():
    """A field that holds several addresses gives each of them in order."""
    assert mailboxes("a@x.example, Desk <b@x.example>; a@x.example") == (
        "a@x.example",
        "b@x.example",
    )
    assert mailboxes_in_text("Reports to abuse@x.example.") == ("abuse@x.example",)


@pytest.mark.parametrize(
    ("address", "owner", "reason"),
    [
        ("removed@lacnic.net", "Some Host", "withheld"),
        ("abuse@lacnic.net", "LACNIC", "withheld"),
        ("bitbucket@ripe.net", None, "withheld"),
        ("hostmaster@nic.or.kr", "Some Host", "registry_placeholder"),
        ("abuse@ripe.net", "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)", None),
        ("abuse@ripe.net", "Grape Stripes BV", "registry_placeholder"),
        ("helpdesk@apnic.net", "Asia Pacific Network Information Centre", None),
        ("abuse@notripe.net", None, None),
        ("abuse@host.example", None, None),
    ],
)
def test_no_contact_at_all(address, owner, reason):
    """Withheld markers never pass; a registry's mailbox is right for the registry alone."""
    assert refusal(address, owner=owner) == reason


@given(st.text(max_size=300))
def test_any_text_reads_without_error(text):
    """Whatever a registry writes gives an address in lower case without white space, or none."""
    found = mailbox(text)
    assert found is None or (
        found == found.lower() and len(found.split()) == 1 and "\n" not in found
    )
