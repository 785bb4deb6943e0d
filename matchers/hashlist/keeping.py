"""The versions of lists on disk: list, activate, compact, withdraw, verify, remove."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cases.errors import ConfigurationProblem, InvalidInput, UnknownRecord
from matchers.hashlist import versions
from matchers.hashlist.compile import file_sha256
from matchers.hashlist.growing import write_merged
from matchers.hashlist.hygiene import is_reference
from matchers.hashlist.making import free_version, publish
from matchers.hashlist.manifest import Manifest, read_own_manifest
from matchers.hashlist.reader import OpenList, open_active
from matchers.hashlist.references import mentions
from matchers.hashlist.selftest import prove_canaries


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """One version on disk."""

    manifest: Manifest
    active: bool


def compact(into: Path, name: str, *, now: datetime) -> Manifest:
    """
    Make a new active version with the same entries in one part, for the fastest look-up.

    Raises:
        UnknownRecord: there is no such list, or none of its versions is active.
    """
    versions.existing(into, name)
    with versions.writing(into, name) as directory:
        parent = _open_pointed(directory, name)
        with versions.unfinished(directory) as fresh:
            draft = _successor(directory, parent.manifest, now)
            made, _ = write_merged(fresh, directory / parent.manifest.version, parent, draft)
            publish(fresh, directory, made)
    return made.manifest


def withdraw(into: Path, name: str, reference: str, now: datetime) -> int:
    """
    Remove all that is listed under a reference, physically; return how many entries there were.

    The active version is written anew without them and without the reference. All other versions
    of the list are removed, for they would hold them: no roll-back is possible afterwards. What
    another reference lists as well stays listed under that. Doing it again finishes what a killed
    process began.

    Raises:
        InvalidInput: the reference is not one.
        UnknownRecord: there is no such list, or none of its versions is active.
    """
    if not is_reference(reference):
        raise InvalidInput("a reference has at most 128 printable ASCII characters and no space")
    versions.existing(into, name)
    with versions.writing(into, name) as directory:
        if not any(mentions(one, reference) for one in versions.version_directories(directory)):
            return 0
        parent = _open_pointed(directory, name)
        with versions.unfinished(directory) as fresh:
            draft = _successor(directory, parent.manifest, now)
            source = directory / parent.manifest.version
            made, count = write_merged(fresh, source, parent, draft, without=reference)
            versions.only(directory, made.manifest.version)
            publish(fresh, directory, made)
            versions.drop_others(directory, made.manifest.version)
    return count


def list_lists(into: Path) -> tuple[ListVersion, ...]:
    """
    Return all versions of all lists, by name and then oldest first.

    Raises:
        ConfigurationProblem: a manifest or pointer is damaged.
    """
    found: list[ListVersion] = []
    for directory in versions.list_directories(into):
        found += versions_of(directory)
    return tuple(found)


def rollback(into: Path, name: str, *, version: str | None = None) -> Manifest:
    """
    Make an earlier version active: the one named, else the last one before the active one.

    Raises:
        UnknownRecord: there is no such list or version.
        ConfigurationProblem: that version is damaged; the active one stays.
    """
    versions.existing(into, name)
    with versions.writing(into, name) as directory:
        manifest = _earlier(directory, name, version)
        _verified(directory, manifest.version)
        versions.point_to(directory, manifest.version)
    return manifest


def activate(into: Path, name: str, version: str) -> Manifest:
    """
    Make a version that is there the active one.

    Raises:
        UnknownRecord: there is no such list or version.
        ConfigurationProblem: that version is damaged; the active one stays.
    """
    return rollback(into, name, version=version)


def verify(into: Path, name: str) -> Manifest:
    """
    Compare the files of the active version with its manifest, and look its canaries up.

    Raises:
        UnknownRecord: there is no such list, or none of its versions is active.
        ConfigurationProblem: a file was changed or is missing, a canary is not found, or the
            source's signature was wrong.
    """
    directory = versions.existing(into, name)
    return _verified(directory, _pointed(directory, name))


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
            versions.drop(version)
    return len(directories)


def _pointed(directory: Path, name: str) -> str:
    version = versions.pointed(directory)
    if version is None:
        raise UnknownRecord(f"hash list {name} has no active version; import or roll back")
    return version


def _open_pointed(directory: Path, name: str) -> OpenList:
    version = _pointed(directory, name)
    try:
        return open_active(directory, version)
    except FileNotFoundError:
        raise ConfigurationProblem(
            f"{directory / version}: missing; roll this hash list back or import it again"
        ) from None


def _successor(directory: Path, manifest: Manifest, now: datetime) -> Manifest:
    """Return the draft of a version with the same entries."""
    version = free_version(directory, now)
    at = now.astimezone(UTC)
    return replace(
        manifest, version=version, parent=manifest.version, imported_at=at, added={}, removed={}
    )


def _verified(directory: Path, version: str) -> Manifest:
    try:
        manifest = read_own_manifest(directory / version)
        for file_name, expected in manifest.files.items():
            path = directory / version / file_name
            if not path.is_file() or file_sha256(path) != expected:
                raise ConfigurationProblem(f"{path}: changed or missing; import this list again")
        opened = open_active(directory, version)
    except FileNotFoundError as problem:
        raise ConfigurationProblem(
            f"{problem.filename}: missing; roll this hash list back or import it again"
        ) from None
    if manifest.signature == "failed":
        raise ConfigurationProblem(f"{directory / version}: the signature of its source is wrong")
    if not prove_canaries(opened):
        raise ConfigurationProblem(
            f"{directory / version}: a canary is not found; import this list again"
        )
    return manifest


def versions_of(directory: Path) -> list[ListVersion]:
    """
    Return all versions of the list in this directory, oldest first.

    Raises:
        ConfigurationProblem: a manifest or the pointer is damaged.
    """
    active = versions.pointed(directory)
    manifests = [read_own_manifest(path) for path in versions.version_directories(directory)]
    manifests.sort(key=lambda manifest: (manifest.imported_at, manifest.version))
    return [ListVersion(manifest=made, active=made.version == active) for made in manifests]


def _earlier(directory: Path, name: str, version: str | None) -> Manifest:
    known = versions_of(directory)
    if version is not None:
        chosen = [made.manifest for made in known if made.manifest.version == version]
    else:
        active = next((at for at, made in enumerate(known) if made.active), len(known))
        chosen = [made.manifest for made in known[:active]]
    if not chosen:
        wanted = f"no version {version[:64]!r}" if version else "no earlier version"
        raise UnknownRecord(f"hash list {name} has {wanted}")
    return chosen[-1]
