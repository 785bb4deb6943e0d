"""The demo's course: set up, report, work, decide as staff would, and show how it ended."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from cases.model import NoticeState
from cases.ports import CaseFilter, NoticeFilter
from console.demo.ending import Ending, collect, is_settled, print_ending, report_value
from console.demo.setting import ADMINISTRATOR, ANALYST, MANAGER, free_port, lay_out
from console.demo.stage import DemoFailure, Program, Stage
from console.output import progress
from hostwatch.engine import Engine
from sandbox.client import Sandbox
from sandbox.policy import practice_clock

_LEAST_S = 26.0
"""Long enough that a rule that jumps to conclusions would have jumped."""
_MOST_S = 75.0
_TURN_S = 0.5
BAD_LINES = 65
"""Exit code of an import that refused a line; the practice file holds some."""


async def run_demo(
    *,
    report: Path | None,
    keep: Path | None,
    pictures: Path | None,
    seed: int,
    program: Program,
    out: TextIO,
    err: TextIO,
) -> int:
    """Run the demo; return 0 if every case ended where it should, else 1."""
    with TemporaryDirectory(prefix="hostwatch-demo-") as scratch:
        place = Path(scratch)
        async with await Sandbox.start(workdir=place, seed=seed, pictures=pictures) as sandbox:
            stage = Stage(
                directory=place / "data", sandbox=sandbox, program=program, out=out, err=err
            )
            try:
                ending = await _play(stage, place)
            except DemoFailure as problem:
                print(f"hostwatch: the demo stopped: {problem}", file=err)
                return 1
        if report is not None:
            _write_report(report, ending)
        if keep is not None:
            shutil.copytree(stage.directory, keep, dirs_exist_ok=True)
            print(f"The data directory is kept in {keep}.", file=err)
        print_ending(ending, out)
    return 0 if ending.as_expected else 1


def _write_report(path: Path, ending: Ending) -> None:
    path.write_text(json.dumps(report_value(ending), indent=2) + "\n", encoding="utf-8")


async def _play(stage: Stage, place: Path) -> Ending:
    description = stage.sandbox.description
    clock = practice_clock(description.scale)
    print(f"{len(description.expectations)} reports; {clock}", file=stage.out)
    files = place / "practice"
    await _set_up(stage, files)
    async with _worker(stage) as engine:
        await stage.command(
            ANALYST, "report", "import", str(files / "reports.csv"), allowed=(0, BAD_LINES)
        )
        await _work(stage, engine)
        await _last_look(stage)
        return await collect(stage, engine)


async def _set_up(stage: Stage, files: Path) -> None:
    """Set up as a hotline would: init, configure, accounts, lists, tables."""
    with progress(9, "setting up", file=stage.err) as advance:
        await stage.command(ADMINISTRATOR, "init", str(stage.directory))
        lay_out(stage.directory, files, stage.sandbox.description, answers_port=free_port())
        advance(1)
        for account, role in ((ANALYST, "analyst"), (MANAGER, "manager")):
            await stage.command(ADMINISTRATOR, "account", "add", account, "--role", role)
            advance(1)
        for name, source in (("practice", "hashlist.csv"), ("practice-pdq", "hashlist-pdq.txt")):
            await stage.command(
                MANAGER, "hashlist", "import", str(files / source), "--name", name,
                "--tier", "baseline", "--classification", "interpol:baseline",
            )  # fmt: skip
            advance(1)
        await _import_ranges(stage, files, advance)


async def _import_ranges(stage: Stage, files: Path, advance: Callable[[int], None]) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    for kind, source in (
        ("asn", "ranges/asn.csv"),
        ("country", "ranges/country-one.csv"),
        ("country", "ranges/country-two.csv"),
        ("front", "fronts.csv"),
    ):
        name = Path(source).stem
        await stage.command(
            MANAGER, "ranges", "import", str(files / source), "--kind", kind, "--name", name,
            "--build-date", today, "--licence", "practice",
        )  # fmt: skip
        advance(1)
    for kind in ("ipv4", "asn", "dns"):
        await stage.command(
            MANAGER, "ranges", "import", str(files / "rdap" / f"{kind}.json"),
            "--kind", f"rdap-{kind}",
        )  # fmt: skip


@asynccontextmanager
async def _worker(stage: Stage) -> AsyncIterator[Engine]:
    """Run the worker and the answers page in this process, which is the core."""
    from config.logging import configure_logging
    from console.doors import open_doors
    from hostwatch.app import open_plant
    from hostwatch.office import open_office, read_rules
    from hostwatch.worker import only_worker, work

    rules = read_rules(stage.directory, {}, allow_practice=True)
    configure_logging(rules.settings.log)
    stop = asyncio.Event()
    async with open_office(rules) as office:
        with only_worker(stage.directory):
            async with (
                open_plant(office, stage.sandbox.description.network) as engine,
                open_doors(office, engine),
            ):
                task = asyncio.create_task(work(engine, stop, poll_s=0.2))
                try:
                    yield engine
                finally:
                    stop.set()
                    await task


async def _work(stage: Stage, engine: Engine) -> None:
    """Act as the staff while the worker works, until everything is where it should be."""
    cases = len(stage.sandbox.description.expectations)
    settled = 0
    with progress(cases, "reports settled", file=stage.err) as advance:
        while stage.seconds < _MOST_S:
            await _decide(stage, engine)
            now = await is_settled(stage, engine)
            advance(max(0, now - settled))
            settled = max(settled, now)
            if now >= cases and stage.seconds >= _LEAST_S and await _stands_still(stage, engine):
                return
            await asyncio.sleep(_TURN_S)


async def _stands_still(stage: Stage, engine: Engine) -> bool:
    """Stop the worker by its switches and see whether the end is an end, not a moment."""
    await stage.command(MANAGER, "pause", "--fetching", "--sending")
    await asyncio.sleep(_TURN_S)
    if await is_settled(stage, engine) >= len(stage.sandbox.description.expectations):
        return True
    await stage.command(MANAGER, "resume", "--fetching", "--sending")
    return False


async def _decide(stage: Stage, engine: Engine) -> None:
    async with engine.store.reading() as tx:
        waiting = await tx.cases(CaseFilter(needs_analyst=True))
        drafts = await tx.notices(NoticeFilter(states=(NoticeState.DRAFTED,)))
    for case in waiting:
        if case.needs == "possible_match":
            await stage.command(
                ANALYST, "case", "assess", case.id, "--classification", "interpol:baseline",
                "--law", "Practice Criminal Code, article 240b", "--second-assessor", MANAGER,
            )  # fmt: skip
    if drafts:
        await stage.command(ANALYST, "notices", "approve", "--all")


async def _last_look(stage: Stage) -> None:
    """Read the lists as staff would; a table that cannot be printed fails the demo."""
    await stage.command(ANALYST, "cases", "list")
    await stage.command(ANALYST, "notices", "list")
