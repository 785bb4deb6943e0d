"""The first visit to a reported location: what is there and whether the hash list knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cases.model import (
    Asset,
    AssetKind,
    Case,
    Match,
    NotChecked,
    Possible,
)
from crawler.extract.links import media_kind
from crawler.extract.record import PageRecord
from crawler.fetch.contract import Fetcher, FetchResult
from crawler.seen import Seen
from crawler.visit.gather import (
    Found,
    at_file,
    compared,
    gather,
    media_of,
    stopped,
    with_twin,
)
from crawler.visit.hollow import doubted
from crawler.visit.locker import Walk, is_folder, is_locker, walk
from crawler.visit.media import kind_of_body, why_not
from crawler.visit.observe import observe
from crawler.visit.options import FirstVisit, Judge, SiblingMemory, VisitOptions
from crawler.visit.pathway import Replay, replay
from crawler.visit.session import Answer, Session, requests_of
from crawler.visit.summary import gate, refusal, summary

_TELLING = 400
"""Characters of visible text; shorter pages of different sites read alike."""


async def first_visit(
    fetcher: Fetcher,
    case: Case,
    judge: Judge,
    options: VisitOptions,
    *,
    siblings: SiblingMemory | None = None,
) -> FirstVisit:
    """
    Visit a reported location for the first time.

    Every failure is in the value: an asset that could not be compared is `NotChecked(reason)`.

    Args:
        fetcher: the line out.
        case: whose location is visited.
        judge: the comparison with the hash list.
        options: how visits are made.
        siblings: answers of invalid neighbours, kept by the caller; without them a host that
            answers so for everything is not recognised.

    """
    session = Session(fetcher=fetcher, case=case, judge=judge, options=options)
    try:
        return await _visit(session, siblings)
    finally:
        await session.close()


async def _visit(session: Session, siblings: SiblingMemory | None) -> FirstVisit:
    asset = _reported_asset(session.case)
    if not session.options.fetch_media and media_kind(session.case.url):
        return _not_asked(session, asset)
    path = await replay(session)
    if not path.ok:
        return _broken(session, asset, path)
    answer = await session.get(session.reported(), referer=path.referer, read_as="auto")
    is_file = kind_of_body(answer) is not None
    shape = await (_reported_file if is_file else _reported_page)(session, asset, answer, path)
    made = _summed(session, shape)
    if siblings is None or made.needs is not None or made.reason != "no_match":
        return made
    found = await doubted(session, shape.found, answer, siblings)
    return _summed(session, replace(shape, found=tuple(found)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What a visit gathered, before it is summed up."""

    found: tuple[Found, ...]
    page: PageRecord | None
    needs: str | None
    result: FetchResult | None


def _summed(session: Session, shape: _Shape) -> FirstVisit:
    return summary(session, shape.found, shape.page, needs=shape.needs, result=shape.result)


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


async def _reported_file(session: Session, asset: Asset, answer: Answer, path: Replay) -> _Shape:
    if not session.options.fetch_media:
        return _unfetched(session, asset, answer, path)
    found = await compared(session, asset, answer, before=path.answers)
    return _Shape(found=(found,), page=None, needs=None, result=answer.result)


def _unfetched(session: Session, asset: Asset, answer: Answer, path: Replay) -> _Shape:
    """Record a file of which, in the no-media mode, only the first bytes were looked at."""
    kind = kind_of_body(answer) or AssetKind.FILE
    there = replace(asset, kind=kind, comparison=NotChecked(reason="no_media_mode"))
    made = requests_of((*path.answers, answer))
    seen = observe(session, there, Seen(kind=kind, result=answer.result), requests=made)
    found = Found(asset=there, observation=seen)
    return _Shape(found=(found,), page=None, needs="no_media_mode", result=answer.result)


async def _reported_page(session: Session, asset: Asset, answer: Answer, path: Replay) -> _Shape:
    page = answer.page
    if page is None or not _worked(answer):
        return _page_only(session, asset, answer, path)
    permit, referer = session.reported(), answer.result.url or session.case.url
    before: tuple[Answer, ...] = (*path.answers, answer)
    folder = is_folder(page)
    if is_locker(page) and not folder and session.options.fetch_media:
        return await _reported_locker(session, asset, answer, path)
    page, twins = await with_twin(session, permit, page)
    media = media_of(page, lockers=folder or not is_locker(page))
    found = await gather(session, permit, referer, media)
    first = _observed_page(session, asset, answer, found, before=(*before, *twins))
    return _Shape(found=(first, *found), page=page, needs=gate(page), result=answer.result)


async def _reported_locker(session: Session, asset: Asset, answer: Answer, path: Replay) -> _Shape:
    """Walk a landing page to its file; all else that it offers or shows is compared as well."""
    permit, page = session.reported(), answer.page
    known = _known_download(session, answer)
    way = Walk(landing=answer, answers=()) if known else await walk(session, permit, answer)
    found = [Found(asset=known)] if known else await _walked_to(session, answer, way)
    shown = [c for c in media_of(page, lockers=False) if c.role != "download"] if page else []
    referer = answer.result.url or asset.url
    others = await gather(session, permit, referer, [*way.others, *shown])
    found.extend(_renumbered(session, others, after=len(found)))
    before = (*path.answers, answer, *(way.answers[:-1] if way.file else way.answers))
    first = _observed_page(session, asset, answer, found, before=before)
    return _Shape(found=(first, *found), page=page, needs=way.needs, result=answer.result)


def _known_download(session: Session, landing: Answer) -> Asset | None:
    """Return the file behind a landing page, if a try before this one compared it."""
    own = landing.result.url or session.case.url
    known = (one for one in session.options.known if one.role == "download" and one.referer == own)
    found = next(known, None)
    return replace(found, id=f"{session.case.id}-1", downloads=0) if found else None


async def _walked_to(session: Session, landing: Answer, way: Walk) -> list[Found]:
    """Compare the file that a landing page led to, or say that it led to none."""
    blank = _download(session, landing)
    if way.file is not None:
        return [await compared(session, at_file(blank, way.file, way.why), way.file, before=())]
    if way.needs is None and way.answers:
        return [stopped(session, blank, landing, way.answers, way.stopped)]
    return []


def _download(session: Session, landing: Answer) -> Asset:
    return Asset(
        id=f"{session.case.id}-1",
        case_id=session.case.id,
        kind=AssetKind.FILE,
        role="download",
        url=session.case.url,
        host=session.case.host,
        referer=landing.result.url or session.case.url,
    )


def _renumbered(session: Session, found: list[Found], *, after: int) -> list[Found]:
    """Give assets numbers that follow those already given."""
    renamed = []
    for number, item in enumerate(found, start=after + 1):
        identity = f"{session.case.id}-{number}"
        seen = replace(item.observation, asset_id=identity) if item.observation else None
        renamed.append(Found(asset=replace(item.asset, id=identity), observation=seen))
    return renamed


def _page_only(session: Session, asset: Asset, answer: Answer, path: Replay) -> _Shape:
    first = _observed_page(session, asset, answer, [], before=(*path.answers, answer))
    return _Shape(found=(first,), page=answer.page, needs=refusal(answer), result=answer.result)


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
