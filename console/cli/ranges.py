"""`hostwatch ranges import|update|list`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.session import Session, session_of

if TYPE_CHECKING:
    from crawler.hosting.range_stock import Item
    from hostwatch.operations.ranges import Imported
    from hostwatch.operations.refreshing import Refreshed

ranges = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json")]
_COLUMNS = ("kind", "name", "claims", "built", "age", "state", "ranges", "licence", "digest")


class RangeChoice(StrEnum):
    """What a file holds."""

    ASN = "asn"
    COUNTRY = "country"
    FRONT = "front"
    SUFFIXES = "suffixes"
    RDAP_IPV4 = "rdap-ipv4"
    RDAP_IPV6 = "rdap-ipv6"
    RDAP_ASN = "rdap-asn"
    RDAP_DNS = "rdap-dns"


class ClaimChoice(StrEnum):
    """What kind of claim a country table makes."""

    PHYSICAL = "physical"
    REGISTRY = "registry"
    SEAT = "seat"


@ranges.command("import")
def import_ranges(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV, TSV, MMDB, statistics or JSON list; may be gzipped.")
    ],
    kind: Annotated[RangeChoice, typer.Option()],
    name: Annotated[str, typer.Option(help="Source, as it stands in claims.")] = "",
    build_date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Of the data, where the file does not say it."),
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence note, kept beside the table.")] = "",
    claims: Annotated[
        ClaimChoice | None,
        typer.Option(help="Country tables: where servers stand, who registered, or the seat."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a table of address ranges, the public suffix list, or a list of RDAP servers."""
    from console.output import print_json
    from hostwatch.operations import ranges as operations

    session = session_of(context)
    order = operations.Order(
        kind=kind.value,
        name=name,
        build_date=build_date.date() if build_date is not None else None,
        licence=licence,
        claims=claims.value if claims is not None else None,
    )

    async def work() -> Imported:
        async with session.desk() as desk:
            return await operations.import_file(desk, file, order)

    report = session.run(work())
    if as_json:
        print_json(_value(report), file=session.out)
    else:
        _tell(session, report)


@ranges.command("update")
def update(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Name in [[ranges]]; none takes all that are due.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch the tables and lists that the configuration names from their sources."""
    import ssl

    from console.cli.list_options import absolute
    from console.output import print_json, progress
    from hostwatch.operations import refreshing

    session = session_of(context)
    practice = session.practice
    tls = None if practice is None else ssl.create_default_context(cadata=practice.ca_pem)

    async def work() -> tuple[Refreshed, ...]:
        async with session.desk() as desk:
            with progress(total=None, label="bytes", file=session.err) as advance:
                return await refreshing.refresh(desk, name, tls=tls, progress=absolute(advance))

    done = session.run(work())
    if as_json:
        print_json([_refreshed(one) for one in done], file=session.out)
    else:
        _tell_refreshed(session, done)
    failure = next((one.failure for one in done if one.failure is not None), None)
    if failure is not None:
        raise failure


@ranges.command("list")
def list_ranges(context: typer.Context, as_json: Json = False) -> None:
    """List what is there, how old it is, and what is missing and what that costs."""
    from console.output import print_json, print_table
    from hostwatch.operations import ranges as operations

    session = session_of(context)

    async def work() -> tuple[Item, ...]:
        async with session.desk() as desk:
            return await operations.stock(desk)

    found = session.run(work())
    if as_json:
        print_json([_item(one) for one in found], file=session.out)
        return
    print_table([_row(one) for one in found], columns=_COLUMNS, title="ranges", file=session.out)
    for one in found:
        if one.remark:
            session.write(f"{one.kind} {one.name or one.state}: {one.remark}.")


def _tell(session: Session, report: Imported) -> None:
    built = report.built.isoformat() if report.built else "an unknown day"
    session.write(
        f"{report.accepted} ranges accepted, {len(report.refused)} lines refused; made on {built}"
    )
    for number, reason in report.refused[:10]:
        session.write(f"line {number} refused: {reason}")


def _tell_refreshed(session: Session, done: tuple[Refreshed, ...]) -> None:
    for one in done:
        session.write(f"{one.source.kind} {one.source.name}: {_word(one)}")
        if one.report is not None:
            _tell(session, one.report)


def _word(one: Refreshed) -> str:
    if one.failure is not None:
        return "failed"
    return "updated" if one.report is not None else "not due"


def _refreshed(one: Refreshed) -> dict[str, object]:
    told: dict[str, object] = {"kind": one.source.kind, "name": one.source.name, "is": _word(one)}
    if one.report is not None:
        told |= _value(one.report)
    if one.failure is not None:
        told["why"] = str(one.failure)
    return told


def _value(report: Imported) -> dict[str, object]:
    return {
        "kind": report.kind,
        "name": report.name,
        "accepted": report.accepted,
        "without_value": report.without_value,
        "refused": len(report.refused),
        "built": report.built.isoformat() if report.built else None,
    }


def _item(one: Item) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.name,
        "state": one.state,
        "claims": one.claims,
        "built": one.built.isoformat() if one.built else None,
        "age_days": one.age_days,
        "ranges": one.ranges,
        "licence": one.licence,
        "sha256": one.digest,
        "remark": one.remark,
    }


def _row(one: Item) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.name,
        "claims": one.claims or "",
        "built": one.built.isoformat() if one.built else "",
        "age": f"{one.age_days} d" if one.age_days is not None else "",
        "state": one.state,
        "ranges": one.ranges or "",
        "licence": one.licence,
        "digest": one.digest[:12],
    }
