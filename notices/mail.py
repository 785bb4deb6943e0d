"""
The MIME form of a notice: RFC 5322 message, RFC 6522 report where one XARF document is in it.

Deterministic: the same parts give the same bytes. Boundaries come from serial and attempt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

_USER_AGENT = "hostwatch/0.1"
_LINE = 78
_LONGEST_LINE = 998
"""RFC 5322 2.1.1; used only where a Message-ID would not fit into 78 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The headers of a notice."""

    sender: str
    sender_name: str
    reply_to: str
    recipient: str
    subject: str
    message_id: str
    in_reply_to: str | None
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One attached document."""

    name: str
    subtype: str
    """Of `application` or, for CSV, of `text`."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Everything below the headers."""

    text: str
    documents: tuple[Part, ...]
    """Our JSON and CSV, and the partner's bundle."""
    xarf: tuple[Part, ...]
    source: str | None
    """Address of the one incident, for the feedback report."""


def message_bytes(envelope: Envelope, body: Body, *, seed: str) -> bytes:
    """Return the exact bytes to send. `seed` makes the boundaries (serial and attempt)."""
    documents = [_attachment(part) for part in body.documents]
    xarf = [_attachment(part) for part in body.xarf]
    if len(xarf) == 1:
        human = _multipart("mixed", [_text(body.text), *documents], seed=f"{seed}:human")
        root = _multipart("report", [human, _feedback(body.source), *xarf], seed=seed)
        root.set_param("report-type", "feedback-report")
    else:
        root = _multipart("mixed", [_text(body.text), *documents, *xarf], seed=seed)
    _set_headers(root, envelope)
    return root.as_bytes(policy=_policy(envelope.message_id))


def _policy(message_id: str) -> EmailPolicy[EmailMessage]:
    fits = len(f"In-Reply-To: {message_id}") <= _LINE
    return SMTP.clone(max_line_length=_LINE if fits else _LONGEST_LINE)


def _set_headers(root: EmailMessage, envelope: Envelope) -> None:
    root["MIME-Version"] = "1.0"
    root["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    root["To"] = Address(addr_spec=envelope.recipient)
    root["Reply-To"] = Address(addr_spec=envelope.reply_to)
    root["Subject"] = envelope.subject
    root["Date"] = format_datetime(envelope.date.astimezone(UTC))
    root["Message-ID"] = envelope.message_id
    if envelope.in_reply_to:
        root["In-Reply-To"] = envelope.in_reply_to
        root["References"] = envelope.in_reply_to
    root["Auto-Submitted"] = "auto-generated"
    root["User-Agent"] = _USER_AGENT


def _multipart(subtype: str, parts: Sequence[EmailMessage], *, seed: str) -> EmailMessage:
    holder = EmailMessage(policy=SMTP)
    holder["Content-Type"] = f"multipart/{subtype}"
    holder.set_boundary(f"hw-{hashlib.sha256(seed.encode()).hexdigest()[:32]}")
    for part in parts:
        holder.attach(part)
    return holder


def _text(text: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(text, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]
    return part


def _attachment(document: Part) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    maintype = "text" if document.subtype == "csv" else "application"
    part.set_content(
        document.content,
        maintype=maintype,
        subtype=document.subtype,
        cte="base64",
        disposition="attachment",
        filename=document.name,
    )
    part.set_param("name", document.name)
    del part["MIME-Version"]
    return part


def _feedback(source: str | None) -> EmailMessage:
    """Return the second part of a feedback report (RFC 5965), in XARF's variant."""
    fields = EmailMessage(policy=SMTP)
    fields["Feedback-Type"] = "xarf"
    fields["User-Agent"] = _USER_AGENT
    fields["Version"] = "1"
    if source:
        fields["Source-IP"] = source
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/feedback-report"
    part.set_payload([fields])
    return part
