"""Two workers and a console on one PostgreSQL do the main job, whichever of them dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from practice import House, import_reports, open_house
from processes import wait_for_none, wait_until
from test_kill_nine import (
    assert_invariants,
    assert_no_report_lost,
    assert_nothing_sent_twice,
    in_flight,
    settle,
)

from hostwatch.dispatch.queue import SCHEMA

WITHIN_S = 60.0
"""A dead worker's visits are done by others within so long."""


@pytest.fixture
def house(tmp_path: Path, postgres) -> Iterator[House]:
    place = postgres.fresh()
    with open_house(tmp_path, seed=9, database=place.url) as opened:
        yield opened
    postgres.drop(place)


def visiting(house: House) -> bool:
    """Whether a case is being visited now."""
    return bool(house.rows("SELECT 1 FROM cases WHERE stage = 'visiting'"))


def never_visited(house: House) -> list[str]:
    """List the cases that nobody has come back from yet."""
    query = "SELECT id FROM cases WHERE stage IN ('received', 'visiting') AND needs IS NULL"
    return [str(row[0]) for row in house.rows(query)]


def alive(house: House) -> int:
    return len(house.rows("SELECT name FROM workers"))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_main_job_is_done_by_two_workers_of_which_one_dies(house: House):
    """Every case ends as it should, nothing is sent twice, and the dead one's visits are done."""
    with ExitStack() as crew:
        first = crew.enter_context(house.core("worker"))
        second = crew.enter_context(house.core("worker"))
        wait_until(lambda: alive(house) == 2, what="both workers show that they live")
        import_reports(house)
        wait_until(lambda: visiting(house), what="visits begin")
        first.kill()
        died = time.monotonic()
        wait_for_none(lambda: never_visited(house), what="every case is visited", seconds=WITHIN_S)
        assert time.monotonic() - died < WITHIN_S
        wait_until(lambda: alive(house) == 1, what="the dead worker is taken off")
        settle(house, in_flight(house) | of_unknown_fate_of_dead(house))
        wait_for_none(house.work_on, what="every case ends as with one worker")
        assert second.drain() == 0
    assert alive(house) == 0
    assert_no_report_lost(house)
    assert_nothing_sent_twice(house)
    assert_invariants(house)


def of_unknown_fate_of_dead(house: House) -> frozenset[str]:
    rows = house.listed("notices", "list", "--state", "unknown")
    return frozenset(row["serial"] for row in rows)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_paused_worker_and_lost_engine_tables_harm_nothing(house: House):
    """Stopped in the midst of its work and continued later, it neither doubles nor loses a thing."""
    with ExitStack() as crew:
        crew.enter_context(house.core("worker"))
        paused = crew.enter_context(house.core("worker"))
        import_reports(house)
        wait_until(lambda: visiting(house), what="visits begin")
        stop_and_go(house, paused.pid)
        with psycopg.connect(house.database, autocommit=True) as plain:
            plain.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        settle(house, of_unknown_fate_of_dead(house))
        wait_for_none(lambda: unsettled(house), what="every case ends as it should")
    assert_no_report_lost(house)
    assert_nothing_sent_twice(house)
    assert_invariants(house)


def stop_and_go(house: House, pid: int) -> None:
    """Stop a worker until the others have buried it, then let it go on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: alive(house) == 1, what="the paused worker is taken for dead")
    finally:
        os.kill(pid, signal.SIGCONT)


def unsettled(house: House) -> list[str]:
    """Settle what is in doubt by the relay's log, and say what is not yet as it should be."""
    if doubtful := of_unknown_fate_of_dead(house):
        settle(house, doubtful)
    return house.work_on()
