"""What a redirect turns a request into; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from crawler.fetch import gate
from crawler.fetch.contract import FetchCode, Permit
from crawler.fetch.site import site_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SEE_OTHER = frozenset({301, 302, 303})
_WAIT = frozenset({429, 503})
_OVER_BOUNDS = frozenset({FetchCode.TOO_LARGE, FetchCode.TOO_SLOW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a fetch."""

    permit: Permit
    method: Literal["GET", "POST"] = "GET"
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None
    verified: bool = True
    """False after a certificate failure: no verification, no cookies, no referer."""
    fresh: bool = False
    """Made on a connection of its own, because a kept one left a doubt."""


def without_verification(step: Step) -> Step | None:
    """Return the one second attempt after a certificate failure; none when it was that one."""
    if not step.verified or step.method != "GET":
        return None
    return replace(step, verified=False, referer=None)


def on_fresh_connection(step: Step, status: int | None, error: FetchCode | None) -> Step | None:
    """
    Return the second attempt after a request over a kept connection; none when it needs none.

    Such a connection may have died of age, or be out of step with its answers, so that a failure
    or a refusal over it says nothing about the host. What was delivered whole stands, and so does
    what asks us to wait.
    """
    if error in _OVER_BOUNDS or (error is None and (status or 0) < 400) or status in _WAIT:
        return None
    return replace(step, fresh=True)


def follow(step: Step, permit: Permit, status: int) -> Step:
    """Return the request that a redirect asks for (RFC 9110, 15.4)."""
    to_get = status in _SEE_OTHER and step.method == "POST"
    return replace(
        step,
        permit=permit,
        fresh=False,
        method="GET" if to_get else step.method,
        form=() if to_get else step.form,
        referer=redirect_referer(step.referer, permit.url),
    )


def given_referer(referer: str | None, target: str) -> str | None:
    """Return the recorded referer as it is sent: without fragment, never from https to http."""
    if referer is None or not referer.isascii() or not referer.isprintable():
        return None
    downgrade = referer.lower().startswith("https:") and target.lower().startswith("http:")
    return None if downgrade else referer.partition("#")[0]


def redirect_referer(referer: str | None, target: str) -> str | None:
    """Return what is kept of a referer: all on the same site, else its origin."""
    kept = given_referer(referer, target)
    source, goal = gate.parts(kept or ""), gate.parts(target)
    if source is None or goal is None:
        return None
    return kept if site_of(source.host) == site_of(goal.host) else f"{source.origin}/"
