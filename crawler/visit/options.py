"""What a visit is given and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from cases.model import Asset, Comparison, Digests, Observation, SiteType
from crawler.fetch.contract import FetchLimits, FetchResult
from crawler.seen import NEAR


class Judge(Protocol):
    """The comparison with the hash list, bound by the composition root."""

    def exact(self, digests: Digests) -> Comparison:
        """Compare exact digests."""
        ...

    def perceptual(
        self, record: Mapping[str, object], *, digests: Digests | None = None
    ) -> tuple[Comparison, str | None, int]:
        """
        Compare a worker's picture record; the digests are those of the same bytes.

        Returns the comparison, the PDQ of the upright view (64 hexadecimal digits, or none) and
        its quality (0 to 100).
        """
        ...

    def near(self, record: Mapping[str, object]) -> bool:
        """
        Tell whether a picture record comes near a listed one.

        It was measured at a reduced size; before it is reported it is measured at full size.
        """
        ...

    def near_members(self, record: Mapping[str, object]) -> tuple[int, ...]:
        """Name the members of an archive record that must be measured at full size first."""
        ...

    def parts(
        self,
        kind: Literal["archive", "video"],
        record: Mapping[str, object],
        finer: Mapping[str, object] | None = None,
    ) -> Comparison:
        """Compare what a worker found inside an archive, perhaps at a second look, or a film."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOptions:
    """How visits are made."""

    egress: str
    fetch_media: bool
    """False: pages, link-checks and lists of URLs only."""
    candidates: int
    """Media candidates fetched per page."""
    media_s: float = 1800.0
    """Seconds after which a first visit begins with no further candidate of a page."""
    countdown_s: float
    """Longest honest wait on a landing page, seconds."""
    downloads_per_asset: int
    """Whole-file downloads of one locker file, ever ("do no favours")."""
    limits: FetchLimits
    now: Callable[[], datetime]
    """Aware, UTC."""
    sleep: Callable[[float], Awaitable[None]]
    outside_control: Callable[[], bool] | None = None
    """Tells whether our network reaches anything outside the host; none when not known."""
    placeholders: frozenset[str] = frozenset()
    """SHA-256 of known "removed" pictures."""
    near: int = NEAR
    """Bits of 256 within which two pictures count as the same."""
    quality: int = 50
    """PDQ quality from which a distance counts."""
    together: int = 4
    """Media candidates of one page that are fetched at the same time."""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """For the archives of the case, from the sealed access notes of its reports; never logged."""
    known: tuple[Asset, ...] = field(default=(), repr=False)
    """What a try shortly before this first visit compared already; it is not asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstVisit:
    """What the first visit to a reported location found."""

    assets: tuple[Asset, ...]
    """`-0` is the reported page or file; the media on it follow as `-1`, `-2`, ..."""
    site_type: SiteType
    engine: str | None
    observations: tuple[Observation, ...]
    answered: bool
    """False: nothing usable came back for a reason that may pass; try again later."""
    needs: str | None
    """Why an analyst must look, or none: `captcha`, `password`, `refused_address`, ..."""
    reason: str
    """Machine word that explains the outcome."""
    requests_refused: int
    media_bytes: int
    page_result: FetchResult | None
    payments: tuple[str, ...] = ()
    """Ways to pay that the page names, as text."""
    beside: str | None = None
    """Something is listed and is acted on; why a person must look at the rest all the same."""
    again: bool = False
    """Partly compared, and another try may bring the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What a re-check of the assets that matter found."""

    observations: tuple[Observation, ...]
    """One for each asset that was checked."""
    assets: tuple[Asset, ...]
    """The checked assets with their counts, digests and comparisons brought up to date."""
    results: Mapping[str, FetchResult]
    """Asset id -> the answer that its observation rests on."""
    media_bytes: int
    requests_refused: int


@dataclass(slots=True)
class Tally:
    """Counts of one visit."""

    requests_refused: int = 0
    media_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingKey:
    """What an invalid neighbour is asked for at most once."""

    host: str
    shape: str
    """Path with digits as `9`, letters as `a`; see `crawler.visit.sibling`."""
    day: str
    """ISO date, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingAnswer:
    """What an invalid neighbour answered, as far as two answers are compared."""

    status: int
    text_sha256: str = ""
    body_sha256: str = ""
    host_signs: frozenset[str] = frozenset()
    """Of `parked` and `suspended`, what its page bears."""
    egress: str = ""
    """Way out that it was asked through."""


@dataclass(slots=True)
class SiblingMemory:
    """Answers of invalid neighbours, kept by the caller across visits of the same day."""

    answers: dict[SiblingKey, SiblingAnswer] = field(default_factory=dict)
    landings: dict[str, str] = field(default_factory=dict)
    """Landing page -> ISO date on which its host's link-check was last held against it."""
    distrusted: dict[str, str] = field(default_factory=dict)
    """Landing page -> ISO date on which the link-check was found to contradict it."""

    def recall(self, key: SiblingKey) -> SiblingAnswer | None:
        """Return what is known, forgetting the days before."""
        stale = [known for known in self.answers if known.day < key.day]
        for known in stale:
            del self.answers[known]
        return self.answers.get(key)

    def keep(self, key: SiblingKey, answer: SiblingAnswer) -> None:
        """Remember an answer."""
        self.answers[key] = answer

    def landing_due(self, url: str, day: str) -> bool:
        """
        Say whether a landing page is asked although the host's link-check says "alive".

        Once a day, but not on the day that it is first heard of; all day where they contradicted.
        """
        if self.distrusted.get(url) == day:
            return True
        last = self.landings.get(url)
        self.landings[url] = day
        return last is not None and last != day

    def distrust(self, url: str, day: str) -> None:
        """Note that the link-check contradicted the landing page."""
        self.distrusted[url] = day
