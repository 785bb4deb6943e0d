"""Accounts and the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.model.words import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person or service that may act."""

    name: str
    role: Role
    created_at: datetime
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the hash-chained trail; holds no location and no person outside staff."""

    sequence: int
    at: datetime
    actor: str
    action: str
    case_id: str | None
    detail: str
    """Canonical JSON of clear facts."""
    previous: str
    digest: str
    """SHA-256, hexadecimal, over all other members."""
