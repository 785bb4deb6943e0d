"""`hostwatch backup create|verify|restore|drill`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import PermanentFailure
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from cases.erasures import Erasures
    from cases.seal import Keyring
    from cases.store.opening import Place
    from hostwatch.office import Rules
    from hostwatch.operations.backup import Drill, Opened, Restored

backup = typer.Typer(no_args_is_help=True)
_KEY_FILE = typer.Option(help="Copy of the key file of that time; default: the one in use.")


@backup.command("create")
def create(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="New file; best on another machine's medium.")],
) -> None:
    """Write a sealed backup of the database, while the worker runs."""
    from hostwatch.operations import backup as operations

    session = session_of(context)
    keyring = _keyring(_rules(session), None)

    async def work() -> Opened:
        async with session.desk() as desk:
            return await operations.create(desk, file, keyring)

    _tell(session, session.run(work()))
    session.write(f"wrote {file}, and read it back")


@backup.command("verify")
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument()],
    key_file: Annotated[Path | None, _KEY_FILE] = None,
) -> None:
    """Read a backup to its end and hold it against its manifest."""
    from hostwatch.operations import backup as operations

    session = session_of(context)
    keyring = _keyring(_rules(session), key_file)
    _tell(session, session.run(operations.read(file, keyring)))
    session.write("The backup is whole.")


@backup.command("restore")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument()],
    into: Annotated[
        str, typer.Option(help="New database file, or postgresql://... of an empty database.")
    ],
    key_file: Annotated[Path | None, _KEY_FILE] = None,
    erasures: Annotated[
        Path | None, typer.Option(help="List of erasures; default: beside the checkpoints.")
    ] = None,
) -> None:
    """Make a new database from a backup; cases erased since are erased again."""
    from hostwatch.desk import SystemClock
    from hostwatch.operations import backup as operations
    from hostwatch.operations.people import clear_login

    session = session_of(context)
    rules = _rules(session)
    listed = _erasures(rules, erasures)

    async def work() -> Restored:
        return await operations.restore(
            file,
            _place(rules, into),
            _keyring(rules, key_file),
            erasures=listed,
            now=SystemClock().now(),
            login=clear_login(session.login),
        )

    done = session.run(work())
    _tell(session, done.backup)
    session.write(
        f"restored; {done.erased} cases that were erased since were erased again, {done.held} "
        "approved notices are held because they may have left since, sending is paused.\n"
        "Next: hostwatch check, hostwatch audit checkpoint --after-restore, settle the held "
        "notices against the relay's log, hostwatch resume --sending"
    )


@backup.command("drill")
def drill(
    context: typer.Context,
    file: Annotated[Path, typer.Argument()],
    key_file: Annotated[Path | None, _KEY_FILE] = None,
) -> None:
    """Restore a backup to a temporary place, check all of it, delete it, and report."""
    from hostwatch.operations import backup as operations

    session = session_of(context)
    keyring = _keyring(_rules(session), key_file)

    async def work() -> Drill:
        async with session.desk() as desk:
            return await operations.drill(desk, file, keyring)

    done = session.run(work())
    _tell(session, done.backup)
    for sentence in done.faults:
        session.write(sentence)
    if done.faults:
        raise PermanentFailure(f"The drill found {len(done.faults)} faults; make a new backup.")
    session.write("The drill succeeded: everything came back, and all invariants hold.")


def _tell(session: Session, found: Opened) -> None:
    manifest = found.manifest
    cases = manifest.tables["cases"].rows if "cases" in manifest.tables else 0
    session.write(
        f"backup of {found.head.made_at[:19]} UTC: {cases} cases, {manifest.rows} rows, "
        f"{manifest.audit_sequence} audit entries, {found.length} bytes, schema "
        f"{found.head.revision}, master key {found.head.key_id}"
    )


def _rules(session: Session) -> Rules:
    from hostwatch.office import read_rules

    return read_rules(session.data, os.environ, allow_practice=session.practice is not None)


def _erasures(rules: Rules, file: Path | None) -> Erasures:
    """Read the list of erasures. Raises `PermanentFailure` where it is not whole."""
    from cases.erasures import FILE, read_erasures
    from hostwatch.workflow.checkpointing import audit_signer

    public = audit_signer(rules.settings).public
    listed = read_erasures(file or rules.settings.audit.checkpoints / FILE, [public])
    if listed.faults:
        raise PermanentFailure(
            f"{listed.faults[0]} Bring the whole list with --erasures, or cases that were erased "
            "would come back."
        )
    return listed


def _keyring(rules: Rules, key_file: Path | None) -> Keyring:
    from cases.seal import load_keyring

    return load_keyring(key_file or rules.settings.paths.key_file)


def _place(rules: Rules, into: str) -> Place:
    from cases.store.postgres import PostgresPlace
    from hostwatch.office import read_password

    if into.startswith(("postgresql://", "postgres://")):
        password = read_password(rules.settings.database.password_file)
        return PostgresPlace(url=into, password=password)
    return Path(into)
