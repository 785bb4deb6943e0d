"""Everything that one trace found, before parties and a country are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.model import EvidenceStep, RevealedOrigin
from config.catalogue import Catalogue, Provider
from crawler.hosting.fronts import FrontDecision, Signal, of_front
from crawler.hosting.names import HostName
from crawler.hosting.platforms import PlatformMatch
from crawler.hosting.rdap_cache import RdapAnswer
from crawler.hosting.rdap_record import RdapRecord
from crawler.hosting.tables import OfflineFacts, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The answers of all methods for one host."""

    at: datetime
    name: HostName
    catalogue: Catalogue
    dns_outcome: str
    dns_source: str
    addresses: tuple[str, ...]
    """All of the host's addresses, the one that answered first."""
    cnames: tuple[str, ...]
    operator: Provider | None
    platform: PlatformMatch | None
    facts: tuple[OfflineFacts, ...]
    """Of each address that a provider answers for, in the order of `addresses`."""
    front: FrontDecision | None
    marked: tuple[Provider, str] | None
    """Platform that a header of the answer names, with that header."""
    contradicted: tuple[Signal, ...]
    networks: Mapping[str, RdapAnswer]
    """Address -> what its registry answered."""
    parents: Mapping[str, RdapAnswer]
    autnums: Mapping[int, RdapAnswer]
    domain: RdapAnswer | None
    evidence: tuple[EvidenceStep, ...]
    told: RevealedOrigin | None = None
    """What was told of the host behind the front; none unless this front stands."""
    behind: tuple[OfflineFacts, ...] = ()
    """Of each address of that origin."""
    name_servers: tuple[str, ...] = ()
    parked_by: str | None = None
    egress: str = ""

    @property
    def masked(self) -> bool:
        """Whether a front hides the content host; a platform that the name shows is not hidden."""
        return self.front is not None and self.platform is None and not self.behind

    @property
    def of_front(self) -> tuple[OfflineFacts, ...]:
        """Addresses that may be the front's; all of them where that cannot be told."""
        if self.front is None:
            return ()
        provider = self.catalogue.get(self.front.provider_id)
        own = tuple(one for one in self.facts if of_front(one, provider))
        return own or self.facts

    @property
    def of_host(self) -> tuple[OfflineFacts, ...]:
        """Addresses of the content host: what was told, else those that are not the front's."""
        if self.behind:
            return self.behind
        if self.front is None:
            return self.facts
        own = {one.address for one in self.of_front}
        return tuple(one for one in self.facts if one.address not in own)

    def origin_of(self, address: str) -> RevealedOrigin | None:
        """Return the statement that an address comes from, where it is no answer of DNS."""
        return self.told if any(one.address == address for one in self.behind) else None

    def record(self, address: str) -> tuple[RdapRecord, RdapAnswer] | None:
        """Return the registry's record of an address with the answer that it came in."""
        answer = self.networks.get(address)
        if answer is None or answer.record is None:
            return None
        return answer.record, answer

    def origin(self, address: str) -> Origin | None:
        """Return the first network that announces an address."""
        known = (*self.behind, *self.facts)
        facts = next((one for one in known if one.address == address), None)
        return facts.origins[0] if facts and facts.origins else None
