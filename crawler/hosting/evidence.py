"""Lines of evidence: what one method was asked and what it answered."""

from __future__ import annotations

from datetime import datetime

from cases.model import EvidenceStep


def step(
    name: str,
    source: str,
    outcome: str,
    *,
    at: datetime,
    version: str = "",
    milliseconds: int = 0,
    query: str = "",
    detail: str = "",
) -> EvidenceStep:
    """Make one line; `outcome` is `found`, `none` or a word of the closed error set."""
    return EvidenceStep(
        step=name,
        source=source,
        source_version=version,
        started=at,
        milliseconds=milliseconds,
        outcome=outcome,
        query=query,
        detail=detail,
    )
