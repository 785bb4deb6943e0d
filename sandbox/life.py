"""What becomes of a thing on the practice web over time; a pure function of two marks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """How a thing answers at one moment."""

    SHOWN = "shown"
    GONE = "gone"
    """Removed, in the manner of its site."""
    EXPIRED = "expired"
    """The site's own time ran out; nobody's credit."""
    REENCODED = "reencoded"
    CHANGED = "changed"
    """Another benign picture, which no list knows."""
    FORBIDDEN = "forbidden"
    LEGAL = "legal"
    """451 of RFC 7725."""
    SILENT = "silent"
    """Accepts the connection and never answers."""
    FILTERED = "filtered"
    """A filter in front of egress `home` answers 404; everyone else sees it."""
    FLAKY = "flaky"
    """By turns an answer, 503, an answer, a reset."""
    NAME_GONE = "name_gone"
    MOVED = "moved"
    """Still shown, from the host's second address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The script of one thing; seconds of the practice clock before scaling."""

    start: Phase = Phase.SHOWN
    after_notice: tuple[tuple[float, Phase], ...] = ()
    """
    (seconds after its host first had notice of it, phase), ascending. Counted from the notice,
    not from the first visit, so that a slow machine sees the same story as a fast one.
    """
    taken: Phase = Phase.GONE
    """Phase after its host took it down."""
    returns_s: float | None = None
    """Seconds after the takedown at which it is put up again."""

    def phase(self, *, noticed_at: float | None, taken_at: float | None, now: float) -> Phase:
        """
        Return the phase at `now`; all three are seconds of one monotonic clock, scaled alike.

        >>> Life(returns_s=5).phase(noticed_at=0, taken_at=1, now=2)
        <Phase.GONE: 'gone'>
        >>> Life(returns_s=5).phase(noticed_at=0, taken_at=1, now=6)
        <Phase.SHOWN: 'shown'>
        """
        if taken_at is not None and not self._returned(now - taken_at):
            return self.taken
        phase = self.start
        for seconds, later in self.after_notice:
            if noticed_at is not None and now - noticed_at >= seconds:
                phase = later
        return phase

    def _returned(self, since_taken: float) -> bool:
        return self.returns_s is not None and since_taken >= self.returns_s
