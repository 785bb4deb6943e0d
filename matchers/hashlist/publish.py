"""Import a hash list as a new immutable version; list, roll back, verify and remove versions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cases.errors import ConfigurationProblem, InvalidInput, UnknownRecord
from cases.model import Classification
from matchers.hashlist import versions
from matchers.hashlist.compile import Compiler, file_sha256, prove
from matchers.hashlist.entry import Candidate, Tier
from matchers.hashlist.formats import read_candidates
from matchers.hashlist.manifest import Manifest, read_manifest, write_manifest
from matchers.hashlist.reader import OpenList, active_lists, open_list
from matchers.hashlist.source import Source

__all__ = [
    "ImportReport",
    "ListVersion",
    "OpenList",
    "active_lists",
    "import_list",
    "list_lists",
    "remove",
    "rollback",
    "verify",
    "write_version",
]

LOCAL_LIST = "local"
"""Name of the list that the hotline's own assessments make; not for imports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import made, and what it left out."""

    manifest: Manifest
    refused: Mapping[str, int]
    """Reason -> entries."""
    first_refused: tuple[tuple[int, str], ...]
    """The first of them: line of the source, reason. Repeats have no line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """One version on disk."""

    manifest: Manifest
    active: bool


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
) -> ImportReport:
    """
    Read a list file into a new version and make it the active one.

    `classification` holds for entries without one of their own. `version` defaults to the time.
    `columns` maps CSV columns (see `formats`). `progress` is told the bytes read so far.

    Raises:
        InvalidInput: the file, the names or the map cannot be used; no entry was usable; the
            version exists already. Nothing has changed then.
        StoreProblem: the directory cannot be written, or the new version fails its own test.
    """
    versions.check_name(name)
    if name == LOCAL_LIST:
        raise InvalidInput(f"the list {LOCAL_LIST!r} is made from assessments; choose another name")
    stream = Source(source, progress)
    candidates = read_candidates(
        stream, columns=columns, scheme=classification.scheme if classification else None
    )
    draft = _draft(
        name=name,
        tier=tier,
        source=source,
        classification=classification,
        version=version,
        now=now,
        licence=licence,
    )
    with versions.writing(into, name) as directory:
        return write_version(directory, draft, candidates, source=stream)


def write_version(
    directory: Path,
    draft: Manifest,
    candidates: Iterable[Candidate],
    *,
    source: Source | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> ImportReport:
    """
    Compile candidates into a version of the list whose lock the caller holds, and activate it.

    The draft's missing members are filled in: its version from its time, its source's digest
    from `source` after the last line. `extra` are further files of the version.

    Raises:
        InvalidInput: the version exists already, or no candidate is usable.
        StoreProblem: the new version fails its own test.
    """
    version = draft.version or _free_version(directory, draft.imported_at)
    if (directory / version).exists():
        raise InvalidInput(
            f"hash list {draft.name} has a version {version} already; give another version"
        )
    with versions.unfinished(directory) as fresh:
        compiler = _compiled(fresh, draft, candidates, extra or {})
        manifest = replace(
            draft,
            version=version,
            source_sha256=source.sha256 if source else draft.source_sha256,
            counts=dict(compiler.counts),
            refused=dict(compiler.refused),
            files=compiler.digests(),
        )
        write_manifest(manifest, fresh)
        prove(open_list(fresh), compiler.samples)
        versions.publish(fresh, directory, version)
    first = tuple(compiler.first_refused)
    return ImportReport(manifest=manifest, refused=manifest.refused, first_refused=first)


def list_lists(into: Path) -> tuple[ListVersion, ...]:
    """
    Return all versions of all lists, by name and then oldest first.

    Raises:
        ConfigurationProblem: a manifest or pointer is damaged.
    """
    found: list[ListVersion] = []
    for directory in versions.list_directories(into):
        found += _versions(directory)
    return tuple(found)


def rollback(into: Path, name: str, *, version: str | None = None) -> Manifest:
    """
    Make an earlier version active: the one named, else the last one before the active one.

    Raises:
        UnknownRecord: there is no such list or version.
    """
    versions.existing(into, name)
    with versions.writing(into, name) as directory:
        manifest = _earlier(directory, name, version)
        open_list(directory / manifest.version)
        versions.point_to(directory, manifest.version)
    return manifest


def verify(into: Path, name: str) -> Manifest:
    """
    Compare the files of the active version with the digests in its manifest.

    Raises:
        UnknownRecord: there is no such list, or none of its versions is active.
        ConfigurationProblem: a file was changed or is missing.
    """
    directory = versions.existing(into, name)
    version = versions.pointed(directory)
    if version is None:
        raise UnknownRecord(f"hash list {name} has no active version; import or roll back")
    manifest = read_manifest(directory / version)
    for file_name, expected in manifest.files.items():
        path = directory / version / file_name
        if not path.is_file() or file_sha256(path) != expected:
            raise ConfigurationProblem(f"{path}: changed or missing; import this list again")
    return manifest


def remove(into: Path, name: str) -> int:
    """
    Remove a list with all its versions; return how many there were.

    Raises:
        UnknownRecord: there is no such list.
    """
    versions.existing(into, name)
    with versions.writing(into, name) as directory:
        (directory / versions.POINTER).unlink(missing_ok=True)
        directories = versions.version_directories(directory)
        for version in directories:
            shutil.rmtree(version)
    return len(directories)


def _compiled(
    fresh: Path, draft: Manifest, candidates: Iterable[Candidate], extra: Mapping[str, bytes]
) -> Compiler:
    with Compiler(fresh) as compiler:
        compiler.take(candidates)
        compiler.finish()
    if not compiler.counts:
        raise _nothing_usable(draft, compiler)
    for name, content in extra.items():
        (fresh / name).write_bytes(content)
    return compiler


def _draft(
    *,
    name: str,
    tier: Tier,
    source: Path,
    classification: Classification | None,
    version: str | None,
    now: datetime,
    licence: str,
) -> Manifest:
    if version is not None:
        versions.check_version(version)
    return Manifest(
        name=name,
        version=version or "",
        tier=tier,
        source=source.name,
        source_sha256="",
        imported_at=now.astimezone(UTC),
        classification=classification,
        licence=licence,
    )


def _free_version(directory: Path, now: datetime) -> str:
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while (directory / _numbered(stamp, number)).exists():
        number += 1
    return _numbered(stamp, number)


def _numbered(stamp: str, number: int) -> str:
    return stamp if number == 1 else f"{stamp}-{number:03}"


def _nothing_usable(draft: Manifest, compiler: Compiler) -> InvalidInput:
    if not compiler.first_refused:
        return InvalidInput(f"{draft.source}: holds no entry; the active version stays")
    line, reason = compiler.first_refused[0]
    count = compiler.refused.total()
    return InvalidInput(
        f"{draft.source}: none of {count} entries is usable (line {line}: {reason}); check the "
        "format, the delimiter and the column map; the active version stays"
    )


def _versions(directory: Path) -> list[ListVersion]:
    active = versions.pointed(directory)
    manifests = [read_manifest(path) for path in versions.version_directories(directory)]
    manifests.sort(key=lambda manifest: (manifest.imported_at, manifest.version))
    return [ListVersion(manifest=made, active=made.version == active) for made in manifests]


def _earlier(directory: Path, name: str, version: str | None) -> Manifest:
    known = _versions(directory)
    if version is not None:
        chosen = [made.manifest for made in known if made.manifest.version == version]
    else:
        active = next((at for at, made in enumerate(known) if made.active), len(known))
        chosen = [made.manifest for made in known[:active]]
    if not chosen:
        wanted = f"no version {version[:64]!r}" if version else "no earlier version"
        raise UnknownRecord(f"hash list {name} has {wanted}")
    return chosen[-1]
