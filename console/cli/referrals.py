"""`hostwatch hashlist referrals|assess|outcomes|hash`: self-referrals, by opaque reference only."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from console.cli import list_options as said
from console.cli.cases import parse_classification
from console.cli.list_output import class_text, print_refused
from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from matchers.hashlist.entry import Candidate
    from matchers.hashlist.formats import Options
    from matchers.hashlist.selfreferrals import Intake, Referral

_CHUNK = 65_536


def add_commands(branch: typer.Typer) -> None:
    """Hang the commands into the branch of hash lists."""
    branch.command("referrals")(referrals)
    branch.command("assess")(assess)
    branch.command("outcomes")(outcomes)
    branch.command("hash")(hash_file)


def import_file(
    session: Session, file: Path, *, name: str, options: Options, as_json: bool
) -> None:
    """Take digests with references in; they wait for an assessment."""
    from console.output import print_json
    from hostwatch.operations import selfreferrals as operations

    async def work() -> Intake:
        async with session.desk() as desk:
            return await operations.import_referrals(desk, file, name=name, options=options)

    intake = session.run(work())
    value = {"new": intake.new, "added": intake.added, "known": intake.known}
    if as_json:
        print_json({"service": name, **value, "refused": intake.refused}, file=session.out)
        return
    session.write(
        f"{intake.new} new self-referrals, {intake.added} with further digests, "
        f"{intake.known} known; they wait for an assessment"
    )
    print_refused(session, intake.refused, tuple(intake.first_refused))


def activate(session: Session, name: str, references: tuple[str, ...], *, as_json: bool) -> None:
    """Put assessed self-referrals into force."""
    from console.output import print_json
    from hostwatch.operations import selfreferrals as operations

    async def work() -> list[Referral]:
        async with session.desk() as desk:
            return await operations.list_referrals(desk, name, references)

    done = session.run(work())
    if as_json:
        print_json([_row(one) for one in done], file=session.out)
    for one in () if as_json else done:
        session.write(f"{one.reference} is listed with {len(one.digests)} digests")


def referrals(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="SERVICE")] = None,
    as_json: said.Json = False,
) -> None:
    """List self-referrals and how far they have come."""
    from console.output import print_json, print_table
    from hostwatch.operations import selfreferrals as operations

    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            found = await operations.referrals(desk, name)
        return [{"service": key, **_row(one)} for key, many in found.items() for one in many]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        columns = ("service", "reference", "state", "digests", "class", "received")
        print_table(rows, columns=columns, title="self-referrals", file=session.out)


def assess(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SERVICE")],
    reference: said.Reference,
    classification: Annotated[str, typer.Option(metavar="SCHEME:VALUE")],
    law: Annotated[str, typer.Option(help="Statute and article the assessment rests on.")],
    illegal: Annotated[bool, typer.Option("--illegal/--not-illegal")] = True,
    second_assessor: Annotated[str | None, typer.Option()] = None,
    as_json: said.Json = False,
) -> None:
    """Record the assessment of a self-referral; another person then activates it."""
    from console.output import print_json
    from hostwatch.operations import selfreferrals as operations

    session = session_of(context)
    if len(law.strip()) < 3:
        raise InvalidInput("--law names the statute and article.")
    judgement = operations.ReferralJudgement(
        illegal=illegal,
        classification=parse_classification(classification),
        law=law.strip(),
        second_assessor=second_assessor,
    )

    async def work() -> Referral:
        async with session.desk() as desk:
            return await operations.assess_referral(desk, name, reference, judgement)

    changed = session.run(work())
    if as_json:
        print_json(_row(changed), file=session.out)
    else:
        session.write(f"{changed.reference} is {changed.state.value}")


def outcomes(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SERVICE")],
    as_json: said.Json = False,
) -> None:
    """Say what became of each reference: state, found and removed how often; no location."""
    from console.output import print_json, print_table
    from hostwatch.operations import selfreferrals as operations

    session = session_of(context)

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            return [
                {
                    "reference": one.reference,
                    "state": one.state.value,
                    "found": one.found,
                    "removed": one.removed,
                }
                for one in await operations.outcomes(desk, name)
            ]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        columns = ("reference", "state", "found", "removed")
        print_table(rows, columns=columns, title="outcomes", file=session.out)


def hash_file(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Service that handed the file over.")],
    reference: said.Reference,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Say that one file comes on standard input.")
    ] = False,
    as_json: said.Json = False,
) -> None:
    """Digest one file from standard input in a locked worker; nothing else of it is kept."""
    from console.output import print_json

    session = session_of(context)
    if not stdin or sys.stdin.isatty():
        raise InvalidInput("Pipe one file to the command and say --stdin; no file name is taken.")
    found = session.run(_hash(session, name, reference))
    if as_json:
        value = [{"type": one.kind, "value": one.text} for one in found]
        print_json({"reference": reference, "digests": value}, file=session.out)
    else:
        kinds = ", ".join(str(one.kind) for one in found)
        session.write(f"{reference} waits for an assessment with {kinds}")


async def _hash(session: Session, name: str, reference: str) -> tuple[Candidate, ...]:
    from hostwatch.mandate import check_mandate
    from hostwatch.operations import selfreferrals as operations
    from hostwatch.operations.people import identify
    from hostwatch.picture_room import open_picture_room

    _forbid_core_files()
    async with session.office() as office:
        actor = await identify(
            office.store, name=session.account or session.login, login=session.login
        )
        desk = office.desk(actor)
        operations.require_hashing(desk)
        check_mandate(office.rules, session.practice, office.clock)
        async with open_picture_room(office.rules.settings, session.practice) as pool:
            return await operations.hash_referral(
                desk, _standard_input(), name=name, reference=reference, pool=pool
            )


async def _standard_input() -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(sys.stdin.buffer.read, _CHUNK):
        yield chunk


def _forbid_core_files() -> None:
    """The file passes through this process; a crash of it must leave nothing."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _row(one: Referral) -> dict[str, object]:
    return {
        "reference": one.reference,
        "state": one.state.value,
        "digests": len(one.digests),
        "class": class_text(one.judged.classification) if one.judged is not None else "",
        "received": f"{one.received_at:%Y-%m-%d %H:%M}",
    }
