"""What the answers page asks of the engine room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that the page shows of a notice before the code is given; never a location."""

    serial: str
    locations: int
    provider: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The answer is recorded, as a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """The code is not the one printed in this notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """There is no such notice; told to the visitor exactly as a wrong code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The code was right, but the notice no longer takes answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """Too many wrong codes for this serial."""

    retry_after_s: int


Outcome = Accepted | WrongCode | Unknown | Expired | TooMany


class AnswerService(Protocol):
    """Looks notices up and records answers."""

    async def notice_summary(self, serial: str) -> Summary | None:
        """Return what may be shown, or none; changes nothing."""
        ...

    async def answer(self, serial: str, code: str, claim: str, reference: str | None) -> Outcome:
        """Record an answer if the code is right; `claim` is one of the form's claims."""
        ...
