"""What can be said about a hash list on the command line, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cases.errors import InvalidInput
from cases.model import Classification
from console.cli.cases import parse_classification

if TYPE_CHECKING:
    from matchers.hashlist.formats import Options

COLUMNS = (
    "md5",
    "sha1",
    "sha256",
    "pdq",
    "phash",
    "dhash",
    "quality",
    "classification",
    "reference",
)


class TierChoice(StrEnum):
    """Where a list stands."""

    BASELINE = "baseline"
    NATIONAL = "national"
    LOCAL = "local"


class FormatChoice(StrEnum):
    """How a list file is written."""

    TEXT = "text"
    CSV = "csv"
    ICSE = "icse"
    JSONL = "jsonl"
    NCMEC = "ncmec"
    THREATEXCHANGE = "threatexchange"
    VICS = "vics"
    VPDQ = "vpdq"


class RowsChoice(StrEnum):
    """Which rows of an ICSE export are listed."""

    BASELINE = "baseline"
    ALL = "all"


class TypeChoice(StrEnum):
    """What a digest is that does not say so itself."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    PDQ = "pdq"
    PHASH = "phash"
    DHASH = "dhash"


File = Annotated[Path, typer.Argument(help="List file, may be gzipped; see docs/operations.md.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Short name of the list.")]
NameOption = Annotated[str, typer.Option("--name", help="Short name of the list.")]
Class = Annotated[
    str | None,
    typer.Option(metavar="SCHEME:VALUE", help="What every entry stands for; never guessed."),
]
Format = Annotated[
    FormatChoice | None, typer.Option("--format", help="Default: as the content says.")
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT=COLUMN", help=f"CSV column, by name or number; {', '.join(COLUMNS)}."
    ),
]
SignalType = Annotated[
    TypeChoice | None, typer.Option("--type", help="Type of lines that do not name theirs.")
]
MatchCategory = Annotated[
    list[str] | None,
    typer.Option(metavar="N[=SCHEME:VALUE]", help="VICS category that is listed; no default."),
]
RowsOption = Annotated[RowsChoice | None, typer.Option(help="ICSE rows that are listed.")]
ClassMap = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="WRITTEN=SCHEME:VALUE",
        help="NCMEC class as written, and what it is here; WRITTEN=- leaves it out.",
    ),
]
Reference = Annotated[
    str, typer.Option(help="Opaque reference of the entry at its source, or of a self-referral.")
]
Json = Annotated[bool, typer.Option("--json")]


def parse_options(
    *,
    file_format: FormatChoice | None,
    column: list[str] | None,
    signal_type: TypeChoice | None,
    match_category: list[str] | None,
    rows: RowsChoice | None,
    class_map: list[str] | None,
) -> Options:
    """Read what was said about the file's format. Raises `InvalidInput`."""
    from matchers.hashlist.formats import ListFormat, Options, Rows

    return Options(
        format=ListFormat(file_format.value) if file_format is not None else None,
        columns=_columns(column or ()) or None,
        signal_type=signal_type.value if signal_type is not None else None,
        categories=_categories(match_category or ()),
        rows=Rows(rows.value) if rows is not None else None,
        classes=_classes(class_map or ()) or None,
    )


def absolute(advance: Callable[[int], None]) -> Callable[[int], None]:
    """Turn "so many more" into "so many by now"."""
    done = 0

    def tell(amount: int) -> None:
        nonlocal done
        advance(amount - done)
        done = amount

    return tell


def _columns(pairs: Iterable[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for pair in pairs:
        what, equals, column = pair.partition("=")
        if not equals or not column or what not in COLUMNS:
            raise InvalidInput(f"--column is WHAT=COLUMN, WHAT one of {', '.join(COLUMNS)}.")
        named[what] = column
    return named


def _categories(texts: Iterable[str]) -> dict[int, Classification | None]:
    named: dict[int, Classification | None] = {}
    for text in texts:
        number, equals, made = text.partition("=")
        if not (number.isascii() and number.isdigit() and len(number) < 4) or (equals and not made):
            raise InvalidInput("--match-category is a number, or NUMBER=SCHEME:VALUE.")
        named[int(number)] = parse_classification(made) if made else None
    return named


def _classes(texts: Iterable[str]) -> dict[str, Classification | None]:
    named: dict[str, Classification | None] = {}
    for text in texts:
        written, equals, made = text.partition("=")
        if not equals or not written:
            raise InvalidInput("--class is WRITTEN=SCHEME:VALUE, or WRITTEN=- to leave it out.")
        named[written] = None if made == "-" else parse_classification(made)
    return named
