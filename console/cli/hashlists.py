"""`hostwatch hashlist import|list` and `hostwatch ranges import`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cases.errors import InvalidInput
from console.cli.cases import parse_classification
from console.cli.session import session_of

if TYPE_CHECKING:
    from crawler.hosting.ranges import ImportReport as RangesReport
    from matchers.hashlist.publish import ImportReport, ListVersion

hashlists = typer.Typer(no_args_is_help=True)
ranges = typer.Typer(no_args_is_help=True)


class TierChoice(StrEnum):
    """Where a list stands."""

    BASELINE = "baseline"
    NATIONAL = "national"
    LOCAL = "local"


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


@hashlists.command("import")
def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Plain text or CSV; see docs/operations.md.")],
    name: Annotated[str, typer.Option(help="Short name of the list.")],
    tier: Annotated[TierChoice, typer.Option()] = TierChoice.NATIONAL,
    classification: Annotated[
        str | None,
        typer.Option(metavar="SCHEME:VALUE", help="What every entry stands for; never guessed."),
    ] = None,
    version: Annotated[str | None, typer.Option(help="Default: the time of import.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE=COLUMN", help="CSV column of md5, sha1, sha256 or pdq."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import a hash list as a new version; the old one stays for roll-back."""
    from console.output import print_json, progress
    from hostwatch.operations import hashlists as operations

    session = session_of(context)
    chosen = parse_classification(classification) if classification else None

    async def work() -> ImportReport:
        async with session.desk() as desk:
            with progress(total=None, label="entries", file=session.err) as advance:
                return await operations.import_hash_list(
                    desk,
                    file,
                    name=name,
                    tier=tier.value,
                    classification=chosen,
                    version=version,
                    columns=_columns(column or []),
                    progress=advance,
                )

    report = session.run(work())
    value: dict[str, object] = {
        "list": report.manifest.name,
        "version": report.manifest.version,
        "accepted": dict(report.manifest.counts),
        "refused": dict(report.refused),
    }
    if as_json:
        print_json(value, file=session.out)
        return
    session.write(
        f"{value['list']} version {value['version']} is active: "
        f"{_counts(dict(report.manifest.counts))}"
    )
    for number, reason in report.first_refused:
        session.write(f"line {number} refused: {reason}")
    if report.refused:
        session.write(f"refused: {_counts(report.refused)}")


def _columns(pairs: list[str]) -> Mapping[str, str] | None:
    named: dict[str, str] = {}
    for pair in pairs:
        kind, equals, column = pair.partition("=")
        if not equals or kind not in ("md5", "sha1", "sha256", "pdq"):
            raise InvalidInput("--column is TYPE=COLUMN, TYPE one of md5, sha1, sha256, pdq.")
        named[kind] = column
    return named or None


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


@hashlists.command("list")
def list_hash_lists(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """List the active hash lists."""
    from console.output import print_json, print_table
    from matchers.hashlist.publish import list_lists

    session = session_of(context)

    async def work() -> Path:
        async with session.desk() as desk:
            return desk.settings.paths.hash_lists

    rows = [_list_row(one) for one in list_lists(session.run(work()))]
    if as_json:
        print_json(rows, file=session.out)
    else:
        columns = ("list", "version", "active", "tier", "class", "entries", "imported")
        print_table(rows, columns=columns, title="hash lists", file=session.out)


def _list_row(one: ListVersion) -> dict[str, object]:
    manifest = one.manifest
    classed = manifest.classification
    return {
        "list": manifest.name,
        "version": manifest.version,
        "active": one.active,
        "tier": manifest.tier,
        "class": f"{classed.scheme}:{classed.value}" if classed else "",
        "entries": manifest.total,
        "imported": f"{manifest.imported_at:%Y-%m-%d %H:%M}",
    }


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
    from hostwatch.operations import hashlists as operations

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
    from hostwatch.operations import hashlists as operations

    session = session_of(context)

    async def work() -> int:
        async with session.desk() as desk:
            return await operations.import_rdap_bootstrap(desk, file, kind=kind.value)

    session.write(f"{session.run(work())} RDAP services accepted")
