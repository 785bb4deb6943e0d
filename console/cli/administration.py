"""`hostwatch init|doctor|check|pause|resume|account`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cases.errors import InvalidInput, PermanentFailure
from cases.model import Account, Role
from console.cli.session import Session, session_of

accounts = typer.Typer(no_args_is_help=True)


def init(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="New or empty directory for this hotline.")],
    administrator: Annotated[
        str | None, typer.Option(help="First account; default: your login.")
    ] = None,
) -> None:
    """Write a commented configuration, make the key and the database; refuses to overwrite."""
    session = session_of(context)
    session.data = directory
    name = administrator or session.account or session.login
    written = session.run(_init(session, directory, name))
    for path in written:
        session.write(f"wrote {path.absolute()}")
    session.write(
        f"Account {name!r} is administrator. Next: fill in [mandate], [hotline], [mail] in "
        f"{directory / 'hostwatch.toml'}, keep a copy of the key apart, then:\n"
        f"  hostwatch --data {directory} account add NAME --role analyst\n"
        f"  hostwatch --data {directory} doctor"
    )


async def _init(session: Session, directory: Path, name: str) -> list[Path]:
    from hostwatch.initialise import initialise

    return await initialise(directory, administrator=name, environ=os.environ, login=session.login)


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Check mandate, key, database, clock, names, egress, isolation, lists, mail, disk, swap."""
    from console.output import print_json, print_table
    from hostwatch.desk import SystemClock
    from hostwatch.doctor import examine
    from hostwatch.office import read_rules

    session = session_of(context)
    rules = read_rules(session.data, os.environ)
    findings = session.run(examine(rules, SystemClock().now()))
    rows: list[dict[str, object]] = [
        {"check": one.check, "state": one.state, "says": one.sentence} for one in findings
    ]
    if as_json:
        print_json(rows, file=session.out)
    else:
        print_table(rows, columns=("check", "state", "says"), title="doctor", file=session.out)
    if any(one.state == "problem" for one in findings):
        raise typer.Exit(1)


def check(context: typer.Context) -> None:
    """Check the invariants: audit chain intact, nothing sent twice, nothing lost."""
    from cases.invariants import check as violated
    from hostwatch.operations.audit import attested
    from hostwatch.permissions import Action

    session = session_of(context)

    async def work() -> list[str]:
        async with session.desk() as desk:
            desk.require(Action.CASE_READ)
            return await violated(desk.store, now=desk.now(), **attested(desk.settings))

    found = session.run(work())
    for sentence in found:
        session.write(sentence)
    if found:
        raise PermanentFailure(f"{len(found)} invariants are violated; do not send until settled.")
    session.write("All invariants hold.")


def partner_key(context: typer.Context) -> None:
    """Print the public key that partner hotlines verify our bundles with, as a JWK."""
    from console.output import print_json
    from hostwatch.office import read_rules
    from notices.partners.bundle import KEY_FILE, load_signer

    session = session_of(context)
    rules = read_rules(session.data, os.environ)
    signer = load_signer(rules.settings.paths.key_file.parent / KEY_FILE)
    print_json(signer.public_jwk(), file=session.out)


def pause(
    context: typer.Context,
    fetching: Annotated[bool, typer.Option("--fetching")] = False,
    sending: Annotated[bool, typer.Option("--sending")] = False,
) -> None:
    """Stop fetching, sending or both at once."""
    _switch(context, fetching=fetching, sending=sending, paused=True)


def resume(
    context: typer.Context,
    fetching: Annotated[bool, typer.Option("--fetching")] = False,
    sending: Annotated[bool, typer.Option("--sending")] = False,
) -> None:
    """Take fetching, sending or both up again."""
    _switch(context, fetching=fetching, sending=sending, paused=False)


def _switch(context: typer.Context, *, fetching: bool, sending: bool, paused: bool) -> None:
    from hostwatch.operations import people

    if not fetching and not sending:
        raise InvalidInput("Name what: --fetching, --sending or both.")
    session = session_of(context)

    async def work() -> None:
        async with session.desk() as desk:
            if fetching:
                await people.pause(desk, "fetching", paused=paused)
            if sending:
                await people.pause(desk, "sending", paused=paused)

    session.run(work())
    what = " and ".join(
        name for name, chosen in (("fetching", fetching), ("sending", sending)) if chosen
    )
    session.write(f"{what} {'paused' if paused else 'resumed'}")


@accounts.command("add")
def add_account(
    context: typer.Context,
    name: str,
    role: Annotated[Role, typer.Option()],
) -> None:
    """Add an account, or change its role."""
    from hostwatch.operations import people

    session = session_of(context)

    async def work() -> Account:
        async with session.desk() as desk:
            return await people.add_account(desk, name, role)

    account = session.run(work())
    session.write(f"{account.name} is {account.role.value}")


@accounts.command("list")
def list_accounts(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """List accounts and roles."""
    from console.output import print_json, print_table
    from hostwatch.operations import people

    session = session_of(context)

    async def work() -> list[Account]:
        async with session.desk() as desk:
            return await people.accounts(desk)

    rows: list[dict[str, object]] = [
        {"account": one.name, "role": one.role.value, "active": one.active}
        for one in session.run(work())
    ]
    if as_json:
        print_json(rows, file=session.out)
    else:
        print_table(rows, columns=("account", "role", "active"), title="accounts", file=session.out)
