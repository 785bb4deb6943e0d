"""Import a hash list as a new immutable version, or update it by a delta."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import InvalidInput, UnknownRecord
from cases.model import Classification
from matchers.hashlist import versions
from matchers.hashlist.compile import read_canaries
from matchers.hashlist.entry import Candidate, Tier
from matchers.hashlist.explain import Explanation, explain
from matchers.hashlist.formats import Options, read_candidates
from matchers.hashlist.growing import Delta, write_delta
from matchers.hashlist.keeping import (
    ListVersion,
    activate,
    compact,
    list_lists,
    remove,
    rollback,
    verify,
    withdraw,
)
from matchers.hashlist.making import ImportReport, write_whole
from matchers.hashlist.manifest import MOST_REVIEW_EXTRA, Manifest, Role, read_own_manifest
from matchers.hashlist.merging import Growth
from matchers.hashlist.reader import OpenList, active_lists
from matchers.hashlist.signing import verify_source
from matchers.hashlist.source import Source

__all__ = [
    "LOCAL_LIST",
    "About",
    "Explanation",
    "Growth",
    "ImportReport",
    "ListVersion",
    "OpenList",
    "Signed",
    "activate",
    "active_lists",
    "apply_delta",
    "compact",
    "explain",
    "import_list",
    "list_lists",
    "remove",
    "replace_list",
    "rollback",
    "verify",
    "withdraw",
]

LOCAL_LIST = "local"
"""Name of the list that the hotline's own assessments make; not for imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the importer notes about a list, beside its tier and classification."""

    licence: str = ""
    licence_flags: tuple[str, ...] = ()
    """Machine words: `no_onward_sharing`, ..."""
    provenance: str = ""
    producer: str = ""
    """Implementation that made the PDQ codes."""
    review_extra: int = 0
    """Bits added to the review tier, 0 to 16; 8 for PDQ codes of another implementation."""
    role: Role = "match"
    canaries: tuple[str, ...] = ()
    """`TYPE:DIGEST` of benign pictures that prove look-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A detached signature of a list file, and the keys that it may be of."""

    signature: bytes
    """64 bytes, Ed25519."""
    signers: Mapping[str, Ed25519PublicKey]
    """By the name that the manifest will show."""


def import_list(
    source: Path,
    *,
    into: Path,
    name: str,
    tier: Tier,
    classification: Classification | None,
    version: str | None,
    now: datetime,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
    licence: str = "",
    options: Options | None = None,
    about: About | None = None,
    signed: Signed | None = None,
    live: bool = True,
) -> ImportReport:
    """
    Read a list file into a new version and make it the active one.

    `classification` holds for entries without one of their own. `version` defaults to the time.
    `columns` maps CSV columns, `options` say more about the format (see `formats`). `progress` is
    told the bytes read so far. With `signed`, a file that its maker did not sign is refused.
    Without `live` the version is only made; `activate` turns it on.

    Raises:
        InvalidInput: the file, the names or the map cannot be used; no entry was usable; the
            version exists already; the signature is wrong. Nothing has changed then.
        StoreProblem: the directory cannot be written, or the new version fails its own test.
    """
    check_import_name(name)
    about = about or About(licence=licence)
    if options is not None and options.negative:
        about = replace(about, role="negative")
    draft = _draft(
        about, name=name, tier=tier, source=source.name, classification=classification, now=now
    )
    draft = replace(draft, version=_checked(version))
    canaries = read_canaries(about.canaries)
    digest = ""
    if signed is not None:
        signer, digest = verify_source(source, signed.signature, signed.signers)
        draft = replace(draft, signature="verified", signer=signer)
    stream = Source(source, progress)
    scheme = classification.scheme if classification else None
    candidates = read_candidates(stream, columns=columns, scheme=scheme, options=options)
    with versions.writing(into, name) as directory:
        return write_whole(
            directory,
            draft,
            candidates,
            source_sha256=lambda: _read_whole(stream, digest),
            canaries=canaries,
            activate=live,
        )


