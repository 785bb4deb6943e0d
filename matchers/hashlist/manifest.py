"""What is known about one version of a hash list; written beside its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem
from cases.model import Classification
from matchers.hashlist.entry import SignalType, Tier

FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Provenance and contents of one immutable version."""

    name: str
    version: str
    tier: Tier
    source: str
    """Name of the file that it was made from, without its folder."""
    source_sha256: str
    imported_at: datetime
    """Aware, UTC."""
    classification: Classification | None
    """Of entries that carry none of their own; never guessed."""
    licence: str = ""
    """Under which agreement the list may be used, as the importer noted it."""
    counts: dict[SignalType, int] = field(default_factory=dict)
    """Signals in force by type."""
    refused: dict[str, int] = field(default_factory=dict)
    """Entries that were left out, by reason."""
    files: dict[str, str] = field(default_factory=dict)
    """File name -> SHA-256."""

    @property
    def total(self) -> int:
        """Signals of all types."""
        return sum(self.counts.values())


_ADAPTER = TypeAdapter(Manifest)


def write_manifest(manifest: Manifest, directory: Path) -> None:
    """Write the manifest into a version's directory."""
    (directory / FILE_NAME).write_bytes(_ADAPTER.dump_json(manifest, indent=2) + b"\n")


def read_manifest(directory: Path) -> Manifest:
    """
    Read the manifest of a version.

    Raises:
        FileNotFoundError: there is no such version (any more).
        ConfigurationProblem: it is damaged.
    """
    path = directory / FILE_NAME
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except ValidationError:
        raise ConfigurationProblem(f"{path}: damaged; import this hash list again") from None
