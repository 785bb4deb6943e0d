"""One RDAP answer to one record; pure, tolerant, and never an exception for odd content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.hosting.loose import items, members, text, texts, words
from crawler.hosting.rdap_abuse import Surroundings, candidates
from crawler.hosting.rdap_cards import https_url
from crawler.hosting.rdap_entities import Entity, read_entities, read_whole_entity
from crawler.hosting.rdap_flags import (
    flags_of_answer,
    flags_of_contacts,
    flags_of_range,
    is_foreign,
)
from crawler.hosting.rdap_owner import owner_name, owner_of, registrar_name
from crawler.hosting.rdap_ranges import Range, covered_range, origin_asns, read_asn
from crawler.hosting.rdap_record import Kind, RdapCandidate, RdapRecord
from crawler.hosting.rdap_remarks import description_lines, notice_lines, remark_lines

_KINDS: dict[str, Kind] = {
    "ip network": "ip network",
    "ipnetwork": "ip network",
    "ip": "ip network",
    "autnum": "autnum",
    "domain": "domain",
    "nameserver": "nameserver",
    "entity": "entity",
    "error": "error",
}
_TELLTALES: tuple[tuple[str, Kind], ...] = (
    ("errorCode", "error"),
    ("startAddress", "ip network"),
    ("endAddress", "ip network"),
    ("cidr0_cidrs", "ip network"),
    ("startAutnum", "autnum"),
    ("nameservers", "domain"),
    ("secureDNS", "domain"),
    ("ldhName", "domain"),
    ("vcardArray", "entity"),
)
_ERROR_FLAGS = {404: ("not_found",), 429: ("rate_limited",)}
_COUNTRY = re.compile(r"[A-Z]{2}")


def parse(answer: Mapping[str, Any]) -> RdapRecord:
    """
    Read an RDAP answer (RFC 9083) as the five registries and the domain registries give it.

    Every member may be missing, of the wrong type, padded or capitalised; what cannot be read is
    none. Absence of an abuse contact and its withholding are told apart in `flags`.
    """
    kind = _kind(answer)
    return _error(answer) if kind == "error" else _record(answer, kind)


def _record(answer: Mapping[str, Any], kind: Kind) -> RdapRecord:
    covered = covered_range(answer) if kind == "ip network" else (None, None)
    people = _people(answer, kind, covered)
    owner, chosen = people.owner, people.chosen
    return RdapRecord(
        kind=kind,
        handle=_word(answer.get("handle")),
        network_name=_word(answer.get("name")) if kind in {"ip network", "autnum"} else None,
        org_name=owner_name(owner),
        country=_own_country(answer),
        org_country=owner.card.country if owner else None,
        start=str(covered[0]) if covered[0] else None,
        end=str(covered[1]) if covered[1] else None,
        first_asn=read_asn(answer.get("startAutnum")),
        last_asn=read_asn(answer.get("endAutnum")),
        type=next(iter(words(answer.get("type"))), None),
        domain=_host(answer) if kind == "domain" else None,
        registrar=registrar_name(people.entities) if kind == "domain" else None,
        abuse_email=chosen.address if chosen else None,
        abuse_source=chosen.source if chosen else None,
        candidates=people.found[:40],
        flags=people.flags,
        parent_handle=_word(answer.get("parentHandle")),
        parent_link=_parent_link(answer),
        origin_asns=origin_asns(answer),
        status=words(answer.get("status"))[:20],
        events=_events(answer),
        nameservers=_nameservers(answer),
        delegation_signed=_signed(answer),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Who an answer names, which of their contacts may be written to, and what was noticed."""

    entities: tuple[Entity, ...]
    owner: Entity | None
    found: tuple[RdapCandidate, ...]
    flags: tuple[str, ...]

    @property
    def chosen(self) -> RdapCandidate | None:
        """The first mail contact that nothing speaks against."""
        return next((one for one in self.found if one.channel == "mail" and not one.refused), None)


def _people(answer: Mapping[str, Any], kind: Kind, covered: Range) -> _People:
    entities = _entities_of(answer, kind)
    owner = owner_of(entities, kind)
    foreign = kind == "ip network" and is_foreign(answer, covered)
    remarks = remark_lines(answer)
    around = _surroundings(answer, kind, entities, owner, foreign=foreign)
    found = candidates(entities, remarks, notice_lines(answer), around)
    flags = (
        *flags_of_answer(answer, remarks),
        *flags_of_range(kind, covered, foreign=foreign),
        *flags_of_contacts(entities, found),
    )
    return _People(entities=entities, owner=owner, found=found, flags=flags)


