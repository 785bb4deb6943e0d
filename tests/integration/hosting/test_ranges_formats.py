"""Each published form of a database is read; what is crooked in it is named and left out."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
import sys
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmdb_writer import MARK, encoded, written

from cases.errors import InvalidInput
from crawler.hosting.ranges import Found, NotFound, RangeTable, import_ranges

BUILT = date(2026, 11, 1)


def imported(tmp_path, content, *, kind="country", name="one", built=BUILT, **more):
    source = tmp_path / "source"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_ranges(
        source,
        kind=kind,
        name=name,
        build_date=built,
        licence="CC0",
        into=tmp_path / "ranges",
        **more,
    )


def said(report, address):
    found = RangeTable.open(report.path).lookup(address)
    return found.values[0] if isinstance(found, Found) else found


# --------------------------------------------------------------------------- tables


IPINFO = """\
network,country,country_code,continent,continent_code,asn,as_name,as_domain
192.0.2.0/24,Netherlands,NL,Europe,EU,AS64500,Host,host.example
"""
DATABASES = {
    "DB-IP country": ("country", "192.0.2.0,192.0.2.255,NL\n", "country", "NL"),
    "DB-IP asn": ("asn", '192.0.2.0,192.0.2.255,64500,"Host, Inc."\n', "name", "Host, Inc."),
    "DB-IP city": (
        "country",
        "192.0.2.0,192.0.2.255,NA,US,California,Mountain View,37.422,-122.085\n",
        "country",
        "US",
    ),
    "DB-IP city in Asia": (
        "country",
        "192.0.2.0,192.0.2.255,AS,JP,Tokyo,Tokyo,35.68,139.69\n",
        "country",
        "JP",
    ),
    "city with the country first": (
        "country",
        "192.0.2.0,192.0.2.255,NA,Khomas,,Windhoek,,-22.56,17.08,Africa/Windhoek\n",
        "country",
        "NA",
    ),
    "geo-whois-asn-country": ("country", "192.0.2.0,192.0.2.255,nl\n", "country", "NL"),
    "iptoasn networks": ("asn", "192.0.2.0\t192.0.2.255\t64500\tNL\tHOST-AS\n", "name", "HOST-AS"),
    "iptoasn countries": (
        "country",
        "192.0.2.0\t192.0.2.255\t64500\tNL\tHOST-AS\n",
        "country",
        "NL",
    ),
    "origin-asn": ("asn", "192.0.2.0,192.0.2.255,64500,Host\n", "asn", 64500),
    "server-country": ("country", "192.0.2.0,192.0.2.255,NL\n", "country", "NL"),
    "IPinfo Lite networks": (
        "asn",
        IPINFO,
        "domain",
        "host.example",
    ),
    "IPinfo Lite countries": (
        "country",
        IPINFO,
        "country",
        "NL",
    ),
    "Cloudflare": ("front", "192.0.2.0/24\n2001:db8::/32\n", "provider", "one"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(
    ("kind", "text", "member", "value"), DATABASES.values(), ids=DATABASES.keys()
)
def test_each_database_says_the_same_thing_of_an_address(
    tmp_path, kind, text, member, value, packed
):
    """CSV and TSV of every database that the manual names, plain and gzipped."""
    content = gzip.compress(text.encode()) if packed else text
    report = imported(tmp_path, content, kind=kind)
    assert report.refused == ()
    assert getattr(said(report, "192.0.2.9"), member) == value


# --------------------------------------------------------------------------- statistics


STATISTICS = """\
2|practice|20261105|7|19930101|20261105|+0000
# a remark
practice|*|ipv4|*|3|summary
practice|NL|ipv4|192.0.2.0|96|19930101|allocated|A1
practice|DE|ipv6|2001:db8::|32|20050101|assigned|A2
practice||ipv4|198.51.100.0|256||available|
practice|SE|ipv4|203.0.113.0|256|20200101|reserved|
practice|EU|ipv4|198.51.100.0|16|20200101|allocated|A3
practice|NL|asn|64500|1|20200101|allocated|A1
practice|NL|ipv4|192.0.2.999|1|20200101|allocated|A1
practice|NL|ipv4|192.0.2.0|0|20200101|allocated|A1
practice|NL|ipv4|255.255.255.255|2|20200101|allocated|A1
practice|NL|ipv6|2001:db8::|129|20200101|allocated|A1
practice|NL|ipv6|192.0.2.0|24|20200101|allocated|A1
practice|Netherlands|ipv4|203.0.113.0|8|20200101|allocated|A1
broken
"""


def test_statistics_of_the_registries(tmp_path):
    """Who registered what, with its date; counts that are no power of two; bad lines are named."""
    report = imported(tmp_path, STATISTICS, built=None)
    table = RangeTable.open(report.path)
    assert (table.header.claims, table.header.built) == ("registry", date(2026, 11, 5))
    assert said(report, "192.0.2.95").country == "NL"
    assert isinstance(said(report, "192.0.2.96"), NotFound)
    assert said(report, "2001:db8:1::").country == "DE"
    assert isinstance(said(report, "203.0.113.1"), NotFound)
    assert (report.accepted, report.without_value) == (2, 3)
    assert [word for _, word in report.refused] == [
        "bad_address",
        "bad_size",
        "end_beyond_space",
        "bad_size",
        "mixed_families",
        "bad_country",
        "too_few_fields",
    ]


def test_statistics_are_no_table_of_networks(tmp_path):
    """They say who registered, not who announces."""
    with pytest.raises(InvalidInput, match="imported as kind country"):
        imported(tmp_path, STATISTICS, kind="asn")


# --------------------------------------------------------------------------- JSON lists


LISTS = {
    "Fastly": {"addresses": ["192.0.2.0/24"], "ipv6_addresses": ["2001:db8::/32"]},
    "Gcore": {"addresses": ["192.0.2.1/32"], "addresses_v6": ["2001:db8::1/128"]},
    "CloudFront": {
        "CLOUDFRONT_GLOBAL_IP_LIST": ["192.0.2.0/24"],
        "CLOUDFRONT_REGIONAL_EDGE_IP_LIST": ["2001:db8::/32"],
    },
    "MISP": {"name": "x", "version": 20261101, "list": ["192.0.2.0/24", "2001:db8::/32"]},
    "Amazon": {
        "createDate": "2026-11-03-01-02-03",
        "prefixes": [
            {"ip_prefix": "192.0.2.0/24", "service": "CLOUDFRONT"},
            {"ip_prefix": "203.0.113.0/24", "service": "EC2"},
        ],
        "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "service": "CLOUDFRONT"}],
    },
}


@pytest.mark.parametrize("answer", LISTS.values(), ids=LISTS.keys())
def test_published_lists_of_fronts(tmp_path, answer):
    """Both families, the name of the table as provider; other services of Amazon are hosting."""
    report = imported(tmp_path, json.dumps(answer), kind="front", name="shield")
    assert report.accepted == 2
    assert said(report, "192.0.2.1").provider == said(report, "2001:db8::1").provider == "shield"
    assert isinstance(said(report, "203.0.113.1"), NotFound)


def test_lists_that_say_their_date(tmp_path):
    """Amazon's and MISP's do, Fastly's does not and needs the option."""
    assert imported(tmp_path, json.dumps(LISTS["Amazon"]), kind="front", built=None).built == date(
        2026, 11, 3
    )
    assert imported(tmp_path, json.dumps(LISTS["MISP"]), kind="front", built=None).built == BUILT
    with pytest.raises(InvalidInput, match="--build-date"):
        imported(tmp_path, json.dumps(LISTS["Fastly"]), kind="front", built=None)


