"""
Members of an archive and key frames of a film -> one comparison of the whole. Pure.

A film is compared as vPDQ does it: by the share of its frames that come near listed signals. The
lists hold signals of single pictures, so nothing is asked of the listed side. vPDQ's own figures,
31 bits, quality 50 and 80 % of the frames, are those of python-threatexchange; here they come from
the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from cases.model import Comparison, Digests, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.records_parts import (
    ArchiveRecord,
    Frame,
    Member,
    VideoRecord,
    read_archive,
    read_video,
)

_MEASURED = ("picture", "video")
_MOST_FINER = 40
"""Members that one second look is asked for."""


class Comparing(Protocol):
    """What the comparison of a part needs of the matcher."""

    def exact(self, digests: Digests) -> Comparison:
        """Look digests up."""
        ...

    def near(self, record: Mapping[str, object]) -> bool:
        """Tell whether a picture of reduced size must be measured at full size."""
        ...

    def perceptual(
        self, record: Mapping[str, object], *, digests: Digests | None = None
    ) -> tuple[Comparison, str | None, int]:
        """Compare a picture."""
        ...

    def code(self, pdq: str, quality: int) -> Comparison:
        """Compare one PDQ code."""
        ...


def near_members(matcher: Comparing, record: Mapping[str, object]) -> tuple[int, ...]:
    """
    Name the pictures of an archive that come near and were measured at a reduced size.

    They are measured at full size before anything is said of them; none where a member is on the
    list by its digests, which says more.
    """
    archive = read_archive(record)
    if isinstance(archive, NotChecked):
        return ()
    if any(isinstance(matcher.exact(member.digests), Match) for member in archive.members):
        return ()
    near = (
        member.ordinal
        for member in archive.members
        if member.kind == "picture" and member.record is not None and matcher.near(member.record)
    )
    return tuple(islice(near, _MOST_FINER))


def compare_archive(
    matcher: Comparing,
    record: Mapping[str, object],
    matching: Matching,
    finer: Mapping[str, object] | None = None,
) -> Comparison:
    """
    Return the strongest comparison of an archive's members, its `part` naming the member.

    `finer` is a second look at the same archive, whose records of members go before. Where
    nothing was found and anything was not checked, or no member is a picture or a film, the
    archive is not checked.
    """
    archive = read_archive(record)
    if isinstance(archive, NotChecked):
        return archive
    if not archive.members:
        return NotChecked(reason="archive_partly_checked" if archive.partial else "archive_empty")
    compared = [_member(matcher, member, matching) for member in _refined(archive, finer)]
    best = _strongest(compared)
    if isinstance(best, Match | Possible) or best == NotChecked(reason="list_unavailable"):
        return best
    unchecked = archive.partial or archive.skipped or not archive.opened
    if unchecked or isinstance(best, NotChecked):
        return NotChecked(reason="archive_partly_checked")
    seen = any(member.kind in _MEASURED for member in archive.members)
    return NoMatch() if seen else NotChecked(reason="unknown_format")


def _refined(archive: ArchiveRecord, finer: Mapping[str, object] | None) -> tuple[Member, ...]:
    """Take the records of a second look, where it saw the same bytes."""
    second = NotChecked(reason="none") if finer is None else read_archive(finer)
    if isinstance(second, NotChecked):
        return archive.members
    better = {
        (member.ordinal, member.sha256): member.record
        for member in second.members
        if member.record is not None and "error" not in member.record
    }
    return tuple(
        member.model_copy(
            update={"record": better.get((member.ordinal, member.sha256), member.record)}
        )
        for member in archive.members
    )


def _member(matcher: Comparing, member: Member, matching: Matching) -> Comparison:
    """Compare one member: its digests, then what it shows."""
    exact = matcher.exact(member.digests)
    if isinstance(exact, Match | NotChecked):
        return _named(exact, member)
    shown = _shown(matcher, member, matching)
    if isinstance(shown, NoMatch) and not member.complete:
        return NotChecked(reason="incomplete")
    return _named(shown, member)


def _shown(matcher: Comparing, member: Member, matching: Matching) -> Comparison:
    if member.kind not in _MEASURED:
        return NoMatch()
    if member.record is None:
        return NotChecked(reason="not_measured")
    if member.kind == "video":
        return compare_video(matcher, member.record, matching)
    return matcher.perceptual(member.record, digests=member.digests)[0]


def _named(comparison: Comparison, member: Member) -> Comparison:
    if isinstance(comparison, Match | Possible):
        return replace(comparison, part=f"member_{member.ordinal}")
    return comparison


def compare_video(
    matcher: Comparing, record: Mapping[str, object], matching: Matching
) -> Comparison:
    """
    Return what the film's frames say together; `view` gives the share that is near a signal.

    `confident` needs two frames, and the policy's share of all frames of enough quality, within
    the confident distance; less is `review`. A film that was not decoded in full is never no match.
    """
    film = read_video(record)
    if isinstance(film, NotChecked):
        return film
    usable = [frame for frame in film.frames if frame.quality >= matching.quality]
    compared = [matcher.code(frame.pdq, frame.quality) for frame in usable]
    near = [one for one in compared if isinstance(one, Possible)]
    if near:
        return _film(near, len(usable), matching)
    return _nothing(film, usable, compared)


def _nothing(
    film: VideoRecord, usable: Sequence[Frame], compared: Iterable[Comparison]
) -> Comparison:
    if not usable:
        return NotChecked(reason="low_quality")
    failed = next((one for one in compared if isinstance(one, NotChecked)), None)
    if failed is not None:
        return failed
    return NotChecked(reason="video_partly_checked") if film.partial else NoMatch()


def _film(near: Sequence[Possible], frames: int, matching: Matching) -> Possible:
    close = [one for one in near if one.tier == "confident"]
    counted = close or near
    share = 100 * len(counted) // frames
    sure = len(close) >= matching.film_frames and share >= matching.film_share
    best = min(counted, key=lambda one: one.distance)
    return replace(
        best,
        tier="confident" if sure else "review",
        view=f"{share}%_of_{frames}_frames",
        part="video",
    )


def _strongest(compared: Iterable[Comparison]) -> Comparison:
    return min(compared, key=_rank)


def _rank(comparison: Comparison) -> tuple[int, int]:
    match comparison:
        case Match(strength=strength):
            return (0 if strength == "strong" else 1), 0
        case Possible(tier=tier, distance=distance):
            return (2 if tier == "confident" else 3), distance
        case NotChecked(reason=reason):
            return 4, (0 if reason == "list_unavailable" else 1)
        case NoMatch():
            return 5, 0