def entities_of(answer: Mapping[str, Any]) -> tuple[Entity, ...]:
    """Return the entities of an answer; an answer that is an entity is the first of its own."""
    return _entities_of(answer, _kind(answer))


def _entities_of(answer: Mapping[str, Any], kind: Kind) -> tuple[Entity, ...]:
    return read_whole_entity(answer) if kind == "entity" else read_entities(answer)


def _kind(answer: Mapping[str, Any]) -> Kind:
    stated = (text(answer.get("objectClassName")) or "").lower()
    if "errorCode" in answer and _error_code(answer):
        return "error"
    if stated in _KINDS:
        return _KINDS[stated]
    return next((kind for member, kind in _TELLTALES if member in answer), "unknown")


def _error(answer: Mapping[str, Any]) -> RdapRecord:
    """Read an error answer (RFC 9083, 6); nothing in it is anyone's contact."""
    code = _error_code(answer)
    return RdapRecord(kind="error", error_code=code, flags=_ERROR_FLAGS.get(code or 0, ()))


def _error_code(answer: Mapping[str, Any]) -> int | None:
    """Return the HTTP status of an error answer; none for a number that is none, or a success."""
    stated = answer.get("errorCode")
    digits = text(stated) if isinstance(stated, str) else str(_small(stated) or "")
    known = digits and digits.isascii() and digits.isdigit() and len(digits) == 3
    return int(digits) if digits and known and digits >= "300" else None


def _small(value: object) -> int | None:
    whole = int(value) if isinstance(value, float) and 0 <= value < 1000 else value
    return whole if isinstance(whole, int) and 0 <= whole < 1000 else None


def _surroundings(
    answer: Mapping[str, Any],
    kind: Kind,
    entities: Sequence[Entity],
    owner: Entity | None,
    *,
    foreign: bool,
) -> Surroundings:
    return Surroundings(
        of_name=kind in {"domain", "nameserver"} and not _is_reverse(answer),
        of_network=kind in {"ip network", "autnum"},
        owner=registrar_name(entities) if kind == "domain" else _holder(answer, owner),
        served_by=(text(answer.get("port43")) or "").lower(),
        allocated="allocat" in (text(answer.get("type")) or "").lower(),
        foreign=foreign,
        abuse_role=any("abuse" in entity.roles for entity in entities),
    )


def _is_reverse(answer: Mapping[str, Any]) -> bool:
    """Whether a name is the reverse zone of a network, which has a holder and no registrar."""
    return (_host(answer) or "").endswith((".in-addr.arpa", ".ip6.arpa"))


def _holder(answer: Mapping[str, Any], owner: Entity | None) -> str | None:
    """Return the registrant's name, or the first line of the description where there is none."""
    return owner_name(owner) or next(iter(description_lines(answer)), None)


def _word(value: object) -> str | None:
    """Read a name that a registry may have written as a number or a list."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return next(iter(texts(value)), None)


def _own_country(answer: Mapping[str, Any]) -> str | None:
    stated = next(iter(texts(answer.get("country"))), "").partition("#")[0].strip().upper()
    return stated if _COUNTRY.fullmatch(stated) else None


def _host(answer: Mapping[str, Any]) -> str | None:
    stated = text(answer.get("ldhName"), limit=253) or text(answer.get("unicodeName"), limit=253)
    plain = (stated or "").lower().rstrip(".")
    try:
        return (plain if plain.isascii() else plain.encode("idna").decode()) or None
    except UnicodeError:
        return None


def _nameservers(answer: Mapping[str, Any]) -> tuple[str, ...]:
    hosts = (
        _host(members(one)) if isinstance(one, Mapping) else _host({"ldhName": one})
        for one in items(answer.get("nameservers"))[:20]
    )
    return tuple(dict.fromkeys(host for host in hosts if host))


def _signed(answer: Mapping[str, Any]) -> bool | None:
    told = members(answer.get("secureDNS")).get("delegationSigned")
    if isinstance(told, str):
        return {"true": True, "false": False}.get(told.strip().lower())
    return told if isinstance(told, bool) else None


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
