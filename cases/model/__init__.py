"""
The values of the domain, spelt in the field's words.

Everything here is frozen and imports the standard library only. Times are aware and in UTC.
A value that names a location (`url`, `host`, `address`) is sealed by the store before it is
written; nothing here may be logged whole.
"""

from __future__ import annotations

from cases.model.casework import Asset, Case, Cookie, Hold, Leg, Pathway, PathwayStep, Report
from cases.model.comparison import (
    Assessment,
    Classification,
    Comparison,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NotChecked,
    Possible,
    SignalType,
)
from cases.model.due import DueHost, StoreCounts, Worker
from cases.model.hosting import (
    Claim,
    Contact,
    CountryClaim,
    EvidenceStep,
    HostingSnapshot,
    Party,
    PartyRole,
    RevealedOrigin,
)
from cases.model.notice import (
    Answer,
    Channel,
    Notice,
    NoticeKind,
    NoticeState,
    Recipient,
    RecipientKind,
)
from cases.model.observation import EgressProfile, Observation, RequestMade
from cases.model.people import Account, AuditEntry
from cases.model.words import (
    GONE,
    SHOWING,
    AssetKind,
    CloseReason,
    Confidence,
    Presence,
    Priority,
    Role,
    SiteType,
    Source,
    Stage,
    TakedownVerdict,
)

__all__ = [
    "GONE",
    "SHOWING",
    "Account",
    "Answer",
    "Assessment",
    "Asset",
    "AssetKind",
    "AuditEntry",
    "Case",
    "Channel",
    "Claim",
    "Classification",
    "CloseReason",
    "Comparison",
    "Confidence",
    "Contact",
    "Cookie",
    "CountryClaim",
    "Digests",
    "DueHost",
    "EgressProfile",
    "EvidenceStep",
    "Hold",
    "HostingSnapshot",
    "Leg",
    "ListEntry",
    "Match",
    "NoMatch",
    "NotChecked",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Observation",
    "Party",
    "PartyRole",
    "Pathway",
    "PathwayStep",
    "Possible",
    "Presence",
    "Priority",
    "Recipient",
    "RecipientKind",
    "Report",
    "RequestMade",
    "RevealedOrigin",
    "Role",
    "SignalType",
    "SiteType",
    "Source",
    "Stage",
    "StoreCounts",
    "TakedownVerdict",
    "Worker",
]
