"""What a partner hotline is told in its signed bundle: enough to act without asking back."""

from __future__ import annotations

from typing import Any

from cases.model import Asset
from notices import document
from notices.material import Material
from notices.view import basis_of
from notices.wording import one_line, utc, utc_or_none

FORMAT = "hostwatch-bundle"
VERSION = 1


def bundle_payload(material: Material, claims: tuple[str, ...]) -> dict[str, Any]:
    """Return references, locations, digests, class, repeatable traces, access notes, asks."""
    notice, case = material.notice, material.case
    return {
        "format": FORMAT,
        "version": VERSION,
        "issued_at": utc(material.now),
        "issuer": document.issuer(material),
        "recipient": notice.recipient.key,
        "reference": notice.serial,
        "case": notice.case_id,
        "attempt": material.attempt,
        "partner_reference": _short(material.partner_reference),
        "practice": material.practice,
        "priority": case.priority.value,
        "site_type": case.site_type.value,
        "law": one_line(material.law, 400),
        "law_country": material.hotline.country,
        "basis": list(basis_of(material)),
        "classification": document.class_pair(notice.classification),
        "state": {
            "verified_at": utc(material.proof_at),
            "first_seen": utc_or_none(case.first_seen),
            "last_seen": utc_or_none(case.last_seen),
            "note": _short(material.gated_note),
        },
        "items": [_item(material, asset) for asset in material.assets],
        "police_informed": material.police_informed,
        "asks": ["take_over", "status_back"],
        "deadline": utc_or_none(notice.deadline),
        "answer": document.answer(material, claims),
    }


def _item(material: Material, asset: Asset) -> dict[str, Any]:
    snapshot = material.snapshots.get(asset.id)
    item = document.location(material, asset)
    item["trace"] = document.trace_steps(snapshot) if snapshot else []
    return item


def _short(text: str | None) -> str | None:
    return one_line(text, 300) if text else None
