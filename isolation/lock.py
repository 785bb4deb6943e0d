"""
What a process takes from itself before it touches hostile bytes.

Resource limits, no core file, no new privileges, no debugger, death with its parent; then every
path (Landlock) and every system call that a warmed job does not need (seccomp). None of it can be
taken back.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from isolation import landlock, seccomp

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
"""Numbers of prctl(2), the same on every Linux architecture."""

_OPEN_FILES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one locked worker may use."""

    memory_bytes: int = 1024 * 1024 * 1024
    """Address space on top of what the warmed modules take (RLIMIT_AS)."""
    cpu_s: int = 20
    """Processor time of one job."""
    jobs: int = 200
    """Jobs in the worker's life; with `cpu_s` they bound the processor time of its life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockReport:
    """Which locks hold."""

    rlimits: bool
    landlock: bool
    seccomp: bool

    @property
    def complete(self) -> bool:
        """Whether real work may be given to this process in strict mode."""
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the locks that do not hold."""
        held = (
            ("resource limits", self.rlimits),
            ("Landlock", self.landlock),
            ("seccomp", self.seccomp),
        )
        return tuple(name for name, holds in held if not holds)


def harden(*, parent: int | None = None) -> bool:
    """
    Forbid files to grow, core dumps, debuggers and new privileges; die with the parent.

    Args:
        parent: process id of the parent; the process ends at once when that one is already gone.

    Returns:
        Whether every step succeeded.

    """
    for which in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(which, (0, 0))
    done = [
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
        _prctl(_PR_SET_DUMPABLE, 0),
        _prctl(_PR_SET_NO_NEW_PRIVS, 1),
    ]
    if parent is not None and os.getppid() != parent:
        os._exit(1)
    return all(done)


def apply(limits: Limits, *, keep: Collection[int] = (0, 1, 2)) -> LockReport:
    """
    Lock this process for good; call it when everything is imported and warmed.

    Args:
        limits: what it may use from now on.
        keep: descriptors that stay open; they are all that it will ever have.

    Raises:
        OSError, ValueError: the kernel refused a limit.

    """
    hardened = harden()
    _close_others(keep)
    lifetime = int(time_used()) + 1 + limits.cpu_s * limits.jobs
    memory = _address_space() + limits.memory_bytes
    for which, value in (
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, lifetime),
    ):
        resource.setrlimit(which, (value, value))
    sealed = landlock.seal()
    return LockReport(rlimits=hardened, landlock=sealed, seccomp=seccomp.install())


def start_cpu_clock(seconds: float) -> None:
    """
    End this process by SIGPROF after so much more processor time; 0 stops the clock.

    The timer counts all threads and needs no privilege, so that each job has its own allowance
    while RLIMIT_CPU bounds the whole life.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def time_used() -> float:
    """Return the processor seconds that this process has used."""
    used = os.times()
    return used.user + used.system


def _close_others(keep: Collection[int]) -> None:
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor not in keep:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _prctl(option: int, value: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) == 0)
