"""
One file behind several links: the same code at a locker, or the same digest.

Downloads are capped for each such object, not for each link to it: whoever links a file five
times must not have it downloaded five times as often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cases.model import Asset
from crawler.extract.links import host_of, locker_code
from crawler.extract.record import Candidate


def file_at(url: str) -> str:
    """
    Name the file that a landing page is for: its host and code, or else the address itself.

    >>> file_at("https://www.locker.example/a1b2c3d4e5f6/walk.zip.html#more")
    'locker.example/a1b2c3d4e5f6'
    """
    code = locker_code(url)
    host = host_of(url).removeprefix("www.")
    address, _, fragment = url.partition("#")
    rest = address.partition("//")[2].partition("/")[2]
    # Where nothing else names a file, the fragment does.
    return f"{host}/{code or rest or fragment}"


def firsts(candidates: Sequence[Candidate]) -> list[int]:
    """Return for each candidate the place of the first one that links the same file."""
    seen: dict[str, int] = {}
    return [
        seen.setdefault(file_at(candidate.url), place) if candidate.role == "locker" else place
        for place, candidate in enumerate(candidates)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloads:
    """How often each object of a case was downloaded, kept for the length of one visit."""

    names: dict[str, str]
    """Asset id -> object."""
    spent: Counter[str] = field(default_factory=Counter)
    proven: set[str] = field(default_factory=set)
    """Objects that this visit has downloaded."""

    @classmethod
    def of(cls, assets: Iterable[Asset]) -> Downloads:
        """Group the downloads of a case into objects, and count what was spent on each."""
        names = _named([asset for asset in assets if asset.role == "download"])
        made = cls(names={asset.id: name for asset, name in names})
        for asset, name in names:
            made.spent[name] += asset.downloads
        return made

    def refusal(self, asset: Asset, cap: int) -> str | None:
        """Say as a machine word why the file is not downloaded again, or none."""
        name = self.names.get(asset.id, asset.id)
        if name in self.proven:
            return "same_object_proven"
        return "download_cap" if self.spent[name] >= cap else None

    def count(self, asset: Asset) -> None:
        """Count a download."""
        name = self.names.get(asset.id, asset.id)
        self.spent[name] += 1
        self.proven.add(name)


def _named(assets: Sequence[Asset]) -> list[tuple[Asset, str]]:
    """Name each asset's object; two that share a code or a digest share a name."""
    by_mark: dict[str, str] = {}
    named: list[tuple[Asset, str]] = []
    for asset in assets:
        marks = _marks(asset)
        known = [by_mark[mark] for mark in marks if mark in by_mark]
        name = known[0] if known else asset.id
        named = [(one, name if was in known else was) for one, was in named]
        by_mark = {mark: name if was in known else was for mark, was in by_mark.items()}
        by_mark.update(dict.fromkeys(marks, name))
        named.append((asset, name))
    return named


def _marks(asset: Asset) -> tuple[str, ...]:
    at = file_at(asset.referer or asset.url)
    return (at, asset.digests.sha256) if asset.digests is not None else (at,)
