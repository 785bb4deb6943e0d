"""The things on the practice web that a report may be about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.life import Life

Listed = Literal["exact", "pdq", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thread, file or page, with its pictures and its fate."""

    key: str
    """Unique in the sandbox; also the name of its first picture."""
    scenario: str
    host: str
    token: str
    """Digits and letters that its addresses are made of."""
    listed: Listed = "exact"
    pictures: int = 1
    """The first is the listed one, the others are known to no list."""
    life: Life = field(default_factory=Life)
    look: Literal["plain", "placeholder", "password", "page", "bare", "elsewhere"] = "plain"
    """Variation within the kind of site; `elsewhere` embeds the picture of `embeds`."""
    embeds: str | None = None
    """Absolute URL of a picture at another host."""
    board: str = "b"
    target: str = ""
    """Where a redirector sends its visitors."""

    def picture(self, number: int) -> str:
        """Return the album's name of the n-th picture."""
        return self.key if number == 0 else f"{self.key}-{number}"
