"""Platforms: 40 hosts found with container, region and country, 40 look-alikes refused."""

from __future__ import annotations

import pytest
from hosting_fakes import NOW

from cases.model import Confidence, CountryClaim
from config.catalogue import load_catalogue
from crawler.hosting.country import REGION_SOURCE, decide_country
from crawler.hosting.platforms import find_platform, marked_platform

CATALOGUE = load_catalogue()

# host and path, provider, container, region, country
HOSTS = [
    ("b.s3.amazonaws.com/k.jpg", "amazon-s3", "b", None, None),
    ("s3.amazonaws.com/b/k.jpg", "amazon-s3", "b", None, None),
    ("b.s3.eu-west-1.amazonaws.com/k", "amazon-s3", "b", "eu-west-1", "IE"),
    ("s3.eu-west-3.amazonaws.com/b/k", "amazon-s3", "b", "eu-west-3", "FR"),
    ("b.s3-ap-northeast-1.amazonaws.com/k", "amazon-s3", "b", "ap-northeast-1", "JP"),
    ("s3-sa-east-1.amazonaws.com/b/k", "amazon-s3", "b", "sa-east-1", "BR"),
    ("a.b.s3.dualstack.eu-central-1.amazonaws.com/k", "amazon-s3", "a.b", "eu-central-1", "DE"),
    ("b.s3-website.eu-north-1.amazonaws.com/", "amazon-s3", "b", "eu-north-1", "SE"),
    ("b.s3-website-us-east-1.amazonaws.com/", "amazon-s3", "b", "us-east-1", "US"),
    ("b.s3-fips.us-gov-west-1.amazonaws.com/k", "amazon-s3", "b", "us-gov-west-1", "US"),
    ("p-1.s3-accesspoint.eu-west-2.amazonaws.com/k", "amazon-s3", "p-1", "eu-west-2", "GB"),
    ("b.s3-accelerate.amazonaws.com/k", "amazon-s3", "b", None, None),
    ("b.s3.cn-north-1.amazonaws.com.cn/k", "amazon-s3", "b", "cn-north-1", "CN"),
    ("pub-1f.r2.dev/k.png", "cloudflare-r2", "pub-1f", None, None),
    ("acct.eu.r2.cloudflarestorage.com/b/k", "cloudflare-r2", "acct.eu", None, None),
    ("site.pages.dev/", "cloudflare-pages", "site", None, None),
    ("imagedelivery.net/acct/id/public", "cloudflare-images", "acct", None, None),
    ("storage.googleapis.com/b/k.jpg", "google-storage", "b", None, None),
    ("b.storage.googleapis.com/k.jpg", "google-storage", "b", None, None),
    (
        "firebasestorage.googleapis.com/v0/b/app.appspot.example/o/k",
        "firebase-storage",
        "app.appspot.example",
        None,
        None,
    ),
    ("shop.web.app/", "firebase-hosting", "shop", None, None),
    ("acct.blob.core.windows.net/c/k", "azure-blob", "acct", None, None),
    ("acct.z6.web.core.windows.net/", "azure-blob", "acct", "z6", None),
    ("f003.backblazeb2.com/file/b/k.jpg", "backblaze-b2", "b", "003", "NL"),
    ("b.s3.us-west-004.backblazeb2.com/k", "backblaze-b2", "b", "us-west-004", "US"),
    ("b.ams3.digitaloceanspaces.com/k", "digitalocean-spaces", "b", "ams3", "NL"),
    ("b.fra1.cdn.digitaloceanspaces.com/k", "digitalocean-spaces", "b", "fra1", "DE"),
    ("s3.eu-central-2.wasabisys.com/b/k", "wasabi", "b", "eu-central-2", "DE"),
    ("b.nl-ams-1.linodeobjects.com/k", "linode-objects", "b", "nl-ams-1", "NL"),
    ("b.website-se-sto-1.linodeobjects.com/", "linode-objects", "b", "se-sto-1", "SE"),
    ("se.storage.bunnycdn.com/zone/k", "bunny-storage", "zone", "se", "SE"),
    ("b.hel1.your-objectstorage.com/k", "hetzner-objects", "b", "hel1", "FI"),
    ("b.s3.pl-waw.scw.cloud/k", "scaleway-objects", "b", "pl-waw", "PL"),
    ("sos-at-vie-1.exo.io/b/k", "exoscale-objects", "b", "at-vie-1", "AT"),
    ("cdn4.telesco.pe/file/k.jpg", "telegram-cdn", "cdn4", None, None),
    ("cdn.discordapp.com/attachments/900/901/k.png", "discord-cdn", "900", None, None),
    ("bafyk.ipfs.dweb.link/k", "ipfs-public-gateway", "bafyk", None, None),
    ("gateway.pinata.cloud/ipfs/bafyk/k", "pinata", "bafyk", None, None),
    ("user.github.io/p/", "github-pages", "user", None, None),
    ("site.netlify.app/", "netlify", "site", None, None),
]
LOOK_ALIKES = [
    "s3.amazonaws.com.evil.test",
    "b.s3.eu-west-1.amazonaws.com.test",
    "s3.amazonaws.com.cn.test",
    "xs3.amazonaws.com",
    "b.s3x.amazonaws.com",
    "s3amazonaws.com",
    "b-s3.amazonaws.test",
    "amazonaws.com",
    "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com",
    "s3.eu-west-1.compute.amazonaws.com",
    "fakebackblazeb2.com",
    "backblazeb2.com.test",
    "f003.backblazeb2.co",
    "notr2.dev",
    "r2.dev.test",
    "r2-cloudflarestorage.com",
    "xr2.cloudflarestorage.com",
    "mypages.dev",
    "pages.dev.example",
    "storage-googleapis.com",
    "storage.googleapis.com.example",
    "xstorage.googleapis.com",
    "maps.googleapis.com",
    "myfirebasestorage.googleapis.com",
    "web.app.test",
    "myweb.app",
    "blob.core.windows.net.example",
    "acctblob.core.windows.net",
    "core.windows.net",
    "digitaloceanspaces.com",
    "digitaloceanspaces.com.example",
    "ams3.xdigitaloceanspaces.com",
    "s3.eu-central-2.notwasabisys.com",
    "linodeobjects.com",
    "storage.bunnycdn.com.test",
    "your-objectstorage.com",
    "exo.io",
    "cdn.discordapp.com.test",
    "mygithub.io",
    "github.io.test",
]


