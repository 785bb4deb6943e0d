"""Reports, the cases they make, and the assets of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cases.model.comparison import Comparison, Digests, Match, NotChecked
from cases.model.hosting import RevealedOrigin
from cases.model.words import (
    AssetKind,
    CloseReason,
    Confidence,
    Priority,
    SiteType,
    Source,
    Stage,
    TakedownVerdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What someone sent. Many reports may concern one case."""

    id: str
    reference: str
    """Opaque, random; handed back to the reporter."""
    case_id: str
    received_at: datetime
    source: Source
    url: str
    """As sent, fragment included."""
    referrer: str | None = None
    note: str | None = None
    reporter: str | None = None
    """Name or address, if given. Purged by retention."""
    partner_reference: str | None = None
    entered_by: str = ""
    """Account name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayStep:
    """One page to ask first, so that the content shows (DESIGN: pathway)."""

    url: str
    referrer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie that an analyst sets by hand."""

    name: str
    value: str
    host: str
    """Exact lower-case host that gets it; no other host does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """The recipe that shows the content; replayed identically at every visit."""

    steps: tuple[PathwayStep, ...] = ()
    referrer: str | None = None
    user_agent: str | None = None
    accept_language: str | None = None
    cookies: tuple[Cookie, ...] = ()
    egress: str | None = None
    """Profile that is asked first; the others still look at what seems gone."""
    tls: Literal["tolerate", "verify"] = "tolerate"
    """Whether a failed certificate ends the visit, or is tried once more, bare and marked."""
    passwords: tuple[str, ...] = ()
    """Of the archives behind it, besides those in the notes of the reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a case or notice waits: owner, reason, expiry."""

    reason: str
    owner: str
    since: datetime
    until: datetime | None = None
    """Releases itself then; none means that a person must release it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The time that a case spent at one host."""

    ordinal: int
    started: datetime
    snapshot_id: str | None = None
    asset_ids: tuple[str, ...] = ()
    """The assets that came to the host with it; empty means all of the case."""
    snapshot_ids: tuple[str, ...] = ()
    """The traces that its notices were drafted from; whether something moved is told by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One reported location and its history."""

    id: str
    """`HW-2026-000123`."""
    version: int
    """Compare-and-set counter; the store refuses a stale write."""
    stage: Stage
    created_at: datetime
    url: str
    """As first reported, exactly."""
    canonical: str
    """Canonical form that decides whether two reports are of the same location."""
    host: str
    """Lower-case A-label host of `url`."""
    priority: Priority = Priority.NORMAL
    site_type: SiteType = SiteType.UNKNOWN
    engine: str | None = None
    pathway: Pathway = field(default_factory=Pathway)
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    needs: str | None = None
    """Why an analyst must look: a short machine word, or none."""
    hold: Hold | None = None
    next_action_at: datetime | None = None
    """When the case is due for its next step; none means that nobody waits for the clock."""
    attempts: int = 0
    """Visits so far that ended without an answer, since the last answer."""
    reports: int = 1
    comparison: str = "not_checked"
    """Strongest comparison of its assets: match, possible, no_match, not_checked."""
    reason: str = "not_visited"
    """Machine word that explains `comparison` or the last outcome."""
    verdict: TakedownVerdict = TakedownVerdict.UNKNOWN
    verdict_rule: str = ""
    first_seen: datetime | None = None
    """First observation that showed the listed content."""
    last_seen: datetime | None = None
    provider: str | None = None
    asn: int | None = None
    country: str | None = None
    country_confidence: Confidence | None = None
    masked_by: str | None = None
    legs: tuple[Leg, ...] = ()
    origins: tuple[RevealedOrigin, ...] = ()
    """Content hosts behind fronts, as they were told; the newest of a host counts."""
    reappearances: int = 0
    linked: tuple[str, ...] = ()
    """Ids of cases that share a listed digest, or whose page reads the same elsewhere."""
    payments: tuple[str, ...] = ()
    """Ways to pay that the page names, as `btc:<address>` or `processor:<host>`: for the police."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A thing at a URL that belongs to a case and has its own host."""

    id: str
    """`HW-2026-000123-1`; the reported page itself is `-0`."""
    case_id: str
    kind: AssetKind
    role: str
    """`reported`, `original`, `preview`, `linked`, `inline`, `download`."""
    url: str
    host: str
    referer: str | None = None
    why: str = ""
    """Which rule of which engine found it."""
    digests: Digests | None = None
    """Of the first complete body; the reference for `present_exact`."""
    look: str | None = None
    """
    Of a page with enough to read: SHA-256 of its words without digits and its own address. Equal
    at two hosts, it says that one site stands under both names.
    """
    pdq: str | None = None
    """64 hexadecimal digits, when measured with enough quality."""
    comparison: Comparison = field(default_factory=lambda: NotChecked(reason="not_visited"))
    verdict: TakedownVerdict = TakedownVerdict.UNKNOWN
    verdict_rule: str = ""
    downloads: int = 0
    """Whole-file fetches so far; capped by policy ("do no favours")."""

    @property
    def listed(self) -> bool:
        """Whether the chain acts on this asset without a person's assessment."""
        return isinstance(self.comparison, Match)
