"""One RDAP answer explained to a person: what was chosen, what was passed over, and why; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.hosting.rdap_entities import Entity
from crawler.hosting.rdap_job import read_answer
from crawler.hosting.rdap_parse import entities_of, parse
from crawler.hosting.rdap_record import Kind, RdapCandidate, RdapRecord

_SHORT: dict[Kind, str] = {"ip network": "ip"}
_MAX_PASSED_OVER = 100
_MALFORMED: dict[str, object] = {
    "kind": "malformed",
    "object_class": None,
    "network_name": None,
    "org_name": None,
    "country": None,
    "abuse_email": None,
    "abuse_source": None,
    "flags": ["malformed_answer"],
    "candidates": [],
}


def describe(body: bytes) -> dict[str, object]:
    """
    Read the body of an RDAP answer as the trace does, and explain it as plain JSON.

    `candidates` lists every mail address of the answer: accepted ones first, with their rank from
    1; then refused ones, with the reason. Unlike the record that a case keeps it names mailboxes
    of other roles too (`role_is_not_abuse`).
    """
    answer = read_answer(body)
    if not answer:
        return dict(_MALFORMED)
    record = parse(answer)
    entities = entities_of(answer) if record.kind != "error" else ()
    return {
        "kind": _SHORT.get(record.kind, record.kind),
        "object_class": record.kind,
        "network_name": record.network_name,
        "org_name": record.org_name,
        "country": record.country,
        "abuse_email": record.abuse_email,
        "abuse_source": _source(record),
        "flags": list(record.flags),
        "candidates": [*_ranked(record.candidates), *_passed_over(entities, record.candidates)],
        **_rest(record),
    }


def _source(record: RdapRecord) -> str | None:
    chosen = (one.place for one in record.candidates if one.address == record.abuse_email)
    return next(chosen, None)


def _rest(record: RdapRecord) -> dict[str, object]:
    expiry = (date for action, date in record.events if action == "expiration")
    return {
        "error_code": record.error_code,
        "handle": record.handle,
        "org_country": record.org_country,
        "start": record.start,
        "end": record.end,
        "first_asn": record.first_asn,
        "last_asn": record.last_asn,
        "origin_asns": list(record.origin_asns),
        "type": record.type,
        "status": list(record.status),
        "events": [list(pair) for pair in record.events],
        "parent_handle": record.parent_handle,
        "parent_link": record.parent_link,
        "domain": record.domain,
        "registrar": record.registrar,
        "expires": next(expiry, None),
        "nameservers": list(record.nameservers),
        "delegation_signed": record.delegation_signed,
    }


def _ranked(found: Sequence[RdapCandidate]) -> Iterator[dict[str, object]]:
    for rank, one in enumerate(found, start=1):
        yield {
            "address": one.address,
            "channel": one.channel,
            "rank": None if one.refused else rank,
            "accepted": one.refused is None,
            "reason": one.refused or one.source,
            "rule": one.source,
            "place": one.place,
            "path": one.path,
            "flags": list(one.flags),
        }


def _passed_over(
    entities: Sequence[Entity], found: Sequence[RdapCandidate]
) -> list[Mapping[str, Any]]:
    """Return the mailboxes that no rule takes for an abuse contact."""
    known = {one.address for one in found}
    passed: dict[str, Mapping[str, Any]] = {}
    for entity in entities:
        for mail in entity.card.mails:
            if mail.address not in known:
                passed.setdefault(mail.address, _not_abuse(mail.address, entity))
    return list(passed.values())[:_MAX_PASSED_OVER]


def _not_abuse(address: str, entity: Entity) -> Mapping[str, Any]:
    return {
        "address": address,
        "channel": "mail",
        "rank": None,
        "accepted": False,
        "reason": "role_is_not_abuse",
        "rule": None,
        "place": None,
        "path": entity.path,
        "flags": [],
    }
