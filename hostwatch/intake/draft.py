"""One report before it is accepted, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from cases.errors import InvalidInput
from cases.model import Priority, Source

Outcome = Literal["new", "added", "repeated", "insufficient", "refused"]
_Choice = TypeVar("_Choice", Priority, Source)

LONGEST_NOTE = 4000
"""Characters; longer notes are refused rather than cut."""
LONGEST_FIELD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A report as it was typed or sent."""

    url: str
    referrer: str | None = None
    note: str | None = None
    priority: Priority = Priority.NORMAL
    source: Source = Source.PUBLIC
    reporter: str | None = None
    partner_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What became of a draft."""

    outcome: Outcome
    """`added`: same location as an open case; `repeated`: same idempotency key."""
    case_id: str | None = None
    reference: str | None = None
    reason: str = ""
    """For `insufficient` and `refused`: one sentence that does not quote the location."""


def draft_from(fields: dict[str, str]) -> Draft:
    """
    Build a draft from named text fields, as the command line and both file forms give them.

    Raises:
        InvalidInput: which field, and what is allowed.
    """
    for name, value in fields.items():
        _refuse_unusable(name, value)
    return Draft(
        url=fields.get("url", "").strip(),
        referrer=_optional(fields, "referrer"),
        note=_optional(fields, "note"),
        priority=_choice(fields, "priority", Priority, Priority.NORMAL),
        source=_choice(fields, "source", Source, Source.PUBLIC),
        reporter=_optional(fields, "reporter"),
        partner_reference=_optional(fields, "reference"),
    )


def _optional(fields: dict[str, str], name: str) -> str | None:
    return fields.get(name, "").strip() or None


def _refuse_unusable(name: str, value: str) -> None:
    if "\x00" in value:
        raise InvalidInput(f"{name} holds a NUL character; remove it.")
    longest = LONGEST_NOTE if name == "note" else LONGEST_FIELD
    if len(value) > longest:
        raise InvalidInput(f"{name} has {len(value)} characters; at most {longest} are allowed.")
    if value != value.encode("utf-8", "replace").decode():
        raise InvalidInput(f"{name} is not valid Unicode text; send it as UTF-8.")


def _choice(fields: dict[str, str], name: str, kind: type[_Choice], default: _Choice) -> _Choice:
    text = fields.get(name, "").strip().lower().replace("-", "_")
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise InvalidInput(f"{name} is none of: {allowed}.") from None
