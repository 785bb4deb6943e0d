"""Which country a notice is routed by; pure, from claims that are never blended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.model import Confidence, CountryClaim

REGION_SOURCE = "catalogue:region"
"""Source of claims that come from the region in a platform's host name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryDecision:
    """The routing country, or none, and why."""

    country: str | None
    confidence: Confidence
    reason: str


def decide_country(
    claims: Sequence[CountryClaim],
    *,
    masked: bool = False,
    anycast: bool = False,
    contradicted: bool = False,
    unplaced: bool = False,
) -> CountryDecision:
    """
    Decide by what is claimed of the server's place; the registry's country only supports.

    Two independent physical sources that agree, or one that the registry confirms, or the region
    in a platform's host name: high. One alone: medium. Registry alone, or physical and registry
    apart: low. Physical claims that differ: none, low, an analyst chooses. A front: none.

    Args:
        claims: of all addresses of the host.
        masked: a front answers.
        anycast: an address answers from many places, so that tables of addresses say nothing.
        contradicted: the answer bears a front's mark from a network that is not that front's.
        unplaced: of several hosts behind the name, nothing physical is claimed of one.
    """
    if masked:
        return CountryDecision(country=None, confidence=Confidence.GUESS, reason="masked")
    if anycast and not any(claim.source == REGION_SOURCE for claim in claims):
        return CountryDecision(country=None, confidence=Confidence.GUESS, reason="anycast")
    decision = _by_claims(claims)
    if unplaced and decision.confidence in {Confidence.HIGH, Confidence.MEDIUM}:
        decision = CountryDecision(
            country=decision.country, confidence=Confidence.LOW, reason="one_host_unplaced"
        )
    if contradicted and decision.country is not None:
        return CountryDecision(
            country=decision.country, confidence=Confidence.LOW, reason="front_mark_contradicted"
        )
    return decision


def _by_claims(claims: Sequence[CountryClaim]) -> CountryDecision:
    physical = [claim for claim in claims if claim.kind == "physical"]
    registry = {claim.country for claim in claims if claim.kind == "registry"}
    countries = {claim.country for claim in physical}
    region = {claim.country for claim in physical if claim.source == REGION_SOURCE}
    if len(region) == 1 and len(countries) > 1:
        # the platform itself says where the bytes lie; tables of its addresses know less
        return CountryDecision(
            country=region.pop(), confidence=Confidence.MEDIUM, reason="region_over_tables"
        )
    if len(countries) > 1:
        return _none("addresses_differ" if _one_source_differs(physical) else "physical_conflict")
    if countries:
        return _by_physical(countries.pop(), {claim.source for claim in physical}, registry)
    if len(registry) == 1:
        return CountryDecision(
            country=registry.pop(), confidence=Confidence.LOW, reason="registry_alone"
        )
    return (
        _none("registry_conflict")
        if registry
        else CountryDecision(country=None, confidence=Confidence.GUESS, reason="no_location_claim")
    )


def _one_source_differs(physical: Sequence[CountryClaim]) -> bool:
    by_source: dict[str, set[str]] = {}
    for claim in physical:
        by_source.setdefault(claim.source, set()).add(claim.country)
    return any(len(countries) > 1 for countries in by_source.values())


def _by_physical(country: str, sources: set[str], registry: set[str]) -> CountryDecision:
    if len(sources) >= 2:
        return _sure(country, "physical_agree")
    if sources == {REGION_SOURCE}:
        return _sure(country, "platform_region")
    if registry == {country}:
        return _sure(country, "physical_and_registry_agree")
    if registry:
        return CountryDecision(
            country=country, confidence=Confidence.LOW, reason="physical_and_registry_differ"
        )
    return CountryDecision(country=country, confidence=Confidence.MEDIUM, reason="physical_alone")


def _sure(country: str, reason: str) -> CountryDecision:
    return CountryDecision(country=country, confidence=Confidence.HIGH, reason=reason)


def _none(reason: str) -> CountryDecision:
    return CountryDecision(country=None, confidence=Confidence.LOW, reason=reason)
