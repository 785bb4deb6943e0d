"""`hostwatch hosting`: who serves the assets of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.session import session_of

if TYPE_CHECKING:
    from hostwatch.operations.hosting import Traced


def hosting(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    text: Annotated[
        bool, typer.Option("--text", help="A text by which a partner can redo the trace.")
    ] = False,
    reveal: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Show locations; the reason goes into the trail."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show who serves each asset: parties, countries, contacts, evidence, what changed."""
    from console.output import print_json
    from console.output.hosting import print_hosting, trace_value
    from console.output.retrace import retrace_lines
    from hostwatch.operations import hosting as operations

    session = session_of(context)

    async def work() -> tuple[Traced, ...]:
        async with session.desk() as desk:
            return await operations.traces(desk, case_id, reason=reveal)

    values = [trace_value(one, revealed=reveal is not None) for one in session.run(work())]
    if as_json:
        print_json({"case": case_id, "traces": values}, file=session.out)
        return
    for value in values:
        if text:
            for line in retrace_lines(value):
                session.write(line)
        else:
            print_hosting(value, file=session.out)
