"""How a party is reached about abuse: published ways only, best first; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cases.model import Confidence, Contact, PartyRole
from config.catalogue import Provider
from crawler.fetch.contract import DnsAnswer
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

    `rdap_parent` and `rdap_autnum` speak of a larger network, so they are medium at most; so is
    an old answer that stands in for a registry that says nothing now.
    """
    old = ("stale_answer",) if "stale_answer" in record.flags else ()
    usable = (one for one in record.candidates if one.refused is None)
    return tuple(
        Contact(
            party=role,
            channel=one.channel,
            value=one.address,
            source=source,
            confidence=_confidence(one, source, doubted=bool(old)),
            flags=(*_PLAIN_FLAGS[one.source], *one.flags, *old),
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


def unreachable(mx: DnsAnswer, addresses: DnsAnswer | None = None) -> str | None:
    """
    Say why no mail server takes mail for a mailbox's domain (RFC 5321, 5.1; RFC 7505).

    Args:
        mx: what DNS said about the mail hosts of the domain.
        addresses: what it said about the domain's own addresses, which take the mail where a
            domain names no mail host; needed only then.

    Returns:
        `no_mail_domain`, `null_mx`, `no_mail_host`; none when it may be reached. A question that
        DNS did not answer is no reason either: nothing is known then.
    """
    if mx.outcome == "nxdomain":
        return "no_mail_domain"
    if mx.outcome == "ok":
        return "null_mx" if mx.names == ("",) else None
    if mx.outcome != "nodata" or addresses is None:
        return None
    return "no_mail_host" if addresses.outcome in {"nodata", "nxdomain"} else None


def after_bounces(contacts: Sequence[Contact], bounced: Collection[str]) -> tuple[Contact, ...]:
    """
    Put mailboxes that refused for good behind all others, marked `bounced`.

    A catalogue entry whose mailbox refused is marked `verify` as well. Order and marks of the
    others stay, so that the next in rank is the first that may be used.
    """
    refused = {address.casefold() for address in bounced}
    fell = [one.channel == "mail" and one.value.casefold() in refused for one in contacts]
    kept = [one for one, gone in zip(contacts, fell, strict=True) if not gone]
    last = [_bounced(one) for one, gone in zip(contacts, fell, strict=True) if gone]
    return (*kept, *last)


def _bounced(contact: Contact) -> Contact:
    marks = ("bounced", "verify") if contact.source == "catalogue" else ("bounced",)
    return replace(
        contact,
        confidence=Confidence.LOW,
        flags=tuple(dict.fromkeys((*contact.flags, *marks))),
    )


def recipient_grade(contact: Contact) -> bool:
    """Whether a contact may become a recipient at all."""
    if "bounced" in contact.flags:
        return False
    return contact.confidence is not Confidence.GUESS and contact.source in _SOURCES[:4]


def refused_words(record: RdapRecord) -> tuple[str, ...]:
    """List the refused candidates with their reason, for the evidence."""
    refused: Sequence[RdapCandidate] = [one for one in record.candidates if one.refused]
    return tuple(f"{one.refused}:{one.address}" for one in refused)


def _confidence(candidate: RdapCandidate, source: str, *, doubted: bool) -> Confidence:
    found = _CONFIDENCE[candidate.source]
    larger = source in {"rdap_parent", "rdap_autnum"}
    doubtful = doubted or larger or bool(_DOUBTS & set(candidate.flags))
    return Confidence.MEDIUM if doubtful and found is Confidence.HIGH else found


def _rank(contact: Contact) -> tuple[int, int, int]:
    source = _SOURCES.index(contact.source) if contact.source in _SOURCES else len(_SOURCES)
    return source, _ORDER.index(contact.confidence), 0 if contact.channel == "mail" else 1
