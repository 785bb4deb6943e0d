"""Range tables: imported once from a public file, looked up without network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cases.errors import InvalidInput
from crawler.hosting.range_gather import Gathered, packed
from crawler.hosting.range_lines import Shape
from crawler.hosting.range_source import digest_of
from crawler.hosting.range_table import (
    Claims,
    Found,
    Kind,
    NotFound,
    RangeTable,
    RangeValue,
    TableHeader,
    table_path,
)
from crawler.hosting.replace_file import replace_file

__all__ = [
    "Found",
    "ImportReport",
    "NotFound",
    "RangeTable",
    "RangeValue",
    "import_ranges",
    "table_path",
]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of each line of an imported file."""

    accepted: int
    without_value: int
    """Lines that say that nothing is known: AS 0, `ZZ`, blanks."""
    refused: tuple[tuple[int, str], ...]
    """Line number and machine word."""
    path: Path
    built: date
    """When the data was made."""


def import_ranges(
    source: Path,
    *,
    kind: Kind,
    name: str,
    licence: str,
    into: Path,
    build_date: date | None = None,
    fallback_date: date | None = None,
    claims: Claims | None = None,
    smallest: int = 0,
    latest: date | None = None,
) -> ImportReport:
    """
    Import a file, also gzipped, as the table `<kind>-<name>`, replacing it at once.

    CSV and TSV with lines `start,end,value...` or `network,value...`, IPv4 and IPv6, dotted or as
    one decimal number, with or without a header; MMDB; statistics of the registries; published
    JSON lists of fronts. The content decides which. Where ranges overlap the most specific wins.

    Args:
        source: the file.
        kind: `asn` (number and name), `country` or `front` (catalogue id of a provider).
        name: how claims call the table; also the provider of front lists that name none.
        licence: short note that is shown with the table.
        into: the directory of the tables; made when missing.
        build_date: when the data was made, not when it was fetched; none takes the file's word.
        fallback_date: taken when neither says.
        claims: for countries what each line states; unless told otherwise `registry` for
            statistics of the registries and `physical` for all others.
        smallest: fewest ranges that are believed.
        latest: the last day that is believed as a date; a table of the future would never age.

    Raises:
        InvalidInput: the file cannot be read, tells no date, or no line of it can be used. An
            existing table of that name stays as it was.
    """
    _check_name(name)
    lines = _gathered(source, Shape(kind=kind, fallback=name))
    header = _header(
        lines,
        name=name,
        licence=licence,
        claims=claims,
        built=dated(source, build_date, lines.built, fallback_date, latest=latest),
    )
    path = table_path(into, kind, name)
    replace_file(path, packed(lines, header, smallest=smallest))
    return _report(lines, path, header.built)


def dated(source: Path, *stated: date | None, latest: date | None) -> date:
    """Return the first date that is stated. Raises `InvalidInput` for none, or one to come."""
    found = next((one for one in stated if one is not None), None)
    if found is None:
        raise InvalidInput(
            f"{source.name} does not say when it was made; give --build-date YYYY-MM-DD. "
            "Nothing was changed."
        )
    if latest is not None and found > latest:
        raise InvalidInput(
            f"{source.name} would be of {found}, which is still to come; check --build-date and "
            "the clock of this machine. Nothing was changed."
        )
    return found


def _gathered(source: Path, shape: Shape) -> Gathered:
    """Read a source. Raises `InvalidInput` where no line of it can be used."""
    lines = Gathered(shape, source)
    lines.read_all()
    if not lines.accepted:
        raise InvalidInput(lines.nothing_usable())
    return lines


def _header(
    lines: Gathered, *, name: str, licence: str, claims: Claims | None, built: date
) -> TableHeader:
    """Return the header of a table; packing fills in its counts and its own digest."""
    kind = lines.shape.kind
    return TableHeader(
        kind=kind,
        name=name,
        claims=_claims(lines, claims) if kind == "country" else None,
        built=built,
        licence=licence,
        v4=0,
        v6=0,
        values=0,
        sha256="",
        source_sha256=digest_of(lines.source),
    )


def _report(lines: Gathered, path: Path, built: date) -> ImportReport:
    return ImportReport(
        accepted=lines.accepted,
        without_value=lines.without_value,
        refused=tuple(lines.refused),
        path=path,
        built=built,
    )


def _claims(lines: Gathered, stated: Claims | None) -> Claims:
    return stated or ("registry" if lines.form == "statistics" else "physical")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"The table name {name!r} cannot be used: 1 to 32 lower-case letters, digits, "
            "'-' and '_' are allowed."
        )
