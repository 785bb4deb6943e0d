"""The closed sets of words that records are written with."""

from __future__ import annotations

from enum import StrEnum


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
