"""Lines of evidence: what one method was asked and what it answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
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


def evidence_head(steps: Iterable[EvidenceStep]) -> str:
    """
    Return the head of the hash chain over the steps, hexadecimal SHA-256.

    Each link is the digest of the link before, a line feed, and the step as JSON with sorted
    names, no spaces, ASCII only and times in ISO 8601; the first has an empty one before it.
    """
    head = ""
    for one in steps:
        text = json.dumps(
            {**asdict(one), "started": one.started.isoformat()},
            sort_keys=True,
            separators=(",", ":"),
        )
        head = hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()
    return head