def apply_delta(
    into: Path,
    name: str,
    *,
    additions: Iterable[Candidate],
    removals: Iterable[Candidate],
    now: datetime,
    checkpoint: str | None,
    source: str,
    tier: Tier | None = None,
    classification: Classification | None = None,
    about: About | None = None,
    growth: Growth | None = None,
) -> ImportReport:
    """
    Make a new active version out of the active one, less the removals, with the additions.

    An addition of what is listed already replaces its class. A removal with a reference and an
    empty text removes all that is listed under the reference; with both, the digest is removed
    unless another reference lists it too. The report counts removals of what is not listed.

    `tier`, `classification` and `about` are for the first delta of a list that does not exist;
    they are not looked at otherwise. `growth` says when parts are merged.

    Raises:
        UnknownRecord: there is no such list and no tier is given, or none of its versions is
            active.
        InvalidInput: nothing would be listed afterwards. The active version stays.
        StoreProblem: the directory cannot be written, or the new version fails its own test.
    """
    versions.check_name(name)
    with versions.writing(into, name) as directory:
        active = versions.pointed(directory)
        if active is not None:
            parent = read_own_manifest(directory / active)
            draft = replace(
                parent,
                version="",
                parent=active,
                source=source,
                source_sha256="",
                signature="none",
                signer="",
                checkpoint=checkpoint,
                imported_at=now.astimezone(UTC),
            )
            return write_delta(directory, draft, Delta(additions, removals), growth or Growth())
        if tier is None or versions.version_directories(directory):
            raise UnknownRecord(f"hash list {name} has no active version; import or roll back")
        about = about or About()
        draft = _draft(
            about, name=name, tier=tier, source=source, classification=classification, now=now
        )
        draft = replace(draft, checkpoint=checkpoint)
        return write_whole(directory, draft, additions, canaries=read_canaries(about.canaries))


def replace_list(
    into: Path,
    name: str,
    *,
    candidates: Iterable[Candidate],
    now: datetime,
    checkpoint: str | None,
    source: str,
    tier: Tier,
    classification: Classification | None,
    about: About,
) -> ImportReport:
    """
    Make a new active version of all that a source has, whatever was listed before.

    Raises:
        InvalidInput: the name cannot be used, or nothing would be listed. Nothing has changed.
        StoreProblem: the directory cannot be written, or the new version fails its own test.
    """
    check_import_name(name)
    draft = _draft(
        about, name=name, tier=tier, source=source, classification=classification, now=now
    )
    draft = replace(draft, checkpoint=checkpoint)
    with versions.writing(into, name) as directory:
        return write_whole(directory, draft, candidates, canaries=read_canaries(about.canaries))


def check_import_name(name: str) -> None:
    """Refuse a name that is not one, or is that of the local tier. Raises `InvalidInput`."""
    versions.check_name(name)
    if name == LOCAL_LIST:
        raise InvalidInput(f"the list {LOCAL_LIST!r} is made from assessments; choose another name")


def _draft(
    about: About,
    *,
    name: str,
    tier: Tier,
    source: str,
    classification: Classification | None,
    now: datetime,
) -> Manifest:
    if not 0 <= about.review_extra <= MOST_REVIEW_EXTRA:
        raise InvalidInput(f"the review tier can be widened by 0 to {MOST_REVIEW_EXTRA} bits")
    if not all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", flag) for flag in about.licence_flags):
        raise InvalidInput("a licence flag is a word of lower-case letters, digits and _")
    return Manifest(
        name=name,
        version="",
        tier=tier,
        source=source,
        source_sha256="",
        imported_at=now.astimezone(UTC),
        classification=classification,
        licence=about.licence,
        licence_flags=about.licence_flags,
        provenance=about.provenance,
        producer=about.producer,
        review_extra=about.review_extra,
        role=about.role,
    )


def _checked(version: str | None) -> str:
    if version is not None:
        versions.check_version(version)
    return version or ""


def _read_whole(stream: Source, signed: str) -> str:
    """Return the digest of what was read; it must be that of what was signed."""
    if signed and stream.sha256 != signed:
        raise InvalidInput(f"{stream.path}: changed while it was read; import it again")
    return stream.sha256
