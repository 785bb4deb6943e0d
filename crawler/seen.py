"""
What the presence rules look at, and the questions that they ask of it; pure.

Each question is one row of the table in `crawler.outcome`, where their order is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cases.model import AssetKind, Comparison, Match, NotChecked, Possible
from crawler.extract.record import PageRecord
from crawler.fetch.contract import REFUSALS, DnsAnswer, FetchCode, FetchResult

HOST_SIGNS = frozenset({"parked", "suspended"})
"""Signs of a page that speak of the whole host."""
NEAR = 31
"""Bits of 256: PDQ's customary confident distance."""

_OWN = frozenset(
    {
        FetchCode.PAUSED,
        FetchCode.FETCHER_DOWN,
        FetchCode.HOST_BUSY,
        FetchCode.HOST_RESTING,
        FetchCode.EGRESS_DOWN,
        FetchCode.WORKER_DOWN,
        FetchCode.REFUSED_PERMIT,
        FetchCode.REFUSED_MANDATE,
    }
)
_LOCKED = frozenset({"encrypted", "wrong_password", "missing_volume"})
_CAPS = frozenset(
    {
        FetchCode.TOO_LARGE,
        FetchCode.TRUNCATED,
        FetchCode.TOO_MANY_REDIRECTS,
        FetchCode.REDIRECT_LOOP,
    }
)
_NO_HOST = frozenset({FetchCode.NXDOMAIN, FetchCode.NO_ROUTE})
_BLOCKING = frozenset({403, 451, 511})
_GATING = frozenset({401, 402, 407})
_NOT_FOUND = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_GATED_STATES = frozenset({"login", "captcha", "password", "premium", "missing_part"})
DOORS = _GATED_STATES | {"challenge"}
"""States of a page that keep a visitor out until a person goes on."""
_OFFERING_STATES = frozenset({"content", "countdown"})
_WORKER_CAPS = frozenset({"too_large", "cpu_limit", "memory_limit", "time_limit", "timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything the rules may look at for one asset in one observation."""

    kind: AssetKind
    result: FetchResult | None = None
    """None when nothing was asked, or our fetcher failed."""
    page: PageRecord | None = None
    """What the answer says, if it is a page."""
    link_check: Literal["alive", "gone"] | None = None
    """The host's own link-check."""
    digests_equal: bool | None = None
    """Same digest as the asset's first complete body; none when one of them is missing."""
    comparison: Comparison | None = None
    """Of the body that answered now."""
    distance: int | None = None
    """Bits of 256 to the asset's own picture; none when not measured."""
    control: Literal["normal", "failed", "not_needed", "not_checked"] = "not_checked"
    """Liveness control on the same host."""
    sibling_equal: bool | None = None
    """An invalid neighbour of the address answers the same."""
    placeholder: bool = False
    """The body is a known "removed" picture."""
    dns: DnsAnswer | None = None
    candidate_on_page: bool | None = None
    """
    Whether the page shows the media that matter, or a landing page offers the asset's file.
    """
    around_expired: bool = False
    """The page that showed a medium says by itself that it has expired."""
    pathway_ok: bool = True
    outside_ok: bool | None = None
    """A control outside the host; false means that our own network is down."""
    near: int = NEAR
    """Bits of 256 within which `distance` means the same picture."""


# ------------------------------------------------------------------------- parts of the answer


def error(seen: Seen) -> FetchCode | None:
    """Return the code with which the fetch ended, if it failed."""
    return seen.result.error if seen.result else None


def status(seen: Seen) -> int:
    """Return the status of the answer; 0 when there was none."""
    return (seen.result.status or 0) if seen.result else 0


def body_kind(seen: Seen) -> str:
    """Return what the body is by its first bytes; `none` when there was none."""
    return seen.result.body.kind if seen.result and seen.result.body else "none"


def _state(seen: Seen) -> str:
    return seen.page.state if seen.page else "unknown"


def _sign(seen: Seen, name: str) -> bool:
    return seen.page is not None and name in seen.page.signs


def _dns(seen: Seen) -> str:
    return seen.dns.outcome if seen.dns else "not_asked"


def answers(seen: Seen) -> bool:
    """Ask whether a success came whole through the line."""
    return seen.result is not None and error(seen) is None and 200 <= status(seen) < 300


# ------------------------------------------------------------------------- our own side


def nothing_asked(seen: Seen) -> bool:
    """Ask whether no answer of any kind was looked for or came back to us."""
    return seen.result is None and seen.link_check is None and seen.dns is None


def own_fault(seen: Seen) -> bool:
    """Ask whether our own machinery failed or was paused."""
    return error(seen) in _OWN


def pathway_failed(seen: Seen) -> bool:
    """Ask whether a step of the pathway did not work, so that the content could not show."""
    return not seen.pathway_ok


def refused(seen: Seen) -> bool:
    """Ask whether our own policy forbids the address (a filter's resolver may cause this too)."""
    return error(seen) in REFUSALS or _dns(seen) == "refused"


def outside_control_failed(seen: Seen) -> bool:
    """Ask whether our own network is down."""
    return seen.outside_ok is False


def page_unread(seen: Seen) -> bool:
    """Ask whether a page came that the worker could not read."""
    return _unread(seen) is not None


def _unread(seen: Seen) -> str | None:
    if seen.result is None or seen.page is not None or body_kind(seen) not in {"page", "json"}:
        return None
    return seen.result.record_error


# ------------------------------------------------------------------------- the content


def same_digest(seen: Seen) -> bool:
    """Ask whether the same bytes answer."""
    return seen.digests_equal is True


def near_or_listed(seen: Seen) -> bool:
    """Ask whether other bytes answer that are listed, or are the same picture to the eye."""
    if isinstance(seen.comparison, Match | Possible):
        return True
    return seen.distance is not None and seen.distance <= seen.near


def link_check_contradicted(seen: Seen) -> bool:
    """
    Ask whether the link-check says alive while the landing page shows no sign of the file.

    Then one of them errs. A page that offers it, or stands before it, does not contradict.
    """
    if seen.link_check != "alive" or seen.page is None or _sign(seen, "filter_page"):
        return False
    told = answers(seen) or not_found_status(seen)
    return told and _state(seen) not in _OFFERING_STATES | _GATED_STATES | {"challenge"}


def link_check_alive(seen: Seen) -> bool:
    """Ask whether the host's own link-check says that the file is there."""
    return seen.link_check == "alive"


def shown_or_offered(seen: Seen) -> bool:
    """Ask whether the page shows the media that matter, or offers the file for download."""
    if not answers(seen) or seen.sibling_equal or seen.candidate_on_page is not True:
        return False
    return seen.kind is AssetKind.PAGE or _state(seen) in _OFFERING_STATES


# ------------------------------------------------------------------------- kept from seeing it


def challenge(seen: Seen) -> bool:
    """Ask whether an interstitial wants a script run first."""
    return _state(seen) == "challenge" or _sign(seen, "challenge")


def filter_page(seen: Seen) -> bool:
    """Ask whether a filter, a court's or a country's notice answers in the host's place."""
    return _sign(seen, "filter_page")


def blocking_status(seen: Seen) -> bool:
    """Ask whether the status denies access to us (403, 451, 511 of RFC 9110, 7725, 6585)."""
    return status(seen) in _BLOCKING


def capped(seen: Seen) -> bool:
    """Ask whether a cap or a broken stream cut the answer."""
    body = seen.result.body if seen.result else None
    if error(seen) in _CAPS or _unread(seen) in _WORKER_CAPS:
        return True
    return body is not None and not body.complete and 200 <= status(seen) < 300


def exchange_failed(seen: Seen) -> bool:
    """Ask whether the exchange failed in a way that may pass."""
    if error(seen) is not None or _dns(seen) in {"servfail", "timeout", "nodata"}:
        return True
    return status(seen) in _LATER or status(seen) >= 500


def odd_status(seen: Seen) -> bool:
    """Ask whether the status is neither a success nor a clear "not here"."""
    return seen.result is not None and not answers(seen) and status(seen) not in _NOT_FOUND


def gating_status(seen: Seen) -> bool:
    """Ask whether the status wants credentials or payment."""
    return status(seen) in _GATING


def gated_page(seen: Seen) -> bool:
    """Ask whether login, captcha, password, payment or a missing part stands before it."""
    return _state(seen) in _GATED_STATES


def locked_archive(seen: Seen) -> bool:
    """Ask whether an archive came that no password of the case opens, or of which a part lacks."""
    said = seen.comparison
    return answers(seen) and isinstance(said, NotChecked) and said.reason in _LOCKED


def page_for_media(seen: Seen) -> bool:
    """Ask whether a page came where a file was, without saying why: something stands before it."""
    return seen.kind is not AssetKind.PAGE and answers(seen) and body_kind(seen) == "page"


def empty_answer(seen: Seen) -> bool:
    """Ask whether a success came without a body."""
    return body_kind(seen) == "empty"


# ------------------------------------------------------------------------- gone


def no_such_host(seen: Seen) -> bool:
    """Ask whether the name does not exist or no way leads to its address."""
    return error(seen) in _NO_HOST or _dns(seen) == "nxdomain"


def not_found_status(seen: Seen) -> bool:
    """Ask whether the status is 404 or 410 at the asset."""
    return status(seen) in _NOT_FOUND


def gone_with_its_page(seen: Seen) -> bool:
    """Ask whether a medium is not found while the page that showed it has expired."""
    return seen.around_expired and not_found_status(seen)


def removal_text(seen: Seen) -> bool:
    """Ask whether the page says that the thing was removed or is not there."""
    return _state(seen) == "gone"


def expired_text(seen: Seen) -> bool:
    """Ask whether the page says that the thing ended by itself."""
    return _state(seen) == "expired"


def known_placeholder(seen: Seen) -> bool:
    """Ask whether a known "removed" picture answers."""
    return seen.placeholder


def same_as_sibling(seen: Seen) -> bool:
    """Ask whether an invalid neighbour of the address gets the same answer (soft 404)."""
    return seen.sibling_equal is True


def suspended(seen: Seen) -> bool:
    """Ask whether the hosting account was suspended; then a random neighbour says the same."""
    return _of_whole_host(seen, "suspended")


def parked(seen: Seen) -> bool:
    """Ask whether the domain is parked or for sale; then a random neighbour says the same."""
    return _of_whole_host(seen, "parked")


def _of_whole_host(seen: Seen, sign: str) -> bool:
    return _sign(seen, sign) and not _holds_media(seen) and seen.sibling_equal is not False


def media_left_page(seen: Seen) -> bool:
    """Ask whether the page answers but no longer shows any of the media that matter."""
    return seen.kind is AssetKind.PAGE and answers(seen) and seen.candidate_on_page is False


def _holds_media(seen: Seen) -> bool:
    return seen.page is not None and any(
        candidate.role in {"original", "download"} for candidate in seen.page.candidates
    )


def looks_gone(seen: Seen) -> bool:
    """Ask whether one of the questions of this part says yes; then a control is wanted."""
    asked = (
        not_found_status,
        removal_text,
        expired_text,
        known_placeholder,
        same_as_sibling,
        media_left_page,
        suspended,
        parked,
    )
    return any(ask(seen) for ask in asked)


def gone_while_control_failed(seen: Seen) -> bool:
    """Ask whether it looks gone while the host's control failed too: then it may be our fault."""
    return seen.control == "failed" and looks_gone(seen)


def gone_over_unverified_connection(seen: Seen) -> bool:
    """Ask whether it looks gone over a connection whose certificate could not be verified."""
    return seen.result is not None and seen.result.tls == "unverified" and looks_gone(seen)
