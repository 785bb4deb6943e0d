"""`hostwatch run|worker|console|recheck|demo`."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import ConfigurationProblem, InvalidInput, TemporaryFailure
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from cases.model import Case
    from config.settings import Log
    from console.doors import Doors
    from hostwatch.office import Office


def run(
    context: typer.Context,
    hosts: Annotated[int, typer.Option(min=1, help="Hosts visited at the same time.")] = 16,
    poll: Annotated[
        float, typer.Option(min=0.05, help="Seconds between looks at what is due.")
    ] = 1.0,
) -> None:
    """Work until SIGTERM: visit, compare, trace, draft, send what was approved, re-check."""
    session = session_of(context)
    session.run(_run(session, hosts=hosts, poll_s=poll))


async def _run(session: Session, *, hosts: int, poll_s: float) -> None:
    from console.doors import open_doors
    from hostwatch.app import open_plant
    from hostwatch.worker import alone, stopped_by_signals, work

    async with _manned(session) as office:
        with alone(office.rules.settings, session.data):
            async with (
                stopped_by_signals() as stop,
                open_plant(office, session.practice) as engine,
                open_doors(office, engine) as doors,
            ):
                _tell_doors(session, doors)
                await work(engine, stop, hosts=hosts, poll_s=poll_s)


def worker(
    context: typer.Context,
    hosts: Annotated[int, typer.Option(min=1, help="Hosts visited at the same time.")] = 16,
    poll: Annotated[
        float, typer.Option(min=0.05, help="Seconds between looks at what is due.")
    ] = 1.0,
) -> None:
    """Work until SIGTERM beside other workers on one PostgreSQL; health and metrics, no pages."""
    session = session_of(context)
    session.run(_worker(session, hosts=hosts, poll_s=poll))


async def _worker(session: Session, *, hosts: int, poll_s: float) -> None:
    from console.doors import open_monitor
    from hostwatch.app import open_plant
    from hostwatch.worker import stopped_by_signals, work

    async with _manned(session) as office:
        if office.rules.settings.database.url is None:
            raise ConfigurationProblem(
                "hostwatch.toml: database.url is not set. Several workers need PostgreSQL; on "
                "SQLite use `hostwatch run`."
            )
        async with (
            stopped_by_signals() as stop,
            open_plant(office, session.practice) as engine,
            open_monitor(engine) as address,
        ):
            session.write(f"worker {engine.worker}  monitor {address}")
            session.out.flush()
            await work(engine, stop, hosts=hosts, poll_s=poll_s)


def console(context: typer.Context) -> None:
    """Serve the staff's and the providers' pages until SIGTERM, and nothing else."""
    session = session_of(context)
    session.run(_console(session))


async def _console(session: Session) -> None:
    from console.doors import open_doors
    from hostwatch.worker import stopped_by_signals

    async with (
        _manned(session) as office,
        stopped_by_signals() as stop,
        open_doors(office) as doors,
    ):
        _tell_doors(session, doors)
        await stop.wait()


@asynccontextmanager
async def _manned(session: Session) -> AsyncIterator[Office]:
    """Open the office for an actor who may run it, under a mandate, with the log going."""
    from hostwatch.mandate import check_mandate
    from hostwatch.operations.people import identify
    from hostwatch.permissions import Action, require

    async with session.office() as office:
        actor = await identify(
            office.store, name=session.account or session.login, login=session.login
        )
        require(actor, Action.RUN)
        check_mandate(office.rules, session.practice, office.clock)
        _start_log(office.rules.settings.log)
        yield office


def _tell_doors(session: Session, doors: Doors) -> None:
    session.write(f"console {doors.console_url}  answers {doors.answers_url}")
    session.out.flush()


def _start_log(log: Log) -> None:
    """Raise `ConfigurationProblem` where the log file cannot be written."""
    from config.logging import configure_logging

    try:
        configure_logging(log)
    except OSError as problem:
        raise ConfigurationProblem(
            f"{log.file}: the file that log.file names cannot be written ({problem.strerror})."
        ) from None


def recheck(
    context: typer.Context,
    due: Annotated[bool, typer.Option("--due", help="Everything that is due now.")] = False,
    case_id: Annotated[list[str] | None, typer.Option("--case")] = None,
) -> None:
    """Re-check in the foreground, or hand it to the worker that runs on this data directory."""
    if due == bool(case_id):
        raise InvalidInput("Name --due, or one or more --case; not both.")
    session = session_of(context)
    session.run(_recheck(session, set(case_id or ())))


async def _recheck(session: Session, case_ids: set[str]) -> None:
    from hostwatch.app import open_plant
    from hostwatch.mandate import check_mandate
    from hostwatch.operations import cases as operations
    from hostwatch.operations.people import identify, paused
    from hostwatch.permissions import Action, require
    from hostwatch.worker import only_worker, work_off

    async with session.office() as office:
        actor = await identify(
            office.store, name=session.account or session.login, login=session.login
        )
        require(actor, Action.CASE_RECHECK)
        check_mandate(office.rules, session.practice, office.clock)
        if await paused(office.store, "fetching"):
            raise TemporaryFailure("Fetching is paused; resume it: hostwatch resume --fetching.")
        _start_log(office.rules.settings.log)
        if case_ids:
            await operations.make_due(office.desk(actor), sorted(case_ids))
        with ExitStack() as lock:
            try:
                lock.enter_context(only_worker(session.data))
            except TemporaryFailure:
                session.write("A worker runs on this data directory and takes what is due.")
                return
            async with open_plant(office, session.practice) as engine:
                count = await work_off(engine, case_ids or None)
        async with office.store.reading() as tx:
            changed = [await tx.case(one) for one in sorted(case_ids)]
        _tell(session, count, changed)


def _tell(session: Session, count: int, changed: list[Case]) -> None:
    session.write(f"{count} cases looked at")
    for case in changed:
        rule = f" ({case.verdict_rule})" if case.verdict_rule else ""
        session.write(f"{case.id}: {case.stage.value}, {case.verdict.value}{rule}")


def demo(
    context: typer.Context,
    report: Annotated[Path | None, typer.Option(help="Write the outcome as JSON.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the data directory here.")] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Benign pictures to use instead of generated ones.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Run the whole main job against a practice web on this machine; at most 90 seconds."""
    try:
        from console.demo import run_demo
    except ModuleNotFoundError as missing:
        raise InvalidInput(
            f"The demo needs the practice web's packages ({missing.name} is missing): "
            "install hostwatch with its extra, '.[sandbox]'."
        ) from None
    _check_targets(report, keep, pictures)
    session = session_of(context)
    with _terminated_like_interrupted():
        code = asyncio.run(
            run_demo(
                report=report,
                keep=keep,
                pictures=pictures,
                seed=seed,
                program=session.program,
                out=session.out,
                err=session.err,
            )
        )
    if code:
        raise typer.Exit(code)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end the demo as Control-C does, so that it cleans up behind itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Jobs in the background of a script begin so; then nothing could end the demo tidily.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_targets(report: Path | None, keep: Path | None, pictures: Path | None) -> None:
    """Refuse before the run what would only fail after it."""
    if report is not None and (report.is_dir() or not report.absolute().parent.is_dir()):
        raise InvalidInput(f"--report {report}: name a file in a directory that exists.")
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise InvalidInput(f"--keep {keep}: name a new or empty directory.")
    if pictures is not None and not pictures.is_dir():
        raise InvalidInput(f"--pictures {pictures}: is not a directory.")
