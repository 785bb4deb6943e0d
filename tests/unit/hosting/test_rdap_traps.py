"""Every trap of registry answers, as a table, and what may never come out of any answer."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdap_answer_forms import FORMS
from rdap_answer_oddities import ODDITIES
from rdap_answers import NETWORKS
from rdap_parts import flat, net

from crawler.hosting.rdap_describe import describe
from crawler.hosting.rdap_job import read_rdap
from crawler.hosting.rdap_reader import read_record
from crawler.hosting.rdap_spelling import plainly

CASES = {**NETWORKS, **FORMS, **ODDITIES}


def told(answer: object) -> dict[str, object]:
    return describe(json.dumps(answer).encode())


@pytest.mark.parametrize("case", CASES)
def test_trap(case):
    """Each invented answer reads as a careful person would read it."""
    answer, expected = CASES[case]
    found = told(answer)
    wanted = dict(expected)
    assert wanted.pop("flags", set()) <= set(found["flags"])
    if "accepted" in wanted:
        accepted = [one["address"] for one in found["candidates"] if one["accepted"]]
        assert accepted == wanted.pop("accepted")
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", CASES)
def test_the_core_accepts_what_was_read(case):
    """What the worker reads from each answer passes the check at the core's door."""
    record = read_rdap({}, json.dumps(CASES[case][0]).encode())
    assert read_record(json.loads(json.dumps(record))) is not None


def test_every_mailbox_is_listed_with_its_reason():
    """An answer's other mailboxes stand in the list as refused, with the role that they have."""
    answer, _ = CASES["nested under the registrant only"]
    first, second = told(answer)["candidates"]
    assert (first["rank"], first["path"], first["reason"]) == (
        1,
        "registrant > abuse",
        "abuse_only",
    )
    assert (second["address"], second["accepted"]) == ("tech@host.example", False)
    assert (second["path"], second["reason"]) == ("registrant > technical", "role_is_not_abuse")


def test_other_mailboxes_stay_out_of_the_record():
    """The record that a case keeps holds no mailbox of technical or administrative people."""
    answer, _ = CASES["nested under the registrant only"]
    record = read_rdap({}, json.dumps(answer).encode())
    assert "tech@host.example" not in json.dumps(record)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("latin-1"),
        lambda text: f"[{text}]".encode(),
        lambda text: f'{{"domainSearchResults": [{text}]}}'.encode(),
    ],
)
def test_encodings_and_wrappings(encode):
    """UTF-16, a byte order mark, Latin-1, a list of one and a search of one hide nothing."""
    answer = net(flat("abuse@host.example"), name="MÜNCHEN")
    found = describe(encode(json.dumps(answer, ensure_ascii=False)))
    assert (found["abuse_email"], found["network_name"]) == ("abuse@host.example", "MÜNCHEN")


@pytest.mark.parametrize("body", [b"", b"[]", b"[1, 2]", b"<html>", b"[" * 200_000, b"\x00\xff"])
def test_what_is_no_answer_is_called_malformed(body):
    """A body that holds no object is a kind of its own and never an absence of contacts."""
    assert describe(body)["kind"] == "malformed"


def test_control_signs_and_numbers_that_json_forbids():
    """Line ends inside a text, and NaN, which some servers write, hide nothing."""
    body = b'{"objectClassName": "ip network", "name": "A\tB\n", "country": "nl", "x": NaN}'
    found = describe(body)
    assert (found["network_name"], found["country"]) == ("A B", "NL")


def test_a_huge_answer_is_read_within_bounds():
    """Thousands of entities, mails and lines give a bounded record."""
    many = net(
        *(flat([f"a{n}x{m}@host.example" for m in range(50)]) for n in range(600)),
        remarks=[{"description": ["abuse: desk@host.example"] * 5000}],
    )
    record = read_rdap({}, json.dumps(many).encode())
    assert len(record["candidates"]) <= 40
    assert read_record(json.loads(json.dumps(record))) is not None


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("abuse{at}host.example", "abuse@host.example"),
        ("abuse [@] host.example", "abuse@host.example"),
        ("abuse @ host.example", "abuse@host.example"),
        ("abuse -at- host.example", "abuse@host.example"),
        ("abuse_at_host.example", "abuse@host.example"),
        ("Look at host.example", "Look at host.example"),
        ("at (any) time", "at (any) time"),
    ],
)
def test_spelt_addresses(line, plain):
    """Only marks that can mean nothing else are written back as an address."""
    assert plainly(line) == plain


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "abuse@a.example",
            "MAILTO:Abuse@B.Example",
            "abuse (at) c [dot] example",
            "Abuse: d@d.example, peering: e@e.example",
            "removed@lacnic.net",
            "abuse",
            "registrant",
            "registrar",
            "email",
            "vcard",
            "ip network",
            "domain",
            "IRT-X",
        ]
    ),
)
KEYS = st.sampled_from(
    [
        "objectClassName",
        "entities",
        "roles",
        "handle",
        "vcardArray",
        "jscard",
        "emails",
        "email",
        "address",
        "remarks",
        "description",
        "title",
        "notices",
        "name",
        "port43",
        "errorCode",
        "nameservers",
        "secureDNS",
        "cidr0_cidrs",
        "startAddress",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=400)
@given(JSON)
def test_nothing_is_invented(answer):
    """No answer raises; each address is in lower case and made of what the answer says."""
    body = json.dumps(answer)
    found = describe(body.encode())
    crossed = json.loads(json.dumps(read_rdap({}, body.encode())))
    assert crossed == {"error": "malformed_answer"} or read_record(crossed) is not None
    source = _as_written(json.dumps(answer, ensure_ascii=False))
    for one in found["candidates"]:
        address = one["address"]
        if one["channel"] == "mail":
            assert address == address.lower()
            parts = re.split(r"[@.]", address)
            assert all(part in source or part.startswith("xn--") for part in parts)


def _as_written(answer):
    """Return an answer in the letters that an address is compared in."""
    seen = (sign for sign in answer if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).lower()


@settings(max_examples=200)
@given(JSON)
def test_no_refused_address_is_chosen(answer):
    """The chosen address is always an accepted one, and the first of them."""
    found = told(answer)
    accepted = [
        one["address"]
        for one in found["candidates"]
        if one["accepted"] and one["channel"] == "mail"
    ]
    assert found["abuse_email"] == (accepted[0] if accepted else None)
