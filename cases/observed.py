"""
What single observations say, and the runs in which they agree.

How an observation is read (first line that fits):

    present_exact, present_similar, present_listed_alive   showing: the listed content is there
    present_unverified                                     other media answers
    present_gated                                          gated: a door before the content
    gone_hard, gone_notice, gone_placeholder               gone, if it counts
    expired                                                expired, if it counts
    host_gone                                              host gone, if it counts
    all others                                             silent: they say nothing

Through a filtered egress, other media and doors may be the filter's own: they are silent as long
as there is an unfiltered egress. A gone or expired observation counts if the liveness control was
normal or not needed, the pathway worked, and the certificate was verified. A host_gone one counts
if a control outside the host answered.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from cases.model import EgressProfile, Observation, Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownRule:
    """What must agree before something is said (policy)."""

    agreeing: int
    """Agreeing gone observations; at least 3."""
    span: timedelta
    """First to last of them; 12 h in every real policy."""
    networks: int
    """Different networks with an unfiltered egress; at least 2."""
    site_down: timedelta
    """First to last host_gone observation; 72 h in every real policy."""
    changed: int
    """Observations in a row that showed other media; at least 3."""
    ask_after: timedelta = timedelta(days=7)
    """How long nothing may be proven, one way or the other, before a person is asked."""


class Reading(Enum):
    """What one observation contributes."""

    SHOWING = "showing"
    OTHER_MEDIA = "other media"
    GATED = "gated"
    GONE = "gone"
    EXPIRED = "expired"
    HOST_GONE = "host gone"
    DISCOUNTED = "gone, but it does not count"
    SILENT = "silent"

    # Each member is one object; a long history is looked through in many sets of them.
    __hash__ = object.__hash__


_READINGS: Mapping[Presence, Reading] = {
    Presence.PRESENT_EXACT: Reading.SHOWING,
    Presence.PRESENT_SIMILAR: Reading.SHOWING,
    Presence.PRESENT_LISTED_ALIVE: Reading.SHOWING,
    Presence.PRESENT_UNVERIFIED: Reading.OTHER_MEDIA,
    Presence.PRESENT_GATED: Reading.GATED,
    Presence.GONE_HARD: Reading.GONE,
    Presence.GONE_NOTICE: Reading.GONE,
    Presence.GONE_PLACEHOLDER: Reading.GONE,
    Presence.EXPIRED: Reading.EXPIRED,
    Presence.HOST_GONE: Reading.HOST_GONE,
}

ANSWERED = frozenset({Reading.SHOWING, Reading.OTHER_MEDIA})
"""These end every run of agreeing observations."""
ABSENT = frozenset({Reading.GONE, Reading.EXPIRED})
"""A file that is gone or expired is not there, whoever caused it."""
_A_FILTERS = frozenset({Reading.OTHER_MEDIA, Reading.GATED})
"""What a filter may have put in the place of the content."""
_MUST_COUNT = ABSENT | {Reading.HOST_GONE}
_UNTELLING = frozenset({Reading.SILENT, Reading.DISCOUNTED})


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation with its reading."""

    observation: Observation
    reading: Reading

    @property
    def at(self) -> datetime:
        """Return when it was made."""
        return self.observation.at

    @property
    def egress(self) -> str:
        """Return the name of the way out."""
        return self.observation.egress


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that a rule looks at."""

    seen: tuple[Seen, ...]
    """Everything up to `now`, oldest first."""
    networks: Mapping[str, str]
    """Unfiltered egress -> network."""
    rule: TakedownRule

    def run(self, *readings: Reading, ended_by: frozenset[Reading] = ANSWERED) -> tuple[Seen, ...]:
        """Return the observations with these readings since the last that ends the run."""
        since = itertools.takewhile(lambda one: one.reading not in ended_by, reversed(self.seen))
        return tuple(seen for seen in since if seen.reading in readings)[::-1]

    def absent(self) -> tuple[tuple[Seen, ...], ...]:
        """
        Return what counts towards removed or expired, as runs of agreeing looks, oldest first.

        Through unfiltered egresses only. A door between two of them parts them: what stands
        behind it was not seen to be gone.
        """
        runs: list[tuple[Seen, ...]] = []
        told = self.run(*ABSENT, Reading.GATED)
        for absent, looks in itertools.groupby(told, lambda seen: seen.reading in ABSENT):
            run = self._unfiltered(tuple(looks)) if absent else ()
            runs += [run] if run else []
        return tuple(runs)

    def host_gone(self) -> tuple[Seen, ...]:
        """Return what counts towards site_down, since the host last answered something telling."""
        ended_by = ANSWERED | ABSENT | {Reading.GATED}
        return self._unfiltered(self.run(Reading.HOST_GONE, ended_by=ended_by))

    def shown_through(self) -> frozenset[str]:
        """Return the egresses that ever showed the listed content."""
        return frozenset(seen.egress for seen in self.seen if seen.reading is Reading.SHOWING)

    def newest(self, reading: Reading) -> tuple[Seen, ...]:
        """Return the newest telling observations as far as all have this reading."""
        told = [seen for seen in self.seen if seen.reading not in _UNTELLING]
        if reading is not Reading.GATED:
            told = [seen for seen in told if seen.reading is not Reading.GATED]
        newest = itertools.takewhile(lambda one: one.reading is reading, reversed(told))
        return tuple(newest)[::-1]

    def networks_of(self, run: Sequence[Seen]) -> frozenset[str]:
        """Return the networks of the unfiltered egresses in a run."""
        return frozenset(self.networks[seen.egress] for seen in self._unfiltered(run))

    def _unfiltered(self, run: Sequence[Seen]) -> tuple[Seen, ...]:
        return tuple(seen for seen in run if seen.egress in self.networks)


def history_of(
    observations: Sequence[Observation],
    *,
    egresses: Sequence[EgressProfile],
    rule: TakedownRule,
    now: datetime,
) -> History:
    """Read the observations of one asset that were made up to `now`."""
    past = sorted((item for item in observations if item.at <= now), key=lambda item: item.at)
    networks = {profile.name: profile.network for profile in egresses if profile.unfiltered}
    return History(
        seen=tuple(Seen(item, _read_through(item, networks)) for item in past),
        networks=networks,
        rule=rule,
    )


def span(run: Sequence[Seen]) -> timedelta:
    """Return the time from the first to the last observation of a run."""
    return run[-1].at - run[0].at if run else timedelta(0)


def same_kind(run: Sequence[Seen]) -> tuple[Seen, ...]:
    """Return the first observations of a run that agree in kind."""
    end = next((i for i, seen in enumerate(run) if seen.reading is not run[0].reading), len(run))
    return tuple(run[:end])


def why_discounted(observation: Observation) -> str | None:
    """Say why a gone observation does not count; none if it does."""
    if observation.presence is Presence.HOST_GONE:
        answered = "control_outside_ok" in observation.evidence
        return None if answered else "no control outside the host was seen to answer"
    if observation.control == "failed":
        return "the liveness control on the same host failed"
    if observation.control == "not_checked":
        return "the liveness control on the same host was not made"
    if not observation.pathway_ok:
        return "the pathway to the content was broken"
    return None if observation.tls_verified else "the certificate of the host was not verified"


def registrar_asked(observation: Observation) -> bool:
    """Say whether the status of the domain was looked up with this observation."""
    return any(
        word == "registrar_checked" or word.startswith("rdap_status:")
        for word in observation.evidence
    )


def _read_through(observation: Observation, networks: Mapping[str, str]) -> Reading:
    reading = _read(observation)
    filtered = bool(networks) and observation.egress not in networks
    return Reading.SILENT if filtered and reading in _A_FILTERS else reading


def _read(observation: Observation) -> Reading:
    reading = _READINGS.get(observation.presence, Reading.SILENT)
    if reading not in _MUST_COUNT or why_discounted(observation) is None:
        return reading
    return Reading.DISCOUNTED
