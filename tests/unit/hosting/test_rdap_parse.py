"""Answers of RDAP servers, well formed and not."""

from __future__ import annotations

import json

import pytest
from hosting_fakes import card, entity, network
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.hosting.rdap_job import read_rdap, self_test
from crawler.hosting.rdap_parse import parse
from crawler.hosting.rdap_reader import read_record


def mail(value, **parameters):
    return ["email", parameters, "text", value]


def with_mails(roles, *mails, **more):
    return {"roles": roles, "vcardArray": ["vcard", list(mails)], **more}


def of(*entities, **more):
    return parse(network("192.0.2.0", "192.0.2.255", *entities, **more))


def test_abuse_nested_under_the_registrant():
    """An abuse contact inside the registrant is found, and the registrant names the company."""
    record = of(
        entity(["registrant"], entity(["abuse"], email="abuse@a.example"), fn="A Host", kind="org")
    )
    assert (record.abuse_email, record.abuse_source) == ("abuse@a.example", "abuse_only")
    assert record.org_name == "A Host"


def test_the_networks_own_abuse_contact_goes_before_the_owners():
    """Where the owner and the network name different desks, the network's own one wins."""
    record = of(
        entity(["registrant"], entity(["abuse"], email="abuse@owner.example"), fn="O", kind="org"),
        entity(["abuse"], email="abuse@net.example"),
    )
    assert record.abuse_email == "abuse@net.example"
    assert [one.address for one in record.candidates] == [
        "abuse@net.example",
        "abuse@owner.example",
    ]


def test_preference_that_comes_second():
    """The mailbox with `pref` 1 wins although another one stands first."""
    record = of(with_mails(["abuse"], mail("noc@a.example"), mail("abuse@a.example", pref="1")))
    assert record.abuse_email == "abuse@a.example"


def test_mailbox_that_is_typed_abuse():
    """A mailbox marked `abuse` wins inside its entity, and counts in an entity without the role."""
    both = of(with_mails(["abuse"], mail("a@a.example"), mail("b@a.example", type="abuse")))
    other = of(with_mails(["administrative"], mail("c@a.example", type=["work", "abuse"])))
    assert both.abuse_email == "b@a.example"
    assert (other.abuse_email, other.abuse_source) == ("c@a.example", "abuse_typed")


def test_one_person_with_several_roles():
    """A person who is also the abuse contact is taken, and marked as shared and a person."""
    record = of(entity(["technical", "abuse"], kind="individual", fn="P", email="p@a.example"))
    assert (record.abuse_email, record.abuse_source) == ("p@a.example", "abuse_shared")
    assert "person" in record.flags


def test_roles_in_capitals_and_bare_text():
    """Roles are compared without regard to case, also when one stands alone as text."""
    record = of({"roles": "ABUSE", "vcardArray": card(email="MAILTO:Abuse@A.example")})
    assert record.abuse_email == "abuse@a.example"


def test_unvalidated_contact_is_kept_and_marked():
    """A contact that the registry could not validate stays, with its mark."""
    unvalidated = {
        "remarks": [{"title": "Unvalidated POC", "description": ["no answer since 2019"]}]
    }
    record = of(with_mails(["abuse"], mail("abuse@a.example"), **unvalidated))
    assert record.abuse_email == "abuse@a.example"
    assert "unvalidated" in record.flags
    assert record.candidates[0].flags == ("unvalidated",)


def test_abuse_role_without_mail_is_not_replaced_by_the_technical_contact():
    """An abuse entity without an address gives none; a technical mailbox is never sold as abuse."""
    record = of(entity(["abuse"], fn="X"), entity(["technical"], email="hostmaster@a.example"))
    assert record.abuse_email is None
    assert {"abuse_without_mail", "no_abuse_contact"} <= set(record.flags)


def test_mailbox_named_abuse_of_another_role():
    """A mailbox whose name is abuse counts when nothing better is there."""
    record = of(entity(None, email="abuse@a.example", kind="group"))
    assert record.abuse_source == "abuse_local_part"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["Abuse contact: abuse@a.example"], "abuse@a.example"),
        (["Send abuse reports to noc@a.example"], "noc@a.example"),
        (["For abuse write to:", "desk@a.example"], "desk@a.example"),
        (["Do not send abuse reports to info@a.example"], None),
        (["Not to info@a.example, abuse goes to abuse@a.example"], "abuse@a.example"),
        (["Peering: peering@a.example"], None),
        (["abuse@a.example is invalid"], None),
        (["line one\nabuse: x@a.example\nline three"], "x@a.example"),
    ],
)
def test_remarks(lines, found):
    """Free text counts only where it speaks of abuse, and not where it says not."""
    record = of(remarks=[{"description": lines}])
    assert record.abuse_email == found
    assert record.abuse_source == ("remarks" if found else None)


