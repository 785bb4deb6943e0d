"""
The values of the domain, spelt in the field's words.

Everything here is frozen and imports the standard library only. Times are aware and in UTC.
A value that names a location (`url`, `host`, `address`) is sealed by the store before it is
written; nothing here may be logged whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    """Where a case stands on its way from a report to its closing."""

    RECEIVED = "received"
    VISITING = "visiting"
    ASSESSED = "assessed"
    TRACED = "traced"
    NOTIFIED = "notified"
    MONITORING = "monitoring"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why nothing more is done about a case (it may still be watched)."""

    REMOVED = "removed"
    EXPIRED = "expired"
    SITE_DOWN = "site_down"
    CHANGED = "changed"
    NO_MATCH_RETURNED = "no_match_returned"
    INSUFFICIENT = "insufficient"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What an actor may do; the table of permissions is `hostwatch.permissions`."""

    ANALYST = "analyst"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Priority(StrEnum):
    """How soon a report is looked at; `urgent` bypasses working-hour holds."""

    NORMAL = "normal"
    URGENT = "urgent"


class Source(StrEnum):
    """Who sent a report. A self-referral's source never leaves the hotline."""

    PUBLIC = "public"
    PARTNER = "partner"
    POLICE = "police"
    STAFF = "staff"
    SELF_REFERRED = "self_referred"


class SiteType(StrEnum):
    """The kind of site, in the words of ICCAM's site types."""

    IMAGE_BOARD = "image_board"
    CYBERLOCKER = "cyberlocker"
    IMAGE_HOST = "image_host"
    FORUM = "forum"
    WEBSITE = "website"
    UNKNOWN = "unknown"


class AssetKind(StrEnum):
    """What an asset is: the reported page, a picture or film on it, or another file."""

    PAGE = "page"
    PICTURE = "picture"
    VIDEO = "video"
    ARCHIVE = "archive"
    FILE = "file"


class Presence(StrEnum):
    """What one observation says of one asset (DESIGN: presence)."""

    PRESENT_EXACT = "present_exact"
    PRESENT_SIMILAR = "present_similar"
    PRESENT_LISTED_ALIVE = "present_listed_alive"
    PRESENT_UNVERIFIED = "present_unverified"
    PRESENT_GATED = "present_gated"
    GONE_HARD = "gone_hard"
    GONE_NOTICE = "gone_notice"
    GONE_PLACEHOLDER = "gone_placeholder"
    EXPIRED = "expired"
    HOST_GONE = "host_gone"
    BLOCKED_HERE = "blocked_here"
    TEMPORARY = "temporary"
    PATHWAY_BROKEN = "pathway_broken"
    REFUSED_BY_POLICY = "refused_by_policy"
    INCOMPLETE = "incomplete"
    NO_VERDICT = "no_verdict"


SHOWING = frozenset(
    {Presence.PRESENT_EXACT, Presence.PRESENT_SIMILAR, Presence.PRESENT_LISTED_ALIVE}
)
"""Presences that prove the listed content to be there."""
GONE = frozenset(
    {
        Presence.GONE_HARD,
        Presence.GONE_NOTICE,
        Presence.GONE_PLACEHOLDER,
        Presence.EXPIRED,
        Presence.HOST_GONE,
    }
)
"""Presences that may count toward an end; each needs more before it does."""


class TakedownVerdict(StrEnum):
    """What the observations together prove about an asset or a case."""

    PRESENT = "present"
    GATED = "gated"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    NOT_VISIBLE_FROM_HERE = "not_visible_from_here"
    REMOVED = "removed"
    EXPIRED = "expired"
    SITE_DOWN = "site_down"


