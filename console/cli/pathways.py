"""`hostwatch case pathway`: the recipe that shows the content."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cases.errors import InvalidInput
from console.cli.session import session_of


def pathway(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    file: Annotated[
        Path | None, typer.Option(help="Recipe as TOML; - reads standard input.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the recipe away.")] = False,
) -> None:
    """Write down the steps, cookies, headers and passwords that show the content of a case."""
    from hostwatch.intake.recipe import LONGEST
    from hostwatch.operations import pathways

    if (file is not None) + clear != 1:
        raise InvalidInput("Name --file with a recipe, or --clear; one of them.")
    session = session_of(context)
    text = _read(file, LONGEST) if file is not None else ""

    async def work() -> str:
        async with session.desk() as desk:
            if clear:
                await pathways.clear(desk, case_id)
                return f"{case_id}: its recipe is taken away; it is visited directly"
            case = await pathways.write(desk, case_id, text)
            steps = len(case.pathway.steps)
            return f"{case_id}: recipe with {steps} step(s) written down; the next visit tries it"

    session.write(session.run(work()))


def _read(file: Path, longest: int) -> str:
    """Read a recipe from a file or from standard input. Raises `InvalidInput`."""
    try:
        with sys.stdin.buffer if file == Path("-") else file.open("rb") as source:
            raw = source.read(longest + 1)
        text = raw.decode("utf-8")
    except OSError as problem:
        raise InvalidInput(f"{file} cannot be read ({problem.strerror}).") from None
    except UnicodeDecodeError:
        raise InvalidInput("The recipe is not UTF-8 text.") from None
    if len(raw) > longest:
        raise InvalidInput(f"The recipe is larger than {longest // 1024} KiB.")
    return text
