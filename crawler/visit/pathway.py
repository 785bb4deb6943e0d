"""The recipe that shows the content, replayed identically at every visit."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.fetch import permits
from crawler.fetch.contract import FetchCode
from crawler.visit.session import Answer, Session

_OURS = frozenset(
    {FetchCode.PAUSED, FetchCode.FETCHER_DOWN, FetchCode.WORKER_DOWN, FetchCode.HOST_BUSY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How the pathway went."""

    answers: tuple[Answer, ...]
    ok: bool
    referer: str | None
    """What the reported URL is asked with."""

    @property
    def failed(self) -> Answer | None:
        """The step that did not work."""
        return None if self.ok else self.answers[-1]

    @property
    def our_fault(self) -> bool:
        """Whether it failed on our side, which says nothing about the pathway."""
        return self.failed is not None and self.failed.result.error in _OURS


async def replay(session: Session) -> Replay:
    """Ask the steps in order, stopping at the first that fails."""
    recipe = session.case.pathway
    answers: list[Answer] = []
    referer = recipe.referrer
    for step in recipe.steps:
        permit = permits.pathway(session.case.id, step.url)
        answer = await session.get(permit, referer=step.referrer, read_as="nothing")
        answers.append(answer)
        if not _worked(answer):
            return Replay(answers=tuple(answers), ok=False, referer=referer)
    if referer is None and recipe.steps:
        referer = recipe.steps[-1].url
    return Replay(answers=tuple(answers), ok=True, referer=referer)


def _worked(answer: Answer) -> bool:
    return answer.result.error is None and 200 <= (answer.result.status or 0) < 400
