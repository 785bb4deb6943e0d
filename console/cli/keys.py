"""`hostwatch keys status|rotate|retire|verify|fingerprint|check-copy`."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cases.errors import InvalidInput, KeyProblem
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from hostwatch.desk import Desk

keys = typer.Typer(no_args_is_help=True)
_Result = TypeVar("_Result")


def _at_desk(session: Session, work: Callable[[Desk], Awaitable[_Result]]) -> _Result:
    async def seated() -> _Result:
        async with session.desk() as desk:
            return await work(desk)

    return session.run(seated())


@keys.command("status")
def status(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Show the master keys by id, and how many keys each of them wraps."""
    from console.output import print_json, print_table
    from hostwatch.operations import keys as operations

    session = session_of(context)
    rows: list[dict[str, object]] = [
        {
            "id": one.key_id,
            "in file": one.in_file,
            "current": one.current,
            "wraps": one.wrapped,
        }
        for one in _at_desk(session, operations.status)
    ]
    if as_json:
        print_json(rows, file=session.out)
    else:
        columns = ("id", "in file", "current", "wraps")
        print_table(rows, columns=columns, title="master keys", file=session.out)


@keys.command("rotate")
def rotate(
    context: typer.Context,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only add the new key to the file, for many machines.")
    ] = False,
    reindex: Annotated[
        bool, typer.Option("--reindex", help="Renew the index key too; stop every process first.")
    ] = False,
) -> None:
    """Make a new master key and wrap all keys by it; goes on where an earlier call ended."""
    from hostwatch.operations import keys as operations

    session = session_of(context)
    if prepare and reindex:
        raise InvalidInput("Name --prepare or --reindex, not both.")
    if prepare:
        key_id = _at_desk(session, operations.prepare)
        session.write(
            f"Master key {key_id} is in the key file and not in use yet. Copy the file to every "
            "machine and renew the escrow copies, then run: hostwatch keys rotate"
        )
        return
    done = _at_desk(session, operations.rotate)
    what = "A new master key was made" if done.made else "An unfinished rotation went on"
    session.write(f"{what}: all keys are wrapped by master key {done.key_id} ({done.wrapped} now).")
    if reindex:
        _reindex(session)
    session.write("Renew the escrow copies now (hostwatch keys check-copy FILE).")


def _reindex(session: Session) -> None:
    from hostwatch.operations import keys as operations
    from hostwatch.worker import only_worker

    with only_worker(session.data):
        renewed = _at_desk(session, operations.reindex)
    session.write(f"The index key is new; {renewed} blind indexes were renewed.")


@keys.command("retire")
def retire(
    context: typer.Context,
    key_id: Annotated[int, typer.Argument(metavar="ID", min=0, max=255)],
) -> None:
    """Take an older master key out of the key file, once nothing hangs on it."""
    from hostwatch.operations import keys as operations

    session = session_of(context)
    _at_desk(session, lambda desk: operations.retire(desk, key_id))
    session.write(
        f"Master key {key_id} is out of the key file. Backups made under it open with its escrow "
        "copy only; destroy that copy when the last of them has expired."
    )


@keys.command("verify")
def verify(
    context: typer.Context,
    sample: Annotated[int, typer.Option(min=1, help="Cases to try, drawn at random.")] = 1000,
) -> None:
    """Open the keys and sealed rows of cases drawn at random."""
    from hostwatch.operations import keys as operations

    session = session_of(context)
    tried, closed = _at_desk(session, lambda desk: operations.verify(desk, sample=sample))
    for sentence in closed[:100]:
        session.write(sentence)
    if closed:
        raise KeyProblem(
            f"{len(closed)} keys or rows do not open: bring the right key file, or restore a "
            "backup if the database was altered."
        )
    session.write(f"{tried} cases tried, everything opens.")


@keys.command("fingerprint")
def fingerprint(context: typer.Context) -> None:
    """Print the check value of each master key: it proves a copy, and does not tell the key."""
    from hostwatch.operations import keys as operations

    session = session_of(context)
    for key_id, value in _at_desk(session, operations.fingerprint).items():
        session.write(f"{key_id}  {value}")


@keys.command("check-copy")
def check_copy(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Copy of the key file; - reads what is typed from paper.")
    ],
) -> None:
    """Compare a copy of the key file with the one in use, without showing either."""
    from hostwatch.operations import keys as operations

    session = session_of(context)
    typed = str(file) == "-"
    text = sys.stdin.read(64 * 1024) if typed else operations.read_copy(file)
    name = "what was typed" if typed else str(file)
    found = _at_desk(session, lambda desk: operations.check_copy(desk, text, name))
    for ids, words in (
        (found.same, "is the same in both"),
        (found.different, "IS ANOTHER KEY in the copy"),
        (found.missing, "is missing in the copy"),
        (found.extra, "stands in the copy only"),
    ):
        for key_id in ids:
            session.write(f"master key {key_id} {words}")
    if not found.complete:
        raise KeyProblem("The copy is not good: make a new one and destroy this one.")
    session.write("The copy is good.")
