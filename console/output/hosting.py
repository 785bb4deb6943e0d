"""One trace as values and as text; what may name a location is masked unless it was revealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from console.output.rows import masked, party_name
from console.output.table import print_pairs, print_table

if TYPE_CHECKING:
    from cases.model import (
        Claim,
        Contact,
        CountryClaim,
        EvidenceStep,
        HostingSnapshot,
        Party,
        RevealedOrigin,
    )
    from hostwatch.operations.hosting import Traced

MASK = "[masked]"
_NAMES = frozenset({"name", "as_name", "front", "platform"})
"""Claims that name a company, which may look like a host."""
_PRIVATE = frozenset({"address", "container", "registered_domain"})
"""Claims that name a location or a customer, whatever they look like."""
_COUNTRY_COLUMNS = ("kind", "country", "source", "version", "confidence")
_CLAIM_COLUMNS = ("role", "field", "value", "source", "version", "confidence", "reason")
_CONTACT_COLUMNS = ("role", "rank", "channel", "value", "source", "confidence", "flags", "usable")
_EVIDENCE_COLUMNS = ("at", "ms", "step", "source", "version", "outcome", "query", "detail")


def trace_value(traced: Traced, *, revealed: bool) -> dict[str, object]:
    """
    Turn a trace into plain values, as `docs/analysts.md` describes them.

    Times are UTC in ISO 8601; only a revealed value holds hosts, addresses and mailboxes.
    """
    found = traced.snapshot
    mask = _Mask(found, revealed=revealed)
    return {
        "asset": found.asset_id,
        "snapshot": found.id,
        "taken_at": _time(found.taken_at),
        "egress": found.egress,
        "host": mask.private(found.host),
        "registered_domain": mask.private(found.registered_domain),
        "addresses": [mask.private(one) for one in found.addresses],
        "cnames": [mask.private(one) for one in found.cnames],
        "name_servers": [mask.private(one) for one in found.name_servers],
        "dns_outcome": found.dns_outcome,
        "decision": _decision(found, mask),
        "origin": _origin(found.origin, mask),
        "parties": [_party(one, mask) for one in found.parties],
        "refused_contacts": _refused(found, mask),
        "countries": [_country(one) for one in found.countries],
        "methods": found.methods,
        "methods_enough": found.methods >= _enough(),
        "evidence": [_step(one, mask) for one in found.evidence],
        "evidence_head": found.evidence_head,
        "looks": traced.looks,
        "previous": _previous(traced),
    }


class _Mask:
    """Decides what of one trace is shown."""

    def __init__(self, snapshot: HostingSnapshot, *, revealed: bool) -> None:
        self._host = snapshot.host
        self._revealed = revealed

    def private(self, text: str | None) -> str | None:
        """Hide a text always, unless it was revealed."""
        return text if self._revealed or not text else MASK

    def word(self, text: str | None) -> str | None:
        """Hide a text that may name a location."""
        return text if self._revealed else masked(text)

    def name(self, text: str | None) -> str | None:
        """Show the name of a company, unless it is the host's own."""
        return text if self._revealed else party_name(text, host=self._host)


def _enough() -> int:
    from hostwatch.operations.hosting import ENOUGH_METHODS

    return ENOUGH_METHODS


def _decision(found: HostingSnapshot, mask: _Mask) -> dict[str, object]:
    return {
        "country": found.country,
        "confidence": found.country_confidence.value,
        "reason": found.country_reason,
        "masked_by": mask.name(found.masked_by),
        "front_hosts": mask.name(found.front_hosts),
        "anycast": found.anycast,
        "parked_by": found.parked_by,
    }


def _origin(origin: RevealedOrigin | None, mask: _Mask) -> dict[str, object] | None:
    if origin is None:
        return None
    return {
        "addresses": [mask.private(one) for one in origin.addresses],
        "front": origin.front,
        "source": origin.source,
        "reference": mask.word(origin.reference),
        "at": _time(origin.at),
    }


def _party(party: Party, mask: _Mask) -> dict[str, object]:
    return {
        "role": party.role.value,
        "name": mask.name(party.name),
        "asn": party.asn,
        "key": mask.word(party.key),
        "claims": [_claim(one, mask) for one in party.claims],
        "contacts": [_contact(n, one, mask) for n, one in enumerate(party.contacts, start=1)],
    }


