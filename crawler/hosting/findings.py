"""Everything that one trace found, before parties and a country are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.model import EvidenceStep
from config.catalogue import Catalogue, Provider
from crawler.hosting.fronts import FrontDecision, Signal
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
    contradicted: tuple[Signal, ...]
    networks: Mapping[str, RdapAnswer]
    """Address -> what its registry answered."""
    parents: Mapping[str, RdapAnswer]
    autnums: Mapping[int, RdapAnswer]
    domain: RdapAnswer | None
    evidence: tuple[EvidenceStep, ...]

    @property
    def masked(self) -> bool:
        """Whether a front hides the content host; a platform that the name shows is not hidden."""
        return self.front is not None and self.platform is None

    def record(self, address: str) -> tuple[RdapRecord, RdapAnswer] | None:
        """Return the registry's record of an address with the answer that it came in."""
        answer = self.networks.get(address)
        if answer is None or answer.record is None:
            return None
        return answer.record, answer

    def origin(self, address: str) -> Origin | None:
        """Return the first network that announces an address."""
        facts = next((one for one in self.facts if one.address == address), None)
        return facts.origins[0] if facts and facts.origins else None
