"""Which addresses of an RDAP answer may take abuse reports, best first; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crawler.hosting.mailboxes import is_third_party, refusal
from crawler.hosting.rdap_entities import Entity, Mail
from crawler.hosting.rdap_record import AbuseSource, Place, RdapCandidate
from crawler.hosting.rdap_remarks import (
    forms_of_abuse,
    is_named_abuse,
    mails_of_abuse,
    says_unvalidated,
)

RANK: dict[AbuseSource, int] = {
    "abuse_only": 0,
    "abuse_shared": 1,
    "abuse_typed": 2,
    "abuse_named": 3,
    "abuse_local_part": 4,
    "remarks": 5,
}
_SUB_SELLERS = frozenset({"reseller", "sponsor"})
_DESKS = frozenset({"technical", "administrative", "noc", "billing"})

_Ranked = tuple[tuple[int, ...], RdapCandidate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an answer says of itself that decides whether a mailbox is the right party's."""

    of_name: bool = False
    """About a domain or name server: its registrar is the party that is meant."""
    of_network: bool = False
    """About addresses or a number: a registrar is another party."""
    owner: str | None = None
    """The registrant of a network, the registrar of a domain."""
    served_by: str = ""
    """Host of the WHOIS service that the answer names (`port43`)."""
    allocated: bool = False
    """An allocation: space that is handed on, so that a registry holds it for others."""
    foreign: bool = False
    """Space that the registry does not manage."""
    abuse_role: bool = False
    """Some entity has the role abuse."""


def candidates(
    entities: Sequence[Entity],
    remarks: Sequence[str],
    notices: Sequence[str],
    around: Surroundings,
) -> tuple[RdapCandidate, ...]:
    """
    Collect and order every candidate of an answer; each address once, refused ones last.

    Args:
        entities: all entities, depth first.
        remarks: lines of the object's own remarks.
        notices: lines of notices that name the abuse contact of the range.
        around: what decides whether a mailbox is the right party's.
    """
    ranked = [*_of_entities(entities, around), *_of_texts(entities, remarks, notices, around)]
    ranked.sort(key=lambda one: (one[1].refused is not None, one[0]))
    best: dict[str, RdapCandidate] = {}
    for _, candidate in ranked:
        best.setdefault(candidate.address, candidate)
    return tuple(best.values())


def _of_entities(entities: Sequence[Entity], around: Surroundings) -> Iterator[_Ranked]:
    for order, entity in enumerate(entities):
        mails = [(one, source) for one in entity.card.mails if (source := _source(entity, one))]
        forms = entity.card.forms if "abuse" in entity.roles else ()
        if not mails and not forms:
            continue
        flags = _flags(entity)
        near = (_party(entity, around), entity.depth, int("unvalidated" in flags))
        first = min(entity.card.mails, key=_mail_key, default=None)
        for mail, source in mails:
            told = flags if mail == first else (*flags, "second_choice")
            candidate = _candidate(mail.address, "mail", source, entity, told, around)
            yield (RANK[source], *near, *_mail_key(mail), order), candidate
        for form in forms:
            # behind every mail address of the same rank
            key = (RANK["abuse_only"], *near, 9, 999, 9, order)
            yield key, _candidate(form, "form", "abuse_only", entity, flags, around)


def _candidate(
    address: str,
    channel: Literal["mail", "form"],
    source: AbuseSource,
    entity: Entity,
    flags: tuple[str, ...],
    around: Surroundings,
) -> RdapCandidate:
    candidate = RdapCandidate(
        address=address,
        channel=channel,
        source=source,
        flags=flags,
        place=_place(entity, source, around),
        path=entity.path,
    )
    return _judged(candidate, entity, around)


def _mail_key(mail: Mail) -> tuple[int, int, int]:
    """Order the mailboxes of one entity: marked abuse, then `pref`, then named abuse."""
    named = is_named_abuse(mail.address)
    return (0 if mail.typed_abuse else 1), mail.preference, (0 if named else 1)


def _source(entity: Entity, mail: Mail) -> AbuseSource | None:
    if "abuse" in entity.roles:
        return "abuse_only" if entity.roles == {"abuse"} else "abuse_shared"
    if mail.typed_abuse:
        return "abuse_typed"
    if entity.is_incident_team:
        return "abuse_named"
    return "abuse_local_part" if is_named_abuse(mail.address) else None


