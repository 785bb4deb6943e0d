"""What a line of a list says, before and after it is examined."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cases.model import Classification, SignalType

Tier = Literal["baseline", "national", "local"]
State = Literal["listed", "negative", "canary"]
"""
What an entry means when a picture meets it.

`listed` supports a match. `negative` is known not to be meant: it suppresses a perceptual
neighbour. `canary` is a benign picture that proves that look-up works; it never matches.
"""

WIDTHS: dict[SignalType, int] = {
    "md5": 16,
    "sha1": 20,
    "sha256": 32,
    "pdq": 32,
    "phash": 8,
    "dhash": 8,
}
"""Bytes."""
STRONG: tuple[SignalType, ...] = ("sha256", "sha1")
EXACT: tuple[SignalType, ...] = (*STRONG, "md5")
"""Strongest first."""
SMALL: tuple[SignalType, ...] = ("phash", "dhash")
PERCEPTUAL: tuple[SignalType, ...] = ("pdq", *SMALL)


class Candidate(NamedTuple):
    """One signal as it stands in the source."""

    line: int
    """1 for the first line of the file."""
    kind: str | None
    """As the source names it, lower case; none leaves it to the length."""
    text: str
    classification: Classification | None = None
    quality: str | None = None
    """Of a PDQ code, where the source gives it."""
    problem: str | None = None
    """Why the reader itself refuses it."""
    reference: str | None = None
    """Opaque reference of the entry at its source; at most 128 printable ASCII characters."""
    negative: bool = False
    """The source says that this signal is not what the list is about."""


class Signal(NamedTuple):
    """A listed hash that may be matched against."""

    kind: SignalType
    value: bytes
    classification: Classification | None = None
    reference: str | None = None
    state: State = "listed"


class EntryClass(NamedTuple):
    """What many entries have in common; rows hold its number."""

    classification: Classification | None = None
    state: State = "listed"
