"""Which addresses may be connected to."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.address import networks, refusal
from crawler.fetch.guard import Guard
from crawler.fetch.practice import Endpoint, PracticeNetwork

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
192.168.0.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 5f00::1
fc00::1 fd00::1 fe80::1 fec0::1 ff02::1 ff0e::1 2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:a00:1
fe80::1%eth0 2a00:1450::1%1
"""
ALLOWED = "8.8.8.8 1.1.1.1 93.184.216.34 2001:4860:4860::8888 2a00:1450:4001::1 2606:4700::1111"


@pytest.mark.parametrize("address", REFUSED.split())
def test_special_addresses_are_refused(address):
    """Every special-purpose, embedded, scoped or translated address is refused."""
    assert refusal(address) is not None


@pytest.mark.parametrize("address", ALLOWED.split())
def test_public_addresses_are_allowed(address):
    """Ordinary public addresses are allowed."""
    assert refusal(address) is None


@pytest.mark.parametrize("text", ["", "host.test", "127.1", "0x7f.0.0.1", "1.2.3.4/32", " 8.8.8.8"])
def test_what_is_no_address_is_refused(text):
    """Text that is no strict numeric address is refused as malformed."""
    assert refusal(text) == "malformed"


def test_own_networks_are_refused():
    """The hotline's own public ranges are never fetched from."""
    own = networks(["8.8.8.0/24", "2001:4860::/32"])
    assert refusal("8.8.8.8", own_networks=own) == "own_network"
    assert refusal("2001:4860:4860::8888", own_networks=own) == "own_network"
    assert refusal("1.1.1.1", own_networks=own) is None


@given(st.ip_addresses())
def test_nothing_is_allowed_that_python_calls_private(address):
    """The policy is never wider than the standard library's."""
    if refusal(str(address)) is None:
        assert ip_address(str(address)).is_global


def endpoint(**changes):
    values = {"address": "203.0.113.5", "port": 80, "real_address": "127.0.0.2", "real_port": 8080}
    return Endpoint(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"real_address": "10.0.0.1"},
        {"real_address": "8.8.8.8"},
        {"real_address": "127.0.0.1.evil.test"},
        {"address": "8.8.8.8"},
        {"address": "127.0.0.1"},
        {"address": "2001:dead::1"},
        {"address": "192.0.2.evil"},
    ],
)
def test_a_practice_network_cannot_lead_out_of_loopback(changes):
    """Look-alike addresses on one side and loopback on the other, or nothing works at all."""
    practice = PracticeNetwork(endpoints=(endpoint(**changes),), resolver="127.0.0.1:53", ca_pem="")
    with pytest.raises(ValueError, match="practice"):
        Guard(practice=practice)
