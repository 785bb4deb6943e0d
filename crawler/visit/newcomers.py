"""
Media that a page shows under addresses which no earlier visit saw.

What is gone at its old address may stand on the same page under a new one: some sites name their
files anew at every look. Only where none of the newcomers is the asset does its end count.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from cases.model import AssetKind, Match, Possible, Presence
from crawler.extract.links import host_of, is_playlist
from crawler.extract.record import Candidate, PageRecord
from crawler.fetch.contract import Derivation
from crawler.outcome import GONE, presence
from crawler.seen import Seen
from crawler.visit.again import Checked
from crawler.visit.media import Judged, distance, judge
from crawler.visit.observe import observe
from crawler.visit.session import Answer, Session

NEWCOMERS: Final = 20
"""Newcomers that one look compares; where there are more, nothing on the page counts as gone."""
_PASSING = frozenset({Presence.TEMPORARY, Presence.NO_VERDICT, Presence.INCOMPLETE})
_UNSEEN = "newcomers_unseen"
_LISTED = "newcomer_listed"
_FILES = frozenset({"picture", "video", "archive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Newcomer:
    """One of them, and what it is."""

    url: str
    answer: Answer
    judged: Judged


async def sought(
    session: Session, around: Answer, checked: Sequence[Checked], known: Collection[str]
) -> list[Checked]:
    """
    Seek what seems gone among the newcomers of its page.

    Args:
        session: the visit.
        around: the page as it answers now.
        checked: its media, as they were looked at where they were before.
        known: addresses of everything that the case knows.

    """
    missing = [item for item in checked if _is_missing(item)]
    page = around.page
    if _is_unseen(around):
        return [_held(item, "page_not_seen") if _may_be_signed(item) else item for item in checked]
    if page is None or not missing or not session.options.fetch_media:
        return list(checked)
    new = _newcomers(page, known)
    if not new:
        return list(checked)
    found, doubt = await _compared(session, around, new[:NEWCOMERS], missing)
    doubt = doubt or (_UNSEEN if len(new) > NEWCOMERS else None)
    return [_settled(session, item, found.get(item.asset.id), doubt=doubt) for item in checked]


def _is_missing(item: Checked) -> bool:
    seen = item.observation.presence
    return seen in GONE - {Presence.HOST_GONE} and item.asset.digests is not None


def _is_unseen(around: Answer) -> bool:
    """Tell whether something keeps us from reading the page, as it may for a while or for ever."""
    seen = Seen(kind=AssetKind.PAGE, result=around.result, page=around.page)
    return presence(seen)[0] in _PASSING | {Presence.BLOCKED_HERE, Presence.PRESENT_GATED}


def _may_be_signed(item: Checked) -> bool:
    """Tell whether a missing medium's address may be one that its page signs anew each time."""
    return _is_missing(item) and bool(urlsplit(item.asset.url).query)


def _newcomers(page: PageRecord, known: Collection[str]) -> list[Candidate]:
    """List the media of a page without known software; a board's or forum's addresses last."""
    if page.engine != "generic" or page.state in {"gone", "expired"}:
        return []
    places = {url.partition("//")[2] for url in known}
    return [
        one
        for one in page.candidates
        if one.kind in _FILES
        and one.role != "preview"
        and one.url.partition("//")[2] not in places
        and not is_playlist(one.url)
    ]


async def _compared(
    session: Session, around: Answer, new: Sequence[Candidate], missing: Sequence[Checked]
) -> tuple[dict[str, _Newcomer], str | None]:
    """
    Fetch newcomers until everything missing is found.

    Also say what keeps the rest from being gone: one that is listed, or that could not be seen.
    """
    found: dict[str, _Newcomer] = {}
    doubt: str | None = None
    for one in new:
        if len(found) == len(missing):
            break
        permit = session.derive(session.reported(), Derivation.EMBEDDED_MEDIA, one.url)
        answer = await session.get(permit, referer=around.result.url)
        judged = await judge(session, answer)
        seen = Seen(kind=AssetKind.FILE, result=answer.result, page=answer.page)
        if isinstance(judged.comparison, Match | Possible):
            doubt = _LISTED
        elif presence(seen)[0] in _PASSING:
            doubt = doubt or _UNSEEN
        for item in missing:
            if item.asset.id not in found and _is_it(session, item, answer, judged):
                found[item.asset.id] = _Newcomer(url=one.url, answer=answer, judged=judged)
    return found, doubt


def _is_it(session: Session, item: Checked, answer: Answer, judged: Judged) -> bool:
    known, here = item.asset.digests, judged.digests
    if known is None or here is None or (answer.result.status or 0) >= 400:
        return False
    apart = distance(item.asset.pdq, judged.pdq)
    return known.sha256 == here.sha256 or (apart is not None and apart <= session.options.near)


def _settled(
    session: Session, item: Checked, found: _Newcomer | None, *, doubt: str | None
) -> Checked:
    if not _is_missing(item):
        return item
    if found is None:
        return _held(item, doubt) if doubt else item
    before = item.observation
    answer, judged = found.answer, found.judged
    asset = replace(item.asset, url=found.url, host=host_of(found.url))
    same = judged.digests is not None and judged.digests == item.asset.digests
    seen = Seen(
        kind=asset.kind,
        result=answer.result,
        digests_equal=same or None,
        distance=None if same else distance(asset.pdq, judged.pdq),
        near=session.options.near,
    )
    made = (*before.requests, *answer.requests)
    observation = observe(session, asset, seen, requests=made, evidence=("url_refreshed",))
    return Checked(asset=asset, observation=observation, result=answer.result)


def _held(item: Checked, why: str) -> Checked:
    """Leave open whether a medium is gone, since where it may stand now was not seen."""
    before = item.observation
    words = (*before.evidence, why)
    held = replace(before, presence=Presence.NO_VERDICT, rule=why, evidence=words)
    return replace(item, observation=held)
