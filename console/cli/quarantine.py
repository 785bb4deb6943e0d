"""`hostwatch hashlist quarantine list|release`: signals that suddenly matched everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli import list_options as said
from console.cli.list_output import say
from console.cli.session import session_of

quarantine = typer.Typer(no_args_is_help=True)


@quarantine.command("list")
def list_quarantine(context: typer.Context, as_json: said.Json = False) -> None:
    """List the signals that were set aside."""
    from console.output import print_json, print_table
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            return [
                {
                    "signal": one.key,
                    "list": one.hash_list,
                    "type": one.signal_type,
                    "since": f"{one.since:%Y-%m-%dT%H:%M:%SZ}",
                    "hosts": one.hosts,
                }
                for one in await operations.quarantined(desk)
            ]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        columns = ("signal", "list", "type", "since", "hosts")
        print_table(rows, columns=columns, title="quarantine", file=session.out)


@quarantine.command("release")
def release(
    context: typer.Context,
    signal: Annotated[str, typer.Argument(metavar="SIGNAL")],
    as_json: said.Json = False,
) -> None:
    """Let a signal match again, once a person has looked at it."""
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> None:
        async with session.desk() as desk:
            await operations.release(desk, signal)

    session.run(work())
    say(session, {"released": signal}, f"{signal} may match again", as_json=as_json)
