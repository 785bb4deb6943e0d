"""How a version of a list comes to be: written whole, by a delta, or by a merge of its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cases.errors import ConfigurationProblem, HostwatchError, InvalidInput, StoreProblem
from cases.model import SignalType
from matchers.hashlist import versions
from matchers.hashlist.changes import Changes
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
    FILE_NAME,
    Manifest,
    SegmentInfo,
    read_own_manifest,
    write_manifest,
)
from matchers.hashlist.merging import merge, to_merge
from matchers.hashlist.reader import OpenList, open_active, open_unfinished
from matchers.hashlist.segment import dead_name
from matchers.hashlist.selftest import prove, prove_canaries, prove_removed
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


class Delta(NamedTuple):
    """What a source says has changed."""

    additions: Iterable[Candidate]
    removals: Iterable[Candidate]


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
        _write_extra(fresh, extra)
        counts = _without_canaries(info.rows, canaries)
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
        _prove(fresh, writer, ())
        publish(fresh, directory, made, activate=activate)
    return _report(made.manifest, refusals)


def write_delta(
    directory: Path, draft: Manifest, delta: Delta, *, extra: Mapping[str, bytes] | None = None
) -> ImportReport:
    """
    Make a new version from the draft's parent and a delta, and activate it; the list is locked.

    Files that do not change are linked. If nothing but the checkpoint changed, the new version
    takes the place of its parent; if nothing at all, there is none.

    Raises:
        InvalidInput: the version exists already, or a list that is not local would be empty.
        StoreProblem: the new version fails its own test.
    """
    assert draft.parent is not None
    parent = open_active(directory, draft.parent)
    refusals = Refusals()
    with versions.unfinished(directory) as fresh:
        writer = SegmentWriter(fresh, _next_segment(parent.manifest))
        try:
            changes = Changes(parent, writer, refusals)
            changes.remove(delta.removals)
            changes.add(delta.additions)
            changes.finish()
            changed = changes.any
            if not changed and draft.checkpoint == parent.manifest.checkpoint:
                return _report(parent.manifest, refusals)
            version = new_version(directory, draft)
            made = _sealed_delta(
                fresh, replace(draft, version=version), parent, changes, writer, refusals, extra
            )
        finally:
            writer.close()
        _prove(fresh, writer, changes.gone)
        publish(fresh, directory, made)
    if not changed:
        versions.drop(directory / parent.manifest.version)
    return _report(_compacted_if_due(directory, made.manifest), refusals)


def write_merged(
    directory: Path,
    parent: OpenList,
    draft: Manifest,
    *,
    start: int,
    without: str | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> tuple[Manifest, int]:
    """
    Make a version in which the parent's segments from `start` on are one, and activate it.

    Returns its manifest and how many entries in force were left out, because they were listed
    under the reference `without` alone.

    Raises:
        StoreProblem: the new version fails its own test.
    """
    infos = parent.manifest.segments
    name = _next_segment(parent.manifest) if start else _FIRST_SEGMENT
    with versions.unfinished(directory) as fresh:
        writer = SegmentWriter(fresh, name)
        try:
            merged = [one for one in parent.segments if one.info in infos[start:]]
            left_out = merge(merged, writer, without=without)
            segments = infos[:start] + _finished(writer)
        finally:
            writer.close()
        names = {info.name for info in infos[:start]}
        linked = _linked(parent.manifest, names, _extra_files(parent.manifest) - set(extra or {}))
        versions.link(linked, directory / parent.manifest.version, fresh)
        _write_extra(fresh, extra)
        manifest = replace(draft, segments=segments, counts=_counts(segments, draft.canaries))
        made = seal(fresh, manifest, linked, parent.manifest.files)
        _prove(fresh, writer, ())
        publish(fresh, directory, made)
    return made.manifest, left_out


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
    versions.publish(
        fresh, directory, made.manifest.version, linked=made.linked, activate=activate
    )
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


def _sealed_delta(
    fresh: Path,
    draft: Manifest,
    parent: OpenList,
    changes: Changes,
    writer: SegmentWriter,
    refusals: Refusals,
    extra: Mapping[str, bytes] | None,
) -> Making:
    taken = writer.taken()
    added = _finished(writer)
    rows = added[0].rows if added else {}
    refusals.counts[DUPLICATE] += taken - sum(rows.values())
    with_dead = changes.write_dead(fresh)
    old = tuple(with_dead.get(info.name, info) for info in parent.manifest.segments)
    linked = _linked(
        parent.manifest,
        {info.name for info in old},
        _extra_files(parent.manifest) - set(extra or {}),
    ) - {path.name for path in fresh.iterdir()}
    versions.link(linked, (fresh.parent / parent.manifest.version), fresh)
    _write_extra(fresh, extra)
    segments = old + added
    manifest = replace(
        draft,
        segments=segments,
        counts=_counts(segments, draft.canaries),
        added=rows,
        removed=dict(changes.removed),
        refused=dict(+refusals.counts),
    )
    if not manifest.total and manifest.tier != "local":
        raise InvalidInput(
            f"hash list {manifest.name}: the delta would leave no entry; remove the list, or "
            "import it again; the active version stays"
        )
    return seal(fresh, manifest, linked, parent.manifest.files)


def _compacted_if_due(directory: Path, manifest: Manifest) -> Manifest:
    start = to_merge(manifest.segments)
    if start is None:
        return manifest
    parent = open_active(directory, manifest.version)
    version = free_version(directory, manifest.imported_at)
    merged, _ = write_merged(
        directory, parent, replace(manifest, version=version), start=start
    )
    # The same entries in fewer parts: nobody needs to roll back to the version in between.
    versions.drop(directory / manifest.version)
    return merged


def _prove(
    fresh: Path, writer: SegmentWriter, gone: Collection[tuple[SignalType, bytes]]
) -> None:
    """Ask the finished files what they hold. Raises `StoreProblem`."""
    opened = open_unfinished(fresh)
    planted = {kind: sample.values for kind, sample in writer.planted.items() if sample.values}
    prove(opened, writer.name, planted, seed=opened.manifest.version)
    added = {(kind, value) for kind, values in planted.items() for value in values}
    prove_removed(opened, (one for one in gone if one not in added and not _holds(opened, one)))
    if not prove_canaries(opened):
        raise StoreProblem(
            f"hash list {opened.manifest.name}: a canary is not found; the version was not activated"
        )


def _finished(writer: SegmentWriter) -> tuple[SegmentInfo, ...]:
    return (writer.finish(),) if writer.taken() else ()


def _write_extra(fresh: Path, extra: Mapping[str, bytes] | None) -> None:
    for name, content in (extra or {}).items():
        (fresh / name).write_bytes(content)


def _linked(manifest: Manifest, segments: Collection[str], extra: Collection[str]) -> frozenset[str]:
    of_segments = {
        name for name in manifest.files if name.startswith(tuple(segments)) and segments
    }
    return frozenset(of_segments | set(extra))


def _extra_files(manifest: Manifest) -> set[str]:
    """Return the files of a version that belong to no segment."""
    segments = tuple(info.name for info in manifest.segments)
    return {
        name for name in manifest.files if name != FILE_NAME and not name.startswith(segments)
    }


def _counts(segments: Iterable[SegmentInfo], canaries: Collection[str]) -> dict[SignalType, int]:
    counts: dict[SignalType, int] = {}
    for info in segments:
        for kind, rows in info.rows.items():
            counts[kind] = counts.get(kind, 0) + rows - info.dead.get(kind, 0)
    for text in canaries:
        kinds = [kind for kind in counts if text.startswith(f"{kind}:")]
        counts[kinds[0]] -= 1
    return {kind: count for kind, count in counts.items() if count}


def _without_canaries(
    rows: Mapping[SignalType, int], canaries: Canaries
) -> dict[SignalType, int]:
    counts = dict(rows)
    for kind, _ in canaries:
        counts[kind] -= 1
    return {kind: count for kind, count in counts.items() if count}


def _next_segment(manifest: Manifest) -> str:
    last = max((int(info.name[1:]) for info in manifest.segments), default=0)
    return f"s{last + 1:06}"


def _report(manifest: Manifest, refusals: Refusals) -> ImportReport:
    return ImportReport(
        manifest=manifest, refused=dict(+refusals.counts), first_refused=tuple(refusals.first)
    )
