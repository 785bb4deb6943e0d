"""`hostwatch notices list|show|approve|hold|withdraw|settle`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cases.errors import InvalidInput
from cases.model import Notice, NoticeState
from console.cli.session import session_of

notices = typer.Typer(no_args_is_help=True)


@notices.command("list")
def list_notices(
    context: typer.Context,
    state: Annotated[list[NoticeState] | None, typer.Option()] = None,
    case_id: Annotated[str | None, typer.Option("--case")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 500,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List notices; addresses and texts stay masked."""
    from cases.ports import NoticeFilter
    from console.output import NOTICE_COLUMNS, notice_row, print_json, print_table
    from hostwatch.operations import notices as operations

    session = session_of(context)
    wanted = NoticeFilter(states=tuple(state or ()), case_id=case_id, limit=limit)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            found = await operations.listing(desk, wanted)
            return [notice_row(one, now=desk.now()) for one in found]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        print_table(rows, columns=NOTICE_COLUMNS, title="notices", file=session.out)


@notices.command("show")
def show(
    context: typer.Context,
    serial: str,
    reveal: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Show the text; the reason goes into the trail."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show one notice; its text only with --reveal REASON."""
    from console.output import notice_row, print_json, print_pairs
    from hostwatch.operations import reading

    session = session_of(context)

    async def work() -> tuple[dict[str, object], str | None]:
        async with session.desk() as desk:
            notice, text = await reading.notice(desk, serial, reveal=reveal)
            return notice_row(notice, now=desk.now()), text

    row, text = session.run(work())
    if as_json:
        print_json({**row, "text": text} if text is not None else row, file=session.out)
        return
    print_pairs(row, title=serial, file=session.out)
    if text is not None:
        session.write("")
        session.write(text)


@notices.command("approve")
def approve(
    context: typer.Context,
    serials: Annotated[list[str] | None, typer.Argument()] = None,
    all_drafts: Annotated[bool, typer.Option("--all", help="Every draft not held.")] = False,
) -> None:
    """Approve drafts; they leave after a fresh proof."""
    from hostwatch.operations import notices as operations

    session = session_of(context)
    if bool(serials) == all_drafts:
        raise InvalidInput("Name the serials to approve, or --all; not both.")

    async def work() -> list[Notice]:
        async with session.desk() as desk:
            if all_drafts:
                return await operations.approve_all(desk)
            return [await operations.approve(desk, serial) for serial in serials or ()]

    changed = session.run(work())
    for notice in changed:
        held = notice.hold.until if notice.hold is not None else None
        after = f", leaves after its hold ends at {held:%Y-%m-%d %H:%M:%S} UTC" if held else ""
        session.write(f"{notice.serial} approved{after}")
    if not changed:
        session.write("nothing to approve")


@notices.command("hold")
def hold(
    context: typer.Context,
    serial: str,
    reason: Annotated[str, typer.Option()],
    days: Annotated[float | None, typer.Option(min=0.0, help="Ends by itself then.")] = None,
) -> None:
    """Hold a notice back."""
    from hostwatch.operations import notices as operations

    session = session_of(context)

    async def work() -> Notice:
        async with session.desk() as desk:
            return await operations.hold(desk, serial, reason=reason, days=days)

    session.write(f"{session.run(work()).serial} held")


@notices.command("done")
def done(
    context: typer.Context,
    serial: str,
    reference: Annotated[str, typer.Option(help="Ticket number that the provider gave.")] = "",
) -> None:
    """Record that a person sent a notice by a provider's form."""
    from hostwatch.operations import notices as operations

    session = session_of(context)

    async def work() -> Notice:
        async with session.desk() as desk:
            return await operations.done_by_hand(desk, serial, reference=reference)

    session.write(f"{session.run(work()).serial} sent by hand")


@notices.command("withdraw")
def withdraw(context: typer.Context, serial: str) -> None:
    """Withdraw a notice; a recipient who was told is told of the withdrawal too."""
    from hostwatch.operations import notices as operations

    session = session_of(context)

    async def work() -> Notice:
        async with session.desk() as desk:
            return await operations.withdraw(desk, serial)

    session.write(f"{session.run(work()).serial} withdrawn")


@notices.command("settle")
def settle(
    context: typer.Context,
    relay_log: Annotated[Path, typer.Option(help="Log of the hotline's mail relay.")],
    log_complete: Annotated[
        bool,
        typer.Option(help="The log covers all mail taken: what it does not name was not sent."),
    ] = False,
) -> None:
    """Settle notices of unknown fate by Message-ID."""
    from hostwatch.operations import notices as operations

    session = session_of(context)
    try:
        text = relay_log.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise InvalidInput(f"{relay_log}: cannot be read ({problem.strerror}).") from None
    if log_complete and not text.strip():
        raise InvalidInput(f"{relay_log}: is empty; an empty log proves no absence.")

    async def work() -> list[tuple[str, NoticeState]]:
        async with session.desk() as desk:
            return await operations.settle(desk, text, log_complete=log_complete)

    settled = session.run(work())
    for serial, state in settled:
        session.write(f"{serial} is {state.value}")
    if not settled:
        session.write("nothing to settle")
