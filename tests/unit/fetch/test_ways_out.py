"""The ways out: which proxy, which resolver, which prefix; and what a configuration may say."""

import shutil
import subprocess
import sys
from ipaddress import IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.checks import settings_problems
from config.settings import Egress, Fetch, Isolation, Network, Settings
from crawler.fetch import gate
from crawler.fetch.address import translated, untranslated
from crawler.fetch.contract import FetchCode
from crawler.fetch.guard import Guard, GuardViolation
from crawler.fetch.practice import PracticeNetwork
from crawler.fetch.routes import reachable
from crawler.fetch.tunnel import TunnelError
from crawler.fetch.ways import ways_of
from crawler.fetch.wire import FetcherSetup

PREFIX = IPv6Network("64:ff9b::/96")
HERS = "2a00:1450:64::/96"


def way(**changes):
    values = {
        "name": "home",
        "network": "AS64500",
        "country": "LU",
        "operator": "Hotline",
        "approver": "Manager",
        "unfiltered": True,
    }
    return Egress(**(values | changes))


def setup(*ways, practice=None, **network):
    return FetcherSetup(
        egresses=ways,
        network=Network(**network),
        fetch=Fetch(),
        isolation=Isolation(),
        jobs={},
        practice=practice,
    )


def settings(*ways, **network):
    return Settings(
        hotline={
            "name": "Hotline",
            "domain": "hotline.test",
            "contact": "a@hotline.test",
            "country": "LU",
            "statute": "x",
        },
        egress=ways,
        network=Network(**network),
        mail={"sender": "a@hotline.test"},
    )


SOCKS = {"kind": "socks5", "proxy": "192.0.2.80:1080", "resolvers": ("192.0.2.53",)}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, None),
        (SOCKS, None),
        ({"kind": "http_proxy", "proxy": "[2001:db8::1]:3128"}, None),
        ({"kind": "http_proxy"}, "proxy"),
        ({"kind": "http_proxy", "proxy": "proxy.example:3128"}, "proxy"),
        ({"kind": "http_proxy", "proxy": "192.0.2.80"}, "proxy"),
        ({"kind": "http_proxy", "proxy": "http://192.0.2.80:3128"}, "proxy"),
        ({"proxy": "192.0.2.80:3128"}, "proxy"),
        ({"credentials_file": "x"}, "credentials_file"),
        (SOCKS | {"resolvers": ()}, "resolvers"),
        (SOCKS | {"resolvers": ("dns.example",)}, "resolvers"),
        ({"nat_prefix": "64:ff9b::/96"}, None),
        ({"nat_prefix": "64:ff9b::/64"}, "nat_prefix"),
        ({"nat_prefix": "10.0.0.0/8"}, "nat_prefix"),
        (SOCKS | {"nat_prefix": "64:ff9b::/96"}, "nat_prefix"),
    ],
)
def test_a_way_out_is_checked_when_the_configuration_is_read(changes, place):
    """A proxy is numeric, SOCKS needs a resolver, a direct way has no proxy; one sentence each."""
    found = settings_problems(settings(way(**changes)))
    assert [problem[0][2] for problem in found] == ([] if place is None else [place])


def test_a_proxy_of_a_practice_network_lies_on_loopback():
    """Nothing leads out of practice, and a proxy's own address is never fetched from."""
    practice = PracticeNetwork(endpoints=(), resolver="127.0.0.1:53", ca_pem="")
    with pytest.raises(ValueError, match="loopback"):
        ways_of(setup(way(**SOCKS), practice=practice))
    built = ways_of(setup(way(kind="http_proxy", proxy="8.8.8.8:3128")))
    assert built["home"].guard.refusal("8.8.8.8") == "own_network"


def test_socks_without_a_resolver_is_no_way_out():
    """The system's resolver would be asked directly, so it is not taken."""
    with pytest.raises(ValueError, match="DNS"):
        ways_of(setup(way(**SOCKS | {"resolvers": ()})))


@given(st.ip_addresses(v=4))
def test_translation_goes_there_and_back(address):
    """What DNS64 wrote behind the prefix is read as the IPv4 address that it stands for."""
    assert untranslated(translated(address, PREFIX), PREFIX) == str(address)
    assert untranslated(translated(address, PREFIX), None) != str(address)


def info(address, port=80):
    return (2, 1, 6, "", (address, port))


def test_with_a_declared_prefix_the_embedded_address_is_judged_and_reached_through_it():
    """An internal address behind the prefix is refused; the peer is the IPv4 address."""
    guard = Guard(nat64=PREFIX)
    target = guard.target(info("8.8.8.8"))
    assert target[3:] == ("8.8.8.8", ("64:ff9b::808:808", 80, 0, 0))
    guard.open_socket(target).close()
    for bad in ("10.0.0.1", "127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808"):
        with pytest.raises(GuardViolation):
            guard.target(info(bad))
    with pytest.raises(GuardViolation):
        guard.open_socket((*target[:4], ("64:ff9b::7f00:1", 80, 0, 0)))


def test_an_undeclared_prefix_is_refused_and_a_declared_one_is_not_for_literals():
    """A URL that writes the prefix itself is refused, wherever the prefix lies."""
    built = ways_of(setup(way(nat_prefix=HERS)))["home"]
    for url in ("http://[64:ff9b::808:808]/", "http://[2a00:1450:64::7f00:1]/"):
        found = gate.check(url, reported=True, own_networks=built.guard.own_networks)
        assert found.code is FetchCode.REFUSED_ADDRESS
    assert Guard().refusal("64:ff9b::808:808") is not None


def test_a_way_out_with_one_family_keeps_to_it():
    """From an IPv4 source, a host with IPv6 alone is unreachable for us, not gone."""
    six, four = (10, 1, 6, "x", ("2001:db8::1", 80, 0, 0)), (2, 1, 6, "x", ("127.0.0.1", 80))
    assert reachable([six, four], "127.0.0.1") == [four]
    with pytest.raises(TunnelError) as raised:
        reachable([six], "127.0.0.1")
    assert raised.value.code is FetchCode.EGRESS_DOWN


WITHOUT_NETWORK = """
from crawler.fetch.routes import reachable
from crawler.fetch.tunnel import TunnelError
try:
    reachable([(10, 1, 6, "x", ("2606:4700::1111", 443, 0, 0)), (2, 1, 6, "x", ("8.8.8.8", 443))], None)
except TunnelError as error:
    print(error.code)
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_machine_without_a_network_blames_itself():
    """Where the kernel has no route at all, the way out is down; the host is not unreachable."""
    ran = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", WITHOUT_NETWORK],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if ran.returncode:
        pytest.skip("the kernel lends no network namespace")
    assert ran.stdout.strip() == "egress_down"
