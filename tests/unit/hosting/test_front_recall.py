"""How many fronts are recognised, and how many ordinary hosts are taken for one."""

from __future__ import annotations

from itertools import combinations

import pytest

from cases.model import Confidence
from config.catalogue import load_catalogue
from crawler.hosting.fronts import (
    Seen,
    decide_front,
    front_signals,
    networks_of_fronts,
    renamed_networks,
)

CATALOGUE = load_catalogue()
FOREIGN = 64500
"""Network of an ordinary host."""
OWN = {
    "cloudfront": 16509,
    "azure-front-door": 8075,
}
"""A network that a front's servers stand in, where the front has none of its own."""

# What each front shows. Every way alone, every two and all together are one fixture each.
SIGNS: dict[str, dict[str, dict[str, object]]] = {
    "cloudflare": {
        "prefix": {"prefix_providers": [("cloudflare", "table:front-cloudflare")]},
        "asn": {"asns": [13335]},
        "cname": {"cnames": ["www.site.example.cdn.cloudflare.net"]},
        "header": {"headers": {"server": "cloudflare", "cf-ray": "8a1b-AMS"}},
    },
    "fastly": {
        "prefix": {"prefix_providers": [("fastly", "table:front-fastly")]},
        "asn": {"asns": [54113]},
        "cname": {"cnames": ["j.sni.global.fastly.net"]},
        "header": {"headers": {"x-fastly-request-id": "0a1b"}},
    },
    "akamai": {
        "asn": {"asns": [20940]},
        "cname": {"cnames": ["www.site.example.edgekey.net", "e1.a.akamaiedge.net"]},
        "header": {"headers": {"server": "AkamaiGHost"}},
    },
    "cloudfront": {
        "prefix": {"prefix_providers": [("cloudfront", "table:front-cloudfront")]},
        "cname": {"cnames": ["d111.cloudfront.net"]},
        "host": {"host": "d222.cloudfront.net"},
        "header": {"headers": {"via": "1.1 abc.cloudfront.net (CloudFront)"}},
    },
    "ddos-guard": {
        "asn": {"asns": [57724]},
        "header": {"headers": {"server": "ddos-guard"}},
        "cookie": {"cookie_names": ["__ddg1_"]},
    },
    "sucuri": {
        "asn": {"asns": [30148]},
        "header": {"headers": {"x-sucuri-id": "11005"}},
    },
    "bunny": {
        "asn": {"asns": [200325]},
        "host": {"host": "zone.b-cdn.net"},
        "cname": {"cnames": ["zone.b-cdn.net"]},
        "header": {"headers": {"server": "BunnyCDN-AMS-1"}},
    },
    "imperva": {
        "asn": {"asns": [19551]},
        "cname": {"cnames": ["x1.impervadns.net"]},
        "header": {"headers": {"x-iinfo": "1-2-3"}},
        "cookie": {"cookie_names": ["visid_incap_100"]},
    },
    "stormwall": {"asn": {"asns": [59796]}},
    "qrator": {"asn": {"asns": [200449]}, "header": {"headers": {"server": "QRATOR"}}},
    "gcore": {"asn": {"asns": [199524]}, "cname": {"cnames": ["cl-1.gcdn.co"]}},
    "cdn77": {"asn": {"asns": [60068]}, "cname": {"cnames": ["1.rsc.cdn77.org"]}},
    "arvancloud": {
        "asn": {"asns": [208006]},
        "header": {"headers": {"server": "ArvanCloud"}},
    },
    "variti": {"asn": {"asns": [60922]}, "header": {"headers": {"server": "Variti/0.9"}}},
    "azure-front-door": {
        "cname": {"cnames": ["x.azurefd.net"]},
        "header": {"headers": {"x-azure-ref": "0abc"}},
    },
    "keycdn": {"cname": {"cnames": ["z.kxcdn.com"]}, "header": {"headers": {"server": "keycdn"}}},
}
ORDINARY_ANSWERS: list[dict[str, object]] = [
    {},
    {"headers": {"server": "nginx/1.26"}},
    {"headers": {"server": "Apache"}},
    {"headers": {"server": "LiteSpeed", "x-cache": "HIT"}},
    {"headers": {"via": "1.1 varnish"}},
    {"headers": {"via": "1.1 varnish (Varnish/7.4)", "x-cache": "HIT"}},
    {"headers": {"via": "1.1 google"}},
    {"headers": {"via": "1.1 squid.site.example (squid/6)"}},
    {"headers": {"x-served-by": "web-3.site.example"}},
    {"headers": {"x-served-by": "cache-3"}},
    {"headers": {"x-cache": "MISS from proxy"}},
    {"headers": {"server": "cloudflare-nginx"}},
    {"headers": {"server": "cloudflare", "cf-ray": "spoofed"}},
    {"headers": {"server": "ddos-guard"}},
    {"headers": {"x-sucuri-id": "1"}},
    {"headers": {"server": "AkamaiGHost"}},
    {"headers": {"via": "1.1 x.cloudfront.net (CloudFront)"}},
    {"headers": {"x-azure-ref": "0"}},
    {"cookie_names": ["__ddg1_"]},
    {"cookie_names": ["incap_ses_1"]},
    {"cookie_names": ["__cf_bm", "PHPSESSID"]},
    {"cnames": ["www.site.example"]},
    {"cnames": ["edge.fastly.net.evil.example"]},
    {"cnames": ["notcloudfront.net"]},
    {"host": "cloudflare.example"},
    {"host": "b-cdn.net.example"},
    {"host": "xb-cdn.net"},
    {"host": "fakekxcdn.com"},
]
NETWORKS = [FOREIGN, 64501, 64502, 64503, 64510]


