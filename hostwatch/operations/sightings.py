"""Which assets of all cases were found by which listed digest or reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cases.model import Asset, ListEntry, Match, Possible, TakedownVerdict
from cases.ports import CaseFilter, Transaction

_COMPARED = ("match", "possible")
_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """Ids of assets by reference and by digest, and which of them are proven removed."""

    by_reference: dict[str, set[str]]
    by_digest: dict[str, set[str]]
    removed: frozenset[str]

    def of(self, reference: str, digests: Iterable[tuple[str, str]]) -> tuple[int, int]:
        """Return how many assets were found under a reference or its digests, how many are gone."""
        found = set(self.by_reference.get(reference, ()))
        for _, text in digests:
            found |= self.by_digest.get(text, set())
        return len(found), len(found & self.removed)


async def look_up(tx: Transaction) -> Sightings:
    """Read the matched assets of all cases; locations are not looked at."""
    by_reference: defaultdict[str, set[str]] = defaultdict(set)
    by_digest: defaultdict[str, set[str]] = defaultdict(set)
    removed: set[str] = set()
    for case in await tx.cases(CaseFilter(limit=_ALL)):
        if case.comparison not in _COMPARED:
            continue
        for asset in await tx.assets(case.id):
            entry = entry_of(asset)
            if entry is None:
                continue
            if entry.reference is not None:
                by_reference[entry.reference].add(asset.id)
            for text in _digests(asset):
                by_digest[text].add(asset.id)
            if asset.verdict is TakedownVerdict.REMOVED:
                removed.add(asset.id)
    return Sightings(
        by_reference=dict(by_reference), by_digest=dict(by_digest), removed=frozenset(removed)
    )


def entry_of(asset: Asset) -> ListEntry | None:
    """Return which entry an asset was found by, if it was."""
    comparison = asset.comparison
    return comparison.entry if isinstance(comparison, Match | Possible) else None


def _digests(asset: Asset) -> tuple[str, ...]:
    found = asset.digests
    return () if found is None else (found.md5, found.sha1, found.sha256)
