"""From what was seen to the observation that is kept."""

from __future__ import annotations

from cases.model import Asset, Observation, RequestMade
from crawler.outcome import presence
from crawler.seen import Seen
from crawler.visit.session import Session


def observe(
    session: Session,
    asset: Asset,
    seen: Seen,
    *,
    requests: tuple[RequestMade, ...],
    evidence: tuple[str, ...] = (),
    rule: str | None = None,
) -> Observation:
    """
    Freeze one observation of one asset.

    Args:
        session: the visit.
        asset: what was looked at.
        seen: everything the rules may look at.
        requests: every request that was made for it.
        evidence: further machine words.
        rule: a more telling name for the rule, where the caller knows one.

    """
    said, name = presence(seen)
    result = seen.result
    body = result.body if result else None
    unverified = result is not None and result.tls == "unverified"
    return Observation(
        case_id=asset.case_id,
        asset_id=asset.id,
        at=session.options.now(),
        egress=session.options.egress,
        presence=said,
        rule=rule or name,
        control=seen.control,
        pathway_ok=seen.pathway_ok,
        status=result.status if result else None,
        error=result.error.value if result and result.error else None,
        digests=body.digests if body and body.complete else None,
        distance=seen.distance,
        address=result.peer if result else None,
        tls_verified=not unverified,
        requests=requests,
        evidence=evidence,
    )
