"""
The command line.

`main` is the program; `run_command` is the same program for the demo and the tests, which hand
it a practice network and a place to print. Rooms are imported inside the commands, so that the
small ones start at once.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, TextIO

import typer

from console.cli import failures
from console.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.fetch.practice import PracticeNetwork


def main() -> None:
    """Run `hostwatch` with the arguments of the process."""
    sys.exit(run_command(sys.argv[1:]))


@functools.cache
def _command() -> Any:
    """Build the tree of commands once; it holds no state of a run."""
    from console.cli.commands import app

    return typer.main.get_command(app)


def run_command(
    arguments: Sequence[str],
    *,
    practice: PracticeNetwork | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run one command line and return its exit code; every failure is one sentence on `err`."""
    session = Session(
        practice=practice, program=run_command, out=out or sys.stdout, err=err or sys.stderr
    )
    try:
        result = _command().main(
            list(arguments), prog_name="hostwatch", standalone_mode=False, obj=session
        )
    except typer.Exit as done:
        result = done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        result = failures.INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as problem:  # noqa: BLE001 - the last door: a sentence instead of a traceback
        return failures.tell(problem, session.err)
    if result == failures.INTERRUPTED:
        return failures.interrupted(session.err)
    return result if isinstance(result, int) else 0
