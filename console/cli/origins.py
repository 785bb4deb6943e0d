"""`hostwatch case origin`: where content stands behind a front."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from console.cli.session import session_of

if TYPE_CHECKING:
    from cases.model import Case

_LONGEST = 4096


class Teller(StrEnum):
    """Who told it."""

    FRONT = "front"
    PROVIDER = "provider"
    POLICE = "police"
    PARTNER = "partner"


def origin(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    source: Annotated[Teller, typer.Option(help="Who told it.")],
    reference: Annotated[str, typer.Option(help="Number of the answer that tells it.")],
    asset: Annotated[
        str | None, typer.Option(help="Whose host it is, where several hosts are masked.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Record the addresses of the server behind a front, read from standard input, one a line."""
    from console.output import case_row, print_json
    from hostwatch.desk import SystemClock
    from hostwatch.operations import origins

    session = session_of(context)
    told = origins.Told(
        addresses=_addresses(), source=source.value, reference=reference, asset_id=asset
    )

    async def work() -> Case:
        async with session.desk() as desk:
            return await origins.record(desk, case_id, told)

    changed = session.run(work())
    if as_json:
        print_json(case_row(changed, now=SystemClock().now()), file=session.out)
    else:
        session.write(f"{changed.id}: origin recorded; the worker traces it next")


def _addresses() -> tuple[str, ...]:
    text = sys.stdin.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise InvalidInput("Standard input holds more than a few addresses; give one a line.")
    return tuple(line.strip() for line in text.splitlines() if line.strip())
