"""What is known about one version of a hash list; written beside its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem
from cases.model import Classification, SignalType
from matchers.hashlist.entry import Tier

FILE_NAME = "manifest.json"
FORMAT = 2
MOST_REVIEW_EXTRA = 16

_MOST_BYTES = 4 << 20
_Count = Annotated[int, Field(ge=0, lt=1 << 32)]
_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

Role = Literal["match", "negative"]
SignatureState = Literal["none", "verified", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentInfo:
    """One immutable part of a version: the base, or what a later delta brought."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^s[0-9]{6}$")]
    """`s000001`; its files begin with it."""
    rows: dict[SignalType, _Count] = field(default_factory=dict)
    """Rows by type, dead ones included."""
    dead: dict[SignalType, _Count] = field(default_factory=dict)
    """Rows that a later delta removed or replaced."""

    @property
    def total(self) -> int:
        """Rows of all types, and the dead among them once more: what a compaction would save."""
        return sum(self.rows.values()) + sum(self.dead.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Provenance and contents of one immutable version."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    version: str
    tier: Tier
    source: str
    """Name of the file or service that it was made from, without its folder."""
    source_sha256: str
    imported_at: AwareDatetime
    """Aware, UTC."""
    classification: Classification | None
    """Of entries that carry none of their own; never guessed."""
    licence: str = ""
    """Under which agreement the list may be used, as the importer noted it."""
    licence_flags: tuple[_Word, ...] = ()
    """What the agreement forbids or asks, as machine words: `no_onward_sharing`, ..."""
    provenance: str = ""
    """Who assessed the entries and how, as the importer noted it."""
    producer: str = ""
    """Implementation that made the PDQ codes, where the source names it."""
    review_extra: Annotated[int, Field(ge=0, le=MOST_REVIEW_EXTRA)] = 0
    """
    Bits added to the review tier for this list's PDQ codes.

    Implementations of PDQ differ by about 10 bits on the same picture; 8 is right for a list of
    another producer. The confident tier is never widened.
    """
    role: Role = "match"
    """`negative`: entries suppress perceptual neighbours instead of making them."""
    signature: SignatureState = "none"
    """Of the source, at its import."""
    signer: str = ""
    """Name of the key that verified it."""
    checkpoint: str | None = None
    """Where the source's next delta begins; opaque."""
    parent: str | None = None
    """The version that this one was made from by a delta."""
    added: dict[SignalType, _Count] = field(default_factory=dict)
    """What a delta wrote, by type; an entry that it replaced counts here and as removed."""
    removed: dict[SignalType, _Count] = field(default_factory=dict)
    """What a delta took out of force."""
    counts: dict[SignalType, _Count] = field(default_factory=dict)
    """Signals in force by type, without canaries."""
    refused: dict[str, int] = field(default_factory=dict)
    """Entries that were left out, by reason."""
    canaries: tuple[str, ...] = ()
    """`TYPE:DIGEST` of benign pictures that prove look-up; they never match."""
    segments: tuple[SegmentInfo, ...] = ()
    """Oldest first."""
    files: dict[_Word, _Sha256] = field(default_factory=dict)
    """File name -> SHA-256."""
    format: int = FORMAT

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
        ConfigurationProblem: it is damaged, of another format, or of another list or version.
    """
    path = directory / FILE_NAME
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise ConfigurationProblem(f"{path}: cannot be read ({problem.strerror})") from None
    try:
        manifest = _ADAPTER.validate_json(text if len(text) <= _MOST_BYTES else b"")
    except ValidationError:
        raise _damaged(path) from None
    if manifest.format != FORMAT:
        raise ConfigurationProblem(
            f"{path}: written in another format ({manifest.format}, not {FORMAT}); import this "
            "hash list again"
        )
    if len({segment.name for segment in manifest.segments}) != len(manifest.segments):
        raise _damaged(path)
    return manifest


def read_own_manifest(directory: Path) -> Manifest:
    """
    Read the manifest of a version where it stands: it must name its own list and version.

    Raises:
        FileNotFoundError: there is no such version (any more).
        ConfigurationProblem: it is damaged, or was moved here from elsewhere.
    """
    manifest = read_manifest(directory)
    if (manifest.name, manifest.version) != (directory.parent.name, directory.name):
        raise _damaged(directory / FILE_NAME)
    return manifest


def _damaged(path: Path) -> ConfigurationProblem:
    return ConfigurationProblem(f"{path}: damaged; import this hash list again")
