"""Findings to a frozen hosting snapshot; pure but for the id, which is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cases.model import CountryClaim, EvidenceStep, HostingSnapshot, Party, PartyRole
from crawler.hosting.claims import country_claims
from crawler.hosting.contacts import guess, refused_words
from crawler.hosting.country import CountryDecision, decide_country
from crawler.hosting.evidence import evidence_head, step
from crawler.hosting.findings import Findings
from crawler.hosting.fronts import is_anycast
from crawler.hosting.parties import parties_of

_SAME_METHOD = {
    "rdap_autnum": "rdap",
    "rdap_network": "rdap",
    "rdap_parent": "rdap",
    "operator": "catalogue",
    "platform": "catalogue",
    "ranges_front": "front",
}
"""Steps that ask the same source are one method."""
_NO_METHOD = frozenset(
    {"names", "tables", "contacts", "country", "contact_guess", "rdap_domain"}
    | {"name_servers", "parking", "origin", "as_names", "platform_header"}
)
"""Steps that say nothing about where the host stands."""


def snapshot_of(
    findings: Findings, *, snapshot_id: str, case_id: str, asset_id: str
) -> HostingSnapshot:
    """Freeze what was found."""
    claims = country_claims(findings)
    parties = parties_of(findings)
    anycast = any(map(is_anycast, findings.behind or findings.facts))
    decision = _decision(findings, claims, parties, anycast=anycast)
    evidence = (*findings.evidence, *_judgements(findings, decision))
    return HostingSnapshot(
        id=snapshot_id,
        case_id=case_id,
        asset_id=asset_id,
        taken_at=findings.at,
        host=findings.name.host,
        registered_domain=findings.name.registered,
        addresses=findings.addresses,
        cnames=findings.cnames,
        dns_outcome=findings.dns_outcome,
        parties=parties,
        countries=claims,
        country=decision.country,
        country_confidence=decision.confidence,
        country_reason=decision.reason,
        masked_by=findings.front.name if findings.front and findings.masked else None,
        methods=count_methods(evidence),
        evidence=evidence,
        evidence_head=evidence_head(evidence),
        egress=findings.egress,
        front_hosts=_own_front(findings),
        anycast=anycast,
        name_servers=findings.name_servers,
        parked_by=findings.parked_by,
        origin=findings.told,
    )


def _decision(
    findings: Findings,
    claims: Sequence[CountryClaim],
    parties: Sequence[Party],
    *,
    anycast: bool,
) -> CountryDecision:
    return decide_country(
        claims,
        masked=_hides_country(findings),
        anycast=anycast,
        contradicted=bool(findings.contradicted),
        unplaced=_unplaced(findings, parties),
    )


def _own_front(findings: Findings) -> str | None:
    """Return the front's name where the platform behind it is the same provider's."""
    front, platform = findings.front, findings.platform
    own = front and platform and platform.provider.front == front.provider_id
    return front.name if own and front else None


def _hides_country(findings: Findings) -> bool:
    """Whether a front answers and neither a platform's region nor a told origin gives a place."""
    platform = findings.platform
    placed = bool(findings.behind) or (platform is not None and platform.country is not None)
    return findings.front is not None and not placed


def _unplaced(findings: Findings, parties: Sequence[Party]) -> bool:
    """Whether several hosts stand behind the name and no table places one of them."""
    hosts = [one for one in parties if one.role is PartyRole.CONTENT_HOST]
    return len(hosts) > 1 and any(
        not any(claim.kind == "physical" for claim in facts.countries) for facts in findings.of_host
    )


def count_methods(evidence: Iterable[EvidenceStep]) -> int:
    """Count the independent methods that answered; each country table is one of its own."""
    answered = (one for one in evidence if one.outcome == "found" and one.step not in _NO_METHOD)
    return len({_method(one) for one in answered})


def _method(told: EvidenceStep) -> str:
    return told.source if told.step == "ranges_country" else _SAME_METHOD.get(told.step, told.step)


def _judgements(findings: Findings, decision: CountryDecision) -> Iterator[EvidenceStep]:
    yield from _refused_contacts(findings)
    if findings.name.registered and findings.operator is None:
        address = guess(findings.name.registered).value
        yield step(
            "contact_guess",
            "rfc2142",
            "noted",
            at=findings.at,
            query=address,
            detail="never_a_recipient",
        )
    outcome = "found" if decision.country else "none"
    detail = f"{decision.reason}:{decision.confidence.value}"
    yield step("country", "claims", outcome, at=findings.at, detail=detail)


def _refused_contacts(findings: Findings) -> Iterator[EvidenceStep]:
    answers = (*findings.networks.values(), *findings.parents.values(), *findings.autnums.values())
    for answer in answers:
        words = refused_words(answer.record) if answer.record else ()
        if words:
            detail = "; ".join(words)[:500]
            yield step("contacts", answer.source, "withheld", at=findings.at, detail=detail)
