"""
Masked rows: what lists, tables, CSV and JSON show of a case or notice.

A row is built from named members only, so a member added to the domain stays hidden until
someone decides to show it here. No URL, host, address, mail address or free text is among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cases.model import Case, Hold, Notice
from config.locations import names_location
from console.output.text import age

Row = Mapping[str, object]

_MASK: Final = "[masked]"

CASE_COLUMNS: Final = (
    "case",
    "stage",
    "verdict",
    "comparison",
    "provider",
    "country",
    "confidence",
    "masked_by",
    "needs",
    "age",
)
NOTICE_COLUMNS: Final = ("serial", "kind", "recipient_kind", "recipient", "channel", "state", "age")


def case_row(case: Case, *, now: datetime) -> dict[str, object]:
    """Return the masked row of a case; times in ISO 8601, UTC."""
    return {
        "case": case.id,
        "stage": case.stage.value,
        "close_reason": _value(case.close_reason),
        "priority": case.priority.value,
        "site_type": case.site_type.value,
        "verdict": case.verdict.value,
        "verdict_rule": case.verdict_rule,
        "comparison": case.comparison,
        "reason": case.reason,
        "provider": party_name(case.provider, host=case.host),
        "asn": case.asn,
        "country": case.country,
        "confidence": _value(case.country_confidence),
        "masked_by": party_name(case.masked_by, host=case.host),
        "needs": case.needs,
        "hold": _hold(case.hold),
        "reports": case.reports,
        "legs": len(case.legs),
        "reappearances": case.reappearances,
        "linked": list(case.linked),
        "created_at": _time(case.created_at),
        "closed_at": _time(case.closed_at),
        "next_action_at": _time(case.next_action_at),
        "age": age(now - case.created_at),
    }


def notice_row(notice: Notice, *, now: datetime) -> dict[str, object]:
    """Return the masked row of a notice; who is told by name and kind, never by address."""
    return {
        "serial": notice.serial,
        "case": notice.case_id,
        "kind": notice.kind.value,
        "recipient_kind": notice.recipient.kind.value,
        "recipient": party_name(notice.recipient.name),
        "country": notice.recipient.country,
        "language": notice.recipient.language,
        "confidence": notice.recipient.confidence.value,
        "channel": notice.recipient.channel.value,
        "state": notice.state.value,
        "why": notice.why,
        "template": notice.template,
        "policy_version": notice.policy_version,
        "assets": len(notice.asset_ids),
        "hold": _hold(notice.hold),
        "approved_by": notice.approved_by,
        "attempt": notice.attempt,
        "reminder": notice.reminder,
        "receipt": masked(notice.receipt),
        "answer": notice.answer,
        "drafted_at": _time(notice.drafted_at),
        "sent_at": _time(notice.sent_at),
        "deadline": _time(notice.deadline),
        "age": age(now - notice.drafted_at),
    }


def masked(text: str | None) -> str | None:
    """
    Hide a word that may name a location.

    >>> masked("rdap_status:client hold"), masked("files.example")
    ('rdap_status:client hold', '[masked]')
    """
    return _MASK if text is not None and names_location(text) else text


def party_name(name: str | None, *, host: str | None = None) -> str | None:
    """
    Show the name of a company, which may look like a host (`Example.com, Inc.`).

    It is hidden when it is the case's own host, a URL or a mail address.

    >>> party_name("Example.com, Inc.", host="a.test"), party_name("A.test", host="a.test")
    ('Example.com, Inc.', '[masked]')
    """
    if name is None:
        return None
    own = bool(host) and str(host).lower() in name.lower()
    return _MASK if own or "@" in name or "//" in name else name


def _hold(hold: Hold | None) -> str | None:
    """Say until when; the reason is free text of staff and stays in the case."""
    if hold is None:
        return None
    return f"until {_time(hold.until)}" if hold.until else "until released"


def _value(word: object) -> str | None:
    return None if word is None else str(word)


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
