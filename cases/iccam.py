"""
What ICCAM is told about an outcome: action and reason ids of its version 3.

ICCAM takes a reason only with the actions above 3; "Moved" is not an action there but a change
of the hosting data.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from cases.model import Presence, TakedownVerdict


class IccamAction(IntEnum):
    """Action types of ICCAM version 3 that an outcome can lead to."""

    REMOVED = 3
    UNAVAILABLE = 4


_CONTENT_NOT_FOUND = 2
_REFERRER_NOT_KNOWN = 3
_UNABLE_TO_ACCESS = 4
_PASSWORD_PROTECTED = 5
_ACCOUNT_DISABLED = 6
_LEGALLY_UNABLE = 7
_LINK_EXPIRED = 8
_NOT_FOUND_OR_SITE_DOWN = 9
_TEMPORARILY_UNAVAILABLE = 10
_PREMIUM_NEEDED = 11
_MISSING_PARTS = 12

_BY_VERDICT: Mapping[TakedownVerdict, int] = {
    TakedownVerdict.CHANGED: _CONTENT_NOT_FOUND,
    TakedownVerdict.EXPIRED: _LINK_EXPIRED,
    TakedownVerdict.SITE_DOWN: _NOT_FOUND_OR_SITE_DOWN,
}
_BY_PRESENCE: Mapping[Presence, int] = {
    Presence.PRESENT_UNVERIFIED: _CONTENT_NOT_FOUND,
    Presence.PRESENT_GATED: _UNABLE_TO_ACCESS,
    Presence.GONE_HARD: _NOT_FOUND_OR_SITE_DOWN,
    Presence.GONE_NOTICE: _CONTENT_NOT_FOUND,
    Presence.GONE_PLACEHOLDER: _CONTENT_NOT_FOUND,
    Presence.EXPIRED: _LINK_EXPIRED,
    Presence.HOST_GONE: _NOT_FOUND_OR_SITE_DOWN,
    Presence.BLOCKED_HERE: _UNABLE_TO_ACCESS,
    Presence.TEMPORARY: _TEMPORARILY_UNAVAILABLE,
    Presence.PATHWAY_BROKEN: _REFERRER_NOT_KNOWN,
    Presence.INCOMPLETE: _UNABLE_TO_ACCESS,
}
"""A presence that is not here is our own fault or no fault, and is not reported."""
_BY_EVIDENCE: Mapping[str, int] = {
    "password": _PASSWORD_PROTECTED,
    "premium": _PREMIUM_NEEDED,
    "missing_part": _MISSING_PARTS,
    "account_disabled": _ACCOUNT_DISABLED,
}
_OUR_ERRORS = frozenset(
    {"fetcher_down", "worker_down", "host_busy", "host_resting", "egress_down", "paused"}
)
_RESTRICTED = frozenset({Presence.PRESENT_GATED, Presence.BLOCKED_HERE, Presence.GONE_NOTICE})
"""Where a more exact reason may stand in the evidence."""


def iccam_action(
    verdict: TakedownVerdict,
    presence: Presence | None = None,
    error: str | None = None,
    *,
    status: int | None = None,
    evidence: tuple[str, ...] = (),
) -> tuple[IccamAction | None, int | None]:
    """
    Map a verdict and the newest observation to an ICCAM action and reason id.

    `presence`, `error` and `status` are those of the newest observation. `status` 451
    (RFC 7725) and the words `password`, `premium`, `missing_part`, `account_disabled` in
    `evidence`, alone or before a colon, make the reason more exact.
    Returns no action where there is nothing to report: the content is present, or the fault
    is our own.
    """
    if verdict is TakedownVerdict.REMOVED:
        return IccamAction.REMOVED, None
    if verdict is TakedownVerdict.PRESENT:
        return None, None
    reason = _BY_VERDICT.get(verdict)
    if reason is None and not _our_own(error):
        reason = _observed_reason(presence, status, evidence)
    return (IccamAction.UNAVAILABLE, reason) if reason else (None, None)


def _our_own(error: str | None) -> bool:
    """Say whether a request ended on our side, so that it tells nothing of the host."""
    return error is not None and (error in _OUR_ERRORS or error.startswith("refused_"))


def _observed_reason(
    presence: Presence | None, status: int | None, evidence: tuple[str, ...]
) -> int | None:
    if presence is None:
        return None
    if presence is Presence.BLOCKED_HERE and status == 451:
        return _LEGALLY_UNABLE
    words = (word.partition(":")[0] for word in evidence) if presence in _RESTRICTED else ()
    exact = (_BY_EVIDENCE[word] for word in words if word in _BY_EVIDENCE)
    return next(exact, None) or _BY_PRESENCE.get(presence)
