"""What a line of a list says, before and after it is examined."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cases.model import Classification

SignalType = Literal["md5", "sha1", "sha256", "pdq"]
Tier = Literal["baseline", "national", "local"]

WIDTHS: dict[SignalType, int] = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32}
"""Bytes."""


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


class Signal(NamedTuple):
    """A listed hash that may be matched against."""

    kind: SignalType
    value: bytes
    classification: Classification | None = None
