"""How much processor time a job may take, so that it answers before its worker is ended."""

from __future__ import annotations

import signal

_SHARE = 0.7
"""Of what is left; the rest is for what cannot be interrupted."""


def allowance(most: float) -> float:
    """Return `most` seconds, or less where the lock's clock is nearer; outside a lock none runs."""
    left, _ = signal.getitimer(signal.ITIMER_PROF)
    return min(most, _SHARE * left) if left > 0 else most
