"""The values that the text templates may print, each cleaned here; nothing else reaches them."""

from __future__ import annotations

from dataclasses import dataclass

from cases.model import (
    Asset,
    AssetKind,
    Classification,
    HostingSnapshot,
    Match,
    NoticeKind,
    Party,
    PartyRole,
    RecipientKind,
)
from notices.material import Material, is_confirmed
from notices.wording import one_line, part_of, part_words, shown_url, utc

_ENOUGH_METHODS = 3
"""Independent methods per trace that hotlines ask of each other."""
_PARTY_OF = {
    RecipientKind.CONTENT_HOST: PartyRole.CONTENT_HOST,
    RecipientKind.SITE_OWNER: PartyRole.OPERATOR,
    RecipientKind.FRONT: PartyRole.FRONT,
    RecipientKind.UPSTREAM: PartyRole.UPSTREAM,
    RecipientKind.REGISTRAR: PartyRole.REGISTRAR,
}
_KIND_WORDS = {
    NoticeKind.FIRST: "first notice",
    NoticeKind.REMINDER: "reminder",
    NoticeKind.ESCALATION: "escalation",
    NoticeKind.MOVED: "first notice to you; the content moved here from another host",
    NoticeKind.REAPPEARANCE: "the content had been removed and is there again",
    NoticeKind.FRONT_REVEAL: "request to a proxy or delivery network",
    NoticeKind.POLICE: "report to law enforcement",
    NoticeKind.PARTNER: "report to a partner hotline",
    NoticeKind.WITHDRAWAL: "withdrawal",
}
_CONTACT_WORDS = {
    "catalogue": "our own reviewed list of abuse desks",
    "rdap_abuse": "the abuse contact of this network in its registry",
    "rdap_parent": "the abuse contact of the covering network in its registry",
    "rdap_autnum": "the abuse contact of the autonomous system in its registry",
}
_ASSET_WORDS = {
    AssetKind.PAGE: "page",
    AssetKind.PICTURE: "picture",
    AssetKind.VIDEO: "video",
    AssetKind.ARCHIVE: "archive",
    AssetKind.FILE: "file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One digest of ours."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One asset as the human part shows it."""

    number: int
    url: str
    kind: str
    part: str | None
    """What of it agreed, where that is not the thing as a whole."""
    address: str
    network: str
    country: str
    traced: str
    methods: str
    first_seen: str
    last_seen: str
    steps: tuple[str, ...]
    """Pages to open first, in order."""
    referrer: str | None
    digests: tuple[DigestLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One notice as the templates see it."""

    serial: str
    kind: str
    reminder: int
    issued: str
    practice: bool
    hotline: str
    network: str
    domain: str
    country: str
    contact: str
    law: str
    basis: tuple[str, ...]
    classification: str
    locations: tuple[Location, ...]
    defanged: bool
    verified: str
    state_note: str | None
    why_you: str
    deadline: str | None
    answers_url: str
    code: str | None
    claims: tuple[str, ...]
    earlier_serial: str | None
    earlier_sent: str
    urgent: bool
    site: str
    partner_reference: str | None
    police_informed: bool | None
    payments: tuple[str, ...]
    """Only in a report to the police."""


def view_of(material: Material, claims: tuple[str, ...]) -> View:
    """Return the cleaned values of a notice. `claims` are the answers that it may get."""
    notice, hotline = material.notice, material.hotline
    earlier = material.earlier
    return View(
        serial=notice.serial,
        kind=_KIND_WORDS[notice.kind],
        reminder=notice.reminder,
        issued=utc(material.now),
        practice=material.practice,
        hotline=one_line(hotline.name),
        network=one_line(hotline.network),
        domain=hotline.domain,
        country=hotline.country,
        contact=hotline.contact,
        law=one_line(material.law, 400),
        basis=basis_of(material),
        classification=class_words(notice.classification),
        locations=tuple(_location(material, n, a) for n, a in enumerate(material.assets, start=1)),
        defanged=material.defang,
        verified=utc(material.proof_at),
        state_note=one_line(material.gated_note, 300) if material.gated_note else None,
        why_you=_why_you(material),
        deadline=utc(notice.deadline) if notice.deadline else None,
        answers_url=one_line(material.answers_url),
        code=notice.answer_code,
        claims=claims,
        earlier_serial=earlier.serial if earlier else notice.replaces,
        earlier_sent=utc(earlier.sent_at if earlier else None),
        urgent=material.case.priority == "urgent",
        site=material.case.site_type.replace("_", " "),
        partner_reference=_optional_line(material.partner_reference),
        police_informed=material.police_informed,
        payments=payments_of(material),
    )


def payments_of(material: Material) -> tuple[str, ...]:
    """Return the ways to pay that the page names, for the police and nobody else."""
    if material.notice.kind is not NoticeKind.POLICE:
        return ()
    return tuple(one_line(told, 200) for told in material.case.payments)


def basis_of(material: Material) -> tuple[str, ...]:
    """Return how the assessment was reached, as machine words: what stands behind "illegal"."""
    words: dict[str, None] = {}
    for asset in material.assets:
        if isinstance(asset.comparison, Match):
            inside = "" if asset.comparison.part is None else "_inside"
            words[f"hash_match_{asset.comparison.strength}{inside}"] = None
        elif is_confirmed(asset, material.assessment):
            words["assessment"] = None
    return tuple(words)


def class_words(classification: Classification | None) -> str:
    """Return a class as its source gave it, or say that there is none."""
    if classification is None:
        return "none was given by our source"
    return one_line(f"{classification.value} (scheme: {classification.scheme})", 80)


def _optional_line(text: str | None) -> str | None:
    return one_line(text, 80) if text else None


def _why_you(material: Material) -> str:
    recipient = material.notice.recipient
    role = _PARTY_OF.get(recipient.kind)
    if role is None:
        return ""
    traced = [s for a in material.assets if (s := material.snapshots.get(a.id))]
    parties = [party for snapshot in traced for party in snapshot.all_of(role)]
    own = (party for party in parties if party.key == recipient.key)
    party = next(own, parties[0] if parties else None)
    source = _CONTACT_WORDS.get(recipient.source, "a published contact")
    return f"{_party_words(party)}; this address is {source}"


def _location(material: Material, number: int, asset: Asset) -> Location:
    snapshot = material.snapshots.get(asset.id)
    pathway, case = material.case.pathway, material.case
    referrer = asset.referer or pathway.referrer
    return Location(
        number=number,
        url=shown_url(asset.url, defanged=material.defang),
        kind=_ASSET_WORDS[asset.kind],
        part=part_words(part_of(asset.comparison)),
        address=_addresses(snapshot),
        network=_network(snapshot),
        country=_country(snapshot),
        traced=utc(snapshot.taken_at if snapshot else None),
        methods=_methods(snapshot),
        first_seen=utc(case.first_seen or material.proof_at),
        last_seen=utc(material.proof_at),
        steps=tuple(shown_url(s.url, defanged=material.defang) for s in pathway.steps),
        referrer=shown_url(referrer, defanged=material.defang) if referrer else None,
        digests=_digests(material, asset),
    )


def _addresses(snapshot: HostingSnapshot | None) -> str:
    if snapshot is None:
        return "not traced"
    told = ", ".join(snapshot.host_addresses)
    front = snapshot.party(PartyRole.FRONT) if snapshot.origin is not None else None
    if front is None:
        return told
    answering = ", ".join(snapshot.addresses)
    return f"{told} (told to us; {one_line(front.name or 'a front', 80)} answers at {answering})"


def _network(snapshot: HostingSnapshot | None) -> str:
    if snapshot is None:
        return "not traced"
    if snapshot.masked_by:
        front = snapshot.party(PartyRole.FRONT)
        number = f", AS{front.asn}" if front and front.asn else ""
        return f"hidden behind {one_line(snapshot.masked_by, 80)}{number}"
    hosts = snapshot.all_of(PartyRole.CONTENT_HOST)
    return "; ".join(map(_party_words, hosts)) if hosts else _party_words(None)


def _party_words(party: Party | None) -> str:
    if party is None:
        return "not found"
    name = one_line(party.name, 80) if party.name else "name not published"
    return f"{name}, AS{party.asn}" if party.asn else name


def _country(snapshot: HostingSnapshot | None) -> str:
    if snapshot is None or snapshot.country is None:
        return "not known"
    return f"{snapshot.country} (confidence: {snapshot.country_confidence})"


def _methods(snapshot: HostingSnapshot | None) -> str:
    count = snapshot.methods if snapshot else 0
    enough = "" if count >= _ENOUGH_METHODS else ", fewer than the three that we aim at"
    return f"{count} independent method{'' if count == 1 else 's'}{enough}"


def _digests(material: Material, asset: Asset) -> tuple[DigestLine, ...]:
    digests = asset.digests
    if digests is None or not is_confirmed(asset, material.assessment):
        return ()
    return (
        DigestLine(name="SHA-256", value=digests.sha256),
        DigestLine(name="SHA-1", value=digests.sha1),
        DigestLine(name="MD5", value=digests.md5),
    )
