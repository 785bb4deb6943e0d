"""The practice names answer over real DNS."""

from __future__ import annotations

import json

import pytest
from practice_client import ask_dns, fetch


@pytest.mark.parametrize("tcp", [False, True])
async def test_names_are_answered_over_udp_and_tcp(description, tcp):
    """An address, an alias with its address, and no address of the other family."""
    plain = await ask_dns(description, "board.sandbox.test", tcp=tcp)
    assert [rrset.to_text().split()[-1] for rrset in plain.answer] == ["192.0.2.10"]
    alias = await ask_dns(description, "www.veil.test", tcp=tcp)
    assert [rrset.rdtype for rrset in alias.answer] == [5, 1]
    nodata = await ask_dns(description, "board.sandbox.test", "AAAA", tcp=tcp)
    assert (nodata.rcode(), list(nodata.answer)) == (0, [])
    assert nodata.authority


async def test_absence_failure_and_refusal_differ(running, description):
    """NXDOMAIN, an empty parent, SERVFAIL by command, and REFUSED outside the practice zones."""
    assert (await ask_dns(description, "nobody.test")).rcode() == 3
    assert (await ask_dns(description, "sandbox.test")).rcode() == 0
    assert (await ask_dns(description, "www.hotline.org")).rcode() == 5
    running.command("servfail", host="journal.meadow.test")
    assert (await ask_dns(description, "journal.meadow.test")).rcode() == 2
    running.command("servfail", host="journal.meadow.test", off=True)
    assert (await ask_dns(description, "journal.meadow.test")).rcode() == 0


async def test_a_name_may_point_inwards(description):
    """The rebound name resolves to the machine itself, for the address policy to refuse."""
    answer = await ask_dns(description, "inside.onwards.test")
    assert answer.answer[0][0].address == "127.0.0.1"


async def test_registries_answer_over_tls_at_the_addresses_of_the_bootstrap(description):
    """Networks, numbers and names are found through the bootstrap files; the unknown is 404."""
    servers = {
        kind: json.loads(description.files[f"rdap/{kind}.json"])["services"][0][1][0]
        for kind in ("ipv4", "asn", "dns")
    }
    network = await fetch(description, servers["ipv4"] + "ip/192.0.2.10")
    assert network.headers["content-type"].startswith("application/rdap+json")
    assert json.loads(network.text)["country"] == "NL"
    number = await fetch(description, servers["asn"] + "autnum/64504")
    assert json.loads(number.text)["handle"] == "AS64504"
    name = await fetch(description, servers["dns"] + "domain/latch.test")
    assert json.loads(name.text)["status"] == ["active"]
    assert (await fetch(description, servers["dns"] + "domain/nobody.test")).status == 404
