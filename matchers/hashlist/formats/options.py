"""What the importer says about a list file; nothing of it is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cases.model import Classification


class ListFormat(StrEnum):
    """How a list file is written."""

    TEXT = "text"
    CSV = "csv"
    ICSE = "icse"
    JSONL = "jsonl"
    NCMEC = "ncmec"
    THREATEXCHANGE = "threatexchange"
    VICS = "vics"
    VPDQ = "vpdq"


class Rows(StrEnum):
    """Which rows of an ICSE export are listed."""

    BASELINE = "baseline"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is to be read."""

    format: ListFormat | None = None
    """None: as its content says."""
    columns: Mapping[str, str] | None = None
    """CSV: `md5`, ..., `quality`, `classification`, `reference` -> header name or number from 1."""
    scheme: str | None = None
    """Of classifications that are written as a bare value."""
    signal_type: str | None = None
    """Of lines that do not name theirs; none leaves it to the length."""
    categories: Mapping[int, Classification | None] = field(default_factory=dict)
    """VICS: the categories that are listed, each with its own class or the list's."""
    rows: Rows | None = None
    """ICSE."""
    classes: Mapping[str, Classification | None] | None = None
    """NCMEC: class as written -> class that holds here, none to leave its entries out.
    Without a map it is `ncmec:VALUE`; with one, a class that it lacks is refused."""
    negative: bool = False
    """The file says what must never match: it makes a negative list."""
