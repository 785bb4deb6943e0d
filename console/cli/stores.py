"""`hostwatch migrate|move-store`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from console.cli.session import session_of


def migrate(
    context: typer.Context,
    stopped: Annotated[
        bool, typer.Option("--stopped", help="No worker runs, though one seems to be alive.")
    ] = False,
) -> None:
    """Bring the database's schema up to date; make a backup and stop the workers first."""
    from hostwatch.office import read_rules
    from hostwatch.operations.stores import migrate as upgrade

    session = session_of(context)
    rules = read_rules(session.data, os.environ, allow_practice=session.practice is not None)
    revision = session.run(upgrade(rules, stopped=stopped))
    session.write(f"The database stands at schema revision {revision}.")


def move_store(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Move the SQLite file into the PostgreSQL database that `[database]` names, and prove it."""
    from console.output import print_json, print_table
    from hostwatch.office import read_rules
    from hostwatch.operations.stores import move

    session = session_of(context)
    rules = read_rules(session.data, os.environ, allow_practice=session.practice is not None)
    who = session.account or session.login
    sums = session.run(move(rules, account=who, login=session.login))
    rows: list[dict[str, object]] = [
        {"table": name, "rows": found.rows, "sha256": found.digest} for name, found in sums.items()
    ]
    if as_json:
        print_json(rows, file=session.out)
        return
    print_table(rows, columns=("table", "rows", "sha256"), title="moved", file=session.out)
    session.write(
        f"Every row was read back and is the same. {rules.settings.paths.database} is as it was: "
        "keep it as a backup until the first sealed backup of PostgreSQL is made, then delete it."
    )
