"""From what was seen to the observation that is kept."""

from __future__ import annotations

from cases.model import Asset, NotChecked, Observation, Presence, RequestMade
from crawler.fetch.contract import FetchResult
from crawler.outcome import presence
from crawler.seen import Seen
from crawler.visit.session import Session

_DOORS = {
    state: state
    for state in ("login", "captcha", "password", "premium", "missing_part", "challenge")
}
_OF_BODY = frozenset({"content-type", "content-length", "retry-after", "x-cache"})
"""Headers that tell nothing of who served the answer."""
_HEAD = 80
_COOKIES = 20
_LOCKS = {"encrypted": "password", "wrong_password": "password", "missing_volume": "missing_part"}
"""Why an archive was not opened -> the door's word."""


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
    words = tuple(dict.fromkeys((*evidence, *_doors(seen, said))))
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
        evidence=words,
        head=_head(result) if result is not None else (),
    )


def _head(result: FetchResult) -> tuple[tuple[str, str], ...]:
    """Keep what may name a front before the host; of cookies the names only."""
    shown = [(name, text) for name, text in result.headers.items() if name not in _OF_BODY]
    told = sorted((name, text[:_HEAD]) for name, text in shown)
    return (*told, *(("set-cookie", name) for name in result.cookie_names[:_COOKIES]))


def _doors(seen: Seen, said: Presence) -> tuple[str, ...]:
    """Name what stands before the content, where the page or the archive says so."""
    if said not in {Presence.PRESENT_GATED, Presence.BLOCKED_HERE}:
        return ()
    state = seen.page.state if seen.page else ""
    locked = seen.comparison.reason if isinstance(seen.comparison, NotChecked) else ""
    return tuple(word for word in (_DOORS.get(state), _LOCKS.get(locked)) if word)
