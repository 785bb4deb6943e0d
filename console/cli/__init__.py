"""
The command line.

`main` is the program; `run_command` is the same program for the demo and the tests, which hand
it a practice network and a place to print. Rooms are imported inside the commands, so that the
small ones start at once.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import typer

from cases.errors import HostwatchError
from console.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.fetch.practice import PracticeNetwork

INTERNAL = 70
"""EX_SOFTWARE of sysexits.h."""
INTERRUPTED = 130


def main() -> None:
    """Run `hostwatch` with the arguments of the process."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(
    arguments: Sequence[str],
    *,
    practice: PracticeNetwork | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run one command line and return its exit code; every failure is one sentence on `err`."""
    from console.cli.commands import app

    session = Session(
        practice=practice, program=run_command, out=out or sys.stdout, err=err or sys.stderr
    )
    command = typer.main.get_command(app)
    try:
        result = command.main(
            list(arguments), prog_name="hostwatch", standalone_mode=False, obj=session
        )
    except HostwatchError as problem:
        print(f"hostwatch: {problem}", file=session.err)
        return problem.exit_code
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print("hostwatch: interrupted; nothing that was accepted is lost.", file=session.err)
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as problem:  # noqa: BLE001 - the last door: a sentence instead of a traceback
        return _unexpected(problem, session.err)
    return result if isinstance(result, int) else 0


def _unexpected(problem: Exception, err: TextIO) -> int:
    show = getattr(problem, "show", None)
    if callable(show):
        show(file=err)
        return int(getattr(problem, "exit_code", 2))
    if isinstance(problem, OSError):
        print(f"hostwatch: the system refused: {problem.strerror}.", file=err)
        return 74
    # The text of an unexpected error may quote an answer or a location, so only its place is told.
    print(
        f"hostwatch: internal fault ({type(problem).__name__} in {_place(problem)}). "
        "Nothing that was accepted is lost; please report this line.",
        file=err,
    )
    return INTERNAL


def _place(problem: Exception) -> str:
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
