"""What one archive may cost, with everything that lies inside it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import NoReturn

from matchers.decode import job_clock

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of one job (fetching.md 4 and 8); inner archives share them with the outer one."""

    members: int = 2_000
    unpacked: int = 512 * MIB
    """Bytes over all members."""
    kept: int = 64 * MIB
    """Bytes of one member that may be held to be looked into; a longer one is digested only."""
    ratio: int = 1_000
    """Unpacked to packed ..."""
    ratio_from: int = 64 * MIB
    """... once more than this was unpacked."""
    depth: int = 2
    """Archives in archives that are opened."""
    cpu_s: float = 14.0
    """Processor time of the job; the lock of the worker would end it without an answer."""
    measuring_s: float = 8.0
    """Of it, for looking into members; digests go on after that."""
    records: int = 450_000
    """Bytes of all members' records as JSON."""

    def allowed(self) -> Limits:
        """Return these limits within the processor time that the lock leaves."""
        cpu_s = job_clock.allowance(self.cpu_s)
        share = self.measuring_s / self.cpu_s
        return replace(self, cpu_s=cpu_s, measuring_s=share * cpu_s)


class StopError(Exception):
    """A cap is reached and reading ends; the message is a machine word."""


class Budget:
    """What is left of the limits; one for a whole job."""

    def __init__(self, limits: Limits, *, packed: int) -> None:
        self.limits = limits
        self._most = min(limits.unpacked, max(limits.ratio_from, limits.ratio * packed))
        self._unpacked = 0
        self._members = 0
        self._records = 0
        self._stopped: str | None = None
        self._started = time.process_time()
        self._measuring = 0.0

    def spend_member(self) -> None:
        """Count a member. Raises `StopError`: `too_many_members`, `time_limit`."""
        self._members += 1
        if self._members > self.limits.members:
            self._stop("too_many_members")
        self._check()

    def spend_bytes(self, count: int) -> None:
        """Count unpacked bytes. Raises `StopError`: `too_large_unpacked`, `time_limit`."""
        self._unpacked += count
        if self._unpacked > self._most:
            self._stop("too_large_unpacked")
        self._check()

    def spend_measuring(self, seconds: float, record: int) -> None:
        """Count the time and the bytes that a member's record took."""
        self._measuring += seconds
        self._records += record

    @property
    def stopped(self) -> bool:
        """Whether a cap was reached; every further spending raises again."""
        return self._stopped is not None

    @property
    def may_measure(self) -> bool:
        """Whether another member may be looked into."""
        return self._measuring < self.limits.measuring_s and self._records < self.limits.records

    @property
    def measuring_left(self) -> float:
        """Seconds of processor time that looking into the next member may take."""
        return max(0.0, self.limits.measuring_s - self._measuring)

    def record_fits(self, record: int) -> bool:
        """Tell whether a record of so many bytes still has room."""
        return self._records + record <= self.limits.records

    def _check(self) -> None:
        if time.process_time() - self._started > self.limits.cpu_s:
            self._stop("time_limit")
        if self._stopped is not None:
            raise StopError(self._stopped)

    def _stop(self, reason: str) -> NoReturn:
        self._stopped = self._stopped or reason
        raise StopError(self._stopped)
