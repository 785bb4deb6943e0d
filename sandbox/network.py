"""
The practice internet: who operates which look-alike network, and which host stands where.

Look-alike addresses are those that RFC 5737 reserves for documentation, the numbers of networks
those of RFC 5398; each is served from a loopback address of its own.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

HOME_COUNTRY = "NL"
PARTNER_COUNTRY = "DE"
SOURCE_ADDRESSES = {"home": "127.0.1.1", "abroad": "127.0.2.1"}
"""Egress profile -> local address that its connections leave from."""
EGRESS_NETWORKS = {"home": "AS64496", "abroad": "AS64497"}
INTERNAL_ADDRESS = "127.0.0.1"
DNS_ADDRESS = "127.0.0.1"
MAIL_ADDRESS = "127.0.0.1"
MAIL_NAME = "mail.sandbox.test"

RdapStyle = Literal["nested", "repeated", "preferred", "mixed_roles", "none"]
"""How the registry writes an abuse contact; see `sandbox.rdap`."""
SiteKind = Literal[
    "board", "locker", "locker_files", "image_host", "website", "soft404", "redirector", "tools"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A hosting company, a front or a registry with one look-alike network."""

    key: str
    name: str
    asn: int
    prefix: str
    abuse: str
    """Mailbox of its abuse desk."""
    style: RdapStyle
    country: str
    """Country of its registry entry and its autonomous system."""
    located: tuple[str, str] | None = None
    """What the two country tables say of the servers, where they differ from `country`."""

    @property
    def tables(self) -> tuple[str, str]:
        """Countries that the first and the second country table give."""
        return self.located or (self.country, self.country)


