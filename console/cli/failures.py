"""Every way in which a command fails, as one sentence on standard error and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from cases.errors import HostwatchError, InvalidInput
from hostwatch.faults import place_of

INTERNAL = 70
"""EX_SOFTWARE of sysexits.h."""
REFUSED_BY_SYSTEM = 74
"""EX_IOERR."""
INTERRUPTED = 130


def tell(problem: BaseException, err: TextIO) -> int:
    """Say what went wrong and return the exit code."""
    known = next(_known(problem), None)
    if known is not None:
        say(str(known), err)
        return known.exit_code
    if callable(getattr(problem, "format_message", None)):
        return _misunderstood(problem, err)
    if isinstance(problem, OSError):
        say(f"the system refused: {problem.strerror or type(problem).__name__}.", err)
        return REFUSED_BY_SYSTEM
    if isinstance(problem, UnicodeEncodeError):
        say("what was typed is not valid UTF-8 text.", err)
        return InvalidInput.exit_code
    say(
        f"internal fault ({type(problem).__name__} in {place_of(problem)}). "
        "Nothing that was accepted is lost; please report this line.",
        err,
    )
    return INTERNAL


def interrupted(err: TextIO) -> int:
    """Say that a person stopped the command."""
    say("interrupted; nothing that was accepted is lost.", err)
    return INTERRUPTED


def say(text: str, err: TextIO) -> None:
    """Print a sentence in which nothing that was typed or read can steer the terminal."""
    from console.output.text import plain

    lines = "\n".join(plain(line) for line in text.split("\n"))
    print(f"hostwatch: {lines}", file=err)


def _known(problem: BaseException) -> Iterator[HostwatchError]:
    """Find the error that is meant for a user, also among those of several tasks."""
    if isinstance(problem, HostwatchError):
        yield problem
    elif isinstance(problem, BaseExceptionGroup):
        for one in problem.exceptions:
            yield from _known(one)


def _misunderstood(problem: object, err: TextIO) -> int:
    """Tell a mistake on the command line, or print the help that was asked for by giving none."""
    message = str(getattr(problem, "format_message")())  # noqa: B009 - Typer's class is private
    if message.startswith("Usage:"):
        print(message, file=err)
    else:
        path = getattr(getattr(problem, "ctx", None), "command_path", "hostwatch")
        say(f"{message.rstrip('.')}. See `{path} --help`.", err)
    return int(getattr(problem, "exit_code", 2))
