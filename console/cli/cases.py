"""`hostwatch cases list|show|why` and `hostwatch case assess|close`."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from cases.errors import InvalidInput
from cases.model import Case, Classification, CloseReason, Stage
from console.cli.session import session_of

_CLASSIFICATION = re.compile(r"(?P<scheme>[\w-]{1,32})\s*:\s*(?P<value>[\w.-]{1,32})", re.ASCII)
"""It stands in the trail, so that it must not be able to hold a location."""

cases = typer.Typer(no_args_is_help=True)
case = typer.Typer(no_args_is_help=True)


@cases.command("list")
def list_cases(
    context: typer.Context,
    stage: Annotated[list[Stage] | None, typer.Option(help="May be given several times.")] = None,
    needs_analyst: Annotated[bool, typer.Option(help="Only cases that wait for a person.")] = False,
    country: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List cases, newest first; locations are masked."""
    from cases.ports import CaseFilter
    from console.output import CASE_COLUMNS, case_row, print_json, print_table
    from hostwatch.operations import cases as operations

    session = session_of(context)
    wanted = CaseFilter(
        stages=tuple(stage or ()),
        needs_analyst=True if needs_analyst else None,
        country=country,
        limit=limit,
    )

    async def work() -> list[dict[str, object]]:
        async with session.desk() as desk:
            found = await operations.listing(desk, wanted)
            return [case_row(one, now=desk.now()) for one in found]

    rows = session.run(work())
    if as_json:
        print_json(rows, file=session.out)
    else:
        print_table(rows, columns=CASE_COLUMNS, title="cases", file=session.out)


@cases.command("show")
def show(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    reveal: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Show locations; the reason goes into the trail."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show one case: assets, hosting, observations, notices, trail."""
    from console.cli.dossier import dossier_value, print_dossier
    from console.output import print_json
    from hostwatch.operations import cases as operations

    session = session_of(context)

    async def work() -> dict[str, object]:
        async with session.desk() as desk:
            found = (
                await operations.reveal(desk, case_id, reveal)
                if reveal is not None
                else await operations.dossier(desk, case_id)
            )
            return dossier_value(found, now=desk.now(), revealed=reveal is not None)

    value = session.run(work())
    if as_json:
        print_json(value, file=session.out)
    else:
        print_dossier(value, file=session.out)


@cases.command("why")
def why(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say why a case stands where it stands: which observations prove what, and what is missing."""
    from console.cli.dossier import print_why
    from console.output import print_json
    from hostwatch.operations import explaining

    session = session_of(context)

    async def work() -> dict[str, object]:
        async with session.desk() as desk:
            return await explaining.why(desk, case_id)

    value = session.run(work())
    if as_json:
        print_json(value, file=session.out)
    else:
        print_why(value, file=session.out)


@case.command("assess")
def assess(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    classification: Annotated[
        str, typer.Option(metavar="SCHEME:VALUE", help="For instance interpol:baseline, ncmec:A1.")
    ],
    law: Annotated[str, typer.Option(help="Statute and article the assessment rests on.")],
    illegal: Annotated[bool, typer.Option("--illegal/--not-illegal")] = True,
    second_assessor: Annotated[str | None, typer.Option()] = None,
    asset: Annotated[
        list[str] | None,
        typer.Option(help="Only these assets; default: all that were measured."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Bring back the assessment made in the hotline's own tool; its digests join the local list."""
    from hostwatch.operations import assessing
    from hostwatch.operations.assessing import Judgement

    session = session_of(context)
    judgement = Judgement(
        illegal=illegal,
        classification=parse_classification(classification),
        law=_law(law),
        second_assessor=second_assessor,
        asset_ids=tuple(asset or ()),
    )

    async def work() -> Case:
        async with session.desk() as desk:
            return await assessing.assess(desk, case_id, judgement)

    _report(context, session.run(work()), as_json=as_json)


def parse_classification(text: str) -> Classification:
    """Read `scheme:value`. Raises `InvalidInput`."""
    found = _CLASSIFICATION.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(
            "--classification is SCHEME:VALUE as the source gives it, for instance "
            "interpol:baseline, ncmec:A1 or national:C."
        )
    return Classification(scheme=found["scheme"].lower(), value=found["value"])


def _law(text: str) -> str:
    if len(text.strip()) < 3:
        raise InvalidInput("--law names the statute and article; it is quoted in the notice.")
    return text.strip()


@case.command("close")
def close(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    reason: Annotated[CloseReason, typer.Option()],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Close a case by hand as spam, insufficient, withdrawn or changed."""
    from hostwatch.operations import cases as operations

    session = session_of(context)

    async def work() -> Case:
        async with session.desk() as desk:
            return await operations.close(desk, case_id, reason)

    _report(context, session.run(work()), as_json=as_json)


def _report(context: typer.Context, changed: Case, *, as_json: bool) -> None:
    from console.output import case_row, print_json

    session = session_of(context)
    if as_json:
        from hostwatch.desk import SystemClock

        print_json(case_row(changed, now=SystemClock().now()), file=session.out)
    else:
        session.write(f"{changed.id} is now {changed.stage.value}")
