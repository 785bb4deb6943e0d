"""One media body: exact digests first; only what they do not settle is decoded in the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cases.model import AssetKind, Comparison, Digests, Match, NoMatch, NotChecked, Possible
from crawler.seen import DOORS
from crawler.visit.session import Answer, Session

_KINDS = {
    "picture": AssetKind.PICTURE,
    "video": AssetKind.VIDEO,
    "archive": AssetKind.ARCHIVE,
    "other": AssetKind.FILE,
}
_UNOPENED = {
    "video": NotChecked(reason="video_frames_not_compared"),
    "archive": NotChecked(reason="archive_not_opened"),
}
_UNKNOWN = NotChecked(reason="unknown_format")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the comparison says of one body."""

    comparison: Comparison
    digests: Digests | None = None
    pdq: str | None = None
    """Only when measured with enough quality."""


def kind_of_body(answer: Answer) -> AssetKind | None:
    """Return the kind of media that answered, or none when it is a page or nothing."""
    body = answer.result.body
    return _KINDS.get(body.kind) if body else None


async def judge(session: Session, answer: Answer) -> Judged:
    """
    Compare what answered; a held body is always given back in the end.

    A body that was not compared in full is `NotChecked`, never `NoMatch`.
    """
    try:
        return await _judged(session, answer)
    finally:
        await session.drop(answer)


async def _judged(session: Session, answer: Answer) -> Judged:
    digests = _digests(answer)
    if digests is None:
        return Judged(comparison=NotChecked(reason=why_not(answer)))
    exact = session.judge.exact(digests)
    if isinstance(exact, Match):
        return Judged(comparison=exact, digests=digests)
    inside, pdq = await _looked_into(session, answer, digests)
    settled = _settled(exact, inside)
    if isinstance(settled, NoMatch) and (answer.result.status or 0) >= 400:
        settled = NotChecked(reason=f"status_{answer.result.status}")
    return Judged(comparison=settled, digests=digests, pdq=pdq)


def _digests(answer: Answer) -> Digests | None:
    body = answer.result.body
    media = body is not None and body.kind in _KINDS and body.complete
    return body.digests if body is not None and media and answer.result.error is None else None


def why_not(answer: Answer) -> str:
    """Say in a machine word why an answer holds nothing to compare."""
    result = answer.result
    if result.error is not None:
        return result.error.value
    if result.status is not None and result.status >= 400:
        return f"status_{result.status}"
    if result.body is None or result.body.kind == "empty":
        return "empty_answer"
    return _of_page(answer) if result.body.kind in {"page", "json"} else "incomplete"


def _of_page(answer: Answer) -> str:
    """Say what kind of page came; only one that was read and shows nothing holds no medium."""
    page = answer.page
    if page is None:
        return answer.result.record_error or "page_unread"
    if page.state in DOORS:
        return page.state
    shown = any(candidate.role != "preview" for candidate in page.candidates)
    return "page_with_media" if shown or page.partial else "page_instead_of_media"


def _settled(exact: Comparison, inside: Comparison) -> Comparison:
    """Keep what was found; a check that did not take place outranks a check that found nothing."""
    if isinstance(inside, Match | Possible):
        return inside
    return exact if isinstance(exact, NotChecked) else inside


async def _looked_into(
    session: Session, answer: Answer, digests: Digests
) -> tuple[Comparison, str | None]:
    """Compare what a body shows or holds; what cannot be opened has its exact digests only."""
    kind = answer.result.body.kind if answer.result.body else "other"
    if kind == "picture":
        return await _picture(session, answer, digests)
    if kind in ("archive", "video"):
        return await _parts(session, answer, kind), None
    return _UNKNOWN, None


async def _picture(
    session: Session, answer: Answer, digests: Digests
) -> tuple[Comparison, str | None]:
    """Compare the views of a picture; what comes near is measured at full size first."""
    record = await session.look(answer)
    if "error" not in record and session.judge.near(record):
        record = await session.look(answer, {"size": "full"})
    if "error" in record:
        return _failed(record), None
    comparison, pdq, quality = session.judge.perceptual(record, digests=digests)
    return comparison, pdq if quality >= session.options.quality else None


async def _parts(session: Session, answer: Answer, kind: Literal["archive", "video"]) -> Comparison:
    """Compare what is inside an archive, opened with the passwords of the case, or a film."""
    if answer.result.ticket is None and answer.result.record_error is None:
        return _UNOPENED[kind]
    passwords = session.options.passwords if kind == "archive" else ()
    ask = {"passwords": list(passwords)} if passwords else {}
    record = await session.look(answer, ask or None)
    if "error" in record:
        return _failed(record)
    near = session.judge.near_members(record) if kind == "archive" else ()
    finer = await session.look(answer, {**ask, "full": list(near)}) if near else None
    return session.judge.parts(kind, record, finer)


def _failed(record: Mapping[str, object]) -> NotChecked:
    return NotChecked(reason=str(record["error"])[:64])


def distance(one: str | None, other: str | None) -> int | None:
    """
    Count the differing bits of two PDQ digests; none when one is missing or malformed.

    >>> distance("f" * 64, "e" + "f" * 63)
    1
    """
    if one is None or other is None or len(one) != len(other):
        return None
    try:
        return (int(one, 16) ^ int(other, 16)).bit_count()
    except ValueError:
        return None
