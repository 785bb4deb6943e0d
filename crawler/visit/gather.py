"""The media of a page: which candidates there are, each fetched and compared as its own asset."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from cases.model import Asset, AssetKind, Match, NotChecked, Observation, Possible
from crawler.extract.links import host_of, is_playlist
from crawler.extract.record import MORE_MEDIA, Candidate, PageRecord
from crawler.fetch.contract import Derivation, Permit
from crawler.seen import Seen
from crawler.visit.locker import walk
from crawler.visit.media import Judged, judge, kind_of_body
from crawler.visit.objects import file_at, firsts
from crawler.visit.observe import observe
from crawler.visit.session import Answer, Session, requests_of

_FRAMES = frozenset(
    f"generic:{rule}" for rule in ("iframe", "frame", "embed", "object", "meta_refresh")
)
"""Rules that name another page which a page shows within itself, or leads on to."""
_KINDS = {
    "picture": AssetKind.PICTURE,
    "video": AssetKind.VIDEO,
    "archive": AssetKind.ARCHIVE,
    "file": AssetKind.FILE,
    "page": AssetKind.FILE,
}
BEYOND_CAP: Final = "beyond_cap"
OUT_OF_TIME: Final = "out_of_time"
FRAMED_PAGE: Final = "framed_page"
FILM_IN_PIECES: Final = "film_in_pieces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One asset and what the visit saw of it."""

    asset: Asset
    observation: Observation | None = None


async def with_twin(
    session: Session, permit: Permit, page: PageRecord
) -> tuple[PageRecord, tuple[Answer, ...]]:
    """
    Put the media of a board's JSON twin before those of the page, where there is a twin.

    A twin that lost sight of the reported post is not used: it would widen the case.
    """
    if page.json_twin is None or page.state == "gone":
        return page, ()
    fragment = permit.url.partition("#")[2]
    url = f"{page.json_twin}#{fragment}" if fragment else page.json_twin
    allowed = session.derive(permit, Derivation.JSON_TWIN, url)
    answer = await session.get(allowed, referer=permit.url, read_as="page")
    twin = answer.page
    if twin is None or not twin.candidates or twin.post_found != page.post_found:
        return page, (answer,)
    told = _where_the_page_says(twin.candidates, page.candidates)
    known = {candidate.url for candidate in told}
    rest = (candidate for candidate in page.candidates if candidate.url not in known)
    more = (MORE_MEDIA,) if twin.partial else ()
    signs = tuple(dict.fromkeys((*page.signs, *more)))
    return replace(page, candidates=(*told, *rest), signs=signs), (answer,)


