"""`hostwatch case erase`: one person asks, a manager confirms."""

from __future__ import annotations

from typing import Annotated

import typer

from cases.errors import InvalidInput
from console.cli.session import session_of


def erase(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    reason: Annotated[str | None, typer.Option(help="Ask for the erasure, and say why.")] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Erase what somebody else asked to erase.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the request back.")] = False,
) -> None:
    """Destroy the key of a closed case for ever: one person asks, another manager confirms."""
    from hostwatch.operations import erasing

    if (reason is not None) + confirm + cancel != 1:
        raise InvalidInput("Name --reason to ask, --confirm to erase, or --cancel; one of them.")
    session = session_of(context)

    async def work() -> str:
        async with session.desk() as desk:
            if reason is not None:
                asked = await erasing.request(desk, case_id, reason)
                return f"{case_id}: {asked.by} asks for its erasure; a manager confirms: --confirm"
            if cancel:
                await erasing.take_back(desk, case_id)
                return f"{case_id}: the request was taken back"
            asked = await erasing.confirm(desk, case_id)
            return f"{case_id} is erased, as {asked.by} asked: nothing of it can be read any more"

    session.write(session.run(work()))
