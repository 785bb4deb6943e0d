"""What a body is compared by, and what the comparison says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Cryptographic digests of one whole body, lower-case hexadecimal."""

    md5: str
    sha1: str
    sha256: str
    length: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A legal class as its source gave it; never guessed and never translated here."""

    scheme: str
    """For instance `interpol`, `ncmec`, `uk`, `national`."""
    value: str
    """For instance `baseline`, `A1`, `C`."""


SignalType = Literal["md5", "sha1", "sha256", "pdq", "phash", "dhash"]
"""What a listed hash is; the last three are perceptual, of 256, 64 and 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """Which entry of which hash list a digest was found in."""

    hash_list: str
    version: str
    tier: Literal["baseline", "national", "local"]
    signal_type: SignalType
    classification: Classification | None = None
    reference: str | None = None
    """Opaque reference of a self-referral or a partner; it never leaves the hotline."""
    key: str = field(default="", compare=False)
    """Opaque name of the listed signal, for the quarantine; not the signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The digest is on the hash list: same bytes."""

    strength: Literal["strong", "weak"]
    """`weak` when only MD5 agrees; such a match is never approved automatically."""
    entry: ListEntry
    part: str | None = None
    """None for the body itself, else the part of it that agreed: `member_3` of an archive."""
    kind: Literal["match"] = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A perceptual neighbour of a listed signal; a person confirms it or not."""

    tier: Literal["confident", "review"]
    distance: int
    """Bits that differ, of the 256 or 64 of the entry's signal type."""
    quality: int
    """PDQ quality 0 to 100."""
    view: str
    """Which view of the picture agreed: `upright`, a dihedral turn, `trimmed`, ..."""
    entry: ListEntry
    part: str | None = None
    """None for the body itself, else `member_3` of an archive, `video` for key frames."""
    kind: Literal["possible"] = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """Compared with every active list and not found. Not a statement that it is legal."""

    kind: Literal["no_match"] = "no_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """The check did not take place; never to be read as `NoMatch` or `NotFound`."""

    reason: str
    """A short machine word: `timeout`, `undecodable`, `list_unavailable`, ..."""
    kind: Literal["not_checked"] = "not_checked"


Comparison = Match | Possible | NoMatch | NotChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """An authorised analyst's legal assessment, made in the hotline's own tool."""

    case_id: str
    ordinal: int
    """1 for the first assessment of the case."""
    classification: Classification
    law: str
    """Statute and article, as it is quoted in the notice."""
    illegal: bool
    assessor: str
    """Account name; never leaves the hotline."""
    at: datetime
    second_assessor: str | None = None
    asset_ids: tuple[str, ...] = ()
    """The assets that it speaks of; empty means all compared assets of the case."""
