"""`hostwatch hashlist`: import and update lists, look into them, activate, withdraw, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from console.cli import list_options as said
from console.cli import quarantine, referrals
from console.cli.list_import import import_list
from console.cli.list_output import (
    LIST_COLUMNS,
    entry_row,
    list_row,
    manifest_text,
    manifest_value,
    print_report,
    say,
)
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from matchers.hashlist.manifest import Manifest
    from matchers.hashlist.publish import ImportReport

hashlists = typer.Typer(no_args_is_help=True)
hashlists.command("import")(import_list)
hashlists.add_typer(quarantine.quarantine, name="quarantine", help="Signals that match everywhere.")


@hashlists.command("update")
def update(
    context: typer.Context,
    name: said.Name,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything anew.")] = False,
    as_json: said.Json = False,
) -> None:
    """Bring a list of the configuration up to date from its source."""
    import ssl

    from console.output import progress
    from hostwatch.operations import feeding

    session = session_of(context)
    practice = session.practice
    tls = None if practice is None else ssl.create_default_context(cadata=practice.ca_pem)

    async def work() -> ImportReport:
        async with session.desk() as desk:
            with progress(total=None, label=name, file=session.err) as advance:
                return await feeding.update(
                    desk, name, full=full, tls=tls, progress=said.absolute(advance)
                )

    print_report(session, session.run(work()), live=True, as_json=as_json)


@hashlists.command("list")
def list_hash_lists(context: typer.Context, as_json: said.Json = False) -> None:
    """List all versions of all hash lists."""
    from console.output import print_json, print_table
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            return [list_row(one) for one in await operations.listing(desk)]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        print_table(rows, columns=LIST_COLUMNS, title="hash lists", file=session.out)


@hashlists.command("show")
def show(
    context: typer.Context,
    name: said.Name,
    version: Annotated[str | None, typer.Option(help="Default: the active one.")] = None,
    as_json: said.Json = False,
) -> None:
    """Show where a version comes from, what it holds and what was left out."""
    from console.output import print_json, print_pairs
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> dict[str, object]:
        async with session.desk() as desk:
            return manifest_value(await operations.show(desk, name, version))

    value = session.run(work())
    if as_json:
        print_json(value, file=session.out)
    else:
        print_pairs(manifest_text(value), title=f"hash list {name}", file=session.out)


@hashlists.command("verify")
def verify(context: typer.Context, name: said.Name, as_json: said.Json = False) -> None:
    """Compare the files of the active version with its manifest, and look its canaries up."""
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> Manifest:
        async with session.desk() as desk:
            return await operations.verify(desk, name)

    _tell(session, session.run(work()), "is as it was made", as_json=as_json)


@hashlists.command("activate")
def activate(
    context: typer.Context,
    name: said.Name,
    version: Annotated[str | None, typer.Option(help="Version to make active.")] = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="Assessed self-referrals to put into force.")
    ] = None,
    as_json: said.Json = False,
) -> None:
    """Make a version active, or put assessed self-referrals of a service into force."""
    from hostwatch.operations import hashlists as operations

    session = session_of(context)
    if (version is None) == (not reference):
        raise InvalidInput("Name either --version, or --reference of assessed self-referrals.")
    if version is None:
        referrals.activate(session, name, tuple(reference or ()), as_json=as_json)
        return

    async def work() -> Manifest:
        async with session.desk() as desk:
            return await operations.activate(desk, name, version)

    _tell(session, session.run(work()), "is active", as_json=as_json)


@hashlists.command("rollback")
def rollback(context: typer.Context, name: said.Name, as_json: said.Json = False) -> None:
    """Make the version before the active one active."""
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> Manifest:
        async with session.desk() as desk:
            return await operations.rollback(desk, name)

    _tell(session, session.run(work()), "is active", as_json=as_json)


@hashlists.command("remove")
def remove(context: typer.Context, name: said.Name, as_json: said.Json = False) -> None:
    """Remove a list with all its versions."""
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> int:
        async with session.desk() as desk:
            return await operations.remove(desk, name)

    count = session.run(work())
    said_so = f"{name} is removed, {count} versions"
    say(session, {"list": name, "versions": count}, said_so, as_json=as_json)


@hashlists.command("explain")
def explain(
    context: typer.Context,
    digest: Annotated[str, typer.Argument(metavar="DIGEST")],
    as_json: said.Json = False,
) -> None:
    """Say what every list says of exactly this digest, in force or not."""
    from console.output import print_json, print_table
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            return [entry_row(one) for one in await operations.explain(desk, digest)]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    elif not rows:
        session.write("no list holds it")
    else:
        print_table(rows, columns=tuple(rows[0]), title="entries", file=session.out)


@hashlists.command("withdraw")
def withdraw(
    context: typer.Context,
    name: said.Name,
    reference: said.Reference,
    as_json: said.Json = False,
) -> None:
    """Withdraw what is listed under a reference everywhere: lists, cases, notices."""
    from hostwatch.operations import withdrawing

    session = session_of(context)

    async def work() -> withdrawing.Withdrawn:
        async with session.desk() as desk:
            return await withdrawing.withdraw(desk, name, reference)

    done = session.run(work())
    value = {"entries": done.entries, "cases": list(done.cases), "drafted": list(done.drafted)}
    text = f"{done.entries} entries withdrawn"
    for case_id in done.cases:
        text += f"\n{case_id} waits for an analyst"
    for serial in done.drafted:
        text += f"\n{serial} waits for approval"
    say(session, value, text, as_json=as_json)


def _tell(session: Session, manifest: Manifest, what: str, *, as_json: bool) -> None:
    value = {"list": manifest.name, "version": manifest.version, "entries": manifest.total}
    say(session, value, f"{manifest.name} version {manifest.version} {what}", as_json=as_json)


referrals.add_commands(hashlists)