PROVIDERS = {
    provider.key: provider
    for provider in (
        Provider(
            key="harbour",
            name="Harbour Hosting B.V.",
            asn=64500,
            prefix="192.0.2.0/26",
            abuse="abuse@harbour-hosting.test",
            style="nested",
            country="NL",
        ),
        Provider(
            key="quietrack",
            name="Quiet Rack Ltd",
            asn=64501,
            prefix="192.0.2.64/26",
            abuse="abuse@quiet-rack.test",
            style="repeated",
            country="NL",
        ),
        Provider(
            key="pixelpier",
            name="Pixel Pier",
            asn=64502,
            prefix="192.0.2.128/26",
            abuse="abuse@pixelpier.test",
            style="mixed_roles",
            country="NL",
        ),
        Provider(
            key="bucketpier",
            name="Bucket Pier Object Storage",
            asn=64503,
            prefix="192.0.2.192/26",
            abuse="abuse@bucketpier.test",
            style="nested",
            country="NL",
        ),
        Provider(
            key="nordrack",
            name="Nordrack GmbH",
            asn=64504,
            prefix="198.51.100.0/26",
            abuse="abuse@nordrack.test",
            style="preferred",
            country="DE",
        ),
        Provider(
            key="shieldfront",
            name="Shieldfront",
            asn=64505,
            prefix="198.51.100.64/26",
            abuse="abuse@shieldfront.test",
            style="nested",
            country="US",
        ),
        Provider(
            key="farrack",
            name="Far Rack SARL",
            asn=64506,
            prefix="198.51.100.128/26",
            abuse="abuse@far-rack.test",
            style="none",
            country="FR",
        ),
        Provider(
            key="murky",
            name="Murky Transit",
            asn=64507,
            prefix="203.0.113.0/26",
            abuse="abuse@murky-transit.test",
            style="nested",
            country="PA",
            located=("SE", "FI"),
        ),
        Provider(
            key="registry",
            name="Practice Registry",
            asn=64508,
            prefix="203.0.113.192/26",
            abuse="abuse@registry.test",
            style="nested",
            country="NL",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A name on the practice web."""

    name: str
    provider: str
    address: str
    """Look-alike address."""
    kind: SiteKind
    scheme: Literal["http", "https"] = "http"
    cname: str | None = None
    moved_to: str | None = None
    """Look-alike address that the name points to in phase `moved`."""
    tls: Literal["practice", "untrusted"] = "practice"


HOSTS = {
    host.name: host
    for host in (
        Host(name="board.sandbox.test", provider="harbour", address="192.0.2.10", kind="board"),
        Host(name="threads.oakboard.test", provider="harbour", address="192.0.2.11", kind="board"),
        Host(name="locker.sandbox.test", provider="harbour", address="192.0.2.16", kind="locker"),
        Host(
            name="files.locker.sandbox.test",
            provider="harbour",
            address="192.0.2.17",
            kind="locker_files",
        ),
        Host(name="www.softpage.test", provider="harbour", address="192.0.2.18", kind="soft404"),
        Host(name="journal.meadow.test", provider="harbour", address="192.0.2.19", kind="website"),
        Host(name="www.again.test", provider="harbour", address="192.0.2.20", kind="image_host"),
        Host(
            name="www.nameless.test",
            provider="quietrack",
            address="192.0.2.82",
            kind="website",
        ),
        Host(
            name="www.nightshop.example",
            provider="quietrack",
            address="192.0.2.83",
            kind="website",
        ),
        Host(name="www.copies.test", provider="harbour", address="192.0.2.23", kind="website"),
        Host(name="www.innocent.test", provider="harbour", address="192.0.2.24", kind="website"),
        Host(name="www.spelling.test", provider="harbour", address="192.0.2.25", kind="website"),
        Host(name="board.townhall.test", provider="harbour", address="192.0.2.26", kind="board"),
        Host(
            name="www.onwards.test", provider="quietrack", address="192.0.2.70", kind="redirector"
        ),
        Host(name="www.forbid.test", provider="quietrack", address="192.0.2.71", kind="website"),
        Host(name="www.lawful.test", provider="quietrack", address="192.0.2.72", kind="website"),
        Host(name="www.silent.test", provider="quietrack", address="192.0.2.73", kind="website"),
        Host(
            name="www.later-silent.test", provider="quietrack", address="192.0.2.74", kind="website"
        ),
        Host(name="www.filtered.test", provider="quietrack", address="192.0.2.75", kind="website"),
        Host(name="www.wobble.test", provider="quietrack", address="192.0.2.76", kind="website"),
        Host(name="www.altered.test", provider="quietrack", address="192.0.2.77", kind="website"),
        Host(name="www.swapped.test", provider="quietrack", address="192.0.2.78", kind="website"),
        Host(
            name="www.wander.test",
            provider="quietrack",
            address="192.0.2.79",
            kind="website",
            moved_to="198.51.100.20",
        ),
        Host(
            name="www.latch.test",
            provider="quietrack",
            address="192.0.2.80",
            kind="website",
            scheme="https",
            tls="untrusted",
        ),
        Host(name="fast.oldboard.test", provider="quietrack", address="192.0.2.81", kind="board"),
        Host(
            name="img.pixelpier.test",
            provider="pixelpier",
            address="192.0.2.130",
            kind="image_host",
            scheme="https",
        ),
        Host(
            name="holiday.bucketpier.test",
            provider="bucketpier",
            address="192.0.2.200",
            kind="image_host",
            cname="edge.bucketpier.test",
        ),
        Host(
            name="edge.bucketpier.test",
            provider="bucketpier",
            address="192.0.2.200",
            kind="image_host",
        ),
        Host(
            name="brett.nordforum.test", provider="nordrack", address="198.51.100.10", kind="board"
        ),
        Host(
            name="www.weststrand.test", provider="nordrack", address="198.51.100.11", kind="website"
        ),
        Host(
            name="www.veil.test",
            provider="shieldfront",
            address="198.51.100.70",
            kind="website",
            scheme="https",
            cname="veil.edge.shieldfront.test",
        ),
        Host(
            name="veil.edge.shieldfront.test",
            provider="shieldfront",
            address="198.51.100.70",
            kind="website",
            scheme="https",
        ),
        Host(
            name="www.lointain.test", provider="farrack", address="198.51.100.130", kind="website"
        ),
        Host(name="www.murk.test", provider="murky", address="203.0.113.10", kind="website"),
        Host(
            name="search.lookalike.test", provider="registry", address="203.0.113.210", kind="tools"
        ),
    )
}
RDAP_HOSTS = {
    "rdap-ip.registry.test": "203.0.113.200",
    "rdap-names.registry.test": "203.0.113.201",
}
"""Names of the registries' servers and their look-alike addresses; https only."""
REBOUND_NAME = "inside.onwards.test"
"""Resolves to the machine itself."""


def loopback_of(address: str) -> str:
    """
    Return the loopback address that serves a look-alike address.

    >>> loopback_of("198.51.100.7")
    '127.98.100.7'
    """
    first, _, third, fourth = address.split(".")
    return f"127.{int(first) % 100}.{third}.{fourth}"


def provider_at(address: str) -> Provider | None:
    """Return who operates a look-alike address."""
    number = ipaddress.ip_address(address)
    for provider in PROVIDERS.values():
        if number in ipaddress.ip_network(provider.prefix):
            return provider
    return None
