"""
A cyberlocker's landing page as a small state machine: wait honestly, send the form, take the file.

A captcha, a password, a login, a payment or a longer wait ends the walk: an analyst is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases.model import SiteType
from crawler.extract.record import Candidate, NextStep, PageRecord
from crawler.fetch.contract import Derivation, Permit
from crawler.visit.media import kind_of_body
from crawler.visit.session import Answer, Session

_STEPS = 4
_GATES = frozenset({"captcha", "password", "premium", "login", "missing_part", "challenge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far the landing page let us go."""

    landing: Answer
    """The page that was asked first."""
    answers: tuple[Answer, ...]
    """Everything asked after the landing page, in order."""
    file: Answer | None = None
    why: str = ""
    """Which rule led to the file."""
    needs: str | None = None
    """Why an analyst must go on."""


def is_locker(page: PageRecord | None) -> bool:
    """Tell whether a page is a cyberlocker's."""
    return page is not None and page.site_type == SiteType.CYBERLOCKER


async def walk(session: Session, permit: Permit, landing: Answer) -> Walk:
    """Follow the declared steps of a landing page to its file, at most four of them."""
    answers: list[Answer] = []
    here, referer = landing, landing.result.url or permit.url
    for _ in range(_STEPS):
        page = here.page
        if page is None:
            return Walk(landing=landing, answers=tuple(answers), needs="file_not_offered")
        step = _step(page, session.options.countdown_s)
        if not isinstance(step, NextStep):
            return Walk(landing=landing, answers=tuple(answers), needs=step)
        await session.options.sleep(step.wait_s)
        here = await _take(session, permit, step, referer)
        answers.append(here)
        if kind_of_body(here) is not None or here.result.error is not None or not here.page:
            why = f"{page.engine}:{'direct_link' if step.method == 'GET' else 'form'}"
            return Walk(landing=landing, answers=tuple(answers), file=here, why=why)
    return Walk(landing=landing, answers=tuple(answers), needs="file_not_offered")


async def _take(session: Session, permit: Permit, step: NextStep, referer: str) -> Answer:
    allowed = session.derive(permit, Derivation.DOWNLOAD_STEP, step.url)
    return await session.get(allowed, referer=referer, method=step.method, form=step.form)


def _step(page: PageRecord, countdown_s: float) -> NextStep | str | None:
    """Return the next step to take, or why there is none: a word for the analyst, or nothing."""
    direct = _direct(page)
    if page.state == "content" and direct is not None:
        return NextStep(method="GET", url=direct.url)
    if page.state in _GATES:
        return page.state
    if page.state == "countdown":
        if page.next is None or page.next.wait_s > countdown_s:
            return "countdown_too_long"
        return page.next
    return None if page.state in {"gone", "expired"} else "file_not_offered"


def _direct(page: PageRecord) -> Candidate | None:
    return next((item for item in page.candidates if item.role == "download"), None)
