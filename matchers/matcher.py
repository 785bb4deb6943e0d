"""Digests and picture records -> comparison with the active hash lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from cases.errors import InvalidInput
from cases.model import Comparison, Digests, ListEntry, Match, NoMatch, NotChecked
from config.policy import Matching
from matchers import parts, verdict
from matchers.decode.record import PictureRecord, View
from matchers.digests import PDQ_DIGITS, parse_hex
from matchers.hashlist import versions
from matchers.hashlist.entry import WIDTHS, SignalType
from matchers.hashlist.manifest import Manifest
from matchers.hashlist.reader import OpenList, active_lists
from matchers.records import read_record

_STRONG: tuple[SignalType, ...] = ("sha256", "sha1")
_EXACT: tuple[SignalType, ...] = (*_STRONG, "md5")
_REDUCED_BITS = 8
"""Bits of 256 by which a picture measured at a reduced size may differ from itself."""
_NO_LIST = NotChecked(reason="list_unavailable")


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

    @classmethod
    def open(cls, directory: Path, matching: Matching) -> Self:
        """
        Open the active version of every list in the directory.

        Without any list, comparisons are `NotChecked(list_unavailable)`.

        Raises:
            ConfigurationProblem: a list is damaged.
        """
        matcher = cls(directory, matching)
        matcher.reload_if_changed()
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

        Raises:
            InvalidInput: a digest is not of its length in hexadecimal digits.
        """
        values = _values(digests)
        if not self._lists:
            return _NO_LIST
        for kinds in (_STRONG, _EXACT[len(_STRONG) :]):
            entry = next(self._listed(kinds, values), None)
            if entry is not None:
                return Match(strength="strong" if kinds is _STRONG else "weak", entry=entry)
        return NoMatch()

    def perceptual(self, record: Mapping[str, object]) -> tuple[Comparison, str | None, int]:
        """
        Compare a picture by the locked worker's answer, which is validated here.

        Returns the comparison, the upright view's PDQ (none unless it may stand for the picture
        later on: enough quality, whole, neither flat nor regular) and its quality, 0 to 100.
        """
        measured = read_record(record)
        if isinstance(measured, NotChecked):
            return measured, None, 0
        upright = measured.views[0]
        usable = verdict.usable_views(measured, self._matching)
        kept = upright.pdq if upright in usable and "partial" not in measured.flags else None
        return self._compared(measured), kept, upright.quality

    def near(self, record: Mapping[str, object]) -> bool:
        """
        Tell whether a picture that was measured at a reduced size comes near a listed one.

        Then it is measured again at full size, before anything is said of it.
        """
        measured = read_record(record)
        if isinstance(measured, NotChecked) or measured.scale == 1:
            return False
        reach = max(self._matching.confident, self._matching.review) + _REDUCED_BITS
        return any(
            True
            for view in verdict.usable_views(measured, self._matching)
            for _ in self._near(bytes.fromhex(view.pdq), reach)
        )

    def parts(self, kind: Literal["archive", "video"], record: Mapping[str, object]) -> Comparison:
        """Compare what a worker found inside an archive or a film."""
        compare = parts.compare_archive if kind == "archive" else parts.compare_video
        return compare(self, record, self._matching)

    def code(self, pdq: str, quality: int) -> Comparison:
        """Compare one PDQ code, as of a film's frame, that has enough quality."""
        if not self._lists:
            return _NO_LIST
        view = View(name="frame", pdq=pdq, quality=quality)
        reach = max(self._matching.confident, self._matching.review)
        return verdict.compare_code(
            [
                verdict.Neighbour(view=view, distance=distance, entry=entry)
                for distance, entry in self._near(bytes.fromhex(pdq), reach)
            ],
            self._matching,
        )

    def explain(self, digest: str) -> tuple[ListEntry, ...]:
        """
        Return every entry that lists exactly this MD5, SHA-1, SHA-256 or PDQ code.

        Raises:
            InvalidInput: it is none of these.
        """
        if len(digest) not in {32, 40, PDQ_DIGITS}:
            raise InvalidInput("a digest has 32 (MD5), 40 (SHA-1) or 64 (SHA-256, PDQ) digits")
        value = parse_hex(digest, digits=len(digest))
        kinds = [kind for kind in _EXACT if WIDTHS[kind] == len(value)]
        exact = self._listed(kinds, dict.fromkeys(kinds, value))
        return (*exact, *(entry for _, entry in self._near(value, 0)))

    def _compared(self, record: PictureRecord) -> Comparison:
        if not self._lists:
            return _NO_LIST
        if not any(opened.pdq for opened in self._lists):
            # The exact digests were all that the lists can be compared by.
            return NoMatch()
        radius = max(self._matching.confident, self._matching.review)
        neighbours = [
            verdict.Neighbour(view=view, distance=distance, entry=entry)
            for view in verdict.usable_views(record, self._matching)
            for distance, entry in self._near(bytes.fromhex(view.pdq), radius)
        ]
        return verdict.compare(record, neighbours, self._matching)

    def _listed(
        self, kinds: Iterable[SignalType], values: Mapping[SignalType, bytes]
    ) -> Iterator[ListEntry]:
        kinds = tuple(kinds)
        for opened in self._lists:
            for kind in kinds:
                index = opened.exact.get(kind)
                row = index.row(values[kind]) if index else None
                if row is not None:
                    yield opened.entry(kind, row)

    def _near(self, code: bytes, radius: int) -> Iterator[tuple[int, ListEntry]]:
        for opened in self._lists:
            if opened.pdq is not None and len(code) == WIDTHS["pdq"]:
                for row, distance in opened.pdq.query(code, radius):
                    yield distance, opened.entry("pdq", row)


def _values(digests: Digests) -> dict[SignalType, bytes]:
    texts: dict[SignalType, str] = {
        "sha256": digests.sha256,
        "sha1": digests.sha1,
        "md5": digests.md5,
    }
    return {kind: parse_hex(text, digits=WIDTHS[kind] * 2) for kind, text in texts.items()}


def _strongest_first(lists: Iterable[OpenList]) -> tuple[OpenList, ...]:
    tiers = verdict.TIER_ORDER
    return tuple(sorted(lists, key=lambda made: (tiers[made.manifest.tier], made.manifest.name)))
