"""
A cyberlocker's landing page as a small state machine: wait honestly, send the form, take the file.

A captcha, a password, a login, a payment or a longer wait ends the walk: an analyst is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases.model import SiteType
from crawler.extract.record import Candidate, NextStep, PageRecord
from crawler.fetch.contract import Derivation, Permit
from crawler.seen import DOORS
from crawler.visit.media import kind_of_body
from crawler.visit.session import Answer, Session

_STEPS = 4
_OVER = frozenset({"gone", "expired"})


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
    others: tuple[Candidate, ...] = ()
    """Further files that the page beside the taken one offers."""

    @property
    def stopped(self) -> str:
        """Why there is no file, in one word: for an analyst, or that the page says it is over."""
        last = self.answers[-1] if self.answers else self.landing
        return self.needs or (last.page.state if last.page else "file_not_offered")


def is_locker(page: PageRecord | None) -> bool:
    """Tell whether a page is a cyberlocker's."""
    return page is not None and page.site_type == SiteType.CYBERLOCKER


def is_folder(page: PageRecord) -> bool:
    """Tell whether a page lists the landing pages of files and offers none itself."""
    listed = any(item.role == "locker" for item in page.candidates)
    return page.state == "content" and listed and is_locker(page) and not files_of(page)


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
        if _ends(here):
            why = f"{page.engine}:{'direct_link' if step.method == 'GET' else 'form'}"
            others = tuple(item for item in files_of(page) if item.url != step.url)
            return Walk(landing=landing, answers=tuple(answers), file=here, why=why, others=others)
    return Walk(landing=landing, answers=tuple(answers), needs="file_not_offered")


def _ends(here: Answer) -> bool:
    """Tell whether an answer is what the file's address gave: a file, a failure, no page."""
    failed = here.result.error is not None or (here.result.status or 0) >= 400
    return failed or here.page is None or kind_of_body(here) is not None


async def _take(session: Session, permit: Permit, step: NextStep, referer: str) -> Answer:
    allowed = session.derive(permit, Derivation.DOWNLOAD_STEP, step.url)
    return await session.get(allowed, referer=referer, method=step.method, form=step.form)


def _step(page: PageRecord, countdown_s: float) -> NextStep | str | None:
    """Return the next step to take, or why there is none: a word for the analyst, or nothing."""
    direct = _direct(page)
    if page.state == "content" and direct is not None:
        return NextStep(method="GET", url=direct.url)
    if page.state in DOORS:
        return page.state
    if page.state == "countdown":
        if page.next is None or page.next.wait_s > countdown_s:
            return "countdown_too_long"
        return page.next
    return None if page.state in _OVER else "file_not_offered"


def _direct(page: PageRecord) -> Candidate | None:
    return next(iter(files_of(page)), None)


def files_of(page: PageRecord) -> tuple[Candidate, ...]:
    """List the files that a landing page offers."""
    return tuple(item for item in page.candidates if item.role == "download")
