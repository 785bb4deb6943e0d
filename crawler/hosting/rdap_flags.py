"""What is remarkable about an RDAP answer, as words; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from crawler.hosting.loose import items, members, text, words
from crawler.hosting.rdap_entities import Entity
from crawler.hosting.rdap_ranges import Range
from crawler.hosting.rdap_record import Kind, RdapCandidate

# names and types that registries give to space which is managed elsewhere
_FOREIGN_NAME = re.compile(
    r"NON-RIPE-NCC-MANAGED|IANA-|EU-ZZ-|STUB-|NET-LACNIC|ERX-NETBLOCK|VARIOUS-REGISTR"
    r"|(?:RIPE|APNIC|LACNIC|AFRINIC|ARIN)-(?:CBLK|CIDR-BLK|BLK)",
    re.IGNORECASE,
)
_FOREIGN_ELSEWHERE = re.compile(
    r"(RIPE|APNIC|LACNIC|AFRINIC|ARIN)-(?:\d|C\d|ERX|NET-TRANSFERRED)", re.IGNORECASE
)
_FOREIGN_TYPE = re.compile(r"allocated to (?:ripe|apnic|lacnic|afrinic|arin)|not managed")
_TRANSFERRED = re.compile(r"\btransfer(?:red)?\b", re.IGNORECASE)
_LEGACY = re.compile(r"\blegacy\b|early registration", re.IGNORECASE)


def is_foreign(answer: Mapping[str, Any], covered: Range) -> bool:
    """Whether the answer is a registry's placeholder for space that it does not manage."""
    name = text(answer.get("name")) or ""
    if _FOREIGN_NAME.match(name) or _is_named_elsewhere(name, answer):
        return True
    if _FOREIGN_TYPE.search((text(answer.get("type")) or "").lower()):
        return True
    start, end = covered
    if start is None or end is None:
        return False
    bits = 32 if isinstance(start, IPv4Address) else 128
    return int(end) - int(start) + 1 >= 1 << (bits - 1)


def _is_named_elsewhere(name: str, answer: Mapping[str, Any]) -> bool:
    """Whether a name tells of another registry than the one that answers."""
    found = _FOREIGN_ELSEWHERE.match(name)
    served_by = (text(answer.get("port43")) or "").lower()
    return found is not None and not served_by.endswith(f"{found[1].lower()}.net")


def flags_of_answer(answer: Mapping[str, Any], remarks: Sequence[str]) -> tuple[str, ...]:
    """Return what the answer says of itself, before any contact is judged."""
    states = (*words(answer.get("type")), *words(answer.get("status")))
    actions = [text(members(one).get("eventAction")) or "" for one in items(answer.get("events"))]
    told = {
        "no_class_name": not text(answer.get("objectClassName")),
        "redacted": bool(items(answer.get("redacted"))),
        "truncated": _is_truncated(answer),
        "legacy": _LEGACY.search("\n".join((*states, *remarks))),
        "transferred": _TRANSFERRED.search("\n".join((*actions, *remarks)))
        or "TRANSFERRED" in (text(answer.get("name")) or "").upper(),
    }
    return tuple([flag for flag, holds in told.items() if holds])


def flags_of_contacts(
    entities: Sequence[Entity], found: Sequence[RdapCandidate]
) -> tuple[str, ...]:
    """Return what is remarkable about the abuse contacts; absence and withholding differ."""
    usable = [one for one in found if not one.refused]
    abuse = [entity for entity in entities if "abuse" in entity.roles]
    refused = {one.refused for one in found}
    told = {
        "no_abuse_role": not abuse,
        "abuse_without_mail": bool(abuse) and not any(one.card.mails for one in abuse),
        "withheld": any(one.card.withheld for one in abuse) or "withheld" in refused,
        "registry_placeholder": "registry_placeholder" in refused,
        "unvalidated": bool(usable) and "unvalidated" in usable[0].flags,
        "person": bool(usable) and "person" in usable[0].flags,
        "no_abuse_contact": not usable,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def flags_of_range(kind: Kind, covered: Range, *, foreign: bool) -> tuple[str, ...]:
    """Return what is remarkable about the range of a network."""
    told = {
        "no_range": kind == "ip network" and covered[0] is None,
        "not_managed_here": foreign,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def _is_truncated(answer: Mapping[str, Any]) -> bool:
    """Whether the registry says that it left something out (RFC 9083, 10.2.1)."""
    told = [*items(answer.get("notices")), *items(answer.get("remarks"))]
    types = (text(members(one).get("type")) or "" for one in told)
    return any("truncated" in one.lower() for one in types)
