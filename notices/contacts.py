"""Which published contact of a party may become a recipient; a guessed one never does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cases.model import (
    Channel,
    Classification,
    Confidence,
    Contact,
    HostingSnapshot,
    Party,
    PartyRole,
    Recipient,
    RecipientKind,
)
from config.settings import Hotline, Police
from notices.partners.registry import Partner
from notices.xarf import xarf_class

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_GUESSED_SOURCES = frozenset({"rfc2142"})
_REGISTRAR_SOURCES = frozenset({"registrar"})
_BOUNCED = "bounced"
"""Mark of a mailbox that refused a notice, or that no mail server serves."""
_UNFIT_SITES = frozenset({"dedicated", "disguised", "commercial"})
"""Sites whose owner is part of the offence; DESIGN: never told."""
_KINDS = {
    PartyRole.CONTENT_HOST: RecipientKind.CONTENT_HOST,
    PartyRole.FRONT: RecipientKind.FRONT,
    PartyRole.OPERATOR: RecipientKind.SITE_OWNER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoContact:
    """The party cannot be told."""

    reason: Literal["no_party", "no_contact", "guessed_contact_only", "bounced_contact_only"]


def is_mailbox(address: str) -> bool:
    """Return whether a text is one plain ASCII mailbox, fit for an envelope and a header."""
    return len(address) <= 254 and _MAILBOX.fullmatch(address) is not None


def party_recipient(
    snapshot: HostingSnapshot, role: PartyRole, classification: Classification | None
) -> Recipient | NoContact:
    """Return the best usable contact of the content host or the front as a recipient."""
    party = snapshot.party(role)
    if party is None:
        return NoContact(reason="no_party")
    return _best(party, snapshot, classification)


def host_recipients(
    snapshot: HostingSnapshot, classification: Classification | None
) -> tuple[Recipient | NoContact, ...]:
    """Return one recipient per content host: a name may lead to several companies at once."""
    parties = snapshot.all_of(PartyRole.CONTENT_HOST)
    if not parties:
        return (NoContact(reason="no_party"),)
    return tuple(_best(party, snapshot, classification) for party in parties)


def _best(
    party: Party, snapshot: HostingSnapshot, classification: Classification | None
) -> Recipient | NoContact:
    usable = [contact for contact in party.contacts if _usable(contact, party.role)]
    if usable:
        return _recipient(party, usable[0], snapshot, classification)
    if any(_BOUNCED in contact.flags for contact in party.contacts):
        return NoContact(reason="bounced_contact_only")
    return NoContact(reason="guessed_contact_only" if party.contacts else "no_contact")


def owner_recipient(
    snapshot: HostingSnapshot, classification: Classification | None
) -> Recipient | None:
    """
    Return the site owner as a recipient, only where the catalogue knows its own abuse desk.

    Dedicated, disguised and commercial sites have no owner who is told.
    """
    party = snapshot.party(PartyRole.OPERATOR)
    if party is None or _is_unfit(party):
        return None
    known = [c for c in party.contacts if c.source == "catalogue"]
    usable = [contact for contact in known if _usable(contact, PartyRole.OPERATOR)]
    return _recipient(party, usable[0], snapshot, classification) if usable else None


def partner_recipient(partner: Partner, country: str) -> Recipient:
    """Return a partner hotline as the recipient for content in `country`."""
    return Recipient(
        kind=RecipientKind.PARTNER_HOTLINE,
        key=partner.id,
        name=partner.name,
        channel=Channel.PARTNER,
        address=partner.address,
        language=partner.language,
        country=country,
        source="partners",
        confidence=Confidence.HIGH,
    )


def police_recipient(police: Police, hotline: Hotline) -> Recipient:
    """Return the own national police as a recipient."""
    return Recipient(
        kind=RecipientKind.POLICE,
        key=f"police-{hotline.country.lower()}",
        name=police.name,
        channel=Channel.MAIL,
        address=police.address,
        language=police.language,
        country=hotline.country,
        source="settings",
        confidence=Confidence.HIGH,
    )


def _usable(contact: Contact, role: PartyRole) -> bool:
    return (
        contact.party is role
        and _BOUNCED not in contact.flags
        and contact.confidence is not Confidence.GUESS
        and contact.source not in _GUESSED_SOURCES
        and contact.source not in _REGISTRAR_SOURCES
        and (contact.channel != "mail" or is_mailbox(contact.value))
    )


def _is_unfit(party: Party) -> bool:
    flags = {flag for contact in party.contacts for flag in contact.flags}
    kinds = {claim.value for claim in party.claims if claim.field == "site_kind"}
    return bool((flags | kinds) & _UNFIT_SITES)


def _recipient(
    party: Party,
    contact: Contact,
    snapshot: HostingSnapshot,
    classification: Classification | None,
) -> Recipient:
    return Recipient(
        kind=_KINDS[party.role],
        key=party.key or contact.value.casefold(),
        name=party.name or party.key or "abuse desk",
        channel=_channel(contact, classification),
        address=contact.value,
        language="en",
        country=snapshot.country,
        source=contact.source,
        confidence=contact.confidence,
    )


def _channel(contact: Contact, classification: Classification | None) -> Channel:
    if contact.channel != "mail":
        return Channel.MANUAL
    if "no_xarf" in contact.flags or xarf_class(classification) is None:
        return Channel.MAIL
    return Channel.XARF_MAIL