class Confidence(StrEnum):
    """How much a claim may be relied on; `guess` never sends anything by itself."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    GUESS = "guess"


# --------------------------------------------------------------------------- comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Cryptographic digests of one whole body, lower-case hexadecimal."""

    md5: str
    sha1: str
    sha256: str
    length: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A legal class as its source gave it; never guessed and never translated here."""

    scheme: str
    """For instance `interpol`, `ncmec`, `uk`, `national`."""
    value: str
    """For instance `baseline`, `A1`, `C`."""


SignalType = Literal["md5", "sha1", "sha256", "pdq", "phash", "dhash"]
"""What a listed hash is; the last three are perceptual, of 256, 64 and 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """Which entry of which hash list a digest was found in."""

    hash_list: str
    version: str
    tier: Literal["baseline", "national", "local"]
    signal_type: SignalType
    classification: Classification | None = None
    reference: str | None = None
    """Opaque reference of a self-referral or a partner; it never leaves the hotline."""
    key: str = field(default="", compare=False)
    """Opaque name of the listed signal, for the quarantine; not the signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The digest is on the hash list: same bytes."""

    strength: Literal["strong", "weak"]
    """`weak` when only MD5 agrees; such a match is never approved automatically."""
    entry: ListEntry
    part: str | None = None
    """None for the body itself, else the part of it that agreed: `member_3` of an archive."""
    kind: Literal["match"] = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A perceptual neighbour of a listed signal; a person confirms it or not."""

    tier: Literal["confident", "review"]
    distance: int
    """Bits that differ, of the 256 or 64 of the entry's signal type."""
    quality: int
    """PDQ quality 0 to 100."""
    view: str
    """Which view of the picture agreed: `upright`, a dihedral turn, `trimmed`, ..."""
    entry: ListEntry
    part: str | None = None
    """None for the body itself, else `member_3` of an archive, `video` for key frames."""
    kind: Literal["possible"] = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """Compared with every active list and not found. Not a statement that it is legal."""

    kind: Literal["no_match"] = "no_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """The check did not take place; never to be read as `NoMatch` or `NotFound`."""

    reason: str
    """A short machine word: `timeout`, `undecodable`, `list_unavailable`, ..."""
    kind: Literal["not_checked"] = "not_checked"


Comparison = Match | Possible | NoMatch | NotChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """An authorised analyst's legal assessment, made in the hotline's own tool."""

    case_id: str
    ordinal: int
    """1 for the first assessment of the case."""
    classification: Classification
    law: str
    """Statute and article, as it is quoted in the notice."""
    illegal: bool
    assessor: str
    """Account name; never leaves the hotline."""
    at: datetime
    second_assessor: str | None = None
    asset_ids: tuple[str, ...] = ()
    """The assets that it speaks of; empty means all compared assets of the case."""


# --------------------------------------------------------------------------- reports, cases


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
class Pathway:
    """The recipe that shows the content; replayed identically at every visit."""

    steps: tuple[PathwayStep, ...] = ()
    referrer: str | None = None
    user_agent: str | None = None
    accept_language: str | None = None


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
    reappearances: int = 0
    linked: tuple[str, ...] = ()
    """Ids of cases that share a digest."""


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


# --------------------------------------------------------------------------- observations


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressProfile:
    """A way out to the internet, as the verdict needs to know it."""

    name: str
    network: str
    """Two profiles prove more than one only if their networks differ."""
    country: str
    unfiltered: bool
    """Attested by its operator to carry no filter."""


# --------------------------------------------------------------------------- hosting


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

    def party(self, role: PartyRole) -> Party | None:
        """Return the party of that role, if the trace found one."""
        return next((party for party in self.parties if party.role is role), None)


# --------------------------------------------------------------------------- notices


class NoticeKind(StrEnum):
    """What a notice is for."""

    FIRST = "first"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    MOVED = "moved"
    REAPPEARANCE = "reappearance"
    FRONT_REVEAL = "front_reveal"
    POLICE = "police"
    PARTNER = "partner"
    WITHDRAWAL = "withdrawal"


class RecipientKind(StrEnum):
    """Who a notice goes to."""

    CONTENT_HOST = "content_host"
    SITE_OWNER = "site_owner"
    FRONT = "front"
    UPSTREAM = "upstream"
    REGISTRAR = "registrar"
    PARTNER_HOTLINE = "partner_hotline"
    POLICE = "police"


class Channel(StrEnum):
    """How a notice travels."""

    MAIL = "mail"
    XARF_MAIL = "xarf_mail"
    API = "api"
    MANUAL = "manual"
    PARTNER = "partner"


class NoticeState(StrEnum):
    """Where a notice stands (DESIGN: words)."""

    DRAFTED = "drafted"
    HELD = "held"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told, how, and how we know of them."""

    kind: RecipientKind
    key: str
    """Party key, partner id or police id; groups and limits are per key."""
    name: str
    channel: Channel
    address: str
    """Mail address, API name, or the manual form's address."""
    language: str
    country: str | None
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice to one recipient about one case."""

    serial: str
    """`HW-2026-000123-N1`."""
    case_id: str
    version: int
    kind: NoticeKind
    recipient: Recipient
    state: NoticeState
    drafted_at: datetime
    asset_ids: tuple[str, ...]
    snapshot_ids: tuple[str, ...]
    """The traces that the drafter and approver saw."""
    template: str = ""
    """`cyberlocker`, `image_board`, `generic`, `front`, `police`, `partner`."""
    why: str = ""
    """The policy rule that chose this recipient."""
    policy_version: str = ""
    classification: Classification | None = None
    law: str = ""
    hold: Hold | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    attempt: int = 0
    message_id: str | None = None
    body: str | None = None
    """The frozen message of the last attempt, base64 of its exact bytes."""
    body_sha256: str | None = None
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    """Name of the worker that sends it; only that one, or its death, settles the claim."""
    sent_at: datetime | None = None
    receipt: str | None = None
    """What the channel answered, as a short word and code."""
    deadline: datetime | None = None
    answer_code: str | None = None
    """Printed in the notice; needed to answer."""
    answer: str | None = None
    """`removed`, `not_ours`, `moved`, `not_illegal_here`, `accepted`; a claim, never a proof."""
    reminder: int = 0
    retry_at: datetime | None = None
    accepted: tuple[str, ...] = ()
    """Presences, such as `present_gated`, that the approver looked at and sends all the same."""
    replaces: str | None = None
    """Serial of the notice that this one reminds of, corrects or withdraws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a recipient said about a notice; append-only."""

    serial: str
    at: datetime
    claim: str
    channel: Literal["web", "mail", "partner", "staff"]
    reference: str | None = None
    """The recipient's own ticket or case number."""


