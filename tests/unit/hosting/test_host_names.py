"""Host names: the registered domain by both suffix views, and what is no name."""

from __future__ import annotations

import socket

import pytest

from crawler.hosting.names import Names

NAMES = Names.build()


@pytest.mark.parametrize(
    ("host", "registered", "tenant"),
    [
        ("www.example.co.uk", "example.co.uk", None),
        ("WWW.Example.COM.", "example.com", None),
        ("example.co.uk", "example.co.uk", None),
        ("co.uk", None, None),
        ("user.github.io", "github.io", "user.github.io"),
        ("a.user.github.io", "github.io", "user.github.io"),
        ("x.s3.eu-west-1.amazonaws.com", "amazonaws.com", "x.s3.eu-west-1.amazonaws.com"),
        ("bücher.de", "xn--bcher-kva.de", None),
        ("bücher.de。", "xn--bcher-kva.de", None),
        ("board.sandbox.test", "sandbox.test", None),
        ("a.b.c.kawasaki.jp", "b.c.kawasaki.jp", None),
        ("city.kawasaki.jp", "city.kawasaki.jp", None),
        ("192.0.2.1", None, None),
        ("test", None, None),
    ],
)
def test_registered_domain_and_tenant(host, registered, tenant):
    """A host is split by both views of the public suffix list, never by counting labels."""
    read = NAMES.read(host)
    assert (read.registered, read.tenant) == (registered, tenant)


@pytest.mark.parametrize(
    ("host", "kind", "canonical"),
    [
        ("[2001:DB8::1]", "ipv6", "2001:db8::1"),
        ("192.0.2.7", "ipv4", "192.0.2.7"),
        ("127.1", "invalid", "127.1"),
        ("0x7f.1", "invalid", "0x7f.1"),
        ("2130706433", "invalid", "2130706433"),
        ("abc.onion", "onion", "abc.onion"),
        ("a..b", "invalid", "a..b"),
        ("", "invalid", ""),
        ("fe80::1%eth0", "invalid", "fe80::1%eth0"),
        ("x" * 64 + ".example", "invalid", "x" * 64 + ".example"),
    ],
)
def test_kinds_of_hosts(host, kind, canonical):
    """Addresses, hidden services and disguised addresses are told from names."""
    read = NAMES.read(host)
    assert (read.kind, read.host) == (kind, canonical)


def test_no_network_and_dated_list(monkeypatch):
    """The list is loaded without a socket and carries its date."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    names = Names.build()
    assert names.registered_domain("a.example.org") == "example.org"
    assert names.version.startswith("20")
