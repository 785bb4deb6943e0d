"""What a visit saw, and through which way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cases.model.comparison import Digests
from cases.model.words import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMade:
    """One request that left the machine, and why it was allowed to."""

    url: str
    derivation: str
    method: str
    status: int | None
    peer: str | None
    """Address that answered."""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One visit to one asset through one egress, and what it proves."""

    case_id: str
    asset_id: str
    at: datetime
    egress: str
    presence: Presence
    rule: str
    """Name of the presence rule that fitted first."""
    control: Literal["normal", "failed", "not_needed", "not_checked"] = "not_checked"
    """Liveness control on the same host."""
    pathway_ok: bool = True
    status: int | None = None
    error: str | None = None
    """Code of the closed set; never text of the answer."""
    digests: Digests | None = None
    distance: int | None = None
    address: str | None = None
    asn: int | None = None
    tls_verified: bool = True
    requests: tuple[RequestMade, ...] = ()
    evidence: tuple[str, ...] = ()
    """Further machine words, such as `soft404_sibling_equal` or `rdap_status:client hold`."""
    head: tuple[tuple[str, str], ...] = ()
    """Lower-case headers that tell who served the answer, and `set-cookie` with bare names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressProfile:
    """A way out to the internet, as the verdict needs to know it."""

    name: str
    network: str
    """Two profiles prove more than one only if their networks differ."""
    country: str
    unfiltered: bool
    """Attested by its operator to carry no filter."""
