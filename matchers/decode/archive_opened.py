"""How the opening of one archive ended, whichever library read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matchers.decode.archive_members import Member

Take = Callable[[], Member]
"""Begins the next member; raises `StopError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one archive said of itself while it was read."""

    format: str = ""
    """`zip`, `7z`, `rar`, `rar5`, `tar`, `tar.gz`, `gz`, ...; empty if it was not recognised."""
    read: int = 0
    """Members that were read to their end."""
    locked: int = 0
    """Members (or the archive's own list of them) that are encrypted and were not opened."""
    unlocked: int = 0
    """Encrypted members that a password opened."""
    damaged: bool = False
    """The archive could not be read to its end, or members could not be read at all."""
    stopped: str | None = None
    """The cap that ended the reading, as a machine word."""

    @property
    def problem(self) -> str | None:
        """Say in a machine word why not everything was read; none if everything was."""
        if self.stopped is not None:
            return self.stopped
        if not self.format:
            return "unsupported_format"
        if self.locked:
            return "encrypted"
        return "undecodable" if self.damaged else None
