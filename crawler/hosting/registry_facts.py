"""What is known of single registries: servers that no list names, and how often one may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

UNLISTED: Mapping[str, str] = MappingProxyType(
    {
        "ac": "https://rdap.identitydigital.services/rdap/",
        "ag": "https://rdap.identitydigital.services/rdap/",
        "bz": "https://rdap.identitydigital.services/rdap/",
        "ch": "https://rdap.nic.ch/",
        "co": "https://rdap.nic.co/",
        "de": "https://rdap.denic.de/",
        "io": "https://rdap.identitydigital.services/rdap/",
        "lc": "https://rdap.identitydigital.services/rdap/",
        "li": "https://rdap.nic.li/",
        "me": "https://rdap.identitydigital.services/rdap/",
        "mn": "https://rdap.identitydigital.services/rdap/",
        "nl": "https://rdap.sidn.nl/",
        "pr": "https://rdap.identitydigital.services/rdap/",
        "sc": "https://rdap.identitydigital.services/rdap/",
        "sh": "https://rdap.identitydigital.services/rdap/",
        "us": "https://rdap.nic.us/",
        "vc": "https://rdap.identitydigital.services/rdap/",
    }
)
"""Top-level domain -> server of a registry that IANA's file (RFC 9224) leaves out."""

NATIONAL: Mapping[str, str] = MappingProxyType(
    {
        "nic.ad.jp": "https://jpnic.rdap.apnic.net/",
        "nic.or.kr": "https://krnic.rdap.apnic.net/",
        "krnic.net": "https://krnic.rdap.apnic.net/",
        "krnic.or.kr": "https://krnic.rdap.apnic.net/",
        "kisa.or.kr": "https://krnic.rdap.apnic.net/",
        "twnic.tw": "https://twnic.rdap.apnic.net/",
        "twnic.net": "https://twnic.rdap.apnic.net/",
        "twnic.net.tw": "https://twnic.rdap.apnic.net/",
        "idnic.net": "https://idnic.rdap.apnic.net/",
        "idnic.id": "https://idnic.rdap.apnic.net/",
        "apjii.or.id": "https://idnic.rdap.apnic.net/",
    }
)
"""Domain of a national registry's mailbox -> server that knows whom it gave the block to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many questions a registry is asked in a period."""

    questions: int
    period_s: float


_SLOW = Pace(questions=6, period_s=60.0)
_PACES = {
    "rdap.lacnic.net": _SLOW,
    "rdap.registro.br": _SLOW,
    "rdap.db.ripe.net": Pace(questions=1, period_s=1.0),
}
_USUAL = Pace(questions=2, period_s=1.0)
_PRACTICE = (".test", ".example", ".invalid", ".localhost")
"""Names that never exist in the world (RFC 6761): only practice registries have them."""


def pace_of(host: str) -> Pace | None:
    """
    Return how often a registry may be asked; none for a practice registry.

    LACNIC answers ten questions a minute and then bans for five minutes, RIPE counts objects with
    personal data; the others publish no number, and two a second is what a person might do.
    """
    if host.endswith(_PRACTICE):
        return None
    return _PACES.get(host, _USUAL)
