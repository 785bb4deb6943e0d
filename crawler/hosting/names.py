"""Host names: what kind of host it is, and which registered domain and tenant it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import idna
from tldextract import TLDExtract

from crawler.hosting.addresses import read_address
from crawler.hosting.suffix_gaps import split_gap
from crawler.hosting.suffixes import SuffixList, newest_list

_OURS = "file:imported"
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

Kind = Literal["name", "ipv4", "ipv6", "onion", "invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostName:
    """One host, read."""

    kind: Kind
    host: str
    """Lower-case A-labels without trailing dot, or the canonical numeric address."""
    registered: str | None = None
    """Registered domain by the ICANN part of the public suffix list."""
    tenant: str | None = None
    """Customer's name on a platform of the list's private part, such as `user.github.io`."""
    platform_suffix: str | None = None
    """That platform's suffix, such as `github.io`."""

    @property
    def catalogue_keys(self) -> tuple[str, ...]:
        """Return the names to look up in the catalogue, most specific first."""
        keys = (self.host, self.tenant, self.registered)
        return tuple(dict.fromkeys(key for key in keys if key))


def a_label(host: str) -> str | None:
    """
    Return the lower-case A-label form of a host name without its trailing dot.

    Internationalised names are mapped by UTS 46 (RFC 5891); none when the name is not usable.
    """
    text = host.strip()
    try:
        plain = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    plain = plain.removesuffix(".")
    labels = plain.split(".")
    usable = 0 < len(plain) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return plain if usable else None


class Names:
    """Both views of the public suffix list, loaded once, without network."""

    __slots__ = ("_extract", "source", "version")

    def __init__(self, *, extract: TLDExtract, version: str, source: str) -> None:
        self._extract = extract
        self.version = version
        """Date of the list, as it stands in its header."""
        self.source = source
        """`public_suffix_list`, with `:bundled` for the one that comes along."""

    @classmethod
    def build(cls, ranges_dir: Path | None = None) -> Names:
        """Load the imported list of a folder, or else the one that comes along; no network."""
        chosen = newest_list(ranges_dir)
        urls = () if chosen.path is None else (_OURS,)
        extract = TLDExtract(suffix_list_urls=urls, cache_dir=None)
        extract("host.example", session=cast("Any", _Shelf(chosen)))
        return cls(extract=extract, version=chosen.version, source=chosen.source)

    def of_url(self, url: str) -> HostName:
        """
        Read the host of a URL without user, port and path.

        A backslash ends the host as a slash does (WHATWG URL, "special authority").
        """
        try:
            host = urlsplit(url.replace("\\", "/")).hostname or ""
        except ValueError:
            host = ""
        return self.read(host)

    def read(self, host: str) -> HostName:
        """Classify a host and split it; a host that cannot be one is `invalid`."""
        address = read_address(host)
        if address is not None:
            return HostName(kind="ipv4" if address.version == 4 else "ipv6", host=str(address))
        name = a_label(host)
        if name is None or _NUMBER.fullmatch(name.rpartition(".")[2]):
            # a last label of digits is a disguised address (WHATWG URL, "ends in a number")
            return HostName(kind="invalid", host=host.strip().lower()[:253])
        if name == "onion" or name.endswith(".onion"):
            return HostName(kind="onion", host=name)
        return self._split(name)

    def registered_domain(self, host: str) -> str | None:
        """Return the registered domain of a host (ICANN view); none for addresses and suffixes."""
        return self.read(host).registered

    def _split(self, name: str) -> HostName:
        private = icann = self._extract(name, include_psl_private_domains=True)
        tenant: str | None = None
        suffix: str | None = None
        if private.is_private:  # else both views see the same suffix
            icann = self._extract(name, include_psl_private_domains=False)
            tenant, suffix = private.top_domain_under_public_suffix or None, private.suffix
        tenant, suffix = split_gap(name) or (tenant, suffix)
        return HostName(
            kind="name",
            host=name,
            registered=icann.top_domain_under_public_suffix or _by_default_rule(name, icann.suffix),
            tenant=tenant,
            platform_suffix=suffix,
        )


class _Shelf:
    """Stands where the library would open a connection, and hands it the imported list."""

    def __init__(self, chosen: SuffixList) -> None:
        self.text = chosen.path.read_text(encoding="utf-8") if chosen.path is not None else ""

    def get(self, _url: str, *, timeout: float | None) -> _Shelf:  # noqa: ARG002 (the library's)
        return self

    def raise_for_status(self) -> None:
        return None


def _by_default_rule(name: str, suffix: str) -> str | None:
    """Apply the list's prevailing rule `*`: a top-level domain that is not listed is a suffix."""
    labels = name.split(".")
    return ".".join(labels[-2:]) if not suffix and len(labels) >= 2 else None
