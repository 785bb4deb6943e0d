"""
Ask, before a visit ends with nothing listed, whether the host answers so for everything.

Many image hosts serve a picture with 200 for what they removed, and many sites a page of their own.
Compared with the hash list alone, both read as clean. One invalid neighbour is asked for each host,
at most once a day for each shape of address; see `crawler.visit.sibling`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cases.model import Asset, AssetKind, NoMatch, NotChecked, Presence, RequestMade
from crawler.fetch.contract import Derivation, Permit
from crawler.visit.gather import Found
from crawler.visit.options import SiblingAnswer, SiblingMemory
from crawler.visit.session import Answer, Session, requests_of
from crawler.visit.sibling import same_answer, sibling_answer

SAME = "same_as_sibling"
_WORD = "soft404_sibling_equal"


async def doubted(
    session: Session, found: Sequence[Found], answer: Answer, memory: SiblingMemory
) -> list[Found]:
    """
    Mark what an invalid neighbour answers just as well: it is not what was reported.

    Args:
        session: the visit.
        found: the reported page or file, then the media on it.
        answer: what answered the reported address.
        memory: the caller's memory of siblings.

    """
    known: dict[tuple[str, bool], SiblingAnswer | None] = {}
    marked = list(found)
    for place in _doubtful(found):
        item = found[place]
        is_page = item.asset.kind is AssetKind.PAGE
        key = (item.asset.host, is_page)
        made: tuple[RequestMade, ...] = ()
        if key not in known:
            known[key], made = await _asked(session, item.asset, memory)
        sibling = known[key]
        equal = _page_equal(answer, sibling) if is_page else _body_equal(item.asset, sibling)
        marked[place] = _hollow(item, made) if equal else _with_requests(item, made)
    return marked


def _doubtful(found: Sequence[Found]) -> Iterator[int]:
    """Yield the places of the reported page and of what was compared and is not listed."""
    for place, item in enumerate(found):
        reported_page = place == 0 and item.asset.kind is AssetKind.PAGE
        clean = isinstance(item.asset.comparison, NoMatch) and item.asset.role != "preview"
        if item.observation is not None and (reported_page or clean):
            yield place


async def _asked(
    session: Session, asset: Asset, memory: SiblingMemory
) -> tuple[SiblingAnswer | None, tuple[RequestMade, ...]]:
    permit = session.reported()
    if asset.role != "reported":
        derived = session.derive(permit, Derivation.EMBEDDED_MEDIA, asset.url)
        if not isinstance(derived, Permit):
            return None, ()
        permit = derived
    found, answers = await sibling_answer(session, permit, asset.url, memory, referer=asset.referer)
    return found, requests_of(answers)


def _with_requests(item: Found, made: tuple[RequestMade, ...]) -> Found:
    if item.observation is None or not made:
        return item
    requests = (*item.observation.requests, *made)
    return replace(item, observation=replace(item.observation, requests=requests))


def _page_equal(answer: Answer, sibling: SiblingAnswer | None) -> bool:
    return sibling is not None and same_answer(answer, sibling)


def _body_equal(asset: Asset, sibling: SiblingAnswer | None) -> bool:
    if sibling is None or asset.digests is None or not 200 <= sibling.status < 300:
        return False
    return sibling.body_sha256 == asset.digests.sha256


def _hollow(item: Found, made: tuple[RequestMade, ...]) -> Found:
    """Say that a host's answer for everything came; such a body is no reference."""
    before = item.observation
    if before is None:
        return item
    seen = replace(
        before,
        presence=Presence.GONE_PLACEHOLDER,
        rule=SAME,
        requests=(*before.requests, *made),
        evidence=(*before.evidence, _WORD),
    )
    bare = replace(item.asset, digests=None, pdq=None, comparison=NotChecked(reason=SAME))
    return Found(asset=bare, observation=seen)
