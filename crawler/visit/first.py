"""The first visit to a reported location: what is there and whether the hash list knows it."""

from __future__ import annotations

from dataclasses import replace

from cases.model import (
    Asset,
    AssetKind,
    Case,
    Match,
    NotChecked,
    Possible,
)
from crawler.extract.links import media_kind
from crawler.fetch.contract import Fetcher
from crawler.seen import Seen
from crawler.visit.gather import (
    Found,
    at_file,
    compared,
    gather,
    media_of,
    with_twin,
)
from crawler.visit.locker import is_locker, walk
from crawler.visit.media import kind_of_body, why_not
from crawler.visit.observe import observe
from crawler.visit.options import FirstVisit, Judge, VisitOptions
from crawler.visit.pathway import Replay, replay
from crawler.visit.session import Answer, Session, requests_of
from crawler.visit.summary import gate, refusal, summary

_TELLING = 400
"""Characters of visible text; shorter pages of different sites read alike."""


async def first_visit(
    fetcher: Fetcher, case: Case, judge: Judge, options: VisitOptions
) -> FirstVisit:
    """
    Visit a reported location for the first time.

    Every failure is in the value: an asset that could not be compared is `NotChecked(reason)`.
    """
    session = Session(fetcher=fetcher, case=case, judge=judge, options=options)
    try:
        return await _visit(session)
    finally:
        await session.close()


async def _visit(session: Session) -> FirstVisit:
    asset = _reported_asset(session.case)
    if not session.options.fetch_media and media_kind(session.case.url):
        return _not_asked(session, asset)
    path = await replay(session)
    if not path.ok:
        return _broken(session, asset, path)
    answer = await session.get(session.reported(), referer=path.referer, read_as="auto")
    if kind_of_body(answer) is not None:
        return await _reported_file(session, asset, answer, path)
    return await _reported_page(session, asset, answer, path)


def _reported_asset(case: Case) -> Asset:
    return Asset(
        id=f"{case.id}-0",
        case_id=case.id,
        kind=AssetKind.PAGE,
        role="reported",
        url=case.url,
        host=case.host,
        referer=case.pathway.referrer,
        why="reported",
    )


# ------------------------------------------------------------------------------ shapes of a visit


def _not_asked(session: Session, asset: Asset) -> FirstVisit:
    """Leave a file alone in the no-media mode; nothing is requested."""
    there = replace(asset, kind=AssetKind.FILE, comparison=NotChecked(reason="no_media_mode"))
    return summary(session, [Found(asset=there)], None, needs="no_media_mode", result=None)


def _broken(session: Session, asset: Asset, path: Replay) -> FirstVisit:
    failed = path.failed
    result = failed.result if failed else None
    seen = Seen(kind=asset.kind, result=result, pathway_ok=path.says_nothing)
    there = replace(asset, comparison=NotChecked(reason="pathway_broken"))
    observation = observe(
        session, there, seen, requests=requests_of(path.answers), evidence=path.evidence
    )
    needs = None if path.says_nothing else "pathway_broken"
    found = [Found(asset=there, observation=observation)]
    return summary(session, found, None, needs=needs, result=result)


async def _reported_file(
    session: Session, asset: Asset, answer: Answer, path: Replay
) -> FirstVisit:
    if not session.options.fetch_media:
        return _unfetched(session, asset, answer, path)
    found = await compared(session, asset, answer, before=path.answers)
    return summary(session, [found], None, needs=None, result=answer.result)


def _unfetched(session: Session, asset: Asset, answer: Answer, path: Replay) -> FirstVisit:
    """Record a file of which, in the no-media mode, only the first bytes were looked at."""
    kind = kind_of_body(answer) or AssetKind.FILE
    there = replace(asset, kind=kind, comparison=NotChecked(reason="no_media_mode"))
    made = requests_of((*path.answers, answer))
    seen = observe(session, there, Seen(kind=kind, result=answer.result), requests=made)
    found = [Found(asset=there, observation=seen)]
    return summary(session, found, None, needs="no_media_mode", result=answer.result)


