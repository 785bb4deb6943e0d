"""Say why a case stands where it stands, from its stored observations alone."""

from __future__ import annotations

from cases.model import Observation
from cases.takedown import Proof, prove, prove_case
from hostwatch.desk import Desk
from hostwatch.operations.cases import Dossier, dossier
from hostwatch.rules import egresses_of, takedown_of
from hostwatch.workflow.judging import basis

_LATEST = 12
"""Observations shown per asset."""


async def why(desk: Desk, case_id: str) -> dict[str, object]:
    """
    Replay the verdict of a case offline.

    Returns machine-readable facts without any location: per asset the verdict, its rule, the
    sentences for it, what is missing, and the last observations.
    """
    found = await dossier(desk, case_id)
    proofs = _proofs(desk, found)
    whole = prove_case(proofs) if proofs else None
    case = found.case
    return {
        "case": case.id,
        "stage": case.stage.value,
        "close_reason": case.close_reason.value if case.close_reason is not None else None,
        "comparison": case.comparison,
        "reason": case.reason,
        "needs": case.needs,
        "verdict": whole.verdict.value if whole is not None else case.verdict.value,
        "rule": whole.rule if whole is not None else case.verdict_rule,
        "policy": desk.policy.version,
        "because": list(whole.because) if whole is not None else [],
        "missing": list(whole.missing) if whole is not None else [],
        "assets": [_asset(asset_id, proof, found) for asset_id, proof in proofs.items()],
        "events": [{"at": _time(entry.at), "what": entry.action} for entry in found.trail],
    }


def _proofs(desk: Desk, found: Dossier) -> dict[str, Proof]:
    ground = basis(found.assets, found.assessments, desk.settings.hotline.statute)
    return {
        asset.id: prove(
            [one for one in found.observations if one.asset_id == asset.id],
            egresses=egresses_of(desk.settings),
            rule=takedown_of(desk.policy),
            now=desk.now(),
        )
        for asset in ground.assets
    }


def _asset(asset_id: str, proof: Proof, found: Dossier) -> dict[str, object]:
    seen = [one for one in found.observations if one.asset_id == asset_id]
    return {
        "asset": asset_id,
        "verdict": proof.verdict.value,
        "rule": proof.rule,
        "because": list(proof.because),
        "missing": list(proof.missing),
        "observations": len(seen),
        "latest": [_observation(one) for one in seen[-_LATEST:]],
    }


def _observation(one: Observation) -> dict[str, object]:
    return {
        "at": _time(one.at),
        "egress": one.egress,
        "presence": one.presence.value,
        "rule": one.rule,
        "status": one.status,
        "error": one.error,
        "control": one.control,
        "evidence": list(one.evidence),
    }


def _time(at: object) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
