"""The lock of the workers against what a taken-over decoder would try, on the real kernel."""

import asyncio
import errno
import json
import platform
import subprocess
import sys

import pytest

from isolation import landlock
from isolation.attempts import ATTEMPTS
from isolation.lock import Limits
from isolation.pool import Pool, PoolPlan, WorkerDownError
from isolation.syscalls import ARCHITECTURES

JOBS = {"attempt": "isolation.attempts:attempt", "echo": "isolation.selftest:echo_length"}
ALLOWED = {"start_thread", "take_memory", "ask_for_randomness"}
REFUSED = {
    "read_file": errno.EACCES,
    "read_environment": errno.EACCES,
    "list_directory": errno.EACCES,
    "ask_for_file": errno.EACCES,
    "write_memory_file": errno.EPERM,
    "make_pipe": errno.EPERM,
    "map_executable_memory": errno.EPERM,
    "make_memory_executable": errno.EPERM,
    "raise_limit": None,  # Python knows by itself that it may not
    "become_dumpable": errno.EPERM,
    "change_filter": errno.EPERM,
}
DEADLY = sorted(ATTEMPTS.keys() - REFUSED.keys() - ALLOWED)
FILES = (
    "read_file",
    "list_directory",
    "write_file",
    "append_to_file",
    "create_file",
    "create_nameless_file",
    "truncate_file",
    "remove_file",
    "rename_file",
    "link_file",
    "make_directory",
)

needs_landlock = pytest.mark.skipif(landlock.abi() == 0, reason="the kernel has no Landlock")
needs_filter = pytest.mark.skipif(
    platform.machine() not in ARCHITECTURES, reason="no filter for this processor"
)


@pytest.fixture
def target(tmp_path):
    """A file that is still as it was when the test ends, and alone."""
    path = tmp_path / "target"
    path.write_text("untouched")
    yield str(path)
    assert path.read_text() == "untouched"
    assert [entry.name for entry in tmp_path.iterdir()] == ["target"]


def plan():
    return PoolPlan(jobs=JOBS, workers=1, limits=Limits(cpu_s=2), wall_s=10.0)


@needs_landlock
@needs_filter
async def test_every_lock_holds_in_every_worker():
    """Where the kernel can, the report is complete, also of a worker that came later."""
    async with Pool(plan()) as pool:
        assert (pool.lock_report.complete, pool.lock_report.missing) == (True, ())
        first = await pool.open("echo", {})
        second = await pool.open("echo", {}, held=True)
        assert len(pool.processes) == 2
        await first.drop()
        await second.drop()


@needs_filter
@pytest.mark.parametrize("what", DEADLY)
async def test_what_only_an_attacker_does_ends_the_worker(what, target):
    """The process dies amid the attempt with a code of its own, and the next job runs."""
    if what == "call_as_x32" and platform.machine() != "x86_64":
        pytest.skip("the processor has no x32")
    async with Pool(plan()) as pool:
        before = pool.processes
        found = await pool.call("attempt", {"what": what, "target": target}, b"")
        assert found == {"error": "lock_violation"}
        assert (await pool.call("echo", {}, b"abc"))["length"] == 3
        assert pool.processes != before


@needs_filter
async def test_what_a_library_may_ask_in_passing_is_refused(target):
    """Looking for a file, a pipe, executable memory: refused, and the same worker goes on."""
    async with Pool(plan()) as pool:
        before = pool.processes
        for what, reason in REFUSED.items():
            found = await pool.call("attempt", {"what": what, "target": target}, b"")
            assert (what, found) == (what, {"refused": True, "errno": reason})
        assert pool.processes == before


@needs_filter
async def test_what_a_job_needs_is_allowed(target):
    """Threads, memory and randomness are there inside the lock."""
    async with Pool(plan()) as pool:
        for what in sorted(ALLOWED):
            found = await pool.call("attempt", {"what": what, "target": target}, b"")
            assert (what, found) == (what, {"refused": False})


@needs_filter
async def test_a_violation_costs_one_job_of_many():
    """Others that run at the same time are not disturbed."""
    async with Pool(PoolPlan(jobs=JOBS, workers=2, limits=Limits(cpu_s=2))) as pool:
        calls = [pool.call("attempt", {"what": "fork"}, b"") for _ in range(4)]
        calls += [pool.call("echo", {}, b"abc") for _ in range(8)]
        found = await asyncio.gather(*calls)
    assert found[:4] == [{"error": "lock_violation"}] * 4
    assert all(record["length"] == 3 for record in found[4:])


SEALED = """
import json, sys
from isolation import attempts, landlock, lock
target, names = sys.argv[1], sys.argv[2:]
assert lock.harden() and landlock.seal()
print(json.dumps({n: attempts.attempt({"what": n, "target": target}, b"") for n in names}))
"""


@needs_landlock
def test_landlock_alone_leaves_no_path(target):
    """Without the filter, too, no file can be read, listed, made, changed or removed."""
    names = FILES if landlock.abi() >= 3 else tuple(n for n in FILES if n != "truncate_file")
    found = run(SEALED, target, *names)
    assert {name: record["refused"] for name, record in found.items()} == dict.fromkeys(names, True)


@needs_landlock
def test_landlock_alone_leaves_no_connection_and_no_signal(target):
    """From the versions on that know it, TCP and signals to other processes are refused."""
    known = {"connect": landlock.abi() >= 4, "signal_parent": landlock.abi() >= 6}
    names = [name for name, there in known.items() if there]
    if not names:
        pytest.skip("the kernel's Landlock knows files only")
    found = run(SEALED, target, *names)
    assert all(record["refused"] for record in found.values())


OPENED = """
import json, sys
from pathlib import Path
from isolation import attempts, landlock, lock
target, names = sys.argv[1], sys.argv[2:]
assert lock.harden() and landlock.confine([landlock.Opening(path=str(Path(target).parent))])
print(json.dumps({n: attempts.attempt({"what": n, "target": target}, b"") for n in names}))
"""


@needs_landlock
def test_an_opening_stays_readable_and_nothing_else(target):
    """A directory that was left open can be read and listed, not written."""
    found = run(OPENED, target, "read_file", "list_directory", "write_file", "read_environment")
    assert [record["refused"] for record in found.values()] == [False, False, True, True]


@needs_landlock
async def test_a_job_that_cannot_work_inside_the_lock_is_refused():
    """What passes its self-test outside and fails it inside is found before any work is taken."""
    with pytest.raises(WorkerDownError) as caught:
        async with Pool(PoolPlan(jobs={"careless": "isolation.careless:count_lines"})):
            pass
    assert (caught.value.code, caught.value.job) == ("self_test_failed", "careless")


def run(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)
