"""One asset looked at again: its page, or its file, compared with what was seen at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cases.model import Asset, AssetKind, NotChecked, Observation, Presence, RequestMade
from crawler.extract.links import host_of
from crawler.extract.record import PageRecord
from crawler.fetch.contract import Derivation, FetchCode, FetchResult, Permit
from crawler.outcome import GONE
from crawler.seen import Seen
from crawler.visit.media import Judged, distance, judge
from crawler.visit.observe import observe
from crawler.visit.options import SiblingMemory
from crawler.visit.probe import probed
from crawler.visit.refresh import current
from crawler.visit.session import Answer, Session, requests_of

_SHOWN = frozenset(
    {Presence.PRESENT_EXACT, Presence.PRESENT_SIMILAR, Presence.PRESENT_LISTED_ALIVE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One asset after it was looked at again."""

    asset: Asset
    observation: Observation
    result: FetchResult | None


async def settle(
    session: Session,
    asset: Asset,
    permit: Permit | FetchCode,
    url: str,
    answer: Answer,
    seen: Seen,
    memory: SiblingMemory,
    *,
    referer: str | None = None,
    requests: tuple[RequestMade, ...] = (),
    evidence: tuple[str, ...] = (),
) -> Checked:
    """Doubt what looks gone, then freeze the observation."""
    asked: tuple[Answer, ...] = ()
    if isinstance(permit, Permit):
        done = await probed(session, permit, url, answer, seen, memory, referer=referer)
        seen, asked, evidence = done.seen, done.answers, (*evidence, *done.evidence)
    made = (*requests, *answer.requests, *requests_of(asked))
    observation = observe(session, asset, seen, requests=made, evidence=evidence)
    if observation.presence in _SHOWN:
        session.alive.add(host_of(url))
    return Checked(asset=asset, observation=observation, result=answer.result)


# ------------------------------------------------------------------------------ the page


def shows(page: PageRecord | None, media: Sequence[Asset]) -> bool | None:
    """Say whether a page still shows any of the media that matter; none when there are none."""
    if page is None or not media:
        return None
    return any(current(asset, page) is not None for asset in media)


async def check_page(
    session: Session,
    asset: Asset,
    answer: Answer,
    media: Sequence[Checked],
    memory: SiblingMemory,
    *,
    requests: tuple[RequestMade, ...],
) -> Checked:
    """Look at the reported page after its media: whether it still shows what matters."""
    await session.drop(answer)
    seen = Seen(
        kind=asset.kind,
        result=answer.result,
        page=answer.page,
        candidate_on_page=still_there(answer.page, media),
    )
    permit = session.reported()
    return await settle(session, asset, permit, asset.url, answer, seen, memory, requests=requests)


def still_there(page: PageRecord | None, media: Sequence[Checked]) -> bool | None:
    """
    Say whether listed media can still be seen through a page.

    No, when it links none of them any more or all that it links are gone; unknown, when other
    media stand in their place, or when they may stand in the part that was not read. A medium that
    we cannot reach is still linked, so still there.
    """
    if page is None or not media:
        return None
    linked = [item for item in media if current(item.asset, page) is not None]
    said = {item.observation.presence for item in linked}
    if said <= GONE:
        return None if page.partial and len(linked) < len(media) else False
    return True if said - GONE - {Presence.PRESENT_UNVERIFIED} else None


# ------------------------------------------------------------------------------ a file


