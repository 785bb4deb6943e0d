"""Second thoughts about an answer that looks gone or unlike before: sibling, control, outside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cases.model import Presence
from crawler.fetch.contract import FetchCode, Permit
from crawler.outcome import presence
from crawler.seen import HOST_SIGNS, Seen, looks_gone
from crawler.visit.control import liveness
from crawler.visit.options import SiblingAnswer, SiblingMemory
from crawler.visit.session import Answer, Session
from crawler.visit.sibling import same_answer, sibling_answer

_DOUBTFUL = frozenset({"answers", "page_for_media", "media_left_page", *HOST_SIGNS})
"""Rules after which an invalid neighbour is asked, whether this is the host's "not found"."""
_SOFT = frozenset({"same_as_sibling", "media_left_page"})
"""Rules that read a success as gone though nobody says so."""
_NETWORK = frozenset(
    {
        FetchCode.NXDOMAIN,
        FetchCode.NO_ROUTE,
        FetchCode.SERVFAIL,
        FetchCode.DNS_TIMEOUT,
        FetchCode.CONNECT_REFUSED,
        FetchCode.CONNECT_TIMEOUT,
        FetchCode.TIMEOUT,
        FetchCode.RESET,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What was seen, completed, with the requests and words that this took."""

    seen: Seen
    answers: tuple[Answer, ...] = ()
    evidence: tuple[str, ...] = ()


async def probed(
    session: Session,
    permit: Permit,
    url: str,
    answer: Answer,
    seen: Seen,
    memory: SiblingMemory,
    *,
    referer: str | None = None,
) -> Probed:
    """
    Complete what was seen of one asset: soft-404 sibling, liveness control, outside control.

    Args:
        session: the visit.
        permit: the asset's permit, from which controls are derived.
        url: where the asset was asked.
        answer: what answered there.
        seen: what is known so far.
        memory: the caller's memory of siblings.
        referer: what the asset was asked with; its neighbour is asked alike.

    """
    outside = _outside(session, answer, seen)
    asked: tuple[Answer, ...] = ()
    words = outside.evidence
    current = outside.seen
    if presence(current)[1] in _DOUBTFUL:
        found, asked = await sibling_answer(session, permit, url, memory, referer=referer)
        if found is not None:
            current, said = _beside(current, answer, found)
            words += said
    if answer.result.error is not None or not looks_gone(current):
        return Probed(seen=current, answers=asked, evidence=words)
    looks, rule = presence(current)
    if looks is Presence.HOST_GONE:
        # The whole host is parked or suspended: its other pages can say nothing else.
        return Probed(seen=replace(current, control="not_needed"), answers=asked, evidence=words)
    control, controls = await liveness(session, permit, url, answer, soft=rule in _SOFT)
    seen = replace(current, control=control)
    return Probed(seen=seen, answers=(*asked, *controls), evidence=words)


def _beside(seen: Seen, answer: Answer, sibling: SiblingAnswer) -> tuple[Seen, tuple[str, ...]]:
    """Compare with a neighbour; one that differs through another way out says nothing."""
    if same_answer(answer, sibling):
        return replace(seen, sibling_equal=True), ("soft404_sibling_equal",)
    if sibling.egress != answer.result.egress:
        return seen, ("soft404_sibling_elsewhere",)
    return replace(seen, sibling_equal=False), ("soft404_sibling_differs",)


def _outside(session: Session, answer: Answer, seen: Seen) -> Probed:
    """Ask the outside control when the host could not be reached at all."""
    if answer.result.error not in _NETWORK:
        return Probed(seen=seen)
    there = replace(seen, control="not_needed")
    if session.options.outside_control is None:
        return Probed(seen=there)
    fine = session.options.outside_control()
    word = "control_outside_ok" if fine else "control_outside_failed"
    return Probed(seen=replace(there, outside_ok=fine), evidence=(word,))
