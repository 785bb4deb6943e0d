"""Masked rows of what a case rests on: assets, observations and the trail."""

from __future__ import annotations

from datetime import datetime

from cases.model import Asset, AuditEntry, Observation
from console.output.rows import masked


def asset_row(asset: Asset) -> dict[str, object]:
    """Return the masked row of an asset; its location and digests belong to a revealed one."""
    return {
        "asset": asset.id,
        "kind": asset.kind.value,
        "role": asset.role,
        "why": asset.why,
        "comparison": asset.comparison.kind,
        "verdict": asset.verdict.value,
        "verdict_rule": asset.verdict_rule,
        "downloads": asset.downloads,
    }


def observation_row(observation: Observation) -> dict[str, object]:
    """Return the masked row of an observation: what was seen, from where, by which rule."""
    return {
        "asset": observation.asset_id,
        "at": _time(observation.at),
        "egress": observation.egress,
        "presence": observation.presence.value,
        "rule": observation.rule,
        "control": observation.control,
        "pathway_ok": observation.pathway_ok,
        "status": observation.status,
        "error": observation.error,
        "asn": observation.asn,
        "tls_verified": observation.tls_verified,
        "requests": len(observation.requests),
        "evidence": [masked(word) for word in observation.evidence],
    }


def audit_row(entry: AuditEntry) -> dict[str, object]:
    """Return the row of an audit entry; the trail holds no location."""
    return {
        "sequence": entry.sequence,
        "at": _time(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "case": entry.case_id,
        "detail": entry.detail,
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
