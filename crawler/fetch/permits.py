"""
Fetch permits: each request belongs to a case and has a derivation, or it is not made.

A permit starts at what a person reported, or at a step of the pathway that an analyst wrote
down; every other one is derived from a permit. `require` stands in front of the socket.
"""

from __future__ import annotations

from crawler.fetch import gate
from crawler.fetch.contract import Derivation, FetchCode, Permit

_GIVEN = frozenset({Derivation.REPORTED_URL, Derivation.PATHWAY_STEP})
_DECLARED = frozenset({Derivation.RDAP, Derivation.FRONT_API})
"""Endpoints of registries and fronts: declared by them, not links of a hostile page."""

_SAME_HOST = frozenset({Derivation.LIVENESS_CONTROL, Derivation.SOFT_404_SIBLING})
_CONTROL_PATHS = frozenset({"/", "/robots.txt", "/favicon.ico"})
_LAST = frozenset({Derivation.LIVENESS_CONTROL, Derivation.SOFT_404_SIBLING, Derivation.DNS})
"""Nothing but redirects is derived from these."""


class PermitViolation(Exception):
    """A request does not equal its permit; nothing was sent."""


def reported(case_id: str, url: str) -> Permit:
    """Permit the URL that was reported for a case."""
    return _given(case_id, Derivation.REPORTED_URL, url)


def pathway(case_id: str, url: str) -> Permit:
    """Permit one step of the case's pathway."""
    return _given(case_id, Derivation.PATHWAY_STEP, url)


def dns(case_id: str, host: str) -> Permit:
    """Permit the resolution of one host name of a case."""
    return _given(case_id, Derivation.DNS, host)


def derive(parent: Permit, derivation: Derivation, url: str) -> Permit | FetchCode:
    """
    Permit a URL that follows from a permitted one, or say why it may not be requested.

    Numeric hosts of a practice network are let through here: the fetcher judges addresses.

    Raises:
        PermitViolation: the derivation cannot follow from this parent.

    """
    _require_case(parent.case_id)
    if derivation in _GIVEN or derivation is Derivation.DNS:
        raise PermitViolation("a reported URL, a pathway step or a name is given, not derived")
    if parent.derivation in _LAST and derivation is not Derivation.REDIRECT_HOP:
        raise PermitViolation("nothing but a redirect follows from a control or a name")
    found = gate.check(url, reported=derivation in _DECLARED)
    if isinstance(found, gate.Refused) and found.code is not FetchCode.REFUSED_ADDRESS:
        return found.code
    if not _in_scope(parent, derivation, url):
        return FetchCode.REFUSED_PERMIT
    return Permit(case_id=parent.case_id, derivation=derivation, url=url, parent=parent.url)


def require(permit: Permit, wanted: gate.Allowed) -> None:
    """
    Let a request pass only when it is exactly the permitted one.

    Raises:
        PermitViolation: another URL, no case, or a permit for a name.

    """
    _require_case(permit.case_id)
    if permit.derivation is Derivation.DNS:
        raise PermitViolation("a permit for a name is no permit for a URL")
    permitted = gate.parts(permit.url)
    if permitted is None or permitted.url != wanted.url:
        raise PermitViolation("the URL is not the permitted one")


def exempt(permit: Permit) -> bool:
    """Whether the never-request rules do not apply to the permitted URL."""
    return permit.derivation in _GIVEN | _DECLARED


def _given(case_id: str, derivation: Derivation, url: str) -> Permit:
    _require_case(case_id)
    return Permit(case_id=case_id, derivation=derivation, url=url)


def _require_case(case_id: str) -> None:
    if not case_id:
        raise PermitViolation("there is no request without a case")


def _in_scope(parent: Permit, derivation: Derivation, url: str) -> bool:
    if derivation in _SAME_HOST and gate.host_of(parent.url) != gate.host_of(url):
        return False
    if derivation is Derivation.LOCKER_HOP:
        return parent.derivation is not Derivation.LOCKER_HOP
    found = gate.parts(url)
    if derivation is Derivation.LIVENESS_CONTROL:
        return found is not None and found.path in _CONTROL_PATHS and found.query is None
    return True
