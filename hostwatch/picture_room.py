"""One locked worker for pictures that are handed over, apart from any fetching."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.errors import TemporaryFailure
from config.settings import Settings
from crawler.fetch.practice import PracticeNetwork
from hostwatch.app import JOBS
from hostwatch.confinement import check_lock
from isolation.lock import Limits
from isolation.pool import Pool, PoolPlan, WorkerDownError


@asynccontextmanager
async def open_picture_room(
    settings: Settings, practice: PracticeNetwork | None
) -> AsyncIterator[Pool]:
    """
    Start the worker and yield its pool.

    Raises:
        ConfigurationProblem: it cannot be confined, and isolation.mode is strict.
        TemporaryFailure: it does not start.
    """
    isolation = settings.isolation
    plan = PoolPlan(
        jobs={"picture": JOBS["picture"]},
        workers=1,
        held=1,
        limits=Limits(memory_bytes=isolation.memory_mb * 1024 * 1024, cpu_s=isolation.cpu_s),
        wall_s=isolation.wall_s,
        body_bytes=settings.fetch.media_bytes,
    )
    try:
        async with Pool(plan) as pool:
            check_lock(pool.lock_report, isolation, practice)
            yield pool
    except WorkerDownError:
        raise TemporaryFailure("The locked worker did not start; see hostwatch doctor.") from None
