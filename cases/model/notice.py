"""Notices to recipients, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from cases.model.casework import Hold
from cases.model.comparison import Classification
from cases.model.words import Confidence


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
