"""The recipe that shows the content, replayed identically at every visit."""

from __future__ import annotations

from dataclasses import dataclass

from cases.model import AssetKind
from crawler.fetch import permits
from crawler.fetch.contract import REFUSALS, FetchCode
from crawler.seen import Seen, exchange_failed, own_fault
from crawler.visit.session import Answer, Session

_BARRED = frozenset(
    {"gone", "expired", "login", "captcha", "challenge", "password", "premium", "missing_part"}
)
"""States of a page that do not let the visitor through to what comes after."""

_LASTING = frozenset({FetchCode.NXDOMAIN, FetchCode.NODATA, FetchCode.TLS_FAILED})
"""Failures that another try will not mend; the refusals of our own policy are such too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How the pathway went."""

    answers: tuple[Answer, ...]
    referer: str | None
    """What the reported URL is asked with."""
    broken: str | None = None
    """Why its last answer does not lead on: a code, `status_404` or the state of the page."""

    @property
    def ok(self) -> bool:
        """Whether every step led on."""
        return self.broken is None

    @property
    def failed(self) -> Answer | None:
        """The step that did not work."""
        return None if self.ok else self.answers[-1]

    @property
    def says_nothing(self) -> bool:
        """Whether the failure is ours or may pass, and so says nothing about the pathway."""
        return self.failed is not None and _may_pass(self.failed)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Which step did not work, and why, as machine words."""
        return () if self.ok else (f"pathway_step_{len(self.answers)}:{self.broken}",)


async def replay(session: Session) -> Replay:
    """Ask the steps in order, stopping at the first that fails."""
    recipe = session.case.pathway
    answers: list[Answer] = []
    referer = recipe.referrer
    for step in recipe.steps:
        permit = permits.pathway(session.case.id, step.url)
        answer = await session.get(permit, referer=step.referrer, read_as="page")
        answers.append(answer)
        broken = _why_not(answer)
        if broken is not None:
            return Replay(answers=tuple(answers), referer=referer, broken=broken)
    if referer is None and recipe.steps:
        referer = recipe.steps[-1].url
    return Replay(answers=tuple(answers), referer=referer)


def _why_not(answer: Answer) -> str | None:
    result = answer.result
    if result.error is not None:
        return result.error.value
    if not 200 <= (result.status or 0) < 400:
        return f"status_{result.status or 0}"
    return answer.page.state if answer.page and answer.page.state in _BARRED else None


def _may_pass(answer: Answer) -> bool:
    seen = Seen(kind=AssetKind.PAGE, result=answer.result)
    return own_fault(seen) or (
        exchange_failed(seen) and answer.result.error not in _LASTING | REFUSALS
    )
