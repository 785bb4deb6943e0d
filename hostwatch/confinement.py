"""Whether the locked workers are locked enough for real work, and how to say so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog

from cases.errors import ConfigurationProblem
from config.settings import Isolation
from crawler.fetch.practice import PracticeNetwork
from isolation import landlock
from isolation.lock import Limits, LockReport
from isolation.pool import Pool, PoolPlan, WorkerDownError

log = structlog.get_logger()

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one locked worker came up on this machine."""

    machine: str
    """Kernel and processor: `Linux 6.18.0 x86_64`."""
    landlock_abi: int
    """0: the kernel offers none."""
    report: LockReport | None
    """None when the worker refused to work."""
    refusal: str = ""
    """Why it refused, and on which job."""


def check_lock(report: LockReport, isolation: Isolation, practice: PracticeNetwork | None) -> None:
    """
    Refuse real work where the workers could not be confined, unless the configuration accepts it.

    Raises:
        ConfigurationProblem: a lock is missing, and isolation.mode is strict.
    """
    if report.complete:
        return
    if practice is None and isolation.mode == "strict":
        raise ConfigurationProblem(
            f"The workers that open pages and pictures are not confined by {_and(report.missing)}, "
            "so nothing is fetched. Run on Linux 5.13 or later, x86-64 or aarch64, and in a "
            "container whose profile allows landlock and seccomp; or accept the risk with "
            'isolation.mode = "best-effort". `hostwatch doctor` names what is missing.'
        )
    log.warning(
        "workers_not_confined",
        missing=list(report.missing),
        mode=isolation.mode,
        practice=practice is not None,
    )


async def try_worker(jobs: Mapping[str, str], isolation: Isolation) -> Trial:
    """Start one worker with its jobs, as a real one is started, and end it again."""
    limits = Limits(memory_bytes=isolation.memory_mb * 1024 * 1024, cpu_s=isolation.cpu_s)
    system = os.uname()
    machine = f"{system.sysname} {system.release} {system.machine}"
    report, refusal = None, ""
    try:
        async with Pool(PoolPlan(jobs=jobs, workers=1, limits=limits)) as pool:
            report = pool.lock_report
    except (WorkerDownError, OSError) as problem:
        refusal = " ".join(_words(problem))
    return Trial(machine=machine, landlock_abi=landlock.abi(), report=report, refusal=refusal)


def sentence(trial: Trial, isolation: Isolation) -> tuple[State, str]:
    """Return how the trial stands (`ok`, `warning`, `problem`) and what to tell about it."""
    if trial.report is None:
        return "problem", (
            f"{trial.machine}: a worker refuses to work ({trial.refusal}); nothing can be opened."
        )
    abi = f"Landlock (ABI {trial.landlock_abi})" if trial.landlock_abi else "Landlock"
    held = ("resource limits", abi, "seccomp")
    states = (trial.report.rlimits, trial.report.landlock, trial.report.seccomp)
    holding = [name for name, holds in zip(held, states, strict=True) if holds]
    if trial.report.complete:
        return "ok", (
            f"{trial.machine}: {_and(holding)} confine the workers; every reader gives its known "
            "answers inside."
        )
    what = f"{trial.machine}: {_and(trial.report.missing)} MISSING; {_and(holding)} in force."
    if isolation.mode == "strict":
        return "problem", f"{what} isolation.mode is strict, so real work refuses to start."
    return "warning", (
        f"{what} isolation.mode is best-effort: hostile files are opened WITHOUT the full lock. "
        "Move to a kernel that has it."
    )


def _words(problem: WorkerDownError | OSError) -> list[str]:
    if isinstance(problem, WorkerDownError):
        return [word for word in (problem.code, problem.job) if word]
    return ["no_process"]


def _and(names: tuple[str, ...] | list[str]) -> str:
    *most, last = names or ("nothing",)
    return f"{', '.join(most)} and {last}" if most else last
