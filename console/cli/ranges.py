"""`hostwatch ranges import|bootstrap`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.session import session_of

if TYPE_CHECKING:
    from crawler.hosting.ranges import ImportReport as RangesReport

ranges = typer.Typer(no_args_is_help=True)


class RangeChoice(StrEnum):
    """What a range table says of an address."""

    ASN = "asn"
    COUNTRY = "country"
    FRONT = "front"


class ClaimChoice(StrEnum):
    """What kind of claim a country table makes."""

    PHYSICAL = "physical"
    REGISTRY = "registry"
    SEAT = "seat"


class BootstrapChoice(StrEnum):
    """Which of the registry files of RFC 9224."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    ASN = "asn"
    DNS = "dns"


@ranges.command("import")
def import_ranges(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or TSV of address ranges, may be gzipped.")],
    kind: Annotated[RangeChoice, typer.Option()],
    name: Annotated[str, typer.Option(help="Source, as it stands in claims.")],
    build_date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    licence: Annotated[str, typer.Option(help="Licence note, kept beside the table.")] = "",
    claims: Annotated[
        ClaimChoice | None,
        typer.Option(help="Country tables: where servers stand, who registered, or the seat."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import an offline table of address ranges."""
    from console.output import print_json
    from hostwatch.operations import ranges as operations

    session = session_of(context)

    async def work() -> RangesReport:
        async with session.desk() as desk:
            return await operations.import_range_table(
                desk,
                file,
                kind=kind.value,
                name=name,
                build_date=build_date.date(),
                licence=licence,
                claims=claims.value if claims is not None else None,
            )

    report = session.run(work())
    if as_json:
        print_json({"accepted": report.accepted, "refused": len(report.refused)}, file=session.out)
        return
    session.write(f"{report.accepted} ranges accepted, {len(report.refused)} lines refused")
    for number, reason in report.refused[:10]:
        session.write(f"line {number} refused: {reason}")


@ranges.command("bootstrap")
def import_bootstrap(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="IANA's RDAP bootstrap file (RFC 9224), JSON.")],
    kind: Annotated[BootstrapChoice, typer.Option()],
) -> None:
    """Import the list of RDAP servers; without it nobody is asked who holds an address."""
    from hostwatch.operations import ranges as operations

    session = session_of(context)

    async def work() -> int:
        async with session.desk() as desk:
            return await operations.import_rdap_bootstrap(desk, file, kind=kind.value)

    session.write(f"{session.run(work())} RDAP services accepted")