def _where_the_page_says(
    twin: Sequence[Candidate], page: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """
    Give files of a twin the addresses that the page links under the same names.

    A twin often holds only a file's name; on which host it lies is the page's to say.
    """
    linked = {_file_name(one.url): one.url for one in page if one.role == "original"}
    return tuple(replace(one, url=linked.get(_file_name(one.url), one.url)) for one in twin)


def _file_name(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or url


def media_of(page: PageRecord, *, lockers: bool) -> list[Candidate]:
    """
    List the candidates that matter; linked pages only where they lead to a locker.

    Pages that stand within the page come last: they are named, and not asked for.
    """
    if page.state in {"gone", "expired"}:
        return []
    media = [
        candidate
        for candidate in page.candidates
        if candidate.kind != "page" or (lockers and candidate.role == "locker")
    ]
    return [*media, *(one for one in page.candidates if _is_framed(one))]


def _is_framed(candidate: Candidate) -> bool:
    return candidate.kind == "page" and candidate.why in _FRAMES


async def gather(
    session: Session, permit: Permit, referer: str, candidates: Sequence[Candidate]
) -> list[Found]:
    """
    Fetch and compare candidates, a few at a time, in their order; number them from 1.

    Of several links to one file of a locker the first is walked; the others take its result.
    Candidates beyond the cap, and those whose turn does not come in time, are assets that were
    not checked.
    """
    gate = asyncio.Semaphore(session.options.together)
    until = session.options.now() + timedelta(seconds=session.options.media_s)

    async def one(number: int, candidate: Candidate) -> Found:
        asset = as_asset(session, candidate, number, referer)
        if (known := _known(session, candidate)) is not None:
            return Found(asset=replace(known, id=asset.id, downloads=0))
        if reason := _left_alone(session, number, candidate):
            return _not_checked(asset, reason)
        async with gate:
            if session.options.now() > until:
                return _not_checked(asset, OUT_OF_TIME)
            if candidate.role == "locker":
                return await _hop(session, permit, asset)
            return await _fetched(session, permit, asset)

    first = firsts(candidates)
    asked = {place: one(place + 1, candidates[place]) for place in sorted(set(first))}
    found = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    return [
        found[place] if place in found else _same_file(session, found[first[place]], place + 1, one)
        for place, one in enumerate(candidates)
    ]


def _known(session: Session, candidate: Candidate) -> Asset | None:
    """Return the asset of a candidate that a try before this one compared."""
    return next((one for one in session.options.known if _is_same(one, candidate)), None)


def _is_same(asset: Asset, candidate: Candidate) -> bool:
    if candidate.role == "locker":
        landing = asset.referer or asset.url
        return asset.role == "download" and file_at(landing) == file_at(candidate.url)
    return asset.role == candidate.role and asset.url == candidate.url


def _left_alone(session: Session, number: int, candidate: Candidate) -> str | None:
    """Say why a candidate is not asked for at all, or none."""
    if not session.options.fetch_media:
        return "no_media_mode"
    if is_playlist(candidate.url):
        return FILM_IN_PIECES
    if _is_framed(candidate):
        return FRAMED_PAGE
    return BEYOND_CAP if number > session.options.candidates else None


def _not_checked(asset: Asset, reason: str) -> Found:
    return Found(asset=replace(asset, comparison=NotChecked(reason=reason)))


def _same_file(session: Session, first: Found, number: int, link: Candidate) -> Found:
    """Take what another link to the same file gave; nothing is downloaded for this one."""
    asset = first.asset
    own = replace(asset, id=f"{session.case.id}-{number}", referer=link.url, downloads=0)
    seen = first.observation
    if seen is None:
        return Found(asset=own)
    words = (*seen.evidence, "same_object")
    return Found(asset=own, observation=replace(seen, asset_id=own.id, requests=(), evidence=words))


def as_asset(session: Session, candidate: Candidate, number: int, referer: str) -> Asset:
    """Make a candidate an asset of the case."""
    return Asset(
        id=f"{session.case.id}-{number}",
        case_id=session.case.id,
        kind=_KINDS[candidate.kind],
        role=candidate.role,
        url=candidate.url,
        host=host_of(candidate.url),
        referer=referer,
        why=candidate.why,
    )


async def _fetched(session: Session, permit: Permit, asset: Asset) -> Found:
    allowed = session.derive(permit, Derivation.EMBEDDED_MEDIA, asset.url)
    answer = await session.get(allowed, referer=asset.referer)
    return await compared(session, asset, answer, before=())


async def _hop(session: Session, permit: Permit, asset: Asset) -> Found:
    """Visit a linked locker's landing page: the one hop that leaves the reported page."""
    allowed = session.derive(permit, Derivation.LOCKER_HOP, asset.url)
    landing = await session.get(allowed, referer=asset.referer)
    failed = (landing.result.status or 0) >= 400
    if not isinstance(allowed, Permit) or landing.page is None or failed:
        return await compared(session, asset, landing, before=())
    gone = await walk(session, allowed, landing)
    there = replace(asset, role="download", referer=landing.result.url or asset.url)
    if gone.file is None:
        return stopped(session, there, landing, gone.answers, gone.stopped)
    located = at_file(there, gone.file, gone.why)
    return await compared(session, located, gone.file, before=(landing, *gone.answers[:-1]))


def at_file(asset: Asset, file: Answer, why: str) -> Asset:
    """Move a download's asset to the address and host that served the file, and count it."""
    url = file.result.url or asset.url
    made = asset.downloads + (kind_of_body(file) is not None)
    return replace(asset, url=url, host=host_of(url), why=why, downloads=made)


def stopped(
    session: Session, asset: Asset, landing: Answer, answers: tuple[Answer, ...], reason: str
) -> Found:
    """Record a download that the landing page did not give."""
    last = answers[-1] if answers else landing
    seen = Seen(kind=asset.kind, result=last.result, page=last.page)
    observation = observe(session, asset, seen, requests=requests_of((landing, *answers)))
    return Found(
        asset=replace(asset, comparison=NotChecked(reason=reason)), observation=observation
    )


async def compared(
    session: Session, asset: Asset, answer: Answer, *, before: tuple[Answer, ...]
) -> Found:
    """Compare what answered for an asset for the first time; its body becomes the reference."""
    judged = _as_seen(session, asset, await judge(session, answer))
    seen = first_seen(session, asset, answer, judged)
    kind = kind_of_body(answer) or asset.kind
    filled = replace(
        asset, kind=kind, digests=judged.digests, pdq=judged.pdq, comparison=judged.comparison
    )
    observation = observe(session, asset, seen, requests=requests_of((*before, answer)))
    return Found(asset=filled, observation=observation)


def _as_seen(session: Session, asset: Asset, judged: Judged) -> Judged:
    """Say of a body that is not what was looked for why it was not compared."""
    if isinstance(judged.comparison, Match | Possible):
        return judged
    if _is_placeholder(session, judged):
        return replace(judged, comparison=NotChecked(reason="placeholder"))
    if is_playlist(asset.url) and judged.digests is not None:
        return replace(judged, comparison=NotChecked(reason=FILM_IN_PIECES))
    return judged


def _is_placeholder(session: Session, judged: Judged) -> bool:
    return judged.digests is not None and judged.digests.sha256 in session.options.placeholders


def first_seen(session: Session, asset: Asset, answer: Answer, judged: Judged) -> Seen:
    """Say what was seen of an asset that has no reference yet: a good body is its own."""
    digests = judged.digests
    placeholder = _is_placeholder(session, judged)
    good = digests is not None and (answer.result.status or 0) < 400 and not placeholder
    return Seen(
        kind=asset.kind,
        result=answer.result,
        page=answer.page,
        digests_equal=True if good else None,
        comparison=judged.comparison,
        placeholder=placeholder,
    )
