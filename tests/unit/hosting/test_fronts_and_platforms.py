"""Fronts that mask a host, and platforms that are hosts by name."""

from __future__ import annotations

import pytest
from hosting_fakes import practice_catalogue

from cases.model import Confidence
from config.catalogue import load_catalogue
from crawler.hosting.fronts import Seen, contradicted, decide_front, front_signals
from crawler.hosting.platforms import find_platform

PACKAGED = load_catalogue()
PRACTICE = practice_catalogue()


def decide(catalogue, **seen):
    look = Seen(**{"host": "www.site.example", **seen})
    asns_of = {one.id: one.asns for one in catalogue.of_kind("front")}
    return decide_front(front_signals(catalogue, look), asns_of=asns_of, asns=look.asns)


@pytest.mark.parametrize(
    ("seen", "front", "confidence"),
    [
        ({"asns": [13335]}, "cloudflare", Confidence.HIGH),
        ({"asns": [199524]}, "gcore", Confidence.MEDIUM),
        ({"cnames": ["d1.cloudfront.net"]}, "cloudfront", Confidence.HIGH),
        ({"host": "zone.b-cdn.net"}, "bunny", Confidence.HIGH),
        ({"headers": {"Server": "cloudflare"}}, "cloudflare", Confidence.MEDIUM),
        ({"headers": {"cf-ray": "8a-AMS"}}, "cloudflare", Confidence.MEDIUM),
        (
            {"headers": {"via": "1.1 x.cloudfront.net (CloudFront)"}},
            "cloudfront",
            Confidence.MEDIUM,
        ),
        ({"headers": {"server": "AkamaiGHost"}}, "akamai", Confidence.MEDIUM),
        ({"cookie_names": ["__ddg1_"]}, "ddos-guard", Confidence.MEDIUM),
        ({"cookie_names": ["incap_ses_123"]}, "imperva", Confidence.MEDIUM),
        ({"asns": [57724], "headers": {"server": "ddos-guard"}}, "ddos-guard", Confidence.HIGH),
        ({"prefix_providers": [("fastly", "table:front-fastly")]}, "fastly", Confidence.HIGH),
    ],
)
def test_fronts_are_recognised(seen, front, confidence):
    """A front is known by prefix list, number, alias, host name, header or cookie."""
    found = decide(PACKAGED, **seen)
    assert (found.provider_id, found.confidence) == (front, confidence)


@pytest.mark.parametrize(
    "seen",
    [
        {"asns": [64500]},
        {"cnames": ["d1.cloudfront.net.evil.example", "notcloudfront.net"]},
        {"headers": {"server": "nginx", "x-powered-by": "php"}},
        {"cookie_names": ["session"]},
        {},
    ],
)
def test_other_hosts_are_no_fronts(seen):
    """Look-alike names and ordinary answers make no front."""
    assert decide(PACKAGED, **seen) is None


def test_a_mark_from_a_foreign_network_is_set_aside():
    """A header that anyone can write does not mask an address of another known network."""
    look = Seen(host="a.example", asns=[64500], headers={"server": "shield"})
    signals = front_signals(PRACTICE, look)
    numbers = {"shield": (64505,)}
    assert decide_front(signals, asns_of=numbers, asns=[64500]) is None
    assert [one.by for one in contradicted(signals, asns_of=numbers, asns=[64500])] == ["header"]
    assert decide_front(signals, asns_of=numbers, asns=[]).provider_id == "shield"


@pytest.mark.parametrize(
    ("host", "platform", "container", "country"),
    [
        ("b.s3.eu-west-1.amazonaws.com", "amazon-s3", "b", "IE"),
        ("b.s3-eu-west-1.amazonaws.com", "amazon-s3", "b", "IE"),
        ("b.c.s3.dualstack.eu-central-1.amazonaws.com", "amazon-s3", "b.c", "DE"),
        ("b.s3.amazonaws.com", "amazon-s3", "b", None),
        ("s3.eu-west-3.amazonaws.com", "amazon-s3", "bucket", "FR"),
        ("pub-1.r2.dev", "cloudflare-r2", "pub-1", None),
        ("a.b.r2.cloudflarestorage.com", "cloudflare-r2", "a.b", None),
        ("storage.googleapis.com", "google-storage", "bucket", None),
        ("acct.blob.core.windows.net", "azure-blob", "acct", None),
        ("f003.backblazeb2.com", "backblaze-b2", "bucket", "NL"),
        ("b.s3.eu-central-003.backblazeb2.com", "backblaze-b2", "b", "NL"),
        ("b.ams3.digitaloceanspaces.com", "digitalocean-spaces", "b", "NL"),
        ("b.fra1.cdn.digitaloceanspaces.com", "digitalocean-spaces", "b", "DE"),
        ("s3.eu-central-2.wasabisys.com", "wasabi", "bucket", "DE"),
        ("b.nl-ams-1.linodeobjects.com", "linode-objects", "b", "NL"),
        ("user.github.io", "github-pages", "user", None),
        ("x.pages.dev", "cloudflare-pages", "x", None),
    ],
)
def test_platform_hosts(host, platform, container, country):
    """A platform is known by the host name; the region in it names the country."""
    found = find_platform(PACKAGED, host=host, url=f"https://{host}/bucket/key.jpg")
    assert found.provider.id == platform
    assert (found.container, found.country) == (container, country)


@pytest.mark.parametrize(
    "host",
    [
        "s3.amazonaws.com.evil.example",
        "fakebackblazeb2.com",
        "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com",
        "notr2.dev",
        "blob.core.windows.net.example",
        "xs3.eu-west-1.amazonaws.com",
        "amazonaws.com",
        "digitaloceanspaces.com.example",
        "github.io.example",
    ],
)
def test_look_alikes_are_no_platforms(host):
    """A suffix counts at a label boundary only."""
    assert find_platform(PACKAGED, host=host) is None


def test_platform_behind_an_alias():
    """A customer's own name that is an alias of a platform is on that platform."""
    found = find_platform(
        PRACTICE, host="img.site.example", cnames=["b.store.north-1.buckets.example"]
    )
    assert (found.by, found.container, found.country) == ("cname", "b", "SE")
