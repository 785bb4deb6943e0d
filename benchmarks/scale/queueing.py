"""
A discrete-event simulation of host visits over shared resources.

Jobs wait at their host (one visit of a host at a time), take a place of a worker, and go through
their phases: each phase holds one server of one station for a time, first come, first served. A
phase may be paced: then it begins at the earliest `pace_s` after the previous paced phase at the
same host. Time is in seconds; nothing is random here, so that the same jobs give the same result.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One use of one station."""

    station: int
    seconds: float
    paced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One step of one case."""

    at: float
    """When it falls due."""
    host: int
    phases: tuple[Phase, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What there is."""

    servers: tuple[int, ...]
    """Servers of each station."""
    places: int
    """Host visits at the same time, of all workers together."""
    pace_s: float = 0.0
    steps_per_visit: int = 20
    budget_s: float = 60.0


@dataclass(slots=True)
class Outcome:
    """What happened."""

    arrived: int = 0
    done: int = 0
    left: int = 0
    """Jobs that had not finished at the end."""
    until: float = 0.0
    lateness: list[float] = field(default_factory=list)
    """Per job: from due to the beginning of its step."""
    lateness_hosts: list[int] = field(default_factory=list)
    """Per entry of `lateness`: its host."""
    sojourn: list[float] = field(default_factory=list)
    """Per job: from due to done."""
    kinds: list[str] = field(default_factory=list)
    """Per entry of `sojourn`: the kind of the job."""
    busy: list[float] = field(default_factory=list)
    """Server-seconds used, per station, inside the window."""
    places_busy: float = 0.0
    area: float = 0.0
    """Integral of the number of jobs in the house over time (for Little's law)."""
    host_busy: dict[int, float] = field(default_factory=dict)
    """Seconds in which a host was being visited."""


class _Visit:
    __slots__ = ("began", "host", "job", "jobs_done", "phase", "place_since")

    def __init__(self, host: int, now: float) -> None:
        self.host = host
        self.place_since = now
        self.began = now
        self.jobs_done = 0
        self.job: Job | None = None
        self.phase = 0


