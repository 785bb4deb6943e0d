"""Hold the simulation against the real dispatcher: the same work, predicted and measured."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from benchmarks.scale.constants import Cost, Measured
from benchmarks.scale.plant import Setting, at_work
from benchmarks.scale.queueing import House, Job, Phase, play

_CORE, _FETCHER, _DECODERS, _CONNECTIONS = range(4)
_SPIN = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One run, as it was foreseen and as it was."""

    cases: int
    places: int
    delay_s: float
    predicted_s: float
    measured_s: float
    stretch: float
    """Wall seconds per processor second while it ran: other work on the machine."""

    @property
    def ratio(self) -> float:
        """Measured over predicted; 1 is a perfect model."""
        return self.measured_s / self.predicted_s


RUNS = (
    Setting(cases=96, hosts=48, delay_s=1.0, places=4),
    Setting(cases=96, hosts=48, delay_s=1.0, places=8),
    Setting(cases=96, hosts=6, delay_s=0.5, places=16),
)
"""Bound by places, by twice the places, and by the number of hosts."""


async def validate(measured: Measured, setting: Setting) -> Comparison:
    """Let the real dispatcher make the first visit of every case, and predict how long it takes."""
    before = stretch()
    async with at_work(setting) as work:
        await work.enter()
        took = await work.visit_all(poll_s=0.1)
    factor = (before + stretch()) / 2
    return Comparison(
        cases=setting.cases,
        places=setting.places,
        delay_s=setting.delay_s,
        predicted_s=predict(measured.first, setting, stretched=factor),
        measured_s=took,
        stretch=factor,
    )


def predict(one: Cost, setting: Setting, *, stretched: float = 1.0) -> float:
    """
    Return the seconds until the last case is done when all are due at once.

    On two cores or more the core and the fetcher each have one, the decoders share what is left.
    """
    cpu = replace(
        one,
        core_s=one.core_s * stretched,
        fetcher_s=one.fetcher_s * stretched,
        decoders_s=one.decoders_s * stretched,
    )
    requests = round(cpu.requests)
    network = [
        phase
        for _ in range(requests)
        for phase in (
            Phase(station=_CONNECTIONS, seconds=setting.delay_s, paced=True),
            Phase(station=_FETCHER, seconds=cpu.fetcher_s / max(1, requests)),
        )
    ]
    phases = (
        Phase(station=_CORE, seconds=cpu.core_s / 2),
        *network,
        Phase(station=_DECODERS, seconds=cpu.decoders_s),
        Phase(station=_CORE, seconds=cpu.core_s / 2),
    )
    jobs = [Job(at=0.0, host=n % setting.hosts, phases=phases) for n in range(setting.cases)]
    built = House(servers=(1, 1, 2, 32), places=setting.places, pace_s=setting.pace_s)
    return max(play(built, jobs, until=float("inf")).sojourn)


def stretch() -> float:
    """Return wall seconds per processor second of a busy loop, now."""
    wall, cpu = time.perf_counter(), time.process_time()
    total = 0
    for number in range(_SPIN * 10):
        total += number
    used = time.process_time() - cpu
    return max(1.0, (time.perf_counter() - wall) / used) if used else 1.0
