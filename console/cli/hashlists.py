"""`hostwatch hashlist`: import and update lists, look into them, activate, withdraw, remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from console.cli import list_options as said
from console.cli import referrals
from console.cli.cases import parse_classification
from console.cli.list_output import (
    LIST_COLUMNS,
    entry_row,
    list_row,
    manifest_text,
    manifest_value,
    print_report,
)
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from typing import Any

    from hostwatch.operations.hashlists import SignatureFiles
    from matchers.hashlist.manifest import Manifest
    from matchers.hashlist.publish import ImportReport

hashlists = typer.Typer(no_args_is_help=True)
quarantine = typer.Typer(no_args_is_help=True)
hashlists.add_typer(quarantine, name="quarantine", help="Signals that match everywhere.")


@hashlists.command("import")
def import_list(
    context: typer.Context,
    file: said.File,
    name: said.NameOption,
    tier: Annotated[said.TierChoice, typer.Option()] = said.TierChoice.NATIONAL,
    classification: said.Class = None,
    version: Annotated[str | None, typer.Option(help="Default: the time of import.")] = None,
    file_format: said.Format = None,
    column: said.Column = None,
    signal_type: said.SignalType = None,
    match_category: said.MatchCategory = None,
    rows: said.RowsOption = None,
    class_map: said.ClassMap = None,
    negative: Annotated[bool, typer.Option("--negative", help="What must never match.")] = False,
    licence: Annotated[str, typer.Option(help="Agreement that the list is used under.")] = "",
    licence_flag: Annotated[list[str] | None, typer.Option(help="no_onward_sharing, ...")] = None,
    provenance: Annotated[str, typer.Option(help="Who assessed the entries, and how.")] = "",
    producer: Annotated[str, typer.Option(help="What made the PDQ codes.")] = "",
    review_extra: Annotated[int, typer.Option(min=0, max=16, help="Bits of review tier.")] = 0,
    canary: Annotated[list[str] | None, typer.Option(metavar="TYPE:DIGEST")] = None,
    signature: Annotated[Path | None, typer.Option(help="Detached Ed25519 signature.")] = None,
    signer: Annotated[list[Path] | None, typer.Option(help="Public key; several may be.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Make it, activate later.")] = False,
    self_referral: Annotated[
        bool, typer.Option("--self-referral", help="Digests with references, from a service.")
    ] = False,
    as_json: said.Json = False,
) -> None:
    """Import a hash list as a new version; the old one stays for roll-back."""
    from matchers.hashlist.publish import About

    session = session_of(context)
    options = said.parse_options(
        file_format=file_format,
        column=column,
        signal_type=signal_type,
        match_category=match_category,
        rows=rows,
        class_map=class_map,
    )
    if self_referral:
        referrals.import_file(session, file, name=name, options=options, as_json=as_json)
        return
    about = About(
        licence=licence,
        licence_flags=tuple(licence_flag or ()),
        provenance=provenance,
        producer=producer,
        review_extra=review_extra,
        role="negative" if negative else "match",
        canaries=tuple(canary or ()),
    )
    classed = parse_classification(classification) if classification else None
    more: dict[str, Any] = {"version": version, "options": options, "about": about}
    more |= {"name": name, "tier": tier.value, "classification": classed, "live": not inactive}
    more["signed"] = _signature(signature, signer)
    report = session.run(_import(session, file, more, _size(file)))
    print_report(session, report, live=not inactive, as_json=as_json)


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


async def _import(
    session: Session, file: Path, more: dict[str, Any], total: int | None
) -> ImportReport:
    from console.output import progress
    from hostwatch.operations import hashlists as operations

    async with session.desk() as desk:
        with progress(total=total, label="bytes", file=session.err) as advance:
            return await operations.import_hash_list(
                desk, file, progress=said.absolute(advance), **more
            )


def _signature(signature: Path | None, signers: list[Path] | None) -> SignatureFiles | None:
    from hostwatch.operations.hashlists import SignatureFiles

    if (signature is None) != (not signers):
        raise InvalidInput("Give --signature and --signer together, or neither.")
    if signature is None:
        return None
    return SignatureFiles(signature=signature, signers=tuple(signers or ()))


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
    _say(session, {"list": name, "versions": count}, said_so, as_json=as_json)


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
    _say(session, value, text, as_json=as_json)


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
    _say(session, {"released": signal}, f"{signal} may match again", as_json=as_json)


def _tell(session: Session, manifest: Manifest, what: str, *, as_json: bool) -> None:
    value = {"list": manifest.name, "version": manifest.version, "entries": manifest.total}
    _say(session, value, f"{manifest.name} version {manifest.version} {what}", as_json=as_json)


def _say(session: Session, value: object, text: str, *, as_json: bool) -> None:
    from console.output import print_json

    if as_json:
        print_json(value, file=session.out)
    else:
        session.write(text)


referrals.add_commands(hashlists)
