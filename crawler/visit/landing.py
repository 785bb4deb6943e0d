"""
A locker's file looked at again: link-check, then landing page, and the file only to prove.

A download can postpone deletion or pay the uploader, so it is the last resort and is counted.
A link-check that says "alive" spares the landing page, except once a day: some say so for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cases.model import Asset, AssetKind, RequestMade
from crawler.extract.cyberlockers import link_check
from crawler.extract.record import PageRecord
from crawler.fetch.contract import Derivation, FetchCode, Permit
from crawler.seen import Seen, link_check_contradicted
from crawler.visit.again import Checked, compare_again, settle, with_reference
from crawler.visit.locker import is_locker, walk
from crawler.visit.media import kind_of_body
from crawler.visit.objects import Downloads
from crawler.visit.options import SiblingMemory
from crawler.visit.session import Answer, Session, requests_of

_OFFERING = frozenset({"content", "countdown"})
Word = Literal["alive", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """One landing page and the assets that depend on it."""

    url: str
    permit: Permit | FetchCode
    engine: str | None
    assets: tuple[Asset, ...]
    """The page's own asset, if it was reported, and the file behind it."""
    referer: str | None
    downloads: Downloads
    """Shared by all landing pages of the visit."""


async def check_landing(
    session: Session, place: Landing, memory: SiblingMemory, *, prove: bool
) -> list[Checked]:
    """Look at everything behind one landing page; one observation for each asset."""
    word, asked = (None, None) if prove else await _link_check(session, place)
    today = session.options.now().date().isoformat()
    if word == "alive" and asked is not None and not memory.landing_due(place.url, today):
        return [await _alive(session, place, asset, asked, memory) for asset in place.assets]
    before = asked.requests if asked else ()
    answer = await session.get(place.permit, referer=place.referer)
    if word == "alive" and _contradicted(answer):
        memory.distrust(place.url, today)
    checked = []
    for asset in place.assets:
        if prove and asset.role == "download" and session.options.fetch_media:
            checked.append(await _proven(session, place, asset, answer, memory))
        else:
            checked.append(await _by_page(session, place, asset, answer, memory, word, before))
    return checked


def _contradicted(landing: Answer) -> bool:
    seen = Seen(kind=AssetKind.FILE, result=landing.result, page=landing.page, link_check="alive")
    return link_check_contradicted(seen)


async def _link_check(session: Session, place: Landing) -> tuple[Word | None, Answer | None]:
    step = link_check(place.engine, place.url)
    if step is None or not isinstance(place.permit, Permit):
        return None, None
    allowed = session.derive(place.permit, Derivation.LINK_CHECK, step.url)
    answer = await session.get(allowed, read_as="page", method=step.method, form=step.form)
    return _word(answer), answer


def _word(answer: Answer) -> Word | None:
    """Read the host's word; anything but a clear one is none."""
    if answer.page is None or answer.result.error is not None or answer.result.status != 200:
        return None
    if "link_check:alive" in answer.page.signs:
        return "alive"
    return "gone" if "link_check:gone" in answer.page.signs else None


async def _alive(
    session: Session, place: Landing, asset: Asset, asked: Answer, memory: SiblingMemory
) -> Checked:
    seen = Seen(kind=asset.kind, result=asked.result, link_check="alive")
    return await settle(
        session, asset, place.permit, place.url, asked, seen, memory, evidence=("link_check:alive",)
    )


async def _by_page(
    session: Session,
    place: Landing,
    asset: Asset,
    answer: Answer,
    memory: SiblingMemory,
    word: Word | None,
    before: tuple[RequestMade, ...],
) -> Checked:
    await session.drop(answer)
    seen = Seen(
        kind=AssetKind.PAGE if asset.kind is AssetKind.PAGE else AssetKind.FILE,
        result=answer.result,
        page=answer.page,
        link_check=word,
        candidate_on_page=True if offers(answer.page) else None,
    )
    words = (f"link_check:{word}",) if word else ()
    return await settle(
        session,
        asset,
        place.permit,
        place.url,
        answer,
        seen,
        memory,
        referer=place.referer,
        requests=before,
        evidence=words,
    )


def offers(page: PageRecord | None) -> bool:
    """Tell whether a landing page of a known engine offers its file."""
    return page is not None and is_locker(page) and page.state in _OFFERING


async def _proven(
    session: Session, place: Landing, asset: Asset, landing: Answer, memory: SiblingMemory
) -> Checked:
    """Download the file once more to prove that it is the same, if the cap allows."""
    refused = place.downloads.refusal(asset, session.options.downloads_per_asset)
    if refused is not None:
        checked = await _by_page(session, place, asset, landing, memory, None, ())
        words = (*checked.observation.evidence, refused)
        return replace(checked, observation=replace(checked.observation, evidence=words))
    if not isinstance(place.permit, Permit) or landing.page is None:
        return await _by_page(session, place, asset, landing, memory, None, ())
    way = await walk(session, place.permit, landing)
    if way.file is None:
        last = way.answers[-1] if way.answers else landing
        return await _by_page(session, place, asset, last, memory, None, landing.requests)
    seen, judged = await compare_again(session, asset, way.file)
    counted = asset
    if kind_of_body(way.file) is not None:
        place.downloads.count(asset)
        counted = replace(asset, downloads=asset.downloads + 1)
    return await settle(
        session,
        with_reference(counted, seen, judged),
        place.permit,
        place.url,
        way.file,
        seen,
        memory,
        requests=requests_of((landing, *way.answers[:-1])),
    )


def landings(session: Session, assets: Sequence[Asset], referer: str | None) -> list[Landing]:
    """Group the downloads of a case by the landing page that they hang on."""
    reported = session.reported()
    downloads = Downloads.of(assets)
    groups: dict[str, list[Asset]] = {}
    for asset in assets:
        url = asset.url if asset.role == "reported" else asset.referer or asset.url
        groups.setdefault(url, []).append(asset)
    return [
        Landing(
            url=url,
            permit=_permit(session, reported, url),
            engine=_engine(session, group),
            assets=tuple(group),
            referer=referer if url == session.case.url else session.case.url,
            downloads=downloads,
        )
        for url, group in groups.items()
    ]


def _permit(session: Session, reported: Permit, url: str) -> Permit | FetchCode:
    if url == session.case.url:
        return reported
    return session.derive(reported, Derivation.LOCKER_HOP, url)


def _engine(session: Session, group: list[Asset]) -> str | None:
    """Name the engine of a landing page: of the case, or as the file's rule begins with it."""
    named = next((asset.why.partition(":")[0] for asset in group if asset.role == "download"), None)
    return named if named and named != "generic" else session.case.engine