def test_notices_of_the_registry_are_no_contacts():
    """Addresses in the registry's own notices are never a provider's contact."""
    record = of(notices=[{"description": ["abuse of this service: abuse@registry.example"]}])
    assert record.candidates == ()


@pytest.mark.parametrize(
    "placeholder",
    [
        "removed@lacnic.net",
        "abuse@lacnic.net",
        "bitbucket@ripe.net",
        "hostmaster@nic.or.kr",
        "x@apnic.net",
    ],
)
def test_placeholders_are_refused_and_kept_as_refused(placeholder):
    """A placeholder is no contact, yet it stands in the record with its reason."""
    record = of(
        entity(["registrant"], fn="A Host", kind="org"), entity(["abuse"], email=placeholder)
    )
    assert record.abuse_email is None
    assert record.candidates[0].refused in {"withheld", "registry_placeholder"}


def test_the_registry_itself_may_use_its_mailbox():
    """The registry's own network keeps the registry's mailbox."""
    record = of(
        entity(["registrant"], fn="Asia Pacific Network Information Centre", kind="org"),
        entity(["abuse"], email="helpdesk@apnic.net"),
    )
    assert record.abuse_email == "helpdesk@apnic.net"


@pytest.mark.parametrize(
    "withheld", ["DATA REDACTED", "REDACTED FOR PRIVACY", "someone@", "Please query the RDDS"]
)
def test_withheld_differs_from_absent(withheld):
    """A withheld address is told as withheld, not as missing."""
    record = of(entity(["abuse"], email=withheld))
    assert record.abuse_email is None
    assert "withheld" in record.flags


def test_maintainers_and_persons_are_no_company():
    """The company is a registrant of kind organisation, never a maintainer or a person."""
    record = of(
        entity(["registrant"], fn="A-MNT", kind="individual", handle="A-MNT"),
        entity(["registrant"], fn="B-MNT", kind="org", handle="B-MNT"),
        entity(["registrant"], fn="Real Host BV", kind="org", handle="ORG-RH1"),
    )
    assert record.org_name == "Real Host BV"
    assert of(entity(["registrant"], fn="Jan", kind="individual")).org_name is None


def test_organisation_without_roles():
    """An organisation whose roles are missing is still the company."""
    assert of(entity(None, fn="A Host", kind="org", handle="ORG-A")).org_name == "A Host"


@pytest.mark.parametrize(
    ("stated", "read"),
    [("nl", "NL"), ("EU", "EU"), (None, None), (["de"], "DE"), ("Netherlands", None), (5, None)],
)
def test_own_country(stated, read):
    """The country is the object's own member in capitals; a missing one stays missing."""
    assert of(country=stated).country == read


@pytest.mark.parametrize("label", ["Street 1\nTown\nDE", "Street 1\\nTown\\nDE"])
def test_country_of_a_postal_label(label):
    """A label is read by its last line, with real and with written line ends."""
    adr = ["adr", {"label": label}, "text", ["", "", "", "", "", "", ""]]
    owner = {
        "roles": ["registrant"],
        "vcardArray": ["vcard", [["fn", {}, "text", "A"], ["kind", {}, "text", "org"], adr]],
    }
    assert of(owner).org_country == "DE"


@pytest.mark.parametrize(
    ("members", "start", "end"),
    [
        (
            {"startAddress": "192.000.002.000", "endAddress": "192.000.002.255"},
            "192.0.2.0",
            "192.0.2.255",
        ),
        ({"cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 24}]}, "192.0.2.0", "192.0.2.255"),
        ({"handle": "192.0.2/24", "startAddress": None}, "192.0.2.0", "192.0.2.255"),
        (
            {"handle": "2001:db8::/32", "startAddress": "x", "endAddress": "y"},
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        ),
        ({"startAddress": "192.0.2.9", "endAddress": "192.0.2.1"}, None, None),
    ],
)
def test_covered_range(members, start, end):
    """The range is read from padded addresses, from cidr0 or from a handle that is a prefix."""
    record = parse({"objectClassName": "ip network", **members})
    assert (record.start, record.end) == (start, end)


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"startAddress": "192.0.2.0"}, "ip network"),
        ({"startAutnum": 64500}, "autnum"),
        ({"ldhName": "a.example"}, "domain"),
        ({"objectClassName": "IP Network"}, "ip network"),
        ({"errorCode": 404}, "error"),
        ({"x": 1}, "unknown"),
    ],
)
def test_missing_class_name(members, kind):
    """The kind is taken from telling members when the class name is missing."""
    assert parse(members).kind == kind


