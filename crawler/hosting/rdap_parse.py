"""One RDAP answer to one record; pure, tolerant, and never an exception for odd content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, ip_network
from typing import Any

from crawler.hosting.addresses import Address, Network, read_address
from crawler.hosting.loose import items, members, text, texts, words
from crawler.hosting.rdap_abuse import candidates
from crawler.hosting.rdap_entities import Entity, https_url, read_entities, remark_lines
from crawler.hosting.rdap_record import Kind, RdapCandidate, RdapRecord

_KINDS: dict[str, Kind] = {
    "ip network": "ip network",
    "autnum": "autnum",
    "domain": "domain",
    "entity": "entity",
}
_TELLTALES: tuple[tuple[str, Kind], ...] = (
    ("errorCode", "error"),
    ("startAddress", "ip network"),
    ("endAddress", "ip network"),
    ("cidr0_cidrs", "ip network"),
    ("startAutnum", "autnum"),
    ("ldhName", "domain"),
    ("vcardArray", "entity"),
)
_ORIGINS = ("lacnic_originAutnum", "nicbr_autnum", "arin_originas0_originautnums")
# names that registries give to space which is managed elsewhere
_FOREIGN_BLOCK = re.compile(
    r"NON-RIPE-NCC-MANAGED|IANA-|EU-ZZ-|STUB-|(?:RIPE|APNIC|LACNIC|AFRINIC|ARIN)-\d", re.IGNORECASE
)
_COUNTRY = re.compile(r"[A-Z]{2}")


def parse(answer: Mapping[str, Any]) -> RdapRecord:
    """
    Read an RDAP answer (RFC 9083) as the five registries and the domain registries give it.

    Every member may be missing, of the wrong type, padded or capitalised; what cannot be read is
    none. Absence of an abuse contact and its withholding are told apart in `flags`.
    """
    kind = _kind(answer)
    entities = read_entities(answer)
    owner = _owner(entities, kind)
    found = candidates(entities, remark_lines(answer), owner=owner.name if owner else None)
    chosen = next((one for one in found if one.channel == "mail" and not one.refused), None)
    start, end = _range(answer) if kind == "ip network" else (None, None)
    return RdapRecord(
        kind=kind,
        handle=text(answer.get("handle")),
        network_name=text(answer.get("name")) if kind != "domain" else None,
        org_name=_owner_name(owner),
        country=_own_country(answer),
        org_country=owner.country if owner else None,
        start=str(start) if start else None,
        end=str(end) if end else None,
        first_asn=_asn(answer.get("startAutnum")),
        last_asn=_asn(answer.get("endAutnum")),
        type=(text(answer.get("type")) or "").lower() or None,
        domain=_domain(answer) if kind == "domain" else None,
        registrar=_registrar(entities) if kind == "domain" else None,
        abuse_email=chosen.address if chosen else None,
        abuse_source=chosen.source if chosen else None,
        candidates=found[:40],
        flags=_flags(answer, kind, entities, found, (start, end)),
        parent_handle=text(answer.get("parentHandle")),
        parent_link=_parent_link(answer),
        origin_asns=_origins(answer),
        status=words(answer.get("status"))[:20],
        events=_events(answer),
    )


def _kind(answer: Mapping[str, Any]) -> Kind:
    stated = (text(answer.get("objectClassName")) or "").lower()
    if stated in _KINDS:
        return _KINDS[stated]
    return next((kind for member, kind in _TELLTALES if member in answer), "unknown")


def _owner(entities: Sequence[Entity], kind: Kind) -> Entity | None:
    """Choose the registrant: an organisation, never a maintainer, never a person's record."""
    if kind == "entity":
        return None
    near = [entity for entity in entities if not entity.is_maintainer and entity.name]
    registrants = [entity for entity in near if "registrant" in entity.roles]
    unnamed = [entity for entity in near if not entity.roles and entity.depth == 0]
    tiers = (
        [entity for entity in registrants if entity.kind == "org"],
        [entity for entity in registrants if entity.kind == "group" or entity.organisation],
        [entity for entity in registrants if not entity.kind],
        [entity for entity in unnamed if entity.kind == "org"],
    )
    return next((min(tier, key=lambda one: one.depth) for tier in tiers if tier), None)


def _owner_name(owner: Entity | None) -> str | None:
    if owner is None:
        return None
    return owner.name if owner.kind == "org" else (owner.organisation or owner.name)


def _registrar(entities: Sequence[Entity]) -> str | None:
    found = (one for one in entities if "registrar" in one.roles)
    return next((one.name or one.organisation for one in found), None)


def _own_country(answer: Mapping[str, Any]) -> str | None:
    stated = (next(iter(texts(answer.get("country"))), "")).upper()
    return stated if _COUNTRY.fullmatch(stated) else None