def test_a_collection_gives_only_fronts_that_we_know(tmp_path):
    """cdncheck counts whole clouds as CDN; taken for fronts they would hide hosts."""
    answer = {
        "cdn": {"google": ["203.0.113.0/24"], "fastly": ["192.0.2.0/25", "nonsense"]},
        "waf": {"incapsula": ["192.0.2.128/25"]},
        "cloud": {"oracle": ["198.51.100.0/24"]},
    }
    report = imported(tmp_path, json.dumps(answer), kind="front")
    assert said(report, "192.0.2.1").provider == "fastly"
    assert said(report, "192.0.2.200").provider == "imperva"
    assert isinstance(said(report, "203.0.113.1"), NotFound)
    assert isinstance(said(report, "198.51.100.1"), NotFound)
    assert report.refused == ((2, "bad_address"),)


@pytest.mark.parametrize(
    "text",
    ["{", "[" * 100_000, '["192.0.2.0/24"]', "{}", '{"addresses": {"a": 1}}', '{"addresses": [1]}'],
)
def test_bad_json_is_refused_in_a_sentence(tmp_path, text):
    """No traceback, no table."""
    with pytest.raises(InvalidInput, match="source"):
        imported(tmp_path, text, kind="front")
    assert not list((tmp_path / "ranges").glob("*"))


def test_a_list_of_a_front_is_no_table_of_countries(tmp_path):
    """The sentence names the right kind."""
    with pytest.raises(InvalidInput, match="imported as kind front"):
        imported(tmp_path, json.dumps(LISTS["Fastly"]), kind="country")


# --------------------------------------------------------------------------- MMDB


