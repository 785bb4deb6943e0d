"""Digests and picture records -> comparison with the active hash lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, Self

import structlog

from cases.model import (
    Comparison,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NotChecked,
    Possible,
    SignalType,
)
from config.policy import Matching
from matchers import parts, verdict
from matchers.around import SmallCodes, is_near, is_small_near, look_around
from matchers.decode.record import PictureRecord, View
from matchers.digests import parse_hex
from matchers.hashlist import versions
from matchers.hashlist.entry import EXACT, PERCEPTUAL, STRONG, WIDTHS, State
from matchers.hashlist.explain import read_digest
from matchers.hashlist.manifest import Manifest
from matchers.hashlist.quarantine import Quarantine
from matchers.hashlist.reader import OpenList, Row, active_lists
from matchers.records import read_record

log = structlog.get_logger(__name__)

REDUCED_BITS = 8
"""Bits of 256 by which a picture measured at a reduced size may differ from itself."""
_REDUCED_SMALL_BITS = 5
"""The same of 64."""
_NO_LIST = NotChecked(reason="list_unavailable")


class _Listed(NamedTuple):
    """A digest that a list holds."""

    opened: OpenList
    row: Row
    state: State

    @property
    def entry(self) -> ListEntry:
        return self.opened.entry(self.row)


class Matcher:
    """
    The active lists, mapped; any number of processes may each hold one.

    Not for use from several threads while `reload_if_changed` runs.
    """

    def __init__(self, directory: Path, matching: Matching) -> None:
        self._directory = directory
        self._matching = matching
        self._pointers: dict[str, str] = {}
        self._lists: tuple[OpenList, ...] = ()
        self.quarantine = Quarantine(directory, matching)
        """What was set aside; shared with all processes."""

    @classmethod
    def open(cls, directory: Path, matching: Matching) -> Self:
        """
        Open the active version of every list in the directory.

        Without any list, comparisons are `NotChecked(list_unavailable)`.

        Raises:
            ConfigurationProblem: a list or the quarantine is damaged.
        """
        matcher = cls(directory, matching)
        matcher.reload_if_changed()
        matcher.quarantine.held()
        return matcher

    def reload_if_changed(self) -> bool:
        """
        Open the lists again if a version was activated or removed; tell whether that was so.

        Raises:
            ConfigurationProblem: a new version is damaged; the old ones stay in use.
        """
        pointers = versions.pointers(self._directory)
        if pointers == self._pointers:
            return False
        self._lists = _strongest_first(active_lists(self._directory))
        self._pointers = {made.manifest.name: made.manifest.version for made in self._lists}
        return True

    def lists(self) -> tuple[Manifest, ...]:
        """Return the manifests of the lists in use."""
        return tuple(opened.manifest for opened in self._lists)

    def exact(self, digests: Digests) -> Comparison:
        """
        Look the digests up in all lists; the strongest digest, then the strongest tier, is named.

        A list one of whose signals is set aside says nothing of these bytes; if no other list
        holds them they are `NotChecked(signal_quarantined)`. Canaries are `NotChecked(canary)`.
        A negative list never suppresses an exact match; where both hold the bytes it is logged,
        and `explain` names both.

        Raises:
            InvalidInput: a digest is not of its length in hexadecimal digits.
            ConfigurationProblem: the quarantine is damaged.
        """
        values = _values(digests)
        if not self._comparable:
            return _NO_LIST
        held = list(self._listed(EXACT, values))
        named = [one for one in held if one.state == "listed"]
        aside = {one.opened.manifest.name for one in named if self._is_aside(one.entry)}
        best = next((one for one in named if one.opened.manifest.name not in aside), None)
        if best is not None:
            self._tell_conflict(best, held)
            strength: Literal["strong", "weak"] = "strong" if best.row.kind in STRONG else "weak"
            return Match(strength=strength, entry=best.entry)
        if named:
            return NotChecked(reason=verdict.SIGNAL_QUARANTINED)
        canary = any(one.state == "canary" for one in held)
        return NotChecked(reason=verdict.CANARY) if canary else NoMatch()

    def perceptual(
        self, record: Mapping[str, object], *, digests: Digests | None = None
    ) -> tuple[Comparison, str | None, int]:
        """
        Compare a picture by the locked worker's answer, which is validated here.

        With the digests of the same bytes, a negative list that holds them suppresses what is
        near; without, only its perceptual entries do. A record of a reduced size that comes near
        a listed picture is `NotChecked(reduced_scale)`: measure it again at full size.

        Returns the comparison, the upright view's PDQ (none unless it may stand for the picture
        later on: enough quality, whole, neither flat nor regular) and its quality, 0 to 100.

        Raises:
            ConfigurationProblem: the quarantine is damaged.
        """
        measured = read_record(record)
        if isinstance(measured, NotChecked):
            return measured, None, 0
        upright = measured.views[0]
        usable = verdict.usable_views(measured, self._matching)
        kept = upright.pdq if upright in usable and "partial" not in measured.flags else None
        return self._compared(measured, digests), kept, upright.quality

    def near(self, record: Mapping[str, object], *, extra: int = REDUCED_BITS) -> bool:
        """
        Tell whether a picture that was measured at a reduced size comes near a listed one.

        Then it is measured again at full size, before anything is said of it. `extra` are the
        bits of 256 that the reduction may have cost. False for a record of full size.
        """
        measured = read_record(record)
        if isinstance(measured, NotChecked) or measured.scale == 1:
            return False
        return self._is_near(measured, extra)

    def parts(
        self,
        kind: Literal["archive", "video"],
        record: Mapping[str, object],
        finer: Mapping[str, object] | None = None,
    ) -> Comparison:
        """Compare what a worker found inside an archive, perhaps at a second look, or a film."""
        if kind == "archive":
            return parts.compare_archive(self, record, self._matching, finer)
        return parts.compare_video(self, record, self._matching)

    def near_members(self, record: Mapping[str, object]) -> tuple[int, ...]:
        """Name the members of an archive that a second look must measure at full size."""
        return parts.near_members(self, record)

    def code(self, pdq: str, quality: int, *, digests: Digests | None = None) -> Comparison:
        """
        Compare one PDQ code, as of a film's frame or one that was kept, that has enough quality.

        With the digests of the same bytes, a negative list that holds them suppresses what is near.
        """
        if not self._comparable:
            return _NO_LIST
        views = (View(name="frame", pdq=pdq, quality=quality),)
        return verdict.compare_code(self._around(views, {}, digests), self._matching)

    def note(self, comparison: Comparison, registered_domain: str, now: datetime) -> bool:
        """
        Remember on which registered domain a signal matched; tell whether that set it aside.

        Raises:
            ConfigurationProblem: the quarantine is damaged.
            StoreProblem: it cannot be written.
        """
        if not isinstance(comparison, Match | Possible):
            return False
        entry = comparison.entry
        if not self.quarantine.note(entry, registered_domain, now):
            return False
        log.warning("signal_quarantined", hash_list=entry.hash_list, signal_type=entry.signal_type)
        return True

    def explain(self, digest: str) -> tuple[ListEntry, ...]:
        """
        Return every entry in force for exactly this digest, of negative lists as well.

        Its type stands before it (`pdq:...`) or is told by its length; `hashlist.explain` says
        more, also of what is not in force.

        Raises:
            InvalidInput: it is none of these.
        """
        values = dict(read_digest(digest))
        return tuple(one.entry for one in self._listed(values, values))

    @property
    def _comparable(self) -> bool:
        """Whether any list could match at all; negative ones alone cannot."""
        return any(made.manifest.role == "match" and made.manifest.total for made in self._lists)

    def _compared(self, record: PictureRecord, digests: Digests | None) -> Comparison:
        if not self._comparable:
            return _NO_LIST
        if not any(made.holds(kind) for made in self._lists for kind in PERCEPTUAL):
            # The exact digests were all that the lists can be compared by.
            return NoMatch()
        if record.scale != 1:
            if self._is_near(record, REDUCED_BITS):
                return NotChecked(reason="reduced_scale")
            return verdict.compare(record, (), self._matching)
        views = verdict.usable_views(record, self._matching)
        around = self._around(views, _small(record, views), digests)
        self._tell_suppressed(around)
        return verdict.compare(record, around, self._matching)

    def _around(
        self, views: tuple[View, ...], small: SmallCodes, digests: Digests | None = None
    ) -> verdict.Around:
        return look_around(
            self._lists,
            views,
            small,
            matching=self._matching,
            is_quarantined=self.quarantine.holds,
            known_negative=self._known_negative(digests),
        )

    def _known_negative(self, digests: Digests | None) -> ListEntry | None:
        if digests is None:
            return None
        held = self._listed(STRONG, _values(digests))
        return next((one.entry for one in held if one.state == "negative"), None)

    def _is_near(self, record: PictureRecord, extra: int) -> bool:
        views = verdict.usable_views(record, self._matching)
        small_radius = self._matching.small + min(extra, _REDUCED_SMALL_BITS)
        return is_near(self._lists, views, verdict.reach(self._matching, extra)) or is_small_near(
            self._lists, _small(record, views), small_radius
        )

    def _is_aside(self, entry: ListEntry) -> bool:
        return self.quarantine.holds(entry.key)

    def _listed(
        self, kinds: Iterable[SignalType], values: Mapping[SignalType, bytes]
    ) -> Iterator[_Listed]:
        """Yield who holds a value: strong digests by tier, then MD5 by tier, then the others."""
        kinds = tuple(kinds)
        for group in (STRONG, ("md5",), PERCEPTUAL):
            for opened in self._lists:
                for kind in group:
                    row = opened.find(kind, values[kind]) if kind in kinds else None
                    if row is not None:
                        yield _Listed(opened, row, opened.state(row))

    def _tell_conflict(self, best: _Listed, held: Iterable[_Listed]) -> None:
        for one in held:
            if one.state == "negative":
                log.warning(
                    "negative_list_conflict",
                    hash_list=best.opened.manifest.name,
                    negative_list=one.opened.manifest.name,
                    signal_type=one.row.kind,
                )

    def _tell_suppressed(self, around: verdict.Around) -> None:
        for found in verdict.suppressed(around, self._matching)[:1]:
            nearest = min(around.negatives, key=lambda one: one.distance, default=None)
            by = around.known_negative or (nearest.entry if nearest else None)
            log.info(
                "possible_match_suppressed",
                hash_list=found.entry.hash_list,
                distance=found.distance,
                negative_list=by.hash_list if by else "",
            )


def _values(digests: Digests) -> dict[SignalType, bytes]:
    texts: dict[SignalType, str] = {
        "sha256": digests.sha256,
        "sha1": digests.sha1,
        "md5": digests.md5,
    }
    return {kind: parse_hex(text, digits=WIDTHS[kind] * 2) for kind, text in texts.items()}


def _small(record: PictureRecord, usable: tuple[View, ...]) -> SmallCodes:
    """Return the codes of 64 bits, which are those of the upright view."""
    if not usable or usable[0] != record.views[0]:
        return {}
    return {"phash": bytes.fromhex(record.phash), "dhash": bytes.fromhex(record.dhash)}


def _strongest_first(lists: Iterable[OpenList]) -> tuple[OpenList, ...]:
    tiers = verdict.TIER_ORDER
    return tuple(sorted(lists, key=lambda made: (tiers[made.manifest.tier], made.manifest.name)))
