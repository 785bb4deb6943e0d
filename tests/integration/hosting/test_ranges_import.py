"""Range tables come in from files, line by line, and are looked up."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, date, datetime
from ipaddress import IPv6Network, ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import InvalidInput
from crawler.hosting.bootstrap import load_bootstrap
from crawler.hosting.range_flatten import flatten
from crawler.hosting.ranges import Found, NotFound, RangeTable, import_ranges
from crawler.hosting.rdap import import_bootstrap

BUILT = date(2026, 11, 1)


def imported(tmp_path, text, *, kind="country", name="one", **more):
    source = tmp_path / "source.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_ranges(
        source,
        kind=kind,
        name=name,
        build_date=BUILT,
        licence="CC0",
        into=tmp_path / "ranges",
        **more,
    )


def said(path, address):
    found = RangeTable.open(path).lookup(address)
    return found if isinstance(found, NotFound) else found.values[0]


@pytest.mark.parametrize(
    ("kind", "text", "address", "member", "value"),
    [
        ("country", "192.0.2.0,192.0.2.255,NL\n", "192.0.2.9", "country", "NL"),
        ("country", "192.0.2.0/24,nl\n", "192.0.2.255", "country", "NL"),
        ("country", "3221225984,3221226239,NL,Netherlands\n", "192.0.2.9", "country", "NL"),
        ("country", '"3221225984","3221226239","UK"\n', "192.0.2.9", "country", "GB"),
        ("country", "2001:db8::,2001:db8::ffff,DE\n", "2001:db8::1", "country", "DE"),
        (
            "country",
            "42540766411282592856903984951653826560,42540766411282592856903984951653826561,DE\n",
            "2001:db8::1",
            "country",
            "DE",
        ),
        (
            "country",
            "\ufeffnetwork,country_code\r\n192.0.2.0/24,NL\r\n",
            "192.0.2.1",
            "country",
            "NL",
        ),
        ("country", "network;country\n192.0.2.0/24;NL\n", "192.0.2.1", "country", "NL"),
        ("country", "# comment\n\n192.0.2.0/24,NL\n", "192.0.2.1", "country", "NL"),
        ("country", "192.0.2.0/24,NL\n", "::ffff:192.0.2.1", "country", "NL"),
        ("asn", "192.0.2.0,192.0.2.255,64500,A Host\n", "192.0.2.9", "asn", 64500),
        ("asn", "192.0.2.0\t192.0.2.255\t64500\tNL\tA Host\n", "192.0.2.9", "name", "A Host"),
        ("asn", '192.0.2.0/24,AS64500,"Host, Inc."\n', "192.0.2.9", "name", "Host, Inc."),
        (
            "asn",
            "network,autonomous_system_number,autonomous_system_organization\n192.0.2.0/24,64500,A Host\n",
            "192.0.2.9",
            "name",
            "A Host",
        ),
        (
            "asn",
            "network,country,country_code,asn,as_name\n192.0.2.0/24,Netherlands,NL,AS64500,A Host\n",
            "192.0.2.9",
            "asn",
            64500,
        ),
        ("front", "192.0.2.0/24\n2001:db8::/32\n", "2001:db8:1::", "provider", "one"),
        ("front", "192.0.2.7\n", "192.0.2.7", "provider", "one"),
        ("front", "network,provider\n192.0.2.0/24,shield\n", "192.0.2.7", "provider", "shield"),
    ],
)
def test_common_shapes(tmp_path, kind, text, address, member, value):
    """The common shapes of public tables are read, with and without header, both families."""
    report = imported(tmp_path, text, kind=kind)
    assert report.refused == ()
    assert getattr(said(report.path, address), member) == value
    assert isinstance(said(report.path, "203.0.113.1"), NotFound)


def test_gzip_and_header_of_the_table(tmp_path):
    """A compressed file is read, and the table carries its source, date, licence and claims."""
    report = imported(tmp_path, gzip.compress(b"192.0.2.0/24,NL\n", mtime=0), claims="registry")
    header = RangeTable.open(report.path).header
    assert (header.kind, header.name, header.claims, header.built, header.licence) == (
        "country",
        "one",
        "registry",
        BUILT,
        "CC0",
    )


def test_each_bad_line_has_its_verdict_and_the_rest_is_kept(tmp_path):
    """A bad line is refused with its number and a reason; the others are kept."""
    lines = [
        "192.0.2.0/25,NL",
        "nonsense,NL",
        "192.0.2.1/25,NL",
        "192.0.2.9,192.0.2.1,NL",
        "192.0.2.1,2001:db8::,NL",
        "0.0.0.0/0,NL",
        "192.000.002.001,192.0.2.9,NL",
        "192.0.2.128/25,Netherlands",
        "x" * 20_000,
        "192.0.2.0/25,N\0L",
        "192.0.2.128/26,ZZ",
        "192.0.2.192/26,DE",
        "=cmd|x,NL",
    ]
    report = imported(tmp_path, "\n".join(lines))
    assert report.refused == (
        (2, "bad_address"),
        (3, "host_bits_set"),
        (4, "end_before_start"),
        (5, "mixed_families"),
        (6, "whole_space"),
        (7, "bad_address"),
        (8, "bad_country"),
        (9, "too_long"),
        (10, "nul"),
        (13, "bad_address"),
    )
    assert (report.accepted, report.without_value) == (2, 1)
    assert isinstance(said(report.path, "192.0.2.130"), NotFound)


def test_unrouted_space_says_nothing(tmp_path):
    """AS 0 and blanks are no claims."""
    report = imported(tmp_path, "192.0.2.0/25,0,Not routed\n192.0.2.128/25,64500,A\n", kind="asn")
    assert (report.accepted, report.without_value) == (1, 1)


def test_two_origins_are_both_kept(tmp_path):
    """One range with two origin networks gives both."""
    report = imported(tmp_path, "192.0.2.0/24,64500,A\n192.0.2.0/24,64501,B\n", kind="asn")
    found = RangeTable.open(report.path).lookup("192.0.2.1")
    assert [value.asn for value in found.values] == [64500, 64501]


def test_most_specific_range_wins(tmp_path):
    """Inside an overlap the smallest range speaks, whatever the order of the lines."""
    report = imported(tmp_path, "192.0.2.64/28,DE\n192.0.2.0/24,NL\n192.0.2.64/26,BE\n")
    table = RangeTable.open(report.path)
    assert [table.lookup(f"192.0.2.{n}").values[0].country for n in (0, 64, 80, 128)] == [
        "NL",
        "DE",
        "BE",
        "NL",
    ]
    assert (table.lookup("192.0.2.81").first, table.lookup("192.0.2.81").last) == (
        "192.0.2.80",
        "192.0.2.127",
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"192.0.2.0/24|NL\n",
        b"\x1f\x8bnot gzip",
        b"\x00" * 100,
        gzip.compress(b"192.0.2.0/24,NL\n" * 999, mtime=0)[:40],
        b"network,geoname_id\n192.0.2.0/24,123\n",
    ],
)
def test_unusable_files_leave_the_old_table(tmp_path, text):
    """A file of which nothing can be used is refused in a sentence and changes nothing."""
    report = imported(tmp_path, "192.0.2.0/24,NL\n")
    with pytest.raises(InvalidInput, match=r"source\.csv"):
        imported(tmp_path, text)
    assert said(report.path, "192.0.2.1").country == "NL"
    assert [path.name for path in report.path.parent.iterdir()] == [report.path.name]


def test_names_stay_inside_the_folder(tmp_path):
    """A table name cannot point elsewhere; a missing source is told in a sentence."""
    with pytest.raises(InvalidInput, match="table name"):
        imported(tmp_path, "192.0.2.0/24,NL\n", name="../../x")
    with pytest.raises(InvalidInput, match="absent"):
        import_ranges(
            tmp_path / "absent", kind="asn", name="a", build_date=BUILT, licence="", into=tmp_path
        )


def test_damaged_tables_are_refused(tmp_path):
    """A table with one changed byte, or cut anywhere, is not opened."""
    path = imported(tmp_path, "192.0.2.0/24,NL\n2001:db8::/32,DE\n").path
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20], b"", whole[:-3] + b"X" + whole[-2:], b"Z" + whole[1:]):
        path.write_bytes(damaged)
        with pytest.raises(InvalidInput, match="ranges import"):
            RangeTable.open(path)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-11-01", "fresh"),
        ("2026-11-15", "fresh"),
        ("2026-11-16", "ageing"),
        ("2026-12-16", "ageing"),
        ("2026-12-17", "stale"),
    ],
)
def test_age(tmp_path, day, state):
    """A table warns after 14 days and is not relied on after 45."""
    table = RangeTable.open(imported(tmp_path, "192.0.2.0/24,NL\n").path)
    assert table.freshness(datetime.fromisoformat(day).replace(tzinfo=UTC)) == state


def test_many_ranges_agree_with_a_plain_search(tmp_path):
    """Look-ups in a table of nested random networks equal a search over all lines."""
    chance = random.Random(3)
    networks = {
        ip_network((chance.getrandbits(32) >> (32 - n) << (32 - n), n)): chance.choice(
            ["NL", "DE", "SE"]
        )
        for n in (chance.randint(4, 30) for _ in range(3000))
    }
    six = {
        IPv6Network((chance.getrandbits(128) >> (128 - n) << (128 - n), n)): chance.choice(
            ["NL", "DE"]
        )
        for n in (chance.randint(4, 12) for _ in range(300))
    }
    lines = [f"{network},{country}" for network, country in {**networks, **six}.items()]
    table = RangeTable.open(imported(tmp_path, "\n".join(lines)).path)
    for number in [chance.getrandbits(32) for _ in range(400)]:
        agree(table, ip_address(number), networks)
    for number in [chance.getrandbits(128) for _ in range(100)]:
        agree(table, ip_address(number), six)


def agree(table, address, networks):
    around = [network for network in networks if address in network]
    found = table.lookup(address)
    if not around:
        assert isinstance(found, NotFound)
    else:
        assert isinstance(found, Found)
        assert found.values[0].country == networks[max(around, key=lambda one: one.prefixlen)]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 3)), max_size=12))
def test_flattening_covers_the_same_and_never_overlaps(drawn):
    """Flattened ranges are sorted, disjoint and speak for the smallest range in each place."""
    ranges = [(first, first + size, value) for first, size, value in drawn]
    flat = flatten(ranges)
    assert all(left[1] < right[0] for left, right in pairwise(flat))
    for place in range(82):
        around = [one for one in ranges if one[0] <= place <= one[1]]
        here = [one[2] for one in flat if one[0] <= place <= one[1]]
        assert bool(around) == bool(here)
        if around:
            smallest = min(one[1] - one[0] for one in around)
            assert here[0] in {one[2] for one in around if one[1] - one[0] == smallest}


def bootstrap_file(tmp_path, services):
    path = tmp_path / "iana.json"
    path.write_text(
        json.dumps({"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": services})
    )
    return path


def test_bootstrap(tmp_path):
    """https goes before http, a server without https is left out, the longest match wins."""
    into = tmp_path / "ranges"
    services = [
        [["192.0.2.0/24"], ["http://a.example/", "https://a.example/rdap"]],
        [["192.0.2.128/25"], ["https://b.example/"]],
        [["198.51.100.0/24"], ["http://c.example/"]],
        ["damaged"],
        [["nonsense"], ["https://d.example/"]],
    ]
    assert import_bootstrap(bootstrap_file(tmp_path, services), kind="ipv4", into=into) == 2
    names = [[["example"], ["https://n.example/"]], [["sub.example"], ["https://s.example/"]]]
    import_bootstrap(bootstrap_file(tmp_path, names), kind="dns", into=into)
    found, problems = load_bootstrap(into)
    assert found.for_address(ip_address("192.0.2.1")) == "https://a.example/rdap/"
    assert found.for_address(ip_address("192.0.2.200")) == "https://b.example/"
    assert found.for_address(ip_address("198.51.100.1")) is None
    assert found.for_domain("x.sub.example") == "https://s.example/"
    assert found.for_domain("xsub.example") == "https://n.example/"
    assert found.for_domain("a.test") is None
    assert problems == ("bootstrap_missing:ipv6", "bootstrap_missing:asn")
    assert found.published["ipv4"] == "2026-11-01"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"services": 3}', "[" * 100_000])
def test_bad_bootstrap_files(tmp_path, text):
    """A file that is no bootstrap is refused in a sentence; a damaged one on disk is named."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="RFC 9224"):
        import_bootstrap(path, kind="ipv4", into=tmp_path / "ranges")
    (tmp_path / "rdap-bootstrap-asn.json").write_text(text)
    assert "bootstrap_damaged:asn" in load_bootstrap(tmp_path)[1]


def test_a_bootstrap_of_another_kind_is_refused(tmp_path):
    """A file without any usable server of its kind is refused."""
    path = bootstrap_file(tmp_path, [[["64496-64511"], ["https://a.example/"]]])
    with pytest.raises(InvalidInput, match="ipv4"):
        import_bootstrap(path, kind="ipv4", into=tmp_path / "ranges")
