"""
Looking again at the assets of a case that matter, without doing their host a favour.

Lockers are asked by their own link-check first, then by the landing page; the file itself is
downloaded only to prove. Pictures are fetched and compared by digest. What looks gone is doubted
first: an invalid neighbour, a harmless address of the same host, a control outside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from cases.model import Asset, AssetKind, Case, Match, Possible, SiteType
from crawler.extract.record import PageRecord
from crawler.fetch.contract import Fetcher
from crawler.seen import Seen
from crawler.visit.again import Checked, check_media, check_page, shows
from crawler.visit.gather import with_twin
from crawler.visit.landing import check_landing, landings
from crawler.visit.newcomers import sought
from crawler.visit.observe import observe
from crawler.visit.options import Judge, Recheck, SiblingMemory, VisitOptions
from crawler.visit.pathway import Replay, replay
from crawler.visit.session import Answer, Session, requests_of


async def recheck(
    fetcher: Fetcher,
    case: Case,
    assets: Sequence[Asset],
    judge: Judge,
    options: VisitOptions,
    *,
    siblings: SiblingMemory,
    prove: bool = False,
    assessed: Collection[str] = (),
) -> Recheck:
    """
    Look at the assets of a case again; return one observation for each that matters.

    Args:
        fetcher: the line out.
        case: whose pathway is replayed identically.
        assets: the assets of the case; those that do not matter are passed over, see
            `that_matter`.
        judge: the comparison with the hash list.
        options: how visits are made.
        siblings: answers of invalid neighbours, kept by the caller.
        prove: download a locker's file once more, as fresh proof before a notice or when the
            evidence is disputed.
        assessed: ids of assets that an analyst assessed.

    """
    session = Session(fetcher=fetcher, case=case, judge=judge, options=options)
    wanted = that_matter(assets, assessed)
    try:
        known = frozenset(asset.url for asset in assets)
        checked = await _look(session, wanted, siblings, known, prove=prove)
    finally:
        await session.close()
    return Recheck(
        observations=tuple(item.observation for item in checked),
        assets=tuple(item.asset for item in checked),
        results={item.asset.id: item.result for item in checked if item.result is not None},
        media_bytes=session.tally.media_bytes,
        requests_refused=session.tally.requests_refused,
    )


def that_matter(assets: Sequence[Asset], assessed: Collection[str] = ()) -> tuple[Asset, ...]:
    """
    Choose the assets that a re-check looks at.

    The reported page or file, what is listed or possible, and what was assessed. Where none of
    these is a medium, all compared media are: an assessment without assets speaks of all.
    """
    chosen = tuple(
        asset
        for asset in assets
        if asset.role == "reported"
        or isinstance(asset.comparison, Match | Possible)
        or asset.id in assessed
    )
    if any(_acted_on(asset, assessed) for asset in chosen):
        return chosen
    return tuple(a for a in assets if a.role == "reported" or a.digests is not None)


def _acted_on(asset: Asset, assessed: Collection[str]) -> bool:
    return isinstance(asset.comparison, Match | Possible) or asset.id in assessed


async def _look(
    session: Session,
    assets: tuple[Asset, ...],
    memory: SiblingMemory,
    known: Collection[str],
    *,
    prove: bool,
) -> list[Checked]:
    path = await replay(session)
    if not path.ok:
        return [_broken(session, asset, path) for asset in assets]
    files = [asset for asset in assets if asset.role == "download"]
    pages = [a for a in assets if a.role == "reported" and a.kind is AssetKind.PAGE]
    if _is_locker(session.case, files):
        files, pages = [*pages, *files], []
    media = [asset for asset in assets if asset not in files and asset not in pages]
    checked: list[Checked] = []
    for place in landings(session, files, path.referer):
        checked.extend(await check_landing(session, place, memory, prove=prove))
    checked.extend(await _page_and_media(session, pages, media, memory, path, known))
    return sorted(checked, key=lambda item: assets.index(_same(item.asset, assets)))


def _same(asset: Asset, assets: tuple[Asset, ...]) -> Asset:
    return next(known for known in assets if known.id == asset.id)


def _is_locker(case: Case, files: Sequence[Asset]) -> bool:
    """Tell whether the reported page is itself a landing page."""
    return case.site_type is SiteType.CYBERLOCKER or any(a.referer == case.url for a in files)


def _broken(session: Session, asset: Asset, path: Replay) -> Checked:
    result = path.failed.result if path.failed else None
    seen = Seen(kind=asset.kind, result=result, pathway_ok=path.says_nothing)
    observation = observe(
        session, asset, seen, requests=requests_of(path.answers), evidence=path.evidence
    )
    return Checked(asset=asset, observation=observation, result=result)


async def _page_and_media(
    session: Session,
    pages: list[Asset],
    media: list[Asset],
    memory: SiblingMemory,
    path: Replay,
    known: Collection[str],
) -> list[Checked]:
    """Ask the reported page first, since it says where its media are now; settle it last."""
    before = requests_of(path.answers)
    around: Answer | None = None
    made = before
    if pages:
        around = await session.get(session.reported(), referer=path.referer)
        # No page: nobody will look into it, and it must not keep a worker from the media.
        await session.drop(around)
        page, twins = await _with_twin(session, around, media)
        around, made = replace(around, page=page), (*before, *requests_of(twins))
    checked = [await _medium(session, asset, around, memory, path) for asset in media]
    if around is None:
        return checked
    checked = await sought(session, around, checked, known)
    return [
        *[
            await check_page(session, asset, around, checked, memory, requests=made)
            for asset in pages
        ],
        *checked,
    ]


async def _medium(
    session: Session, asset: Asset, around: Answer | None, memory: SiblingMemory, path: Replay
) -> Checked:
    if asset.role != "reported":
        return await check_media(session, asset, around, memory, referer=asset.referer)
    before = requests_of(path.answers)
    return await check_media(session, asset, around, memory, referer=path.referer, requests=before)


async def _with_twin(
    session: Session, answer: Answer, media: Sequence[Asset]
) -> tuple[PageRecord | None, tuple[Answer, ...]]:
    """Ask the JSON twin only when the page itself shows none of the media that matter."""
    if answer.page is None or shows(answer.page, media) is not False:
        return answer.page, ()
    return await with_twin(session, session.reported(), answer.page)
