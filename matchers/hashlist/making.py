"""How a version of a list comes to be: written, sealed, proven, published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cases.errors import HostwatchError, InvalidInput, StoreProblem
from cases.model import SignalType
from matchers.hashlist import versions
from matchers.hashlist.compile import (
    Canaries,
    Refusals,
    add_canaries,
    canary_texts,
    file_sha256,
    take,
)
from matchers.hashlist.entry import Candidate
from matchers.hashlist.hygiene import DUPLICATE
from matchers.hashlist.manifest import (
    Manifest,
    SegmentInfo,
    read_own_manifest,
    write_manifest,
)
from matchers.hashlist.reader import open_unfinished
from matchers.hashlist.selftest import prove_canaries, prove_planted, prove_removed
from matchers.hashlist.writer import SegmentWriter

KEPT_VERSIONS = 10
"""Of each list; the active one is always among them."""
_FIRST_SEGMENT = "s000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import or a delta made, and what it left out."""

    manifest: Manifest
    refused: Mapping[str, int]
    """Reason -> entries."""
    first_refused: tuple[tuple[int, str], ...]
    """The first of them: line of the source, reason. Repeats have no line."""


class Making(NamedTuple):
    """A version that is being made in a directory of its own."""

    manifest: Manifest
    linked: frozenset[str]
    """Names of the files that an earlier version holds as well."""


def write_whole(
    directory: Path,
    draft: Manifest,
    candidates: Iterable[Candidate],
    *,
    source_sha256: Callable[[], str] | None = None,
    extra: Mapping[str, bytes] | None = None,
    canaries: Canaries = frozenset(),
    activate: bool = True,
) -> ImportReport:
    """
    Write candidates as a new version of the list whose lock the caller holds.

    The draft's missing members are filled in; `source_sha256` is asked after the last candidate.
    `extra` are further files of the version.

    Raises:
        InvalidInput: the version exists already, or no candidate is usable.
        StoreProblem: the new version fails its own test.
    """
    version = new_version(directory, draft)
    with versions.unfinished(directory) as fresh:
        writer, refusals = SegmentWriter(fresh, _FIRST_SEGMENT), Refusals()
        info = _written(writer, candidates, refusals, canaries, draft)
        write_extra(fresh, extra)
        counts = counts_of((info,), canary_texts(canaries))
        manifest = replace(
            draft,
            version=version,
            source_sha256=source_sha256() if source_sha256 else draft.source_sha256,
            counts=counts,
            added=counts,
            refused=dict(+refusals.counts),
            canaries=canary_texts(canaries),
            segments=(info,),
        )
        made = seal(fresh, manifest, frozenset(), {})
        prove(fresh, writer)
        publish(fresh, directory, made, activate=activate)
    return report(made.manifest, refusals)


def new_version(directory: Path, draft: Manifest) -> str:
    """
    Return the draft's version, or a new one by its time.

    Raises:
        InvalidInput: there is such a version already.
    """
    if not draft.version:
        return free_version(directory, draft.imported_at)
    versions.check_version(draft.version)
    if (directory / draft.version).exists():
        raise InvalidInput(
            f"hash list {draft.name} has a version {draft.version} already; give another version"
        )
    return draft.version


def free_version(directory: Path, now: datetime) -> str:
    """Return a version name by the time that is not taken."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while (directory / _numbered(stamp, number)).exists():
        number += 1
    return _numbered(stamp, number)


def seal(
    fresh: Path, manifest: Manifest, linked: frozenset[str], known: Mapping[str, str]
) -> Making:
    """Write the manifest with the digests of all files; those of linked ones are known."""
    files = {
        path.name: known[path.name] if path.name in linked else file_sha256(path)
        for path in sorted(fresh.iterdir())
    }
    manifest = replace(manifest, files=files)
    write_manifest(manifest, fresh)
    return Making(manifest, linked)


def publish(fresh: Path, directory: Path, made: Making, *, activate: bool = True) -> None:
    """Make a finished directory a version, the active one if wanted; old versions go."""
    versions.publish(fresh, directory, made.manifest.version, linked=made.linked, activate=activate)
    prune(directory, KEPT_VERSIONS)


def prune(directory: Path, kept: int) -> None:
    """Remove the oldest versions but so many; readers that hold one keep their mapping."""
    active = versions.pointed(directory)
    others = [path for path in versions.version_directories(directory) if path.name != active]
    for path in sorted(others, key=_age)[: max(0, len(others) - kept + 1)]:
        versions.drop(path)


def _age(version: Path) -> tuple[datetime, str]:
    try:
        return read_own_manifest(version).imported_at, version.name
    except (HostwatchError, FileNotFoundError):
        return datetime.min.replace(tzinfo=UTC), version.name


def _numbered(stamp: str, number: int) -> str:
    return stamp if number == 1 else f"{stamp}-{number:03}"


def _written(
    writer: SegmentWriter,
    candidates: Iterable[Candidate],
    refusals: Refusals,
    canaries: Canaries,
    draft: Manifest,
) -> SegmentInfo:
    try:
        take(candidates, writer, refusals, canaries=canaries)
        if not writer.taken():
            raise _nothing_usable(draft, refusals)
        add_canaries(canaries, writer)
        taken = writer.taken()
        info = writer.finish()
    finally:
        writer.close()
    refusals.counts[DUPLICATE] += taken - sum(info.rows.values())
    return info


def _nothing_usable(draft: Manifest, refusals: Refusals) -> InvalidInput:
    if not refusals.first:
        return InvalidInput(f"{draft.source}: holds no entry; the active version stays")
    line, reason = refusals.first[0]
    return InvalidInput(
        f"{draft.source}: none of {refusals.counts.total()} entries is usable (line {line}: "
        f"{reason}); check the format, the delimiter and the column map; the active version stays"
    )


def prove(
    fresh: Path, writer: SegmentWriter, gone: Collection[tuple[SignalType, bytes]] = ()
) -> None:
    """Ask the finished files what they hold. Raises `StoreProblem`."""
    opened = open_unfinished(fresh)
    prove_planted(opened, writer.name, writer.planted(), seed=opened.manifest.version)
    prove_removed(opened, gone, but=writer.name)
    if not prove_canaries(opened):
        raise StoreProblem(
            f"hash list {opened.manifest.name}: a canary is not found; it was not activated"
        )


def write_extra(fresh: Path, extra: Mapping[str, bytes] | None) -> None:
    """Write further files of a version."""
    for name, content in (extra or {}).items():
        (fresh / name).write_bytes(content)


def counts_of(segments: Iterable[SegmentInfo], canaries: Collection[str]) -> dict[SignalType, int]:
    """Return the signals in force by type, without canaries."""
    counts: dict[SignalType, int] = {}
    for info in segments:
        for kind, rows in info.rows.items():
            counts[kind] = counts.get(kind, 0) + rows - info.dead.get(kind, 0)
    for text in canaries:
        kinds = [kind for kind in counts if text.startswith(f"{kind}:")]
        counts[kinds[0]] -= 1
    return {kind: count for kind, count in counts.items() if count}


def report(manifest: Manifest, refusals: Refusals) -> ImportReport:
    """Say what was made and what was left out."""
    return ImportReport(
        manifest=manifest, refused=dict(+refusals.counts), first_refused=tuple(refusals.first)
    )