MMDBS = {
    "GeoLite2 country": ("country", {"country": {"iso_code": "NL"}}, "country", "NL"),
    "ip-location-db": ("country", {"country_code": "NL"}, "country", "NL"),
    "IPinfo": ("country", {"country": "Netherlands", "country_code": "NL"}, "country", "NL"),
    "GeoLite2 asn": (
        "asn",
        {"autonomous_system_number": 64500, "autonomous_system_organization": "Host"},
        "name",
        "Host",
    ),
    "IPinfo asn": (
        "asn",
        {"asn": "AS64500", "as_name": "Host", "as_domain": "host.example"},
        "domain",
        "host.example",
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(("kind", "record", "member", "value"), MMDBS.values(), ids=MMDBS.keys())
def test_mmdb(tmp_path, kind, record, member, value, packed):
    """Both families in one tree; the build date is the file's own."""
    content = written({"192.0.2.0/24": record, "2001:db8::/32": record, "198.51.100.0/25": record})
    report = imported(
        tmp_path, gzip.compress(content) if packed else content, kind=kind, built=None
    )
    assert (report.accepted, report.refused, report.built) == (3, (), BUILT)
    for address in ("192.0.2.255", "2001:db8:ffff::", "198.51.100.127"):
        assert getattr(said(report, address), member) == value
    for address in ("192.0.3.0", "198.51.100.128", "2001:db9::", "0.0.0.1"):
        assert isinstance(said(report, address), NotFound)


def test_mmdb_of_one_family_and_records_without_value(tmp_path):
    """A tree of IPv4 alone; `EU` is no country, `Netherlands` no code."""
    content = written(
        {
            "192.0.2.0/25": {"country_code": "NL"},
            "192.0.2.128/25": {"country_code": "EU"},
            "198.51.100.0/24": {"country_code": "Netherlands"},
        },
        version=4,
    )
    report = imported(tmp_path, content, built=None)
    assert (report.accepted, report.without_value) == (1, 1)
    assert [word for _, word in report.refused] == ["bad_country"]


GOOD = written({"192.0.2.0/24": {"country_code": "NL"}, "2001:db8::/32": {"country_code": "DE"}})


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.booleans())
def test_a_damaged_mmdb_ends_in_a_sentence(tmp_path_factory, place, value, cut):
    """Cut or changed anywhere it is read, or refused as bad input; never anything else."""
    content = GOOD[:place] if cut else GOOD[:place] + bytes([value]) + GOOD[place + 1 :]
    with suppress(InvalidInput):
        imported(tmp_path_factory.mktemp("damaged"), content)


def test_a_tree_that_goes_round_is_refused(tmp_path):
    """Every branch leads back to the root; the walk ends at the depth of an address."""
    told = encoded(
        {
            "node_count": 1,
            "record_size": 32,
            "ip_version": 6,
            "database_type": "x",
            "languages": [],
            "binary_format_major_version": 2,
            "binary_format_minor_version": 0,
            "build_epoch": 1,
            "description": {},
        }
    )
    tree = struct.pack(">II", 0, 0)
    with pytest.raises(InvalidInput, match="source"):
        imported(tmp_path, tree + b"\0" * 16 + MARK + told)


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    """The same database as CSV needs nothing."""
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(InvalidInput, match=r"pip install 'hostwatch\[mmdb\]'.*CSV"):
        imported(tmp_path, GOOD)


# --------------------------------------------------------------------------- caps, dates, size


@pytest.mark.parametrize("filling", [b"\0", b" ", b"x"], ids=["zeros", "blanks", "one long line"])
def test_a_bomb_is_stopped_early(tmp_path, filling):
    """A packed file that grows beyond what tables do is refused before it is unpacked whole."""
    bomb = gzip.compress(b"{" + filling * (64 * 1024**2), compresslevel=1)
    with pytest.raises(InvalidInput, match="times its size"):
        imported(tmp_path, bomb, kind="front")
    assert not (tmp_path / "ranges").exists()


def test_a_table_of_the_future_is_refused(tmp_path):
    """It would never age; the clock or the option is wrong."""
    with pytest.raises(InvalidInput, match="still to come"):
        imported(tmp_path, "192.0.2.0/24,NL\n", latest=date(2026, 10, 31))


def test_a_far_smaller_table_is_not_believed(tmp_path):
    """The old table stays."""
    report = imported(tmp_path, "192.0.2.0/25,NL\n192.0.2.128/25,DE\n198.51.100.0/24,SE\n")
    with pytest.raises(InvalidInput, match="fewer than half"):
        imported(tmp_path, "192.0.2.0/24,NL\n", smallest=2)
    assert said(report, "198.51.100.1").country == "SE"


def test_the_source_s_digest_stands_in_the_table(tmp_path):
    """What was imported can be told from what was not."""
    report = imported(tmp_path, "192.0.2.0/24,NL\n")
    header = RangeTable.open(report.path).header
    assert header.source_sha256 == hashlib.sha256(b"192.0.2.0/24,NL\n").hexdigest()


def test_fronts_age_slowly_and_are_never_refused(tmp_path):
    """A front that is missed misleads more than one that has gone."""
    table = RangeTable.open(imported(tmp_path, "192.0.2.0/24\n", kind="front").path)
    assert table.freshness(datetime(2026, 12, 31, tzinfo=UTC)) == "fresh"
    assert table.freshness(datetime(2027, 1, 1, tzinfo=UTC)) == "ageing"
    assert table.freshness(datetime(2030, 1, 1, tzinfo=UTC)) == "ageing"
