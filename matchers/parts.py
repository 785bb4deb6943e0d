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
from typing import Protocol

from cases.model import Comparison, Digests, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.records_parts import Frame, Member, VideoRecord, read_archive, read_video


class Comparing(Protocol):
    """What the comparison of a part needs of the matcher."""

    def exact(self, digests: Digests) -> Comparison:
        """Look digests up."""
        ...

    def perceptual(self, record: Mapping[str, object]) -> tuple[Comparison, str | None, int]:
        """Compare a picture."""
        ...

    def code(self, pdq: str, quality: int) -> Comparison:
        """Compare one PDQ code."""
        ...


def compare_archive(
    matcher: Comparing, record: Mapping[str, object], matching: Matching
) -> Comparison:
    """
    Return the strongest comparison of an archive's members, its `part` naming the member.

    Where nothing was found and anything was not checked, the archive is not checked.
    """
    archive = read_archive(record)
    if isinstance(archive, NotChecked):
        return archive
    if not archive.members:
        return NotChecked(reason="archive_partly_checked" if archive.partial else "archive_empty")
    compared = [_member(matcher, member, matching) for member in archive.members]
    best = _strongest(compared)
    if isinstance(best, Match | Possible) or best == NotChecked(reason="list_unavailable"):
        return best
    unchecked = archive.partial or archive.skipped or not archive.opened
    if unchecked or isinstance(best, NotChecked):
        return NotChecked(reason="archive_partly_checked")
    return NoMatch()


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
    if member.kind not in ("picture", "video"):
        return NoMatch()
    if member.record is None:
        return NotChecked(reason="not_measured")
    if member.kind == "video":
        return compare_video(matcher, member.record, matching)
    return matcher.perceptual(member.record)[0]


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
