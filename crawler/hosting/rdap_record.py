"""What is read from one RDAP answer; leaves the locked worker as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ip network", "autnum", "domain", "entity", "error", "unknown"]
AbuseSource = Literal["abuse_only", "abuse_shared", "abuse_typed", "abuse_local_part", "remarks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapCandidate:
    """One address that might take abuse reports, chosen or not."""

    address: str
    """Mail address in lower case, or an https form."""
    channel: Literal["mail", "form"]
    source: AbuseSource
    """
    `abuse_only`: abuse is the entity's only role; `abuse_shared`: one of several; `abuse_typed`:
    the mailbox is marked abuse; `abuse_local_part`: begins with abuse; `remarks`: in free text.
    """
    flags: tuple[str, ...] = ()
    """`unvalidated`, `person`, `reseller`, `second_choice` (not the best mailbox of its entity)."""
    refused: str | None = None
    """`withheld` or `registry_placeholder`; such a candidate is never a contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapRecord:
    """One network, autonomous system or domain, as its registry tells it."""

    kind: Kind
    handle: str | None = None
    network_name: str | None = None
    org_name: str | None = None
    """Registrant of kind organisation; never a maintainer."""
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