# --------------------------------------------------------------------------- due work


@dataclass(frozen=True, slots=True, kw_only=True)
class DueHost:
    """A host that has due cases, under a name that tells nobody which host it is."""

    key: str
    """Blind index of the host, 64 hexadecimal digits."""
    urgent: bool
    since: datetime
    """`next_action_at` of its longest overdue case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker process and its last sign of life."""

    name: str
    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """Numbers for health and metrics, from clear columns only."""

    cases: Mapping[str, int]
    """By stage."""
    needs: Mapping[str, int]
    """Cases that wait for an analyst, by the first word of the reason."""
    notices: Mapping[str, int]
    """By state."""
    due: int
    oldest_due: datetime | None
    """`next_action_at` of the case that is due longest; may lie ahead of now."""
    leases: int
    workers: tuple[Worker, ...]
    audit_sequence: int
    """Of the newest audit entry; 0 without any."""


# --------------------------------------------------------------------------- people, trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person or service that may act."""

    name: str
    role: Role
    created_at: datetime
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the hash-chained trail; holds no location and no person outside staff."""

    sequence: int
    at: datetime
    actor: str
    action: str
    case_id: str | None
    detail: str
    """Canonical JSON of clear facts."""
    previous: str
    digest: str
    """SHA-256, hexadecimal, over all other members."""
