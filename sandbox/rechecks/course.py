"""
One situation followed over weeks of virtual time through the real re-check and the real verdict.

Looks are due by the real schedule; what looks gone is looked at through the other ways out, and a
vanished host is backed by a control outside it and by its registry, as the engine does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from cases.model import (
    GONE,
    SHOWING,
    Asset,
    AssetKind,
    Case,
    Comparison,
    Digests,
    EgressProfile,
    ListEntry,
    Match,
    NoMatch,
    Observation,
    Pathway,
    PathwayStep,
    Possible,
    Presence,
    SiteType,
    Stage,
    TakedownVerdict,
)
from cases.questions import question
from cases.schedule import Cadence, Step, next_recheck, next_watch, still_confirming
from cases.takedown import Proof, TakedownRule, prove
from crawler.fetch.contract import FetchLimits
from crawler.outcome import SECOND_LOOK
from crawler.visit import SiblingMemory, VisitOptions, recheck
from sandbox.rechecks.answers import ENTRANCE, KNOWN_PLACEHOLDER, half, manner, paths
from sandbox.rechecks.memory import MemoryFetcher, digests_of
from sandbox.rechecks.situation import DAYS, Kind, Situation, Trouble

START = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "site.example"
CADENCE = Cadence(
    open=(
        Step(until=timedelta(days=1), every=timedelta(hours=1)),
        Step(until=timedelta(days=7), every=timedelta(hours=12)),
        Step(until=timedelta(days=365), every=timedelta(days=1)),
    ),
    confirm_after=timedelta(hours=1),
    after_claim=timedelta(hours=24),
    watch=(
        Step(until=timedelta(days=30), every=timedelta(days=1)),
        Step(until=timedelta(days=90), every=timedelta(days=7)),
    ),
    retry_first=timedelta(minutes=15),
    retry_cap=timedelta(hours=24),
    retry_limit=8,
)
"""As in the policy that comes with hostwatch."""
RULE = TakedownRule(
    agreeing=3,
    span=timedelta(hours=12),
    networks=2,
    site_down=timedelta(hours=72),
    changed=3,
)
EGRESSES = (
    EgressProfile(name="home", network="AS64496", country="NL", unfiltered=True),
    EgressProfile(name="abroad", network="AS64497", country="DE", unfiltered=True),
    EgressProfile(name="filtered", network="AS64498", country="NL", unfiltered=False),
)
CLOSING = frozenset({TakedownVerdict.REMOVED, TakedownVerdict.EXPIRED, TakedownVerdict.SITE_DOWN})
_ENTRY = ListEntry(hash_list="practice", version="1", tier="baseline", signal_type="sha256")
_LISTED = "situation/original"
_OUTSIDE_FAILS = {Trouble.OUR_DNS_LIES, Trouble.OUR_DNS_DOWN, Trouble.PROXY_DOWN}


class NameJudge:
    """Knows the listed picture by its name, and re-encoded ones by the name of their original."""

    def exact(self, digests: Digests) -> Comparison:
        """Compare exact digests."""
        if digests == digests_of(_LISTED):
            return Match(strength="strong", entry=_ENTRY)
        return NoMatch()

    def perceptual(
        self, record: Mapping[str, object], *, digests: Digests | None = None
    ) -> tuple[Comparison, str | None, int]:
        """Compare a measured picture."""
        del digests
        if str(record["name"]).startswith("situation/"):
            near = Possible(tier="confident", distance=9, quality=90, view="upright", entry=_ENTRY)
            return near, "f" * 64, 90
        return NoMatch(), "0" * 64, 90

    def near(self, record: Mapping[str, object]) -> bool:
        """Tell that nothing was measured at a reduced size."""
        del record
        return False

    def near_members(self, record: Mapping[str, object]) -> tuple[int, ...]:
        """Tell that no archive is measured here."""
        del record
        return ()

    def parts(
        self,
        kind: Literal["archive", "video"],
        record: Mapping[str, object],
        finer: Mapping[str, object] | None = None,
    ) -> Comparison:
        """Compare nothing."""
        del kind, record, finer
        return NoMatch()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look came to."""

    hour: float
    observations: tuple[Observation, ...]
    """Of the asset that the case acts on."""
    proof: Proof
    question: str | None


@dataclass(slots=True)
class Course:
    """A situation and all looks at it."""

    situation: Situation
    looks: list[Seen] = field(default_factory=list)
    known: dict[object, Observation] | None = None
    """What looks of the same state saw; none has every look made."""
    memory: SiblingMemory = field(default_factory=SiblingMemory)

    @property
    def observations(self) -> list[Observation]:
        """Return everything seen of the asset, in order."""
        return [one for look in self.looks for one in look.observations]


def case_of(situation: Situation, host: str = HOST) -> Case:
    """Return the case of a situation."""
    main, _ = paths(situation.kind)
    steps = (PathwayStep(url=f"http://{host}{ENTRANCE}"),) if situation.pathway else ()
    locker = situation.kind == "locker"
    return Case(
        id=f"HW-2026-{situation.seed:06d}",
        version=1,
        stage=Stage.MONITORING,
        created_at=START,
        url=f"http://{host}{main}",
        canonical=f"http://{host}{main}",
        host=host,
        site_type=SiteType.CYBERLOCKER if locker else SiteType.UNKNOWN,
        engine="xfilesharing" if locker else None,
        pathway=Pathway(steps=steps),
    )