def decide(**shown: object):
    seen = Seen(**{"host": "www.site.example", **shown})
    signals = front_signals(CATALOGUE, seen)
    return decide_front(signals, asns_of=networks_of_fronts(CATALOGUE), asns=seen.asns)


def merged(parts: list[dict[str, object]]) -> dict[str, object]:
    whole: dict[str, object] = {}
    for part in parts:
        whole.update(part)
    return whole


def fixtures() -> list[tuple[str, frozenset[str], dict[str, object]]]:
    """List the front, the kinds of signs, and what is seen."""
    made = []
    for front, ways in SIGNS.items():
        sizes = {1, 2, len(ways)} & set(range(1, len(ways) + 1))
        for chosen in (names for size in sorted(sizes) for names in combinations(ways, size)):
            made.append((front, frozenset(chosen), merged([ways[name] for name in chosen])))
            own = OWN.get(front)
            if own is not None:
                shown = merged([ways[name] for name in chosen])
                made.append((front, frozenset(chosen), {**shown, "asns": [own]}))
    return made


def test_recall_and_false_fronts(capsys):
    """At least 98 % of the fronts are found; at most 1 % of ordinary hosts are taken for one."""
    shown = fixtures()
    found = [
        front for front, _, seen in shown if (got := decide(**seen)) and got.provider_id == front
    ]
    ordinary = [{**answer, "asns": [asn]} for answer in ORDINARY_ANSWERS for asn in NETWORKS]
    false = [seen for seen in ordinary if decide(**seen) is not None]
    recall, mistaken = len(found) / len(shown), len(false) / len(ordinary)
    with capsys.disabled():
        print(
            f"\nfronts: {len(SIGNS)} providers, {len(shown)} fixtures, recall {recall:.1%}; "
            f"{len(ordinary)} ordinary hosts, false {mistaken:.1%}"
        )
    assert len(SIGNS) >= 10
    assert recall >= 0.98
    assert mistaken <= 0.01


@pytest.mark.parametrize(("front", "kinds", "seen"), fixtures())
def test_what_anyone_can_write_is_medium_at_most(front, kinds, seen):
    """Headers and cookies alone are never sure; a prefix, alias or own name is."""
    found = decide(**seen)
    assert found is not None
    if kinds <= {"header", "cookie"}:
        assert found.confidence is Confidence.MEDIUM
    if kinds & {"prefix", "cname", "host"}:
        assert found.confidence is Confidence.HIGH
    assert found.provider_id == front


def test_a_spoofed_header_without_tables_is_medium():
    """Where no table tells the network, the mark counts, and never as sure."""
    found = decide(headers={"server": "cloudflare-nginx"})
    assert (found.provider_id, found.confidence) == ("cloudflare", Confidence.MEDIUM)


def test_a_number_that_passed_to_someone_else_proves_less():
    """A listed network with another company's name is told, and counts as a weak sign."""
    names = {13335: "DATUM-EXAMPLE"}
    assert renamed_networks(CATALOGUE, names) == ("AS13335:cloudflare",)
    assert renamed_networks(CATALOGUE, {13335: "CLOUDFLARENET"}) == ()
    found = decide(asns=[13335], as_names=names)
    assert found.confidence is Confidence.MEDIUM


def test_a_list_of_anycast_addresses_is_no_front():
    """The name `anycast` in a prefix list is a flag, not a company."""
    assert decide(prefix_providers=[("anycast", "table:front-anycast")]) is None
