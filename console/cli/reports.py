"""`hostwatch report add|import`."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from cases.model import Priority, Source
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from hostwatch.desk import Desk
    from hostwatch.intake.draft import Draft, Entered
    from hostwatch.intake.files import Line

reports = typer.Typer(no_args_is_help=True)

_BATCH = 200
"""Lines that become one atomic step."""
_BAD = ("refused", "insufficient")


@reports.command("add")
def add(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(help="The reported URL. Leave it out and it is read from standard input."),
    ] = None,
    referrer: Annotated[str, typer.Option(help="Page that led there.")] = "",
    note: Annotated[str, typer.Option(help="Access or context note; sealed.")] = "",
    priority: Annotated[Priority, typer.Option()] = Priority.NORMAL,
    source: Annotated[Source, typer.Option()] = Source.PUBLIC,
    reporter: Annotated[str, typer.Option(help="Name or address, if given; sealed.")] = "",
    reference: Annotated[str, typer.Option(help="The sender's own reference.")] = "",
    idempotency_key: Annotated[
        str | None, typer.Option(help="Same key, same report: entering twice counts once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Queue one reported URL; it lies sealed on disk when the command returns."""
    from hostwatch.intake.draft import draft_from
    from hostwatch.operations import reports as operations

    session = session_of(context)
    fields = {
        "url": url if url is not None else sys.stdin.readline().strip(),
        "referrer": referrer,
        "note": note,
        "priority": priority.value,
        "source": source.value,
        "reporter": reporter,
        "reference": reference,
    }

    async def work() -> Entered:
        async with session.desk() as desk:
            return await operations.add(desk, draft_from(fields), idempotency_key=idempotency_key)

    entered = session.run(work())
    _tell(session, entered, as_json=as_json)
    if entered.outcome in _BAD:
        raise typer.Exit(InvalidInput.exit_code)


def _tell(session: Session, entered: Entered, *, as_json: bool) -> None:
    from console.output import print_json

    if as_json:
        print_json(_row(entered), file=session.out)
        return
    words = {
        "new": "new case",
        "added": "known location, report added to case",
        "repeated": "already entered, case",
        "insufficient": "insufficient, closed as",
        "refused": "refused",
    }
    parts = [words[entered.outcome], entered.case_id or "", entered.reason]
    session.write(" ".join(part for part in parts if part))
    if entered.reference:
        session.write(f"reference for the reporter: {entered.reference}")


def _row(entered: Entered) -> dict[str, object]:
    return {
        "outcome": entered.outcome,
        "case": entered.case_id,
        "reference": entered.reference,
        "reason": entered.reason,
    }


@reports.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a header or six columns, or JSON Lines.")],
    dry_run: Annotated[bool, typer.Option(help="Judge every line, enter none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Import a file of reports: one verdict per line, nothing valid lost beside a bad line."""
    from hostwatch.intake.files import lines_of, load

    session = session_of(context)
    content = load(file)
    lines = list(lines_of(content, file))
    key = hashlib.sha256(content).hexdigest()
    verdicts: list[tuple[int, Entered]] = []

    async def work() -> None:
        async with session.desk() as desk:
            await _enter(desk, lines, key, session, verdicts, dry_run=dry_run)

    try:
        session.run(work())
    except BaseException:
        # A later step failed: what was entered so far is told with its references.
        _print_verdicts(session, verdicts, as_json=as_json)
        if verdicts:
            print(f"{len(verdicts)} of {len(lines)} lines are done.", file=session.err)
        raise
    _print_verdicts(session, verdicts, as_json=as_json)
    _print_counts(session, verdicts, dry_run=dry_run)
    if any(entered.outcome in _BAD for _, entered in verdicts):
        raise typer.Exit(InvalidInput.exit_code)


async def _enter(
    desk: Desk,
    lines: Sequence[Line],
    key: str,
    session: Session,
    verdicts: list[tuple[int, Entered]],
    *,
    dry_run: bool,
) -> None:
    """Enter the lines step by step; `verdicts` grows as they are on disk."""
    from console.output import progress

    with progress(total=len(lines), label="reports", file=session.err) as advance:
        for start in range(0, len(lines), _BATCH):
            batch = lines[start : start + _BATCH]
            verdicts += await _enter_batch(desk, batch, key, dry_run=dry_run)
            advance(len(batch))


async def _enter_batch(
    desk: Desk, batch: Sequence[Line], key: str, *, dry_run: bool
) -> list[tuple[int, Entered]]:
    from hostwatch.intake.draft import Entered
    from hostwatch.operations import reports as operations

    good: list[tuple[Draft, str | None]] = []
    numbers: list[int] = []
    verdicts: dict[int, Entered] = {}
    for line in batch:
        if line.draft is None:
            verdicts[line.number] = Entered(outcome="refused", reason=f"The line {line.problem}")
        else:
            good.append((line.draft, f"{key}:{line.number}"))
            numbers.append(line.number)
    entered = (
        [operations.judge(draft) or Entered(outcome="new") for draft, _ in good]
        if dry_run
        else await operations.add_all(desk, good)
    )
    verdicts.update(zip(numbers, entered, strict=True))
    return sorted(verdicts.items())


def _print_verdicts(
    session: Session, verdicts: list[tuple[int, Entered]], *, as_json: bool
) -> None:
    from console.output import print_json

    for number, entered in verdicts:
        if as_json:
            print_json({"line": number, **_row(entered)}, file=session.out, compact=True)
        else:
            rest = " ".join(part for part in (entered.case_id, entered.reason) if part)
            session.write(f"line {number}: {entered.outcome} {rest}".rstrip())


def _print_counts(session: Session, verdicts: list[tuple[int, Entered]], *, dry_run: bool) -> None:
    counts = Counter(entered.outcome for _, entered in verdicts)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    print(
        f"{len(verdicts)} lines{' judged, none entered' if dry_run else ''}: {summary or 'empty'}",
        file=session.err,
    )
