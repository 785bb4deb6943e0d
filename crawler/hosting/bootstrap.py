"""Which RDAP server answers for an address, a network number or a name (RFC 9224)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cases.errors import InvalidInput
from crawler.hosting.addresses import Address
from crawler.hosting.loose import members, text, texts
from crawler.hosting.rdap_entities import https_url
from crawler.hosting.rdap_record import RdapRecord
from crawler.hosting.registry_facts import NATIONAL, UNLISTED
from crawler.hosting.replace_file import replace_file

BootstrapKind = Literal["ipv4", "ipv6", "asn", "dns"]
KINDS: tuple[BootstrapKind, ...] = ("ipv4", "ipv6", "asn", "dns")
_MAX_BYTES = 4 * 1024 * 1024

_NetworkKey = tuple[int, int, int]
"""IP version, network address, prefix length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The four registries of servers; each base URL is https and ends in a slash."""

    networks: Mapping[_NetworkKey, str] = field(default_factory=dict)
    numbers: tuple[tuple[int, int, str], ...] = ()
    domains: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)
    """Kind -> date of publication."""
    nationals: Mapping[str, str] = field(default_factory=lambda: NATIONAL)
    """Domain of a national registry's mailbox -> its server."""

    def for_address(self, address: Address) -> str | None:
        """Return the server of the longest matching prefix."""
        bits = address.max_prefixlen
        for length in range(bits, -1, -1):
            network = int(address) >> (bits - length) << (bits - length)
            base = self.networks.get((address.version, network, length))
            if base is not None:
                return base
        return None

    def for_asn(self, asn: int) -> str | None:
        """Return the server of the narrowest range that holds the number."""
        holding = [one for one in self.numbers if one[0] <= asn <= one[1]]
        return min(holding, key=lambda one: one[1] - one[0])[2] if holding else None

    def for_domain(self, domain: str) -> str | None:
        """Return the server of the longest matching suffix of labels."""
        labels = domain.lower().rstrip(".").split(".")
        suffixes = (".".join(labels[at:]) for at in range(len(labels)))
        return next((self.domains[one] for one in suffixes if one in self.domains), None)

    def national(self, record: RdapRecord) -> str | None:
        """Return the server of the national registry whose mailbox stands in for a network's."""
        domains = (
            one.address.rpartition("@")[2]
            for one in record.candidates
            if one.refused == "registry_placeholder"
        )
        return next((self.nationals[one] for one in domains if one in self.nationals), None)

    def knows_host(self, url: str) -> bool:
        """Whether a URL points to one of the listed servers; only those are followed to."""
        host = urlsplit(url).hostname
        listed = (
            *self.networks.values(),
            *self.domains.values(),
            *self.nationals.values(),
            *(n[2] for n in self.numbers),
        )
        return any(urlsplit(base).hostname == host for base in listed)


def bootstrap_path(into: Path, kind: BootstrapKind) -> Path:
    """Return where the bootstrap file of a kind lies."""
    return into / f"rdap-bootstrap-{kind}.json"


def load_bootstrap(ranges_dir: Path) -> tuple[Bootstrap | None, tuple[str, ...]]:
    """
    Load the bootstrap files that are there; say which are missing or damaged.

    Returns:
        None when there is no usable file at all, and words such as `bootstrap_missing:dns`.
    """
    parts: dict[BootstrapKind, Mapping[str, Any]] = {}
    problems: list[str] = []
    for kind in KINDS:
        path = bootstrap_path(ranges_dir, kind)
        try:
            parts[kind] = _read(path)
        except FileNotFoundError:
            problems.append(f"bootstrap_missing:{kind}")
        except (OSError, ValueError):
            problems.append(f"bootstrap_damaged:{kind}")
    return (_with_unlisted(_built(parts)) if parts else None), tuple(problems)


def _with_unlisted(listed: Bootstrap) -> Bootstrap:
    """Add the servers that IANA's file leaves out; what it lists goes before them."""
    return replace(listed, domains={**UNLISTED, **listed.domains})


def import_bootstrap(source: Path, *, kind: BootstrapKind, into: Path, smallest: int = 0) -> int:
    """
    Import one file of the IANA registry of RDAP servers; return how many entries are usable.

    Raises:
        InvalidInput: the file cannot be read, or holds no https server for this kind.
    """
    try:
        answer = _read(source)
    except (OSError, ValueError):
        raise InvalidInput(
            f"{source.name} is not a bootstrap file (RFC 9224): JSON of at most 4 MiB with "
            "'version', 'publication' and 'services' is expected. Nothing was changed."
        ) from None
    built = _built({kind: answer})
    usable = len(built.networks) + len(built.numbers) + len(built.domains)
    if not usable:
        raise InvalidInput(
            f"{source.name} names no https server for kind {kind}; check that it is the file of "
            "that kind. Nothing was changed."
        )
    if usable < smallest:
        raise InvalidInput(
            f"{source.name} names only {usable:,} servers, fewer than half of what is kept now; "
            "that stays. If it is right, take it with: hostwatch ranges import."
        )
    replace_file(bootstrap_path(into, kind), json.dumps(answer, indent=1).encode("ascii"))
    return usable


def _read(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        raw = file.read(_MAX_BYTES + 1)
    try:
        answer = members(json.loads(raw.decode("utf-8-sig")))
    except RecursionError:
        raise ValueError from None
    if len(raw) > _MAX_BYTES or not isinstance(answer.get("services"), list):
        raise ValueError
    return answer


def _built(parts: Mapping[BootstrapKind, Mapping[str, Any]]) -> Bootstrap:
    networks: dict[_NetworkKey, str] = {}
    numbers: list[tuple[int, int, str]] = []
    domains: dict[str, str] = {}
    for kind, answer in parts.items():
        for key, base in _services(answer):
            if kind == "asn":
                numbers.extend(_number_range(key, base))
            elif kind == "dns":
                domains[key.lower().strip(".")] = base
            else:
                networks.update(_network(key, base, version=4 if kind == "ipv4" else 6))
    return Bootstrap(
        networks=networks,
        numbers=tuple(numbers),
        domains=domains,
        published={
            kind: (text(answer.get("publication")) or "unknown")[:10]
            for kind, answer in parts.items()
        },
    )


def _services(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List (entry, base URL); a service that is offered without https is left out."""
    found: list[tuple[str, str]] = []
    services = answer.get("services")
    for service in services if isinstance(services, list) else []:
        if not isinstance(service, list) or len(service) < 2:
            continue
        keys, urls = service[-2], service[-1]
        secure = [url for url in texts(urls, limit=600) if https_url(url)]
        if secure and isinstance(keys, list):
            base = secure[0] if secure[0].endswith("/") else f"{secure[0]}/"
            found.extend((key, base) for key in keys if isinstance(key, str))
    return found


def _network(key: str, base: str, *, version: int) -> dict[_NetworkKey, str]:
    try:
        network = ip_network(key)
    except ValueError:
        return {}
    if network.version != version:
        return {}
    return {(version, int(network.network_address), network.prefixlen): base}


def _number_range(key: str, base: str) -> list[tuple[int, int, str]]:
    first, _, last = key.partition("-")
    last = last or first
    if not (first.isdecimal() and last.isdecimal()) or int(first) > int(last):
        return []
    return [(int(first), int(last), base)]
