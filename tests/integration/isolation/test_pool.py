"""The pool of locked workers, with real processes."""

import asyncio
import hashlib
import os
import signal
import time

import pytest

from isolation.lock import Limits
from isolation.pool import Pool, PoolPlan, WorkerDownError

JOBS = {
    "echo": "isolation.selftest:echo_length",
    "limits": "isolation.selftest:limits",
    "misbehave": "isolation.selftest:misbehave",
}


def plan(**changes):
    values = {"jobs": JOBS, "workers": 1, "held": 2, "limits": Limits(cpu_s=1), "wall_s": 10.0}
    return PoolPlan(**(values | changes))


async def misbehaving(pool, how, body=b"x"):
    return await pool.call("misbehave", {"how": how}, body)


async def test_a_job_gets_its_header_and_its_whole_body():
    """A body of many chunks arrives whole, with its header, and the record comes back."""
    body = os.urandom(300_000)
    async with Pool(plan()) as pool:
        record = await pool.call("echo", {"url": "http://a.test/"}, body)
    assert record == {
        "length": 300_000,
        "sha256": hashlib.sha256(body).hexdigest(),
        "header": {"url": "http://a.test/"},
    }


async def test_no_limit_of_a_worker_can_be_raised():
    """No file may grow, no core is dumped, memory and time end; the hard limits are the same."""
    async with Pool(plan()) as pool:
        held = await pool.call("limits", {}, b"")
        assert pool.lock_report.rlimits
    assert all(soft == hard >= 0 for soft, hard in held.values())
    assert held["RLIMIT_FSIZE"] == held["RLIMIT_CORE"] == [0, 0]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("crash", "decode_crashed"),
        ("exit", "decode_crashed"),
        ("spin", "cpu_limit"),
        ("hog", "memory_limit"),
        ("raise", "job_failed"),
        ("deep", "too_deep"),
        ("flood", "record_too_large"),
    ],
)
async def test_a_failing_job_costs_itself_only(how, code):
    """Each kind of failure has its code, and the next job runs in a fresh worker."""
    async with Pool(plan()) as pool:
        before = pool.processes
        assert await misbehaving(pool, how) == {"error": code}
        assert (await pool.call("echo", {}, b"abc"))["length"] == 3
        assert pool.processes != before


async def test_a_job_that_sleeps_is_ended_by_the_wall_clock():
    """A job that uses no processor time is ended by the clock on the wall."""
    async with Pool(plan(wall_s=0.3)) as pool:
        assert await misbehaving(pool, "sleep") == {"error": "wall_limit"}


async def test_what_a_library_prints_does_not_disturb_the_pipe():
    """A print inside a job goes nowhere."""
    async with Pool(plan()) as pool:
        assert (await misbehaving(pool, "print"))["length"] == 1


async def test_an_exception_brings_none_of_its_text():
    """A job whose exception quotes the body answers with a code alone."""
    async with Pool(plan()) as pool:
        assert await misbehaving(pool, "raise", b"secret") == {"error": "job_failed"}


async def test_a_worker_is_recycled_after_its_jobs():
    """After the allowed number of jobs a fresh process takes over."""
    async with Pool(plan(limits=Limits(jobs=2))) as pool:
        seen = []
        for _ in range(4):
            seen.append(pool.processes)
            await pool.call("echo", {}, b"")
        assert seen[0] != seen[3]


async def test_a_body_over_the_cap_is_not_kept():
    """A body over the worker's cap becomes an error, and the worker goes on."""
    async with Pool(plan(body_bytes=1000)) as pool:
        assert await pool.call("echo", {}, b"x" * 1001) == {"error": "too_large"}
        assert (await pool.call("echo", {}, b"x" * 1000))["length"] == 1000


async def test_an_unknown_job_is_an_error():
    """A job that was never named is refused."""
    async with Pool(plan()) as pool:
        assert await pool.call("other", {}, b"") == {"error": "unknown_job"}


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("isolation.no_such_module:job", "import_failed"),
        ("isolation.selftest:no_such_function", "import_failed"),
    ],
)
async def test_a_pool_whose_jobs_cannot_be_loaded_does_not_start(where, code):
    """A wrong import string shows at the start, with the job's name."""
    with pytest.raises(WorkerDownError) as caught:
        async with Pool(plan(jobs={"page": where})):
            pass
    assert (caught.value.code, caught.value.job) == (code, "page")


async def test_held_bodies_do_not_starve_short_jobs():
    """With every held place taken, short jobs still run."""
    async with Pool(plan()) as pool:
        held = [await pool.open("echo", {}, held=True) for _ in range(2)]
        async with asyncio.timeout(5):
            assert (await pool.call("echo", {}, b"abc"))["length"] == 3
        for body in held:
            await body.drop()


@pytest.mark.parametrize("moment", ["idle", "fed", "running"])
async def test_a_killed_worker_costs_one_job(moment):
    """Killed while idle it costs nothing; while fed or running it costs that job only."""
    async with Pool(plan()) as pool:
        if moment == "idle":
            os.kill(pool.processes[0], signal.SIGKILL)
            await asyncio.sleep(0.2)
        elif moment == "fed":
            body = await pool.open("echo", {})
            os.kill(pool.processes[0], signal.SIGKILL)
            await asyncio.sleep(0.2)
            await body.feed(b"x" * 200_000)
            assert await body.run() == {"error": "worker_down"}
        else:
            running = asyncio.create_task(misbehaving(pool, "sleep"))
            await asyncio.sleep(0.3)
            os.kill(pool.processes[0], signal.SIGKILL)
            assert await running == {"error": "decode_crashed"}
        assert (await pool.call("echo", {}, b"abc"))["length"] == 3


async def test_a_cancelled_job_frees_its_lane():
    """Cancelling a caller ends the worker and lets the next job in."""
    async with Pool(plan()) as pool:
        running = asyncio.create_task(misbehaving(pool, "sleep"))
        await asyncio.sleep(0.3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await pool.call("echo", {}, b"abc"))["length"] == 3


async def test_no_worker_outlives_the_pool():
    """When the pool closes, its processes are gone."""
    async with Pool(plan()) as pool:
        pids = pool.processes
    deadline = time.monotonic() + 3
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert not any(_alive(pid) for pid in pids)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_control_c_passes_a_worker_by_and_still_reaches_who_started_it():
    """The terminal tells the whole group; the worker ignores it, the core's handler is its own."""
    mine = signal.getsignal(signal.SIGINT)
    async with Pool(plan()) as pool:
        os.kill(pool.processes[0], signal.SIGINT)
        assert (await pool.call("echo", {}, b"x"))["length"] == 1
        assert _ignores(pool.processes[0], signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is mine


def _ignores(pid, number):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        mask = next(int(line.split()[1], 16) for line in file if line.startswith("SigIgn:"))
    return bool(mask >> (number - 1) & 1)


async def test_a_worker_that_is_not_told_of_its_body_is_not_left_behind():
    """Killed before anybody noticed, it takes no body, and it is not counted any more."""
    async with Pool(plan()) as pool:
        (worker,) = pool.processes
        os.kill(worker, signal.SIGKILL)
        while _alive(worker):  # without giving the loop a turn in which to notice
            time.sleep(0.01)
        with pytest.raises(WorkerDownError):
            await pool.open("echo", {})
        assert pool.processes == ()
        assert (await pool.call("echo", {}, b"abcd"))["length"] == 4