def test_the_tables_are_as_long_as_they_say():
    """40 of each, none twice."""
    assert len({host for host, *_ in HOSTS}) == 40
    assert len(set(LOOK_ALIKES)) == 40


@pytest.mark.parametrize(("url", "provider", "container", "region", "country"), HOSTS)
def test_platform_hosts_are_found(url, provider, container, region, country):
    """Provider, container, region and country are read from the host name and the path."""
    found = find_platform(CATALOGUE, host=url.partition("/")[0], url=f"https://{url}")
    assert found is not None
    assert found.provider.id == provider
    assert (found.container, found.region, found.country) == (container, region, country)


@pytest.mark.parametrize("host", LOOK_ALIKES)
def test_look_alikes_are_refused(host):
    """A suffix counts at a label boundary only, and a region needs its own label."""
    assert find_platform(CATALOGUE, host=host, url=f"https://{host}/b/k") is None
    assert find_platform(CATALOGUE, host="www.site.test", cnames=[host]) is None


@pytest.mark.parametrize("places", [["US"], ["US", "DE"], ["DE"]])
def test_the_region_in_the_name_beats_every_table(places):
    """The platform itself says where the bytes lie; a table of its addresses knows less."""
    claims = [
        CountryClaim(
            kind="physical",
            country=country,
            source=source,
            source_version="1",
            at=NOW,
            confidence=Confidence.MEDIUM,
        )
        for country, source in [
            ("IE", REGION_SOURCE),
            *((one, f"table:{number}") for number, one in enumerate(places)),
        ]
    ]
    found = decide_country(claims)
    assert (found.country, found.reason) == ("IE", "region_over_tables")
    assert found.confidence is Confidence.MEDIUM


def test_a_gateway_is_known_by_its_header():
    """A header adds what the answer says of itself; it names no host."""
    marked = marked_platform(CATALOGUE, {"X-Ipfs-Path": "/ipfs/bafyk"})
    assert marked is not None
    assert (marked[0].id, marked[1]) == ("ipfs-public-gateway", "x-ipfs-path")
    assert marked_platform(CATALOGUE, {"server": "nginx"}) is None
