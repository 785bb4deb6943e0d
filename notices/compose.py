"""
From material to the exact bytes of a message: text, machine parts, headers.

Pure and deterministic: the same material gives the same bytes, so that what was frozen can be
proven. Templates get only the cleaned values of `notices.view`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from cases.errors import InvalidInput
from cases.model import NoticeKind
from notices import document, xarf
from notices.claims import CLAIMS
from notices.contacts import is_mailbox
from notices.mail import Body, Envelope, Part, message_bytes
from notices.material import Material, incidents
from notices.partners.payload import bundle_payload
from notices.view import view_of
from notices.wording import one_line

__all__ = ["Composed", "Material", "Signer", "compose", "message_id_of", "render_text"]

BUNDLE_NAME = "hostwatch-bundle.jws"
JSON_NAME = "hostwatch-notice.json"
CSV_NAME = "hostwatch-notice.csv"
_DEFAULT_LANGUAGE = "en"


class Signer(Protocol):
    """Signs a partner's bundle; `notices.partners.bundle.BundleSigner` is the real one."""

    def sign(self, payload: dict[str, object]) -> str:
        """Return the payload as a compact JWS."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A message ready to be frozen at the claim."""

    message: bytes
    """Exact RFC 5322 bytes, CRLF line ends."""
    message_id: str
    """With angle brackets."""
    subject: str
    sha256: str
    """Of `message`, hexadecimal."""
    machine_parts: tuple[str, ...]
    """File names of the attached documents."""
    problems: tuple[str, ...]
    """Machine words: parts that were left out or do not fit their schema."""


def compose(material: Material, *, signer: Signer | None = None) -> Composed:
    """
    Return the message of the next attempt of a notice.

    Raises:
        InvalidInput: recipient or sender is not one plain mailbox, or no asset is named.

    """
    _refuse_unusable(material)
    reports, troubles = _xarf_parts(material)
    documents, missing = _documents(material, signer)
    body = Body(
        text=render_text(material),
        documents=documents,
        xarf=reports,
        source=_only_address(material),
    )
    envelope = _envelope(material)
    message = message_bytes(envelope, body, seed=_seed(material))
    return Composed(
        message=message,
        message_id=envelope.message_id,
        subject=envelope.subject,
        sha256=hashlib.sha256(message).hexdigest(),
        machine_parts=tuple(part.name for part in documents + reports),
        problems=missing + troubles,
    )


def render_text(material: Material) -> str:
    """Return the human part, in the recipient's language where it is known, else in English."""
    template = material.notice.template or "generic"
    name = f"{_language(material.notice.recipient.language)}/{template}.txt.j2"
    if name not in _environment().list_templates():
        raise InvalidInput(f"There is no notice template {one_line(template, 40)}.")
    return _environment().get_template(name).render(v=view_of(material, CLAIMS))


def message_id_of(material: Material) -> str:
    """Return `<SERIAL.ATTEMPT.hash@domain>` of the attempt that this material is for."""
    notice = material.notice
    salt = f"{_seed(material)}|{notice.answer_code}|{material.now.isoformat()}"
    tail = hashlib.sha256(salt.encode()).hexdigest()[:16]
    return f"<{notice.serial}.{material.attempt}.{tail}@{material.hotline.domain}>"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("notices", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  plain text; every value is cleaned by notices.view
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _language(wanted: str) -> str:
    known = {name.partition("/")[0] for name in _environment().list_templates()}
    return wanted if wanted in known else _DEFAULT_LANGUAGE


def _refuse_unusable(material: Material) -> None:
    if not is_mailbox(material.notice.recipient.address):
        raise InvalidInput(
            f"Notice {material.notice.serial} cannot go by mail: its recipient's address is "
            "not one plain mailbox; choose another contact or send it by hand."
        )
    if not is_mailbox(material.sender):
        raise InvalidInput("The key mail.sender is not one plain mailbox; correct it.")
    if material.notice.kind is NoticeKind.WITHDRAWAL and material.earlier is None:
        raise InvalidInput(f"Notice {material.notice.serial} does not say what it withdraws.")
    if not material.assets:
        raise InvalidInput(f"Notice {material.notice.serial} names no location.")


def _seed(material: Material) -> str:
    return f"{material.notice.serial}.{material.attempt}"


def _envelope(material: Material) -> Envelope:
    notice = material.notice
    return Envelope(
        sender=material.sender,
        sender_name=one_line(material.hotline.name, 60),
        reply_to=material.hotline.contact,
        recipient=notice.recipient.address,
        subject=f"[{notice.serial}] Notice",
        message_id=message_id_of(material),
        in_reply_to=material.earlier.message_id if material.earlier else None,
        date=material.now,
    )


def _only_address(material: Material) -> str | None:
    snapshot = material.snapshots.get(material.assets[0].id)
    return snapshot.host_addresses[0] if snapshot and snapshot.host_addresses else None


# ------------------------------------------------------------------ machine parts


def _documents(
    material: Material, signer: Signer | None
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return our JSON, our CSV and a partner's bundle, and what is wrong with them."""
    content = document.document(material, CLAIMS)
    broken = tuple(f"notice_json:{path}" for path in document.problems(content))
    parts = (
        Part(name=JSON_NAME, subtype="json", content=document.document_bytes(content)),
        Part(name=CSV_NAME, subtype="csv", content=document.table_bytes(material)),
    )
    if material.notice.kind is not NoticeKind.PARTNER:
        return parts, broken
    if signer is None:
        return parts, (*broken, "bundle_not_signed")
    signed = signer.sign(bundle_payload(material, CLAIMS))
    bundle = Part(name=BUNDLE_NAME, subtype="jose", content=signed.encode("ascii"))
    return (*parts, bundle), broken


def _xarf_parts(material: Material) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return one XARF document per confirmed asset; what does not validate is left out."""
    parts: list[Part] = []
    troubles: list[str] = []
    told = incidents(material)
    for number, incident in enumerate(told, start=1):
        report = xarf.build(incident)
        wrong = ("no_class_or_source",) if report is None else xarf.problems(report)
        name = "xarf.json" if len(told) == 1 else f"xarf-{number}.json"
        if report is None or wrong:
            troubles.extend(f"{name}:{word}" for word in wrong)
        else:
            content = document.document_bytes(report)
            parts.append(Part(name=name, subtype="json", content=content))
    return tuple(parts), tuple(troubles)
