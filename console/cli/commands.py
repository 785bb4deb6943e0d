"""The tree of commands. Each file beside this one holds one branch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.cli import (
    administration,
    cases,
    hashlists,
    inspecting,
    notices,
    reports,
    running,
    stores,
)
from console.cli.audit import audit
from console.cli.backup import backup
from console.cli.erasing import erase
from console.cli.hosting import hosting
from console.cli.keys import keys
from console.cli.origins import origin
from console.cli.pathways import pathway
from console.cli.ranges import ranges
from console.cli.session import session_of

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Open-web hosting monitor for child-protection hotlines with a mandate. "
        "Fetches only what was reported, compares digests, keeps no imagery, proves removal."
    ),
)


@app.callback()
def root(
    context: typer.Context,
    data: Annotated[
        Path, typer.Option(help="Data directory made by `hostwatch init`.", envvar="HOSTWATCH_DATA")
    ] = Path(),
    account: Annotated[
        str, typer.Option("--as", help="Account that acts.", envvar="HOSTWATCH_ACTOR")
    ] = "",
) -> None:
    """Take the options that every command shares."""
    session = session_of(context)
    session.data = data
    session.account = account


app.command("init")(administration.init)
app.command("doctor")(administration.doctor)
app.command("check")(administration.check)
app.command("partner-key")(administration.partner_key)
app.command("pause")(administration.pause)
app.command("resume")(administration.resume)
app.command("run")(running.run)
app.command("worker")(running.worker)
app.command("console")(running.console)
app.command("recheck")(running.recheck)
app.command("migrate")(stores.migrate)
app.command("move-store")(stores.move_store)
app.command("demo")(running.demo)
app.add_typer(administration.accounts, name="account", help="Local accounts and their roles.")
app.add_typer(reports.reports, name="report", help="Accept what was reported.")
app.add_typer(cases.cases, name="cases", help="Look at cases; locations stay masked.")
app.add_typer(cases.case, name="case", help="Assess or close one case.")
app.add_typer(notices.notices, name="notices", help="Approve, hold, withdraw, settle notices.")
app.add_typer(hashlists.hashlists, name="hashlist", help="Import, update, look after hash lists.")
app.add_typer(ranges, name="ranges", help="Import offline tables of address ranges.")
cases.case.command("erase")(erase)
cases.case.command("pathway")(pathway)
cases.case.command("origin")(origin)
app.command("hosting")(hosting)
app.add_typer(audit, name="audit", help="Verify, attest and hand out the audit trail.")
app.add_typer(keys, name="keys", help="Rotate, retire and prove the master keys.")
app.add_typer(backup, name="backup", help="Make, verify, restore and try sealed backups.")
app.add_typer(inspecting.inspecting, name="inspect", help="Try one room without data or network.")