class _Play:
    """One run."""

    def __init__(self, house: House, until: float) -> None:
        self.house = house
        self.until = until
        self.now = 0.0
        self.out = Outcome(until=until, busy=[0.0] * len(house.servers))
        self.free = list(house.servers)
        self.lines: list[deque[tuple[_Visit, Phase]]] = [deque() for _ in house.servers]
        self.waiting: dict[int, deque[Job]] = {}
        self.visited: set[int] = set()
        self.ready: list[tuple[float, int, int]] = []
        self.places = house.places
        self.started_at: dict[int, float] = {}
        self.last_request: dict[int, float] = {}
        self.events: list[tuple[float, int, _Visit, Phase | None]] = []
        self.number = 0
        self.inside = 0

    def run(self, jobs: Iterable[Job]) -> Outcome:
        for job in jobs:
            if job.at >= self.until:
                break
            self._pass_until(job.at)
            self._arrive(job)
        self._pass_until(self.until)
        self._close()
        return self.out

    def _pass_until(self, when: float) -> None:
        while self.events and self.events[0][0] <= when:
            at, _, visit, phase = heapq.heappop(self.events)
            self._advance_clock(at)
            if phase is None:
                self._enter(visit)
            else:
                self._leave(visit, phase)
        self._advance_clock(when)

    def _advance_clock(self, when: float) -> None:
        self.out.area += self.inside * (when - self.now)
        self.now = when

    def _arrive(self, job: Job) -> None:
        self.out.arrived += 1
        self.inside += 1
        line = self.waiting.get(job.host)
        if line is None:
            line = self.waiting[job.host] = deque()
        line.append(job)
        if job.host not in self.visited and len(line) == 1:
            self._offer(job.host)
        self._begin_visits()

    def _offer(self, host: int) -> None:
        """Put a host into the queue for a place: the longest overdue goes first."""
        self.number += 1
        heapq.heappush(self.ready, (self.waiting[host][0].at, self.number, host))

    def _begin_visits(self) -> None:
        while self.places and self.ready:
            _, _, host = heapq.heappop(self.ready)
            self.places -= 1
            self.visited.add(host)
            self._next_job(_Visit(host, self.now))

    def _next_job(self, visit: _Visit) -> None:
        line = self.waiting[visit.host]
        over = (
            visit.jobs_done >= self.house.steps_per_visit
            or self.now - visit.began > self.house.budget_s
        )
        if not line or over:
            self._end_visit(visit)
            return
        visit.job = line.popleft()
        visit.phase = 0
        visit.jobs_done += 1
        self.out.lateness.append(self.now - visit.job.at)
        self.out.lateness_hosts.append(visit.host)
        self._next_phase(visit)

    def _end_visit(self, visit: _Visit) -> None:
        host = visit.host
        spent = self.now - visit.place_since
        self.out.places_busy += spent
        self.out.host_busy[host] = self.out.host_busy.get(host, 0.0) + spent
        self.places += 1
        self.visited.discard(host)
        if self.waiting[host]:
            self._offer(host)
        else:
            del self.waiting[host]
        self._begin_visits()

    def _next_phase(self, visit: _Visit) -> None:
        job = visit.job
        assert job is not None
        if visit.phase >= len(job.phases):
            self._finish(visit, job)
            return
        phase = job.phases[visit.phase]
        earliest = self.last_request.get(visit.host, float("-inf")) + self.house.pace_s
        if phase.paced and earliest > self.now:
            self._schedule(earliest, visit, None)
        else:
            self._enter(visit)

    def _enter(self, visit: _Visit) -> None:
        """Stand in the line of the station."""
        assert visit.job is not None
        phase = visit.job.phases[visit.phase]
        if phase.paced:
            self.last_request[visit.host] = self.now
        if self.free[phase.station]:
            self._serve(visit, phase)
        else:
            self.lines[phase.station].append((visit, phase))

    def _serve(self, visit: _Visit, phase: Phase) -> None:
        self.free[phase.station] -= 1
        end = self.now + phase.seconds
        self.out.busy[phase.station] += max(0.0, min(end, self.until) - self.now)
        self._schedule(end, visit, phase)

    def _leave(self, visit: _Visit, phase: Phase) -> None:
        self.free[phase.station] += 1
        if self.lines[phase.station]:
            self._serve(*self.lines[phase.station].popleft())
        visit.phase += 1
        self._next_phase(visit)

    def _finish(self, visit: _Visit, job: Job) -> None:
        self.inside -= 1
        self.out.done += 1
        self.out.sojourn.append(self.now - job.at)
        self.out.kinds.append(job.kind)
        visit.job = None
        self._next_job(visit)

    def _schedule(self, when: float, visit: _Visit, phase: Phase | None) -> None:
        self.number += 1
        heapq.heappush(self.events, (when, self.number, visit, phase))

    def _close(self) -> None:
        """Count what is under way at the end of the window."""
        self.out.left = self.inside
        under_way = {id(visit): visit for _, _, visit, _ in self.events}
        for line in self.lines:
            under_way |= {id(visit): visit for visit, _ in line}
        for visit in under_way.values():
            spent = self.now - visit.place_since
            self.out.places_busy += spent
            held = self.out.host_busy.get(visit.host, 0.0)
            self.out.host_busy[visit.host] = held + spent
        for waiting in self.waiting.values():
            self.out.lateness += [self.now - job.at for job in waiting]
            self.out.lateness_hosts += [job.host for job in waiting]


def play(house: House, jobs: Sequence[Job] | Iterable[Job], *, until: float) -> Outcome:
    """
    Play jobs, sorted by the time at which they fall due, up to a time.

    `lateness` holds also what those wait that were not begun at the end: an overloaded house does
    not look better for what it never started.
    """
    return _Play(house, until).run(jobs)
