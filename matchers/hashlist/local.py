"""
The local tier: digests of assets that the hotline's own analysts assessed as illegal.

Each addition makes a new version of the list `local`, by a delta. Beside its index lies the record
of what was listed for which case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem, InvalidInput
from cases.model import Classification, Digests
from matchers.hashlist import versions
from matchers.hashlist.entry import Candidate
from matchers.hashlist.growing import Delta, write_delta
from matchers.hashlist.hygiene import examine
from matchers.hashlist.making import free_version, prune, write_whole
from matchers.hashlist.manifest import Manifest, read_own_manifest
from matchers.hashlist.merging import Growth
from matchers.hashlist.publish import LOCAL_LIST

ENTRIES_FILE = "entries.jsonl"
_KEPT_VERSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEntry:
    """One listed asset, and the case whose assessment listed it."""

    digests: Digests
    pdq: str | None
    classification: Classification
    case_id: str
    at: datetime


_ADAPTER = TypeAdapter(LocalEntry)


def add_local(
    into: Path,
    digests: Digests,
    pdq: str | None,
    classification: Classification,
    case_id: str,
    now: datetime,
) -> Manifest:
    """
    List the digests of an assessed asset; return the manifest of the version that holds them.

    Doing it again changes nothing. `pdq` is 64 hexadecimal digits, of a picture measured with
    enough quality. The newest classification of the same bytes is the one that holds.

    Raises:
        InvalidInput: the digests are such as must not be listed (the empty file, for instance).
        StoreProblem: the directory cannot be written.
    """
    entry = LocalEntry(
        digests=digests,
        pdq=pdq,
        classification=classification,
        case_id=case_id,
        at=now.astimezone(UTC),
    )
    _refuse_unfit(entry)
    with versions.writing(into, LOCAL_LIST) as directory:
        active = versions.pointed(directory)
        known = _read(directory / active) if active else []
        if active and any(_same(entry, listed) for listed in known):
            return read_own_manifest(directory / active)
        manifest = _added(directory, active, known, entry, now)
        prune(directory, _KEPT_VERSIONS)
    return manifest


def withdraw_local(
    into: Path, case_id: str, now: datetime, *, only: Collection[str] | None = None
) -> int:
    """
    Remove what was listed for a case, physically; return how many assets that were.

    All other versions of the list are removed as well, for they would hold it. What was listed
    for another case too stays. Doing it again finishes what a killed process began. `only` names
    the SHA-256 digests of those assets that are meant; none means all.

    Raises:
        ConfigurationProblem: the record of the list is damaged.
        StoreProblem: the directory cannot be written.
    """
    with versions.writing(into, LOCAL_LIST) as directory:
        active = versions.pointed(directory)
        known = _read(directory / active) if active else []
        left = [entry for entry in known if not _is_meant(entry, case_id, only)]
        if only is not None and len(left) == len(known):
            return 0
        if not left:
            _remove_all(directory)
        elif len(left) != len(known) or _stands_elsewhere(directory, case_id):
            _write_only(directory, left, now)
    return len(known) - len(left)


def _is_meant(entry: LocalEntry, case_id: str, only: Collection[str] | None) -> bool:
    return entry.case_id == case_id and (only is None or entry.digests.sha256 in only)


def local_entries(into: Path) -> tuple[LocalEntry, ...]:
    """
    Return what the active local version lists, oldest first.

    Raises:
        ConfigurationProblem: its record is damaged.
    """
    directory = into / LOCAL_LIST
    active = versions.pointed(directory)
    return tuple(_read(directory / active)) if active else ()


def _refuse_unfit(entry: LocalEntry) -> None:
    for candidate in _of_entry(0, entry):
        reason = examine(candidate)
        if isinstance(reason, str) and candidate.kind != "pdq":
            raise InvalidInput(
                f"case {entry.case_id}: this {candidate.kind} cannot be listed ({reason})"
            )


def _stands_elsewhere(directory: Path, case_id: str) -> bool:
    wanted = case_id.encode()
    records = (path / ENTRIES_FILE for path in versions.version_directories(directory))
    return any(path.is_file() and wanted in path.read_bytes() for path in records)


def _remove_all(directory: Path) -> None:
    (directory / versions.POINTER).unlink(missing_ok=True)
    for version in versions.version_directories(directory):
        versions.drop(version)


def _write_only(directory: Path, entries: list[LocalEntry], now: datetime) -> None:
    """Make a version of these entries, and let no other stay."""
    draft = replace(_draft(entries, now), version=free_version(directory, now))
    versions.only(directory, draft.version)
    write_whole(directory, draft, _candidates(entries), extra={ENTRIES_FILE: _record(entries)})
    versions.drop_others(directory, draft.version)


def _same(entry: LocalEntry, listed: LocalEntry) -> bool:
    return (
        entry.digests.sha256 == listed.digests.sha256
        and entry.case_id == listed.case_id
        and entry.classification == listed.classification
        and entry.pdq == listed.pdq
    )


def _added(
    directory: Path, active: str | None, known: list[LocalEntry], entry: LocalEntry, now: datetime
) -> Manifest:
    draft = _draft([*known, entry], now)
    extra = {ENTRIES_FILE: _record([*known, entry])}
    if active is None:
        return write_whole(directory, draft, _of_entry(1, entry), extra=extra).manifest
    delta = Delta(additions=_of_entry(len(known) + 1, entry), extra=extra)
    parent = read_own_manifest(directory / active)
    return write_delta(directory, replace(draft, parent=parent.version), delta, Growth()).manifest


def _draft(entries: list[LocalEntry], now: datetime) -> Manifest:
    return Manifest(
        name=LOCAL_LIST,
        version="",
        tier="local",
        source=ENTRIES_FILE,
        source_sha256=hashlib.sha256(_record(entries)).hexdigest(),
        imported_at=now.astimezone(UTC),
        classification=None,
    )


def _record(entries: list[LocalEntry]) -> bytes:
    return b"".join(_ADAPTER.dump_json(entry) + b"\n" for entry in entries)


def _candidates(entries: list[LocalEntry]) -> Iterator[Candidate]:
    """Newest first, because of equal signals the first one holds."""
    for number, entry in reversed(list(enumerate(entries, start=1))):
        yield from _of_entry(number, entry)


def _of_entry(number: int, entry: LocalEntry) -> Iterator[Candidate]:
    found = entry.digests
    pairs = (("sha256", found.sha256), ("sha1", found.sha1), ("md5", found.md5), ("pdq", entry.pdq))
    for kind, text in pairs:
        if text is not None:
            yield Candidate(number, kind, text, entry.classification)


def _read(version: Path) -> list[LocalEntry]:
    path = version / ENTRIES_FILE
    try:
        return [_ADAPTER.validate_json(line) for line in path.read_bytes().splitlines()]
    except (OSError, ValidationError):
        raise ConfigurationProblem(
            f"{path}: missing or damaged; roll the list {LOCAL_LIST!r} back"
        ) from None
