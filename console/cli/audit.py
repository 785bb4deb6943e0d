"""`hostwatch audit verify|checkpoint|export|key`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from cases.errors import InvalidInput, PermanentFailure, StoreProblem
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from cases.checkpoints import Checkpoint
    from cases.trail import TrailFinding
    from hostwatch.operations.audit import Span

audit = typer.Typer(no_args_is_help=True)


@audit.command("verify")
def verify(
    context: typer.Context,
    checkpoints: Annotated[
        Path | None, typer.Option(help="Folder of checkpoints, such as those that were mailed.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="Public key that signed them; default: our own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Verify the audit trail against its chain and against signed checkpoints."""
    from cases.audit_key import read_public
    from console.output import print_json
    from hostwatch.operations import audit as operations

    session = session_of(context)
    publics = [read_public(one) for one in key or ()]

    async def work() -> TrailFinding:
        async with session.desk() as desk:
            return await operations.verify(desk, folder=checkpoints, publics=publics)

    found = session.run(work())
    if as_json:
        print_json(_value(found), file=session.out)
    else:
        for sentence in (*found.faults, *found.notes):
            session.write(sentence)
    if found.faults:
        raise PermanentFailure(
            f"The audit trail does not stand: {len(found.faults)} faults. Stop working on this "
            "database, keep it as it is, and tell the person who answers for the mandate."
        )
    if not as_json:
        session.write(
            f"{found.entries} entries stand, held against {found.checkpoints} checkpoints; the "
            f"newest digest is {found.head}"
        )


def _value(found: TrailFinding) -> dict[str, object]:
    return {
        "intact": not found.faults,
        "entries": found.entries,
        "head": found.head,
        "checkpoints": found.checkpoints,
        "faults": list(found.faults),
        "notes": list(found.notes),
    }


@audit.command("checkpoint")
def checkpoint(
    context: typer.Context,
    after_restore: Annotated[
        bool,
        typer.Option("--after-restore", help="Declare that an older backup was put back."),
    ] = False,
) -> None:
    """Sign what the trail is now, and put it into the folder of checkpoints."""
    from cases.checkpoint_folder import file_name
    from hostwatch.operations import audit as operations

    session = session_of(context)

    async def work() -> tuple[Checkpoint, Path]:
        async with session.desk() as desk:
            made = await operations.checkpoint(desk, after_restore=after_restore)
            return made, desk.settings.audit.checkpoints / file_name(made)

    made, path = session.run(work())
    session.write(f"checkpoint {made.number}: {made.sequence} entries, {made.head}\nwrote {path}")


@audit.command("export")
def export(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--from", help="First day or time, UTC: 2026-03-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Last day (included), or time (not included), UTC.")
    ] = None,
    file_format: Annotated[str, typer.Option("--format", help="Only jsonl.")] = "jsonl",
    out: Annotated[Path | None, typer.Option(help="New file; default: standard output.")] = None,
) -> None:
    """Hand out the trail as JSON Lines that can be verified without hostwatch."""
    from hostwatch.operations.audit import Span

    if file_format != "jsonl":
        raise InvalidInput("--format: only jsonl is there.")
    session = session_of(context)
    span = Span(since=_moment(since, "--from"), until=_moment(until, "--to", end=True))
    session.run(_export(session, span, out))
    if out is not None:
        session.write(f"wrote {out}")


async def _export(session: Session, span: Span, out: Path | None) -> None:
    from hostwatch.operations import audit as operations

    with ExitStack() as held:
        target: TextIO | None = None if out is not None else session.out
        async with session.desk() as desk:
            async for line in operations.export(desk, span):
                # opened when there is something to write: a refusal leaves no file behind
                target = target or held.enter_context(_opened(out))
                print(line, file=target)


def _opened(path: Path | None) -> TextIO:
    assert path is not None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise InvalidInput(f"{path}: something is there already; it is not overwritten.") from None
    except OSError as error:
        raise StoreProblem(f"{path}: the file cannot be written ({error.strerror}).") from None
    return os.fdopen(descriptor, "w", encoding="ascii")


def _moment(text: str | None, option: str, *, end: bool = False) -> datetime | None:
    """Read a day or a time in UTC; a day as an end means that the day is included."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option}: found {text[:40]!r}; a day such as 2026-03-01 or a time such as "
            "2026-03-01T12:00 is needed, in UTC."
        ) from None
    moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return moment + timedelta(days=1) if end and len(text) <= len("2026-03-01") else moment


@audit.command("key")
def key(
    context: typer.Context,
    create: Annotated[
        bool, typer.Option("--create", help="Make the key of an installation that has none.")
    ] = False,
) -> None:
    """Print the public key that checkpoints are verified with."""
    from cases.audit_key import KEY_FILE, create_audit_key, public_text
    from hostwatch.office import read_rules
    from hostwatch.workflow.checkpointing import audit_signer

    session = session_of(context)
    settings = read_rules(
        session.data, os.environ, allow_practice=session.practice is not None
    ).settings
    path = settings.paths.key_file.parent / KEY_FILE
    signer = create_audit_key(path) if create else audit_signer(settings)
    session.write(public_text(signer.public))