def assets_of(
    case: Case, kind: Kind, *, digests: Digests | None = None, pdq: str = "f" * 64
) -> tuple[Asset, ...]:
    """Return the assets of a case: the reported page and the listed picture, or that alone."""
    reported = Asset(
        id=f"{case.id}-0", case_id=case.id, kind=AssetKind.PAGE, role="reported", url=case.url,
        host=case.host,
    )  # fmt: skip
    listed = replace(
        reported,
        kind=AssetKind.PICTURE,
        digests=digests or digests_of(_LISTED),
        pdq=pdq,
        comparison=Match(strength="strong", entry=_ENTRY),
    )
    _, media = paths(kind)
    if kind == "picture":
        return (listed,)
    if kind == "locker":
        file = replace(
            listed, id=f"{case.id}-1", role="download", url=f"http://{case.host}/d/scenery.jpg",
            referer=case.url, why="xfilesharing:direct_link", kind=AssetKind.FILE, downloads=1,
        )  # fmt: skip
        return (reported, file)
    beside = replace(
        listed, id=f"{case.id}-1", role="inline", url=f"http://{case.host}{media}", referer=case.url
    )
    return (reported, beside)


async def follow(situation: Situation, known: dict[object, Observation] | None = None) -> Course:
    """
    Follow a situation to its end.

    `known`, shared by several situations, spares looks at a state that was looked at before.
    """
    course = Course(situation, known=known)
    case, now = case_of(situation), START
    closed_at: datetime | None = None
    while now < START + timedelta(days=DAYS):
        seen = await _look(course, case, now)
        course.looks.append(seen)
        presences = {one.presence for one in seen.observations}
        if not presences.isdisjoint(SHOWING):
            closed_at = None
        elif seen.proof.verdict in CLOSING:
            closed_at = closed_at or now
        now = _next(case, presences, since=seen.proof.since, closed_at=closed_at, now=now)
    return course


def _next(
    case: Case,
    presences: set[Presence],
    *,
    since: datetime | None,
    closed_at: datetime | None,
    now: datetime,
) -> datetime:
    if closed_at is not None:
        due = next_watch(case, closed_at=closed_at, cadence=CADENCE, now=now)
        return due or now + timedelta(days=7)
    gone = presences.isdisjoint(SHOWING) and not presences.isdisjoint(GONE)
    confirming = gone and still_confirming(since, CADENCE, now)
    return next_recheck(case, opened=START, confirming=confirming, cadence=CADENCE, now=now)


async def _look(course: Course, case: Case, now: datetime) -> Seen:
    situation = course.situation
    hour = (now - START) / timedelta(hours=1)
    first, *others = situation.ways
    seen = [await _seen_through(course, case, first, hour)]
    if seen[0].presence in SECOND_LOOK:
        seen += [await _seen_through(course, case, way, hour) for way in others]
    past = course.observations if seen[-1].presence not in SHOWING else []
    # What was seen this moment is present whatever came before: the whole need not be replayed.
    past = [*past, *seen]
    proof = prove(past, egresses=EGRESSES, rule=RULE, now=now)
    return Seen(
        hour=hour,
        observations=tuple(seen),
        proof=proof,
        question=question(proof, past, rule=RULE, now=now),
    )


async def _seen_through(course: Course, case: Case, way: str, hour: float) -> Observation:
    key = state(course.situation, way, hour)
    if course.known is None or key is None:
        return await through(course, case, way, hour)
    if key not in course.known:
        course.known[key] = await through(course, case, way, hour)
    return replace(course.known[key], at=START + timedelta(hours=hour))


def state(situation: Situation, way: str, hour: float) -> object | None:
    """Name all that decides what a look sees; none where it depends on the looks before."""
    troubles = situation.troubles(hour, way)
    if Trouble.LINK_CHECK_ALIVE in troubles:
        return None
    return (
        situation.kind,
        situation.pathway,
        situation.ways,
        manner(situation),
        situation.truth(hour),
        troubles,
        Trouble.HALF_404 in troubles and half(situation.seed, hour, way),
        way,
    )


async def through(course: Course, case: Case, way: str, hour: float) -> Observation:
    """Look once at an hour, through one way out; return what was seen of the listed asset."""
    fetcher = MemoryFetcher(course.situation, hour)
    assets = assets_of(case, course.situation.kind)
    found = await recheck(
        fetcher, case, assets, NameJudge(), options(way, START + timedelta(hours=hour)),
        siblings=course.memory,
    )  # fmt: skip
    listed = found.observations[-1]
    return backed(listed, outside=_OUTSIDE_FAILS.isdisjoint(course.situation.troubles(hour, way)))


def backed(observation: Observation, *, outside: bool) -> Observation:
    """Back a vanished host by a control outside it and by its registry, as the engine does."""
    if observation.presence is not Presence.HOST_GONE:
        return observation
    words = ("registrar_checked", *(("control_outside_ok",) if outside else ()))
    return replace(observation, evidence=(*observation.evidence, *words))


def options(way: str, now: datetime) -> VisitOptions:
    """Return the options of a visit at a moment."""

    async def no_wait(seconds: float) -> None:
        del seconds

    return VisitOptions(
        egress=way,
        fetch_media=True,
        candidates=20,
        countdown_s=5,
        downloads_per_asset=6,
        limits=FetchLimits(),
        now=lambda: now,
        sleep=no_wait,
        placeholders=frozenset({digests_of(f"{KNOWN_PLACEHOLDER}/original").sha256}),
    )
