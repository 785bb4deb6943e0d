"""Registries that answer nobody: after three silences in a row they are left alone for a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

_SILENCES = frozenset(
    {
        "timeout",
        "too_slow",
        "connect_timeout",
        "connect_refused",
        "no_route",
        "reset",
        "tls_failed",
        "dns_timeout",
        "servfail",
        "server_error",
    }
)
_IN_A_ROW = 3
_REST = timedelta(minutes=1)


class Silences:
    """What each registry left unanswered; a question after the rest tells if it is back."""

    def __init__(self) -> None:
        self._missed: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    def note(self, host: str, outcome: str, now: datetime) -> None:
        """Take in how a question ended; failures of our own say nothing of a registry."""
        if outcome in _SILENCES:
            self._missed[host] = self._missed.get(host, 0) + 1
            if self._missed[host] >= _IN_A_ROW:
                self._until[host] = now + _REST
        elif outcome in {"found", "none", "rate_limited", "refused", "malformed"}:
            self._missed.pop(host, None)
            self._until.pop(host, None)

    def resting(self, host: str, now: datetime) -> bool:
        """Tell whether a registry is left alone now."""
        return now < self._until[host] if host in self._until else False
