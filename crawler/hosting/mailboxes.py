"""Mail addresses as registries write them, and those that are no contact at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

_MAILBOX = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_PLAIN = re.compile(
    r"[a-z0-9][a-z0-9._+-]{0,62}[a-z0-9]@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"[a-z]{2,62}",
    re.ASCII | re.IGNORECASE,
)
"""The usual form, which needs no repair."""
_IN_TEXT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}", re.ASCII)
_SPLIT = re.compile(r"[,;\s<>()\"\[\]|]+|/(?=[^@]*@)")

WITHHELD = frozenset(
    {"removed@lacnic.net", "abuse@lacnic.net", "bitbucket@ripe.net", "no-email@ripe.net"}
)
_WITHHELD_WORDS = re.compile(
    "redacted|please query|withheld|not disclosed|gdpr masked", re.IGNORECASE
)

_RIRS = {
    "ripe.net": ("ripe ncc", "ripe network coordination", "réseaux ip européens", "reseaux ip"),
    "arin.net": ("american registry for internet numbers", "arin"),
    "apnic.net": ("asia pacific network information cent", "apnic"),
    "lacnic.net": ("latin american and caribbean", "lacnic"),
    "afrinic.net": ("african network information cent", "afrinic"),
}
_OTHERS = {
    "iana.org": ("internet assigned numbers authority", "iana"),
    "registro.br": ("núcleo de inf", "nucleo de inf", "nic.br"),
    "nic.br": ("núcleo de inf", "nucleo de inf", "nic.br"),
    "cert.br": ("núcleo de inf", "nucleo de inf", "nic.br"),
    "nic.ad.jp": ("japan network information cent", "jpnic"),
    "nic.or.kr": ("korea internet & security", "korea network information cent", "krnic", "kisa"),
    "krnic.or.kr": ("korea network information cent", "krnic"),
    "krnic.net": ("korea network information cent", "krnic"),
    "kisa.or.kr": ("korea internet & security", "korea internet security", "kisa"),
    "nida.or.kr": ("national internet development agency", "nida"),
    "twnic.tw": ("taiwan network information cent", "twnic"),
    "twnic.net": ("taiwan network information cent", "twnic"),
    "twnic.net.tw": ("taiwan network information cent", "twnic"),
    "idnic.net": ("indonesia network information cent", "idnic", "apjii"),
    "idnic.id": ("indonesia network information cent", "idnic", "apjii"),
    "apjii.or.id": ("asosiasi penyelenggara jasa internet", "apjii"),
    "cnnic.cn": ("china internet network information cent", "cnnic"),
    "cnnic.net.cn": ("china internet network information cent", "cnnic"),
    "vnnic.vn": ("vietnam internet network information cent", "vnnic"),
    "vnnic.net.vn": ("vietnam internet network information cent", "vnnic"),
    "irinn.in": ("indian registry for internet names", "irinn", "national internet exchange"),
    "nixi.in": ("national internet exchange", "nixi"),
}
REGISTRIES = {**_RIRS, **_OTHERS}
"""Domain of a registry, and how its own name begins; its mailbox is no one else's contact."""


def _beginning(name: str) -> str:
    """Match a name at the start of a word; a short one is the whole word (`ARIN`, not `Arina`)."""
    return rf"\b{re.escape(name)}" + (r"\b" if " " not in name else "")


_OWN_NAMES = {
    domain: re.compile("|".join(_beginning(name) for name in names))
    for domain, names in REGISTRIES.items()
}
_THIRD_PARTIES = (
    "abuse.net",
    "cert.org",
    "cert.org.cn",
    "cisa.gov",
    "ic3.gov",
    "jpcert.or.jp",
    "krcert.or.kr",
    "spamcop.net",
    "spamhaus.org",
    "us-cert.gov",
)
"""National incident teams and complaint desks that networks mention in remarks."""


def mailbox(value: str) -> str | None:
    """
    Return one mail address in lower case; none when the text is not one.

    `mailto:` is taken off as a prefix, once; a query behind it is dropped.

    >>> mailbox("MAILTO:Abuse@Host.example?subject=x")
    'abuse@host.example'
    """
    plain = value.strip().lower().strip("<>").removeprefix("mailto:").partition("?")[0]
    plain = plain.strip("<> .'`")
    if not plain.isascii():
        plain = _in_ascii(plain)
    return plain if len(plain) <= 254 and _MAILBOX.fullmatch(plain) else None


def _in_ascii(address: str) -> str:
    """Write a domain of other letters as it stands in DNS (RFC 3490); empty when it cannot be."""
    local, _, domain = unicodedata.normalize("NFKC", address).rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""


def mailboxes(value: str) -> tuple[str, ...]:
    """Return all mail addresses of a field that may hold several, in their order."""
    plain = value[:1000]
    if _PLAIN.fullmatch(plain):
        return (plain.lower(),)
    if "&" in plain or "%40" in plain:
        plain = unquote(unescape(plain))
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    parts = [mailbox(part) for part in _SPLIT.split(plain)]
    return tuple(dict.fromkeys([part for part in parts if part]))


def mailboxes_in_text(line: str) -> tuple[str, ...]:
    """Return the mail addresses that stand in a line of prose."""
    found = (mailbox(part) for part in _IN_TEXT.findall(line[:1000]))
    return tuple(dict.fromkeys(part for part in found if part))


def is_withheld_text(value: str) -> bool:
    """Whether a field says that the address is not shown, or is cut off after the `@`."""
    return value.rstrip().endswith("@") or _WITHHELD_WORDS.search(value) is not None


def is_third_party(address: str) -> bool:
    """Whether a mailbox is of an incident team or complaint desk that acts for nobody's network."""
    return _under(address.partition("@")[2], _THIRD_PARTIES) is not None


def refusal(
    address: str, *, owner: str | None, served_by: str = "", allocated: bool = False
) -> str | None:
    """
    Say why a mail address is no abuse contact; none when it may be one.

    A registry's mailbox is right for the registry's own networks only. A regional registry that
    another one names as holder has the space under management elsewhere, and a national one that
    holds an allocation hands it on: then its mailbox is a placeholder although the name agrees.

    Args:
        address: lower case.
        owner: name of the network's registrant.
        served_by: host of the WHOIS service that the answer names; empty when it names none.
        allocated: whether the network is an allocation rather than an assignment.

    Returns:
        `withheld`, `registry_placeholder`, or none.
    """
    if address in WITHHELD or is_withheld_text(address):
        return "withheld"
    registry = _under(address.partition("@")[2], REGISTRIES)
    if registry is None:
        return None
    own = _OWN_NAMES[registry].search((owner or "").lower()) is not None
    if registry in _RIRS:
        elsewhere = bool(served_by) and _under(served_by, (registry,)) is None
    else:
        elsewhere = allocated and registry != "iana.org"
    return None if own and not elsewhere else "registry_placeholder"


def _under(domain: str, known: Iterable[str]) -> str | None:
    """Return the known domain that a domain is or stands under."""
    return next((one for one in known if domain == one or domain.endswith(f".{one}")), None)