@pytest.mark.parametrize(
    "members",
    [
        {"startAddress": "0.0.0.0", "endAddress": "255.255.255.255", "country": "EU"},
        {
            "startAddress": "192.0.0.0",
            "endAddress": "192.255.255.255",
            "name": "NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK",
        },
        {"startAddress": "192.0.0.0", "endAddress": "192.0.0.255", "name": "IANA-SPECIAL"},
    ],
)
def test_placeholder_blocks(members):
    """A block that the registry does not manage is marked, so that nothing is claimed from it."""
    assert "not_managed_here" in parse({"objectClassName": "ip network", **members}).flags


def test_domain_answer():
    """A domain's abuse contact is its registrar's, nested or not, and its states are kept."""
    record = parse(
        {
            "objectClassName": "domain",
            "ldhName": "A.Example.",
            "status": ["Client Hold", "active"],
            "entities": [
                entity(["registrar"], entity(["abuse"], email="abuse@reg.example"), fn="Reg")
            ],
        }
    )
    assert (record.domain, record.registrar) == ("a.example", "Reg")
    assert record.abuse_email == "abuse@reg.example"
    assert record.status == ("client hold", "active")


@pytest.mark.parametrize("uri", ["mailto:abuse@reg.example", "abuse@reg.example"])
def test_mail_in_a_contact_uri(uri):
    """A mail address in `contact-uri` counts as one."""
    row = ["contact-uri", {}, "uri", uri]
    record = parse({"ldhName": "a.example", "entities": [with_mails(["abuse"], row)]})
    assert record.abuse_email == "abuse@reg.example"


def test_form_in_a_contact_uri():
    """An https form is a candidate of its own; an http one or one with a password is not."""
    rows = [
        ["contact-uri", {}, "uri", url]
        for url in ("https://a.example/abuse", "http://a.example/abuse", "https://u:p@a.example/")
    ]
    record = of(with_mails(["abuse"], *rows))
    assert [(one.channel, one.address) for one in record.candidates] == [
        ("form", "https://a.example/abuse")
    ]


def test_parent_links_are_https_only():
    """The parent is followed by https only."""
    links = [
        {"rel": "up", "href": "http://r.example/ip/1"},
        {"rel": "rdap-up", "href": "https://r.example/ip/2"},
    ]
    assert of(links=links).parent_link == "https://r.example/ip/2"


def test_origin_numbers():
    """Origin numbers are read from the extensions of the registries."""
    assert of(lacnic_originAutnum=["AS64500", "64501"], nicbr_autnum=64500).origin_asns == (
        64500,
        64501,
    )


def test_loops_and_depth_are_bounded():
    """A deep chain of entities ends at a bound and hides nothing above it."""
    inner = entity(["abuse"], email="deep@a.example")
    for _ in range(50):
        inner = entity(["registrant"], inner, email="abuse@top.example")
    assert of(inner).abuse_email == "abuse@top.example"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = [
    "objectClassName",
    "handle",
    "name",
    "country",
    "startAddress",
    "endAddress",
    "cidr0_cidrs",
    "entities",
    "roles",
    "vcardArray",
    "remarks",
    "links",
    "events",
    "status",
    "type",
    "redacted",
    "notices",
    "startAutnum",
    "ldhName",
    "lacnic_originAutnum",
]


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(MEMBERS),
        JSON | st.lists(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4), max_size=3),
    )
)
def test_any_answer_reads_without_error(answer):
    """Whatever an answer holds, it is read, and the core accepts what was read."""
    record = parse(answer)
    crossed = json.loads(json.dumps(read_rdap({}, json.dumps(answer).encode())))
    assert crossed == {"error": "malformed_answer"} or read_record(crossed) == record


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'"x"', b"9" * 5000]
)
def test_bodies_that_are_no_answer(body):
    """What is no JSON object gives a word and nothing of the body."""
    assert read_rdap({}, body) == {"error": "malformed_answer"}


def test_byte_order_mark_and_broken_letters():
    """A byte order mark and letters in another encoding do not hide the answer."""
    body = b"\xef\xbb\xbf" + json.dumps(
        network("192.0.2.0", "192.0.2.1", name="X")
    ).encode().replace(b"X", b"\xe9")
    assert read_rdap({}, body)["kind"] == "ip network"


def test_self_test_passes():
    """The known answer of the locked worker is read."""
    self_test()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "nonsense"},
        {"handle": "x" * 5000},
        {"abuse_email": "other@a.example"},
        {"parent_link": "http://r.example/"},
        {"candidates": [{"address": "no mail", "channel": "mail", "source": "abuse_only"}]},
        {"status": ["x"] * 1000},
    ],
)
def test_the_core_refuses_a_record_that_breaks_the_schema(change):
    """A record that a broken worker sends is refused whole."""
    record = read_rdap({}, json.dumps(network("192.0.2.0", "192.0.2.1")).encode())
    assert read_record(record) is not None
    assert read_record({**record, **change}) is None
