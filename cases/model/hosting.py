"""Who serves a host, with proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from cases.model.words import Confidence


class PartyRole(StrEnum):
    """Who does what for a location."""

    OPERATOR = "operator"
    CONTENT_HOST = "content_host"
    FRONT = "front"
    UPSTREAM = "upstream"
    REGISTRAR = "registrar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement about a party, with where it comes from."""

    field: str
    """`name`, `asn`, `network`, `address`, `registered_domain`, ..."""
    value: str
    source: str
    source_version: str
    at: datetime
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryClaim:
    """One statement about a country; kinds are never blended."""

    kind: Literal["physical", "registry", "seat", "law"]
    country: str
    """ISO 3166-1 alpha-2."""
    source: str
    source_version: str
    at: datetime
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach a party about abuse."""

    party: PartyRole
    channel: Literal["mail", "api", "form"]
    value: str
    source: str
    """`catalogue`, `rdap_abuse`, `rdap_parent`, `rdap_autnum`, `registrar`, `rfc2142`."""
    confidence: Confidence
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One company or service, and the claims about it."""

    role: PartyRole
    name: str | None
    asn: int | None = None
    key: str = ""
    """Stable id for grouping: catalogue id, else `as64500`, else network handle."""
    claims: tuple[Claim, ...] = ()
    contacts: tuple[Contact, ...] = ()
    """Best first; refused ones are not here but in the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStep:
    """What one method was asked and what it answered; error and absence differ."""

    step: str
    source: str
    source_version: str
    started: datetime
    milliseconds: int
    outcome: str
    """`found`, `none`, or a word of the closed error set."""
    query: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedOrigin:
    """Where a host's content stands behind its front, as somebody who knows told the hotline."""

    host: str
    """Lower-case A-label host that the front answers for."""
    addresses: tuple[str, ...]
    """Canonical, public, outside the front's own network."""
    front: str
    """Key of the front; once another answers, the statement does not count any more."""
    source: Literal["front", "provider", "police", "partner"]
    reference: str
    """Of the answer that told it: a ticket or a letter; no location."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HostingSnapshot:
    """Who serves a host at one moment, with proof; frozen once taken."""

    id: str
    case_id: str
    asset_id: str
    taken_at: datetime
    host: str
    registered_domain: str | None
    addresses: tuple[str, ...]
    cnames: tuple[str, ...] = ()
    dns_outcome: str = "ok"
    parties: tuple[Party, ...] = ()
    countries: tuple[CountryClaim, ...] = ()
    country: str | None = None
    """The routing country, or none when masked, anycast or in conflict."""
    country_confidence: Confidence = Confidence.GUESS
    country_reason: str = "no_claims"
    masked_by: str | None = None
    """Name of the front that hides the content host."""
    methods: int = 0
    """Independent methods that answered; fewer than three is said in the notice."""
    evidence: tuple[EvidenceStep, ...] = ()
    evidence_head: str = ""
    """SHA-256 over the chain of evidence steps, hexadecimal; empty before it was kept."""
    egress: str = ""
    """Profile that DNS and registries were asked through."""
    front_hosts: str | None = None
    """Name of the front whose own platform holds the content: nothing is hidden then."""
    anycast: bool = False
    """An imported table says that an address answers from many places."""
    name_servers: tuple[str, ...] = ()
    parked_by: str | None = None
    """Parking service that holds the name, or `page` where only the page tells."""
    origin: RevealedOrigin | None = None
    """What was told of the content host behind the front, if this trace followed it."""

    @property
    def front_key(self) -> str | None:
        """Key of the front that answers, whether or not it hides the content host."""
        front = self.party(PartyRole.FRONT)
        return (front.key or front.name) if front is not None else self.masked_by

    @property
    def host_addresses(self) -> tuple[str, ...]:
        """Return the addresses of the content host: those told behind the front, else DNS's."""
        return self.origin.addresses if self.origin is not None else self.addresses

    def all_of(self, role: PartyRole) -> tuple[Party, ...]:
        """Return every party of that role, the one that answered first."""
        return tuple(party for party in self.parties if party.role is role)

    def party(self, role: PartyRole) -> Party | None:
        """Return the party of that role, if the trace found one."""
        return next((party for party in self.parties if party.role is role), None)