async def check_media(
    session: Session,
    asset: Asset,
    around: Answer | None,
    memory: SiblingMemory,
    *,
    referer: str | None,
    requests: tuple[RequestMade, ...] = (),
) -> Checked:
    """
    Fetch a picture, film or other file where it is now, and compare it by digest.

    `around` is the page that showed it, as it answers now.
    """
    found = current(asset, around.page if around else None)
    if not session.options.fetch_media:
        return _unfetched(session, asset, around if found else None, requests)
    here = _Place(around=around, memory=memory, referer=referer)
    if found is None or _bare(found.url) == _bare(asset.url):
        return await _check_at(session, asset, here, requests=requests)
    there = replace(asset, url=found.url, host=host_of(found.url))
    renewed = await _check_at(session, there, here, requests=requests, evidence=("url_refreshed",))
    if _same_place(found.url, asset.url) or renewed.observation.presence in _SHOWN:
        return renewed
    # A namesake elsewhere may be another file: only where the old address went too is it gone.
    made = renewed.observation.requests
    return await _check_at(session, asset, here, requests=made, evidence=("namesake_differs",))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What a medium is looked at with."""

    around: Answer | None
    memory: SiblingMemory
    referer: str | None


def _bare(url: str) -> str:
    return url.partition("//")[2]


def _same_place(one: str, other: str) -> bool:
    """Tell whether two addresses differ in their query alone, as newly signed ones do."""
    return _bare(one).partition("?")[0] == _bare(other).partition("?")[0]


async def _check_at(
    session: Session,
    there: Asset,
    place: _Place,
    *,
    requests: tuple[RequestMade, ...],
    evidence: tuple[str, ...] = (),
) -> Checked:
    permit = _permit(session, there)
    answer = await session.get(permit, referer=place.referer)
    seen, judged = await compare_again(session, there, answer)
    seen = replace(seen, around_expired=_has_expired(place.around))
    return await settle(
        session,
        with_reference(there, seen, judged),
        permit,
        there.url,
        answer,
        seen,
        place.memory,
        referer=place.referer,
        requests=requests,
        evidence=evidence,
    )


def _has_expired(around: Answer | None) -> bool:
    return around is not None and around.page is not None and around.page.state == "expired"


def _permit(session: Session, asset: Asset) -> Permit | FetchCode:
    if asset.url == session.case.url:
        return session.reported()
    return session.derive(session.reported(), Derivation.EMBEDDED_MEDIA, asset.url)


def _unfetched(
    session: Session,
    asset: Asset,
    around: Answer | None,
    requests: tuple[RequestMade, ...],
) -> Checked:
    """Answer in the no-media mode: that its page still shows it is all that can be known."""
    result = around.result if around else None
    seen = Seen(
        kind=AssetKind.PAGE,
        result=result,
        page=around.page if around else None,
        candidate_on_page=True if around else None,
    )
    words = ("no_media_mode",)
    observation = observe(session, asset, seen, requests=requests, evidence=words)
    return Checked(asset=asset, observation=observation, result=result)


async def compare_again(session: Session, asset: Asset, answer: Answer) -> tuple[Seen, Judged]:
    """Compare a body with the asset's first one; only other bytes are judged anew."""
    body = answer.result.body
    digests = body.digests if body and body.complete and answer.result.error is None else None
    known = asset.digests
    if digests is not None and known is not None and digests.sha256 == known.sha256:
        await session.drop(answer)
        judged = Judged(comparison=asset.comparison, digests=digests, pdq=asset.pdq)
        return _seen_again(session, asset, answer, judged, equal=True), judged
    judged = await judge(session, answer)
    equal = False if judged.digests is not None and known is not None else None
    return _seen_again(session, asset, answer, judged, equal=equal), judged


def _seen_again(
    session: Session, asset: Asset, answer: Answer, judged: Judged, *, equal: bool | None
) -> Seen:
    sha256 = judged.digests.sha256 if judged.digests else ""
    return Seen(
        kind=asset.kind if asset.kind is not AssetKind.PAGE else AssetKind.FILE,
        result=answer.result,
        page=answer.page,
        digests_equal=equal,
        comparison=None if equal else judged.comparison,
        distance=None if equal else distance(asset.pdq, judged.pdq),
        placeholder=not equal and sha256 in session.options.placeholders,
        near=session.options.near,
    )


def with_reference(asset: Asset, seen: Seen, judged: Judged) -> Asset:
    """Give an asset that had no complete body so far the one that came now."""
    status = seen.result.status if seen.result else None
    if asset.digests is not None or judged.digests is None or seen.placeholder:
        return asset
    if (status or 0) >= 400:
        return asset
    better = judged.comparison
    return replace(
        asset,
        digests=judged.digests,
        pdq=judged.pdq,
        comparison=asset.comparison if isinstance(better, NotChecked) else better,
    )
