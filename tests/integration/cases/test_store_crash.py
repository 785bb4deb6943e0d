"""kill -9 at any moment: what was told as stored is there, and nothing is there by halves."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from store_samples import a_notice

from cases.audit import Intact, verify
from cases.invariants import check
from cases.model import NoticeState
from cases.ports import CaseFilter
from cases.seal import Keyring
from cases.store.opening import open_store

KEYS = Keyring.derive(b"k" * 32)
WRITER = Path(__file__).with_name("crash_writer.py")
KILLS = 6


def write_and_kill(path: Path, steps: int, delay: float) -> set[int]:
    """Let a process write, kill it in the midst of a later step; return what it told as stored."""
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(path)], stdout=subprocess.PIPE, cwd=WRITER.parents[3]
    ) as writer:
        told = [writer.stdout.readline() for _ in range(steps)]
        try:
            writer.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    return {int(line) for line in told if line.endswith(b"\n")}


async def test_what_was_told_as_stored_survives_kill_9(tmp_path: Path):
    """After each of several kills: trail intact, every case whole, no invariant violated."""
    path = tmp_path / "cases.db"
    await (await open_store(path, KEYS, create=True)).close()
    dice = random.Random()
    told: set[int] = set()
    for _ in range(KILLS):
        told |= write_and_kill(path, dice.randint(1, 8), dice.random() * 0.05)
        await look_at(path, told)
    assert len(told) >= KILLS


async def look_at(path: Path, told: set[int]) -> None:
    store = await open_store(path, KEYS)
    assert await check(store) == []
    async with store.transaction() as step:
        cases = {int(case.id[-6:]): case for case in await step.cases(CaseFilter())}
        assert told <= set(cases)
        assert sorted(cases) == list(range(1, len(cases) + 1))
        entries = 0
        for number, case in cases.items():
            reports = await step.reports(case.id)
            notice = await step.notice(a_notice(case).serial)
            second = case.reports == 2
            assert second or number not in told
            assert len(reports) == case.reports
            assert (notice.state is NoticeState.HELD) == second
            assert len(await step.assets(case.id)) == len(await step.observations(case.id)) == 1
            entries += len(reports)
        trail = await step.trail()
    assert verify(trail) == Intact(entries=entries, head=trail[-1].digest)
    await store.close()
