"""Mail addresses as registries write them, and those that are no contact at all."""

from __future__ import annotations

import re

_MAILBOX = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_IN_TEXT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}", re.ASCII)
_SPLIT = re.compile(r"[,;\s<>()\"]+")

WITHHELD = frozenset(
    {"removed@lacnic.net", "abuse@lacnic.net", "bitbucket@ripe.net", "no-email@ripe.net"}
)
_WITHHELD_WORDS = ("redacted", "please query", "withheld", "not disclosed", "gdpr masked")

REGISTRIES = {
    "ripe.net": ("ripe ncc", "ripe network coordination", "réseaux ip européens", "reseaux ip"),
    "arin.net": ("american registry for internet numbers", "arin"),
    "apnic.net": ("asia pacific network information cent", "apnic"),
    "lacnic.net": ("latin american and caribbean", "lacnic"),
    "afrinic.net": ("african network information cent", "afrinic"),
    "iana.org": ("internet assigned numbers authority", "iana"),
    "registro.br": ("núcleo de inf", "nucleo de inf", "nic.br"),
    "nic.ad.jp": ("japan network information cent", "jpnic"),
    "nic.or.kr": ("korea internet & security", "korea network information cent", "krnic", "kisa"),
    "krnic.or.kr": ("korea network information cent", "krnic"),
    "twnic.tw": ("taiwan network information cent", "twnic"),
    "twnic.net.tw": ("taiwan network information cent", "twnic"),
    "idnic.net": ("indonesia network information cent", "idnic", "apjii"),
    "cnnic.cn": ("china internet network information cent", "cnnic"),
    "vnnic.vn": ("vietnam internet network information cent", "vnnic"),
}
"""Domain of a registry, and how its own name begins; its mailbox is no one else's contact."""


def mailbox(value: str) -> str | None:
    """
    Return one mail address in lower case; none when the text is not one.

    `mailto:` is taken off as a prefix, once; a query behind it is dropped.

    >>> mailbox("MAILTO:Abuse@Host.example?subject=x")
    'abuse@host.example'
    """
    plain = value.strip().lower().strip("<>").removeprefix("mailto:").partition("?")[0]
    plain = plain.strip("<> .")
    return plain if len(plain) <= 254 and _MAILBOX.fullmatch(plain) else None


def mailboxes(value: str) -> tuple[str, ...]:
    """Return all mail addresses of a field that may hold several, in their order."""
    parts = (mailbox(part) for part in _SPLIT.split(value[:1000]))
    return tuple(dict.fromkeys(part for part in parts if part))


def mailboxes_in_text(line: str) -> tuple[str, ...]:
    """Return the mail addresses that stand in a line of prose."""
    found = (mailbox(part) for part in _IN_TEXT.findall(line[:1000]))
    return tuple(dict.fromkeys(part for part in found if part))


def is_withheld_text(value: str) -> bool:
    """Whether a field says that the address is not shown, or is cut off after the `@`."""
    low = value.strip().lower()
    return low.endswith("@") or any(word in low for word in _WITHHELD_WORDS)


def refusal(address: str, *, owner: str | None) -> str | None:
    """
    Say why a mail address is no abuse contact; none when it may be one.

    Args:
        address: lower case.
        owner: name of the network's registrant; a registry's mailbox is right for itself only.

    Returns:
        `withheld`, `registry_placeholder`, or none.
    """
    if address in WITHHELD or is_withheld_text(address):
        return "withheld"
    domain = address.partition("@")[2]
    for registry, beginnings in REGISTRIES.items():
        if domain == registry or domain.endswith(f".{registry}"):
            name = (owner or "").lower()
            own = any(re.search(rf"\b{re.escape(begin)}", name) for begin in beginnings)
            return None if own else "registry_placeholder"
    return None