def _domain(answer: Mapping[str, Any]) -> str | None:
    return (text(answer.get("ldhName"), limit=253) or "").lower().rstrip(".") or None


def _range(answer: Mapping[str, Any]) -> tuple[Address | None, Address | None]:
    """Read the covered range: the two members, else cidr0, else a handle that is a prefix."""
    start, end = _address(answer.get("startAddress")), _address(answer.get("endAddress"))
    if start and end and start.version == end.version and int(start) <= int(end):
        return start, end
    for network in (_cidr0(answer), _prefix(text(answer.get("handle")))):
        if network is not None:
            return network[0], network[-1]
    return None, None


def _address(value: object) -> Address | None:
    """Read an address; zero-padded octets (`192.000.002.001`) are decimal, as registries mean."""
    plain = (text(value) or "").partition("/")[0]
    octets = plain.split(".")
    if len(octets) == 4 and all(octet.isascii() and octet.isdigit() for octet in octets):
        plain = ".".join(str(int(octet[-9:])) for octet in octets)
    return read_address(plain)


def _cidr0(answer: Mapping[str, Any]) -> Network | None:
    """Return the block of `cidr0_cidrs`, when there is exactly one."""
    blocks = [members(block) for block in items(answer.get("cidr0_cidrs"))]
    if len(blocks) != 1:
        return None
    prefix = blocks[0].get("v4prefix") or blocks[0].get("v6prefix")
    return _prefix(f"{prefix}/{blocks[0].get('length')}")


def _prefix(stated: str | None) -> Network | None:
    """Read a prefix; LACNIC writes handles without trailing zero octets (`192.0.2/24`)."""
    address, slash, length = (stated or "").partition("/")
    if not slash:
        return None
    if ":" not in address:
        address += ".0" * (3 - address.count("."))
    try:
        return ip_network(f"{address}/{length}")
    except ValueError:
        return None


def _asn(value: object) -> int | None:
    digits = str(value).upper().removeprefix("AS") if isinstance(value, int | str) else ""
    if isinstance(value, bool) or not (digits.isascii() and digits.isdigit() and len(digits) < 11):
        return None
    return int(digits) if 0 < int(digits) <= 0xFFFFFFFF else None


def _origins(answer: Mapping[str, Any]) -> tuple[int, ...]:
    stated = (_asn(one) for member in _ORIGINS for one in items(answer.get(member)))
    return tuple(dict.fromkeys(asn for asn in stated if asn))[:20]


def _events(answer: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = (
        (text(members(one).get("eventAction"), limit=60), text(members(one).get("eventDate")))
        for one in items(answer.get("events"))
    )
    return tuple((action.lower(), date) for action, date in pairs if action and date)[:20]


def _parent_link(answer: Mapping[str, Any]) -> str | None:
    for link in items(answer.get("links")):
        relations = words(members(link).get("rel"))
        target = text(members(link).get("href"), limit=600)
        if target and {"up", "rdap-up"} & set(relations):
            url = https_url(target)
            if url:
                return url
    return None


def _flags(
    answer: Mapping[str, Any],
    kind: Kind,
    entities: Sequence[Entity],
    found: Sequence[RdapCandidate],
    covered: tuple[Address | None, Address | None],
) -> tuple[str, ...]:
    usable = [one for one in found if not one.refused]
    abuse = [entity for entity in entities if "abuse" in entity.roles]
    told = {
        "no_class_name": not text(answer.get("objectClassName")),
        "abuse_without_mail": bool(abuse) and not any(entity.mails for entity in abuse),
        "withheld": any(one.withheld for one in abuse)
        or any(one.refused == "withheld" for one in found),
        "registry_placeholder": any(one.refused == "registry_placeholder" for one in found),
        "unvalidated": bool(usable) and "unvalidated" in usable[0].flags,
        "person": bool(usable) and "person" in usable[0].flags,
        "redacted": bool(items(answer.get("redacted"))),
        "truncated": _is_truncated(answer),
        "no_range": kind == "ip network" and covered[0] is None,
        "not_managed_here": kind == "ip network" and _is_foreign(answer, *covered),
        "no_abuse_contact": not usable,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def _is_truncated(answer: Mapping[str, Any]) -> bool:
    """Whether the registry says that it left something out (RFC 9083, 10.2.1)."""
    told = [*items(answer.get("notices")), *items(answer.get("remarks"))]
    types = (text(members(one).get("type")) or "" for one in told)
    return any("truncated" in one.lower() for one in types)


def _is_foreign(answer: Mapping[str, Any], start: Address | None, end: Address | None) -> bool:
    """Whether the answer is a registry's placeholder for space that it does not manage."""
    if _FOREIGN_BLOCK.match(text(answer.get("name")) or ""):
        return True
    if start is None or end is None:
        return False
    bits = 32 if isinstance(start, IPv4Address) else 128
    return int(end) - int(start) + 1 >= 1 << (bits - 1)