def _party(entity: Entity, around: Surroundings) -> int:
    """Order parties: the registrar of a name, or the object's own desk before its owner's."""
    roles = entity.roles | entity.above
    if around.of_name:
        return 0 if entity.of_registrar and "reseller" not in roles else 1
    if _SUB_SELLERS & roles:
        return 3
    if entity.depth == 0:
        return 0
    return 1 if "registrant" in entity.above else 2


def _place(entity: Entity, source: AbuseSource, around: Surroundings) -> Place:
    if around.of_name and (entity.of_registrar or entity.roles == {"abuse"}):
        return "registrar_abuse"
    if source in {"abuse_only", "abuse_shared"}:
        return "nested_abuse" if entity.depth else "entity_abuse"
    if source == "abuse_typed":
        return "typed_mailbox"
    if source == "abuse_named":
        return "incident_team"
    return "org_entity" if "registrant" in entity.roles else "other_entity"


def _judged(candidate: RdapCandidate, entity: Entity, around: Surroundings) -> RdapCandidate:
    reason = _wrong_party(candidate, entity, around)
    if reason is None and candidate.channel == "mail":
        reason = _wrong_mailbox(candidate.address, around)
    return replace(candidate, refused=reason) if reason else candidate


def _wrong_party(candidate: RdapCandidate, entity: Entity, around: Surroundings) -> str | None:
    roles = entity.roles | entity.above
    if around.of_name:
        own_desk = entity.roles == {"abuse"} and not entity.above
        return None if entity.of_registrar or own_desk else "not_the_registrar"
    if around.foreign:
        return "not_managed_here"
    if around.of_network and "registrar" in roles and "registrant" not in roles:
        return "registrar"
    desk = bool(entity.roles) and entity.roles <= _DESKS
    if candidate.source == "abuse_local_part" and desk and around.abuse_role:
        return "abuse_role_elsewhere"
    return None


def _wrong_mailbox(address: str, around: Surroundings) -> str | None:
    return refusal(
        address, owner=around.owner, served_by=around.served_by, allocated=around.allocated
    )


def _flags(entity: Entity) -> tuple[str, ...]:
    told = {
        "unvalidated": says_unvalidated(entity.remarks),
        "person": entity.card.kind == "individual",
        "reseller": "reseller" in entity.roles | entity.above,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def _of_texts(
    entities: Sequence[Entity],
    remarks: Sequence[str],
    notices: Sequence[str],
    around: Surroundings,
) -> Iterator[_Ranked]:
    if around.of_name:
        # what a registry writes under a name is its own; only its registrar's desk is meant here
        remarks = [line for line in remarks if "registrar" in line.lower()]
        notices = ()
    yield from _of_lines(remarks, _Text(place="remarks", path="remarks", tier=0), around)
    for entity in entities:
        if entity.remarks and (not around.of_name or entity.of_registrar):
            text = _Text(place="remarks", path=f"{entity.path} > remarks", tier=1)
            yield from _of_lines(entity.remarks, text, around)
    yield from _of_lines(notices, _Text(place="notices", path="notices", tier=2), around)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """Where lines of text stand, and how near to the object."""

    place: Place
    path: str
    tier: int


def _of_lines(lines: Sequence[str], text: _Text, around: Surroundings) -> Iterator[_Ranked]:
    rank = RANK["remarks"]
    for order, address in mails_of_abuse(lines):
        reason = "third_party" if is_third_party(address) else _wrong_mailbox(address, around)
        told = _told(address, "mail", text, around, reason)
        yield (rank, text.tier, 0, 0, 0, 0, 0, order), told
    for order, url in forms_of_abuse(lines):
        yield (rank, text.tier, 0, 0, 9, 999, 9, order), _told(url, "form", text, around, None)


def _told(
    address: str,
    channel: Literal["mail", "form"],
    text: _Text,
    around: Surroundings,
    reason: str | None,
) -> RdapCandidate:
    return RdapCandidate(
        address=address,
        channel=channel,
        source="remarks",
        refused="not_managed_here" if around.foreign else reason,
        place=text.place,
        path=text.path,
    )
