"""Host names and numeric hosts, read strictly."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_NAME = 253


class HostError(Exception):
    """The host cannot be used; the text is a machine word."""


def read_host(text: str) -> str:
    """
    Bring a host into lower case and A-labels, without trailing dot or brackets.

    Numeric forms other than four plain decimal numbers are refused, since resolvers read
    `0x7f.1` or `2130706433` as addresses.

    Raises:
        HostError: `empty`, `percent`, `control`, `ipv6`, `idna`, `numeric`, `name`, `label`.

    >>> read_host("BÜCHER.example.")
    'xn--bcher-kva.example'

    """
    if not text:
        raise HostError("empty")
    if text.startswith("["):
        return _ipv6(text)
    _refuse_marks(text)
    host = (text if text.isascii() else _to_ascii(text)).lower()
    host = host.removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host)
    return _name(host, labels)


def _refuse_marks(text: str) -> None:
    if "%" in text:
        raise HostError("percent")
    if any(character <= " " or character == "\x7f" for character in text):
        raise HostError("control")


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(_unbracketed(text)))
    except AddressValueError:
        raise HostError("ipv6") from None


def _unbracketed(text: str) -> str:
    if not text.endswith("]") or "%" in text:
        raise HostError("ipv6")
    return text[1:-1]


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise HostError("numeric") from None


def _name(host: str, labels: list[str]) -> str:
    if len(host) > _MAX_NAME:
        raise HostError("name")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise HostError("label")
    if any(label.startswith("xn--") for label in labels):
        _refuse_undecodable(labels)
    return host


def _to_ascii(text: str) -> str:
    """Map by UTS 46 and encode; the tables are loaded only when a host needs them."""
    import idna

    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
        return mapped if mapped.isascii() else idna.encode(mapped).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise HostError("idna") from None


def _refuse_undecodable(labels: list[str]) -> None:
    import idna

    try:
        for label in labels:
            if label.startswith("xn--"):
                idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        raise HostError("idna") from None
