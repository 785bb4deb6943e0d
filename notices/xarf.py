"""
XARF v4.2.0 `content/csam` reports: built from validated values, checked with the official schema.

The schema files come with the installed `xarf` package (MIT). A report is made only where the
classification has a value in XARF; it is never guessed.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from cases.model import (
    Asset,
    AssetKind,
    Classification,
    HostingSnapshot,
    Match,
    PartyRole,
)
from config.settings import Hotline
from notices.wording import ascii_url, one_line, utc

XARF_VERSION = "4.2.0"
_MASTER = "https://xarf.org/schemas/v4/xarf-v4-master.json"
_CLASSES = {("interpol", "baseline"): "baseline"} | {
    ("ncmec", value): value for value in ("A1", "A2", "B1", "B2")
}
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_MEDIA = {AssetKind.PICTURE: "image", AssetKind.VIDEO: "video", AssetKind.ARCHIVE: "mixed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One confirmed asset, as a XARF report tells of it."""

    serial: str
    attempt: int
    asset: Asset
    snapshot: HostingSnapshot
    hotline: Hotline
    classification: Classification | None
    law: str
    verified_at: datetime
    practice: bool = False


def xarf_class(classification: Classification | None) -> str | None:
    """Return the XARF value of a class, or none where XARF has no word for it."""
    if classification is None:
        return None
    return _CLASSES.get((classification.scheme, classification.value))


def build(incident: Incident) -> dict[str, Any] | None:
    """Return the report, or none where class or location do not fit the format."""
    value = xarf_class(incident.classification)
    source = _source(incident.snapshot)
    if value is None or source is None:
        return None
    at = utc(incident.verified_at)
    report: dict[str, Any] = {
        "xarf_version": XARF_VERSION,
        "report_id": _report_id(incident),
        "timestamp": at,
        "reporter": _contact(incident.hotline),
        "sender": _contact(incident.hotline),
        "source_identifier": source,
        "category": "content",
        "type": "csam",
        "evidence_source": "crawler",
        "description": one_line(
            f"Notice {incident.serial}. Assessed under: {incident.law}.", limit=1000
        ),
        "url": ascii_url(incident.asset.url),
        "verified_at": at,
        "verification_method": "automated_crawler",
        "classification": value,
        "detection_method": _detection(incident.asset),
    }
    return report | dict(_optional(incident))


def problems(report: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Check a report with the official schema, formats included.

    Returns the members that do not fit and the rule they break, never their values.
    """
    errors = _validator().iter_errors(report)
    return tuple(sorted({_broken(list(e.absolute_path), str(e.validator)) for e in errors}))


def _broken(path: list[str | int], rule: str) -> str:
    return f"{'.'.join(str(part) for part in path) or 'report'}: {rule}"


def _report_id(incident: Incident) -> str:
    """Derive the id, so that the same attempt is the same report wherever it is built."""
    seed = f"{incident.serial}|{incident.attempt}|{incident.asset.id}|{incident.hotline.domain}"
    return str(uuid.UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4))


def _contact(hotline: Hotline) -> dict[str, str]:
    return {
        "org": one_line(hotline.name),
        "contact": hotline.contact,
        "domain": hotline.domain,
    }


def _source(snapshot: HostingSnapshot) -> str | None:
    return snapshot.host_addresses[0] if snapshot.host_addresses else snapshot.host or None


def _detection(asset: Asset) -> str:
    return "hash_match" if isinstance(asset.comparison, Match) else "manual_review"


def _optional(incident: Incident) -> Iterator[tuple[str, Any]]:
    asset, snapshot = incident.asset, incident.snapshot
    host = snapshot.party(PartyRole.CONTENT_HOST) or snapshot.party(PartyRole.FRONT)
    if _DOMAIN.fullmatch(asset.host):
        yield "domain", asset.host
    if host is not None and host.asn:
        yield "asn", host.asn
    if host is not None and host.name:
        yield "hosting_provider", one_line(host.name)
    if snapshot.country:
        yield "country_code", snapshot.country
    if asset.kind in _MEDIA:
        yield "media_type", _MEDIA[asset.kind]
    if asset.digests is not None:
        d = asset.digests
        yield "hash_values", {"md5": d.md5, "sha1": d.sha1, "sha256": d.sha256}
    if incident.practice:
        yield "tags", ["lifecycle:test"]


@cache
def _validator() -> Draft202012Validator:
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in _schema_files()]
    named = [(document["$id"], Resource.from_contents(document)) for document in documents]
    registry: Registry[Any] = Registry().with_resources(named)
    return Draft202012Validator(
        {"$ref": _MASTER}, registry=registry, format_checker=FormatChecker()
    )


def _schema_files() -> Iterator[Traversable]:
    root = resources.files("xarf") / "schemas"
    for folder in (root, root / "types"):
        yield from (file for file in folder.iterdir() if file.name.endswith(".json"))