async def _reported_page(
    session: Session, asset: Asset, answer: Answer, path: Replay
) -> FirstVisit:
    page = answer.page
    if page is None or not _worked(answer):
        return _page_only(session, asset, answer, path)
    permit, referer = session.reported(), answer.result.url or session.case.url
    before: tuple[Answer, ...] = (*path.answers, answer)
    if is_locker(page) and session.options.fetch_media:
        return await _reported_locker(session, asset, answer, path)
    page, twins = await with_twin(session, permit, page)
    media = media_of(page, lockers=not is_locker(page))
    found = await gather(session, permit, referer, media)
    first = _observed_page(session, asset, answer, found, before=(*before, *twins))
    return summary(session, [first, *found], page, needs=gate(page), result=answer.result)


async def _reported_locker(
    session: Session, asset: Asset, answer: Answer, path: Replay
) -> FirstVisit:
    """Walk a landing page to its file; previews on the page are compared as well."""
    permit, page = session.reported(), answer.page
    way = await walk(session, permit, answer)
    found: list[Found] = []
    if way.file is not None:
        found.append(await _download(session, answer, way.file, way.why))
    shown = [c for c in media_of(page, lockers=False) if c.role != "download"] if page else []
    previews = await gather(session, permit, answer.result.url or asset.url, shown)
    found.extend(_renumbered(session, previews, after=len(found)))
    before = (*path.answers, answer, *(way.answers[:-1] if way.file else way.answers))
    first = _observed_page(session, asset, answer, found, before=before)
    return summary(session, [first, *found], page, needs=way.needs, result=answer.result)


async def _download(session: Session, landing: Answer, file: Answer, why: str) -> Found:
    blank = Asset(
        id=f"{session.case.id}-1",
        case_id=session.case.id,
        kind=AssetKind.FILE,
        role="download",
        url=session.case.url,
        host=session.case.host,
        referer=landing.result.url or session.case.url,
    )
    return await compared(session, at_file(blank, file, why), file, before=())


def _renumbered(session: Session, found: list[Found], *, after: int) -> list[Found]:
    """Give assets numbers that follow those already given."""
    renamed = []
    for number, item in enumerate(found, start=after + 1):
        identity = f"{session.case.id}-{number}"
        seen = replace(item.observation, asset_id=identity) if item.observation else None
        renamed.append(Found(asset=replace(item.asset, id=identity), observation=seen))
    return renamed


def _page_only(session: Session, asset: Asset, answer: Answer, path: Replay) -> FirstVisit:
    first = _observed_page(session, asset, answer, [], before=(*path.answers, answer))
    return summary(session, [first], answer.page, needs=refusal(answer), result=answer.result)


def _observed_page(
    session: Session,
    asset: Asset,
    answer: Answer,
    found: list[Found],
    *,
    before: tuple[Answer, ...],
) -> Found:
    listed = any(isinstance(item.asset.comparison, Match | Possible) for item in found)
    seen = Seen(
        kind=asset.kind,
        result=answer.result,
        page=answer.page,
        candidate_on_page=True if listed else None,
    )
    reason = _page_reason(session, answer, found)
    there = replace(asset, comparison=NotChecked(reason=reason), look=_look(answer))
    return Found(
        asset=there, observation=observe(session, there, seen, requests=requests_of(before))
    )


def _look(answer: Answer) -> str | None:
    """Return what the page reads like, when that is enough to know a site by."""
    page = answer.page
    enough = page is not None and page.text_length >= _TELLING
    return page.text_sha256 or None if page is not None and enough else None


def _page_reason(session: Session, answer: Answer, found: list[Found]) -> str:
    if not _worked(answer):
        return why_not(answer)
    if not session.options.fetch_media:
        return "no_media_mode"
    return "page" if found else "no_media_found"


def _worked(answer: Answer) -> bool:
    return answer.result.error is None and (answer.result.status or 0) < 400
