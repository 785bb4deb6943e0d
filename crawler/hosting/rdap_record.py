"""What is read from one RDAP answer; leaves the locked worker as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ip network", "autnum", "domain", "nameserver", "entity", "error", "unknown"]
AbuseSource = Literal[
    "abuse_only", "abuse_shared", "abuse_typed", "abuse_named", "abuse_local_part", "remarks"
]
Place = Literal[
    "entity_abuse",
    "nested_abuse",
    "registrar_abuse",
    "typed_mailbox",
    "incident_team",
    "org_entity",
    "other_entity",
    "remarks",
    "notices",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapCandidate:
    """One address that might take abuse reports, chosen or not."""

    address: str
    """Mail address in lower case, or an https form."""
    channel: Literal["mail", "form"]
    source: AbuseSource
    """
    `abuse_only`: abuse is the entity's only role; `abuse_shared`: one of several; `abuse_typed`:
    the mailbox is marked abuse; `abuse_named`: an entity without roles is an IRT or is named abuse;
    `abuse_local_part`: the mailbox is named abuse; `remarks`: in free text.
    """
    flags: tuple[str, ...] = ()
    """`unvalidated`, `person`, `reseller`, `second_choice` (not the best mailbox of its entity)."""
    refused: str | None = None
    """
    `withheld`, `registry_placeholder`, `third_party`, `not_managed_here`, `not_the_registrar`,
    `registrar` (of a name, in an answer about a network) or `abuse_role_elsewhere`; such a
    candidate is never a contact.
    """
    place: Place = "entity_abuse"
    """
    Where it stands: the object's own abuse entity, one nested in another entity, one of a domain's
    registrar, a mailbox marked abuse, an IRT, the registrant, another entity, or free text.
    """
    path: str = ""
    """Roles from the outermost entity to the one that holds it: `registrant > abuse`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapRecord:
    """One network, autonomous system or domain, as its registry tells it."""

    kind: Kind
    handle: str | None = None
    network_name: str | None = None
    org_name: str | None = None
    """Registrant of kind organisation; never a maintainer, never a person."""
    country: str | None = None
    """The object's own `country`, upper case, as given; of a registrant, not of a server."""
    org_country: str | None = None
    """ISO code in the registrant's postal address."""
    start: str | None = None
    end: str | None = None
    """First and last address, canonical."""
    first_asn: int | None = None
    last_asn: int | None = None
    type: str | None = None
    """Lower case: `allocated pa`, `assigned`, `reassignment`, ..."""
    domain: str | None = None
    registrar: str | None = None
    abuse_email: str | None = None
    abuse_source: AbuseSource | None = None
    candidates: tuple[RdapCandidate, ...] = ()
    """Best first, refused ones last."""
    flags: tuple[str, ...] = ()
    parent_handle: str | None = None
    parent_link: str | None = None
    """https only."""
    origin_asns: tuple[int, ...] = ()
    status: tuple[str, ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    """Action and date, as given."""
    nameservers: tuple[str, ...] = ()
    delegation_signed: bool | None = None
    error_code: int | None = None
    """HTTP status that an error answer states (RFC 9083, 6)."""