def _claim(claim: Claim, mask: _Mask) -> dict[str, object]:
    show = mask.name if claim.field in _NAMES else mask.word
    return {
        "field": claim.field,
        "value": (mask.private if claim.field in _PRIVATE else show)(claim.value),
        "source": claim.source,
        "version": claim.source_version,
        "at": _time(claim.at),
        "confidence": claim.confidence.value,
        "reason": mask.word(claim.reason),
    }


def _contact(rank: int, contact: Contact, mask: _Mask) -> dict[str, object]:
    from crawler.hosting.contacts import recipient_grade

    return {
        "rank": rank,
        "channel": contact.channel,
        "value": mask.private(contact.value),
        "source": contact.source,
        "confidence": contact.confidence.value,
        "flags": list(contact.flags),
        "usable": recipient_grade(contact),
    }


def _refused(found: HostingSnapshot, mask: _Mask) -> list[dict[str, object]]:
    """List what was not taken as a contact, and why; guesses are among it."""
    refused: list[dict[str, object]] = []
    for one in found.evidence:
        if one.step == "contacts":
            for word in one.detail.split("; "):
                reason, _, value = word.partition(":")
                refused.append(
                    {"source": one.source, "reason": reason, "value": mask.private(value)}
                )
        elif one.step == "contact_guess":
            refused.append(
                {"source": one.source, "reason": one.detail, "value": mask.private(one.query)}
            )
    return refused


def _country(claim: CountryClaim) -> dict[str, object]:
    return {
        "kind": claim.kind,
        "country": claim.country,
        "source": claim.source,
        "version": claim.source_version,
        "at": _time(claim.at),
        "confidence": claim.confidence.value,
    }


def _step(step: EvidenceStep, mask: _Mask) -> dict[str, object]:
    return {
        "step": step.step,
        "source": step.source,
        "version": step.source_version,
        "at": _time(step.started),
        "ms": step.milliseconds,
        "outcome": step.outcome,
        "query": mask.word(step.query),
        "detail": mask.word(step.detail),
    }


def _previous(traced: Traced) -> dict[str, object] | None:
    before = traced.before
    if before is None:
        return None
    return {
        "snapshot": before.id,
        "taken_at": _time(before.taken_at),
        "changes": list(traced.changes),
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


# --------------------------------------------------------------------------- tables


def print_hosting(value: Mapping[str, object], *, file: TextIO) -> None:
    """Print the value of one trace as tables."""
    print_pairs(_head(value), title=f"hosting of {value['asset']}", file=file)
    parties = _rows(value["parties"])
    for title, rows, columns in (
        ("countries", _rows(value["countries"]), _COUNTRY_COLUMNS),
        ("claims", _of_parties(parties, "claims"), _CLAIM_COLUMNS),
        ("contacts, best first", _of_parties(parties, "contacts"), _CONTACT_COLUMNS),
        ("refused", _rows(value["refused_contacts"]), ("source", "reason", "value")),
        ("evidence", _rows(value["evidence"]), _EVIDENCE_COLUMNS),
    ):
        if rows:
            print_table(rows, columns=columns, title=title, file=file)


def _head(value: Mapping[str, object]) -> dict[str, object]:
    decision, previous, origin = value["decision"], value["previous"], value["origin"]
    assert isinstance(decision, Mapping)
    head: dict[str, object] = {
        "traced": value["taken_at"],
        "through": value["egress"],
        "host": value["host"],
        "addresses": value["addresses"],
        "dns": value["dns_outcome"],
        "country": decision["country"] or "none",
        "confidence": f"{decision['confidence']} ({decision['reason']})",
        "masked_by": decision["masked_by"],
        "front_hosts": decision["front_hosts"],
        "anycast": "yes" if decision["anycast"] else None,
        "parked_by": decision["parked_by"],
        "methods": _methods(value),
        "evidence_head": value["evidence_head"],
    }
    if isinstance(origin, Mapping):
        head["origin"] = f"told by {origin['source']} on {origin['at']}, {origin['reference']}"
    if isinstance(previous, Mapping):
        words = ", ".join(previous["changes"]) or "nothing"
        head["changed"] = f"{words} since {previous['taken_at']} ({value['looks']} traces kept)"
    return head


def _methods(value: Mapping[str, object]) -> str:
    count = f"{value['methods']} independent"
    return count if value["methods_enough"] else f"{count}, fewer than the three that we aim at"


def _of_parties(parties: Sequence[Mapping[str, object]], name: str) -> list[dict[str, object]]:
    return [{"role": party["role"], **one} for party in parties for one in _rows(party[name])]


def _rows(value: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(value, list)
    return value
