"""Due work, workers, and the numbers of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueHost:
    """A host that has due cases, under a name that tells nobody which host it is."""

    key: str
    """Blind index of the host, 64 hexadecimal digits."""
    urgent: bool
    since: datetime
    """`next_action_at` of its longest overdue case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker process and its last sign of life."""

    name: str
    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """Numbers for health and metrics, from clear columns only."""

    cases: Mapping[str, int]
    """By stage."""
    needs: Mapping[str, int]
    """Cases that wait for an analyst, by the first word of the reason."""
    notices: Mapping[str, int]
    """By state."""
    due: int
    oldest_due: datetime | None
    """`next_action_at` of the case that is due longest; may lie ahead of now."""
    leases: int
    workers: tuple[Worker, ...]
    audit_sequence: int
    """Of the newest audit entry; 0 without any."""
