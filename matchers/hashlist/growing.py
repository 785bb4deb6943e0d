"""A version out of an earlier one: by a delta, or by a merge of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cases.errors import InvalidInput
from matchers.hashlist import versions
from matchers.hashlist.changes import Changes
from matchers.hashlist.compile import Refusals
from matchers.hashlist.entry import Candidate
from matchers.hashlist.hygiene import DUPLICATE
from matchers.hashlist.making import (
    ImportReport,
    Making,
    counts_of,
    new_version,
    prove,
    publish,
    report,
    seal,
    write_extra,
)
from matchers.hashlist.manifest import Manifest, SegmentInfo
from matchers.hashlist.merging import Growth, merge, to_merge
from matchers.hashlist.reader import OpenList, open_active, open_unfinished
from matchers.hashlist.writer import SegmentWriter


class Delta(NamedTuple):
    """What a source says has changed; removals come first."""

    additions: Iterable[Candidate] = ()
    removals: Iterable[Candidate] = ()
    extra: Mapping[str, bytes] = {}
    """Further files of the version; those of the version before are kept otherwise."""


class Merged(NamedTuple):
    """What a merge made."""

    making: Making
    left_out: int
    """Entries in force that were listed under the withdrawn reference alone."""


def write_delta(directory: Path, draft: Manifest, delta: Delta, growth: Growth) -> ImportReport:
    """
    Make a new version from the draft's parent and a delta, and activate it; the list is locked.

    Files that do not change are linked. If the entries are the same, the new version takes the
    place of its parent; if nothing changed at all, there is none.

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
            changes.take(delta.removals, delta.additions)
            moved = draft.checkpoint != parent.manifest.checkpoint
            if not (changes.any or moved or delta.extra):
                return report(parent.manifest, refusals)
            draft = replace(draft, version=new_version(directory, draft))
            made = _sealed(fresh, draft, parent, changes, writer, delta.extra)
        finally:
            writer.close()
        prove(fresh, writer, changes.gone)
        made = _published(fresh, directory, made, growth)
    if not changes.any:
        versions.drop(directory / parent.manifest.version)
    return report(made.manifest, refusals)


def write_merged(
    fresh: Path,
    source: Path,
    parent: OpenList,
    draft: Manifest,
    *,
    start: int = 0,
    without: str | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> Merged:
    """
    Make, in a fresh directory, a version in which the segments from `start` on are one.

    `source` is where the parent's files lie. The entries that are listed under the reference
    `without` alone are left out.

    Raises:
        StoreProblem: the new version fails its own test.
    """
    infos = parent.manifest.segments
    writer = SegmentWriter(fresh, _next_segment(parent.manifest) if start else "s000001")
    try:
        merged = [one for one in parent.segments if one.info in infos[start:]]
        left_out = merge(merged, writer, without=without)
        segments = infos[:start] + _finished(writer)
    finally:
        writer.close()
    extra = extra or {}
    linked = _linked(parent.manifest, infos[:start]) | _extra_files(parent.manifest) - set(extra)
    versions.link(linked, source, fresh)
    write_extra(fresh, extra)
    counts = counts_of(segments, draft.canaries)
    manifest = replace(draft, segments=segments, counts=counts)
    made = seal(fresh, manifest, linked, parent.manifest.files)
    prove(fresh, writer)
    return Merged(made, left_out)


def _published(fresh: Path, directory: Path, made: Making, growth: Growth) -> Making:
    """Publish a version, its parts merged if that is due."""
    start = to_merge(made.manifest.segments, growth)
    if start is None:
        publish(fresh, directory, made)
        return made
    with versions.unfinished(directory) as merged:
        made, _ = write_merged(merged, fresh, open_unfinished(fresh), made.manifest, start=start)
        # Links to files of the unfinished version are new on disk.
        made = made._replace(linked=frozenset())
        publish(merged, directory, made)
    return made


def _sealed(
    fresh: Path,
    draft: Manifest,
    parent: OpenList,
    changes: Changes,
    writer: SegmentWriter,
    extra: Mapping[str, bytes],
) -> Making:
    taken = writer.taken()
    added = _finished(writer)
    rows = added[0].rows if added else {}
    changes.refusals.counts[DUPLICATE] += taken - sum(rows.values())
    with_dead = changes.write_dead(fresh)
    old = tuple(with_dead.get(info.name, info) for info in parent.manifest.segments)
    linked = _linked(parent.manifest, old) | _extra_files(parent.manifest)
    linked -= {path.name for path in fresh.iterdir()} | set(extra)
    versions.link(linked, fresh.parent / parent.manifest.version, fresh)
    write_extra(fresh, extra)
    manifest = replace(
        draft,
        segments=old + added,
        counts=counts_of(old + added, draft.canaries),
        added=rows,
        removed=dict(changes.removed),
        refused=dict(+changes.refusals.counts),
    )
    if not manifest.total and manifest.tier != "local":
        raise InvalidInput(
            f"hash list {manifest.name}: the delta would leave no entry; remove the list, or "
            "import it again; the active version stays"
        )
    return seal(fresh, manifest, linked, parent.manifest.files)


def _finished(writer: SegmentWriter) -> tuple[SegmentInfo, ...]:
    return (writer.finish(),) if writer.taken() else ()


def _linked(manifest: Manifest, segments: Iterable[SegmentInfo]) -> frozenset[str]:
    """Return the files of segments; their names begin with the segment's."""
    names = tuple(info.name for info in segments)
    return frozenset(name for name in manifest.files if name.startswith(names))


def _extra_files(manifest: Manifest) -> frozenset[str]:
    """Return the files of a version that belong to no segment."""
    return frozenset(manifest.files) - _linked(manifest, manifest.segments)


def _next_segment(manifest: Manifest) -> str:
    last = max((int(info.name[1:]) for info in manifest.segments), default=0)
    return f"s{last + 1:06}"
