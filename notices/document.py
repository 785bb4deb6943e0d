"""The machine part of every notice: `hostwatch-notice.json` and `hostwatch-notice.csv`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from cases.model import (
    Asset,
    Classification,
    EvidenceStep,
    HostingSnapshot,
    NoticeKind,
    PartyRole,
    PathwayStep,
)
from notices.material import Material, is_confirmed
from notices.view import basis_of, payments_of
from notices.wording import ascii_url, one_line, part_of, utc, utc_or_none

FORMAT = "hostwatch-notice"
VERSION = 1
_ASKS = {
    NoticeKind.FRONT_REVEAL: ("reveal_origin", "stop_caching", "preserve", "do_not_inform"),
    NoticeKind.POLICE: ("investigate", "say_if_hold"),
    NoticeKind.PARTNER: ("take_over", "status_back"),
    NoticeKind.WITHDRAWAL: ("disregard",),
}
_PROVIDER_ASKS = ("remove", "preserve", "do_not_view", "do_not_inform")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def document(material: Material, claims: tuple[str, ...]) -> dict[str, Any]:
    """Return the notice as the document that `docs/notice-format.md` describes."""
    notice, hotline = material.notice, material.hotline
    return {
        "format": FORMAT,
        "version": VERSION,
        "serial": notice.serial,
        "case": notice.case_id,
        "kind": notice.kind.value,
        "attempt": material.attempt,
        "reminder": notice.reminder,
        "replaces": notice.replaces,
        "practice": material.practice,
        "issued_at": utc(material.now),
        "issuer": issuer(material),
        "recipient_kind": notice.recipient.kind.value,
        "law": one_line(material.law, 400),
        "law_country": hotline.country,
        "basis": list(basis_of(material)),
        "classification": class_pair(notice.classification),
        "good_faith": True,
        "verified_at": utc(material.proof_at),
        "state_note": one_line(material.gated_note, 300) if material.gated_note else None,
        "locations": [location(material, asset) for asset in material.assets],
        **({"payments": list(told)} if (told := payments_of(material)) else {}),
        "asks": list(_ASKS.get(notice.kind, _PROVIDER_ASKS)),
        "deadline": utc_or_none(notice.deadline),
        "answer": answer(material, claims),
    }


def document_bytes(content: Mapping[str, Any]) -> bytes:
    """Return a document as its exact UTF-8 bytes."""
    return (json.dumps(content, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def problems(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Check a document with its schema; name the members that do not fit, never their values."""
    errors = _validator().iter_errors(content)
    paths = (".".join(str(part) for part in error.absolute_path) for error in errors)
    return tuple(sorted({path or "document" for path in paths}))


@cache
def _validator() -> Draft202012Validator:
    file = resources.files("notices") / "schema" / "hostwatch-notice-1.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


# ------------------------------------------------------------------ members


def issuer(material: Material) -> dict[str, Any]:
    """Return who we are."""
    hotline = material.hotline
    return {
        "name": one_line(hotline.name),
        "domain": hotline.domain,
        "contact": hotline.contact,
        "country": hotline.country,
        "network": one_line(hotline.network) or None,
    }


def answer(material: Material, claims: tuple[str, ...]) -> dict[str, Any]:
    """Return how the recipient can answer."""
    return {
        "mail": material.hotline.contact,
        "url": one_line(material.answers_url),
        "code": material.notice.answer_code,
        "claims": list(claims),
    }


def class_pair(classification: Classification | None) -> dict[str, str] | None:
    """Return scheme and value as their source gave them."""
    if classification is None:
        return None
    return {"scheme": classification.scheme, "value": classification.value}


def location(material: Material, asset: Asset) -> dict[str, Any]:
    """Return one asset: where it is, what it is, who hosts it, how it is reached."""
    snapshot = material.snapshots.get(asset.id)
    part = part_of(asset.comparison)
    return {
        "id": asset.id,
        "url": ascii_url(asset.url),
        "kind": asset.kind.value,
        **({} if part is None else {"part": part}),
        "digests": _digests(material, asset),
        "first_seen": utc(material.case.first_seen or material.proof_at),
        "last_seen": utc(material.proof_at),
        "hosting": None if snapshot is None else hosting(snapshot),
        "access": {
            "referrer": _url_or_none(asset.referer or material.case.pathway.referrer),
            "steps": [_step(step) for step in material.case.pathway.steps],
        },
    }


def hosting(snapshot: HostingSnapshot) -> dict[str, Any]:
    """
    Return what a trace found, without the parties' contacts.

    `asn` and `provider` are the content host's; where it is masked, the front's that answers.
    """
    host = snapshot.party(PartyRole.FRONT if snapshot.masked_by else PartyRole.CONTENT_HOST)
    return {
        "traced_at": utc(snapshot.taken_at),
        "addresses": list(snapshot.host_addresses),
        "asn": host.asn if host else None,
        "provider": one_line(host.name) if host and host.name else None,
        "country": snapshot.country,
        "country_confidence": snapshot.country_confidence.value,
        "masked_by": one_line(snapshot.masked_by) if snapshot.masked_by else None,
        "methods": snapshot.methods,
    }


def trace_steps(snapshot: HostingSnapshot) -> list[dict[str, Any]]:
    """Return the methods of a trace, so that a partner can repeat them; no raw answers."""
    return [_evidence(step) for step in snapshot.evidence]


def _evidence(step: EvidenceStep) -> dict[str, Any]:
    return {
        "method": one_line(step.step, 60),
        "source": one_line(step.source, 120),
        "source_version": one_line(step.source_version, 60),
        "at": utc(step.started),
        "outcome": one_line(step.outcome, 60),
    }


def _digests(material: Material, asset: Asset) -> dict[str, Any] | None:
    digests = asset.digests
    if digests is None or not is_confirmed(asset, material.assessment):
        return None
    return {
        "md5": digests.md5,
        "sha1": digests.sha1,
        "sha256": digests.sha256,
        "length": digests.length,
    }


def _step(step: PathwayStep) -> dict[str, Any]:
    return {"url": ascii_url(step.url), "referrer": _url_or_none(step.referrer)}


def _url_or_none(url: str | None) -> str | None:
    return ascii_url(url) if url else None


# ------------------------------------------------------------------ CSV


def table_bytes(material: Material) -> bytes:
    """
    Return the locations as CSV: `;`, every field quoted (RFC 4180), formula starts disarmed.

    Columns: url, IP, firstseen, lastseen, note.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("url", "IP", "firstseen", "lastseen", "note"))
    writer.writerows(_row(material, asset) for asset in material.assets)
    return out.getvalue().encode("utf-8")


def _row(material: Material, asset: Asset) -> tuple[str, ...]:
    snapshot = material.snapshots.get(asset.id)
    fields = (
        ascii_url(asset.url),
        " ".join(snapshot.host_addresses) if snapshot else "",
        utc(material.case.first_seen or material.proof_at),
        utc(material.proof_at),
        one_line(material.gated_note, 300) if material.gated_note else "",
    )
    return tuple(disarmed(field) for field in fields)


def disarmed(field: str) -> str:
    """
    Return a CSV field that no spreadsheet reads as a formula.

    >>> disarmed("=1+1")
    "'=1+1"
    """
    return f"'{field}" if field.startswith(_FORMULA) else field
