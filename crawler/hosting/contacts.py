"""How a party is reached about abuse: published ways only, best first; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cases.model import Confidence, Contact, PartyRole
from config.catalogue import Provider
from crawler.hosting.rdap_record import AbuseSource, RdapCandidate, RdapRecord

VERIFIED_FOR = timedelta(days=180)
"""A catalogue entry that was checked longer ago counts one step less."""

_SOURCES = ("catalogue", "rdap_abuse", "rdap_parent", "rdap_autnum", "registrar", "rfc2142")
_ORDER = tuple(Confidence)
_CONFIDENCE: dict[AbuseSource, Confidence] = {
    "abuse_only": Confidence.HIGH,
    "abuse_shared": Confidence.MEDIUM,
    "abuse_typed": Confidence.MEDIUM,
    "abuse_named": Confidence.MEDIUM,
    "abuse_local_part": Confidence.LOW,
    "remarks": Confidence.LOW,
}
_DOUBTS = frozenset({"unvalidated", "second_choice"})
_PLAIN_FLAGS: dict[AbuseSource, tuple[str, ...]] = {
    "abuse_only": (),
    "abuse_shared": ("shared_role",),
    "abuse_typed": ("typed_mailbox",),
    "abuse_named": ("no_role_stated",),
    "abuse_local_part": ("other_role",),
    "remarks": ("from_remarks",),
}


def catalogue_contacts(
    provider: Provider, role: PartyRole, *, now: datetime
) -> tuple[Contact, ...]:
    """Return a provider's own channels; medium and `verify` when nobody checked them lately."""
    checked = provider.verified_on
    fresh = checked is not None and now.date() - checked <= VERIFIED_FOR
    return tuple(
        Contact(
            party=role,
            channel=channel.type,
            value=channel.value.lower() if channel.type == "mail" else channel.value,
            source="catalogue",
            confidence=Confidence.HIGH if fresh else Confidence.MEDIUM,
            flags=() if fresh else ("verify",),
        )
        for channel in provider.channel
    )


def rdap_contacts(record: RdapRecord, role: PartyRole, *, source: str) -> tuple[Contact, ...]:
    """
    Return the usable candidates of an answer as contacts of a party.

    `rdap_parent` and `rdap_autnum` speak of a larger network, so they are medium at most.
    """
    usable = (one for one in record.candidates if one.refused is None)
    return tuple(
        Contact(
            party=role,
            channel=one.channel,
            value=one.address,
            source=source,
            confidence=_confidence(one, source),
            flags=(*_PLAIN_FLAGS[one.source], *one.flags),
        )
        for one in usable
    )


def ranked(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Order contacts by source, then confidence, mail before forms; each address once."""
    best: dict[tuple[str, str], Contact] = {}
    for contact in sorted(contacts, key=_rank):
        best.setdefault((contact.channel, contact.value), contact)
    return tuple(best.values())


def guess(registered_domain: str) -> Contact:
    """
    Return the mailbox that RFC 2142 suggests for a domain.

    It is a note for the analyst. It is never put among a party's contacts.
    """
    return Contact(
        party=PartyRole.OPERATOR,
        channel="mail",
        value=f"abuse@{registered_domain}",
        source="rfc2142",
        confidence=Confidence.GUESS,
        flags=("never_a_recipient",),
    )


def recipient_grade(contact: Contact) -> bool:
    """Whether a contact may become a recipient at all."""
    return contact.confidence is not Confidence.GUESS and contact.source in _SOURCES[:4]


def refused_words(record: RdapRecord) -> tuple[str, ...]:
    """List the refused candidates with their reason, for the evidence."""
    refused: Sequence[RdapCandidate] = [one for one in record.candidates if one.refused]
    return tuple(f"{one.refused}:{one.address}" for one in refused)


def _confidence(candidate: RdapCandidate, source: str) -> Confidence:
    found = _CONFIDENCE[candidate.source]
    doubtful = bool(_DOUBTS & set(candidate.flags)) or source in {"rdap_parent", "rdap_autnum"}
    return Confidence.MEDIUM if doubtful and found is Confidence.HIGH else found


def _rank(contact: Contact) -> tuple[int, int, int]:
    source = _SOURCES.index(contact.source) if contact.source in _SOURCES else len(_SOURCES)
    return source, _ORDER.index(contact.confidence), 0 if contact.channel == "mail" else 1
