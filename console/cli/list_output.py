"""How hash lists, their imports and their entries are shown; never what is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.cli.session import Session

if TYPE_CHECKING:
    from cases.model import Classification
    from matchers.hashlist.publish import Explanation, ImportReport, ListVersion

LIST_COLUMNS = ("list", "version", "active", "tier", "class", "entries", "imported")


def counts(numbers: Mapping[Any, int]) -> str:
    """Write `3 md5, 5 sha1`."""
    return ", ".join(f"{count} {name}" for name, count in sorted(numbers.items())) or "none"


def print_report(session: Session, report: ImportReport, *, live: bool, as_json: bool) -> None:
    """Tell what an import or update made and left out."""
    from console.output import print_json

    made = report.manifest
    if as_json:
        value = {
            "list": made.name,
            "version": made.version,
            "active": live,
            "accepted": dict(made.counts),
            "added": dict(made.added),
            "removed": dict(made.removed),
            "refused": dict(report.refused),
            "first_refused": [{"line": at, "reason": why} for at, why in report.first_refused],
            "signature": made.signature,
        }
        print_json(value, file=session.out)
        return
    state = "active" if live else "made, not active"
    session.write(f"{made.name} version {made.version} is {state}: {counts(made.counts)}")
    if made.removed or made.parent:
        added, removed = counts(made.added), counts(made.removed)
        session.write(f"changed: {added} added, {removed} removed")
    print_refused(session, report.refused, report.first_refused)


def print_refused(
    session: Session, refused: Mapping[str, int], first: tuple[tuple[int, str], ...]
) -> None:
    """Tell what was left out: the first ones by line or record, all by reason."""
    for number, reason in first:
        where = f"line or record {number}" if number else "an entry"
        session.write(f"{where} refused: {reason}")
    if refused:
        session.write(f"refused: {counts(refused)}")


def list_row(one: ListVersion) -> dict[str, object]:
    """Return the row of a version."""
    manifest = one.manifest
    return {
        "list": manifest.name,
        "version": manifest.version,
        "active": one.active,
        "tier": manifest.tier,
        "class": class_text(manifest.classification),
        "entries": manifest.total,
        "imported": f"{manifest.imported_at:%Y-%m-%d %H:%M}",
    }


def manifest_value(one: ListVersion) -> dict[str, object]:
    """Return what is known of a version, without its files and canaries."""
    made = one.manifest
    return {
        **list_row(one),
        "counts": dict(made.counts),
        "refused": dict(made.refused),
        "source": made.source,
        "sha256": made.source_sha256 or None,
        "signature": made.signature,
        "signer": made.signer or None,
        "licence": made.licence or None,
        "licence_flags": list(made.licence_flags),
        "provenance": made.provenance or None,
        "producer": made.producer or None,
        "review_extra": made.review_extra,
        "role": made.role,
        "made_from": made.parent,
        "added": dict(made.added),
        "removed": dict(made.removed),
        "checkpoint": made.checkpoint,
        "parts": len(made.segments),
        "canaries": len(made.canaries),
    }


def manifest_text(value: Mapping[str, object]) -> dict[str, object]:
    """Return the same for people: counts in words."""
    return {
        name: counts(member) if isinstance(member, dict) else member
        for name, member in value.items()
        if member not in ({}, [], None)
    }


def entry_row(found: Explanation) -> dict[str, object]:
    """Return the row of what a list says of a digest."""
    entry = found.entry
    return {
        "standing": found.standing,
        "list": entry.hash_list,
        "version": entry.version,
        "tier": entry.tier,
        "type": entry.signal_type,
        "class": class_text(entry.classification),
        "references": list(found.references),
        "since": f"{found.since:%Y-%m-%dT%H:%M:%SZ}" if found.since is not None else None,
        "why": found.reason,
    }


def class_text(made: Classification | None) -> str:
    """Write `scheme:value`, or nothing."""
    return f"{made.scheme}:{made.value}" if made is not None else ""


def say(session: Session, value: object, text: str, *, as_json: bool) -> None:
    """Print one outcome: the value as JSON, or its sentence."""
    from console.output import print_json

    if as_json:
        print_json(value, file=session.out)
    else:
        session.write(text)
