"""Read the form of an answer; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CLAIMS: Final[Mapping[str, str]] = {
    "removed": "We removed it, including caches and copies",
    "accepted": "We received the notice and work on it",
    "not_ours": "It is not hosted by us",
    "moved": "It has moved to another provider",
    "not_illegal_here": "It is not illegal in our country",
    "need_more": "We need more information",
}
"""Claim -> its words on the page. A claim is never a proof: it is checked."""

LONGEST_REFERENCE: Final = 100
_CODE: Final = re.compile(r"[A-Za-z0-9 \-]{1,64}")
_FIELDS: Final = frozenset({"code", "claim", "reference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form that is well filled in."""

    code: str
    claim: str
    reference: str | None


def read_form(fields: Mapping[str, object]) -> Typed | str:
    """
    Return what was typed, or the sentence that says what to correct.

    A code that cannot be one is passed on as the empty code, so that it is answered as wrong.
    """
    if set(fields) - _FIELDS:
        return "The form has a field that is not known; allowed are code, claim and reference."
    claim = str(fields.get("claim", ""))
    if claim not in CLAIMS:
        return f"Choose one of the answers: {', '.join(CLAIMS)}."
    reference = str(fields.get("reference", "")).strip()
    if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        return f"The reference is one line of at most {LONGEST_REFERENCE} characters."
    code = str(fields.get("code", "")).strip()
    usable = code if _CODE.fullmatch(code) else ""
    return Typed(code=usable, claim=claim, reference=reference or None)
