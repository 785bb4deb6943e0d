"""Whose an RDAP object is: the registrant organisation, never a maintainer; pure."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.hosting.rdap_entities import Entity
from crawler.hosting.rdap_record import Kind


def owner_of(entities: Sequence[Entity], kind: Kind) -> Entity | None:
    """
    Choose the registrant: an organisation, never a maintainer, never a person's record.

    Where the kind is missing a network's registrant counts as an organisation (only these hold
    networks), a domain's only when the card names an organisation.
    """
    if kind == "entity":
        return entities[0] if entities and _organisation_name(entities[0]) else None
    best: tuple[int, int] | None = None
    owner: Entity | None = None
    for one in entities:
        tier = _tier(one, kind)
        if tier is None or one.is_maintainer or not _organisation_name(one):
            continue
        if best is None or (tier, one.depth) < best:
            best, owner = (tier, one.depth), one
    return owner


def _tier(entity: Entity, kind: Kind) -> int | None:
    """Grade how surely an entity is the holder, 0 best; none when it is not the holder."""
    card = entity.card
    if "registrant" in entity.roles:
        if card.kind == "org" and card.name:
            return 0
        if card.kind == "group" or card.organisation:
            return 1
        if not card.kind and kind != "domain":
            return 2
    if not entity.roles and card.kind == "org" and entity.depth == 0:
        return 3
    return 4 if entity.handle.upper().startswith("ORG-") else None


def owner_name(owner: Entity | None) -> str | None:
    """Return the organisation's name; a person's name is not kept."""
    return _organisation_name(owner) if owner is not None else None


def registrar_name(entities: Sequence[Entity]) -> str | None:
    """Return the name of a domain's registrar."""
    found = (one for one in entities if {"registrar", "sponsor"} & one.roles)
    names = (one.card.name or one.card.organisation for one in found)
    return next((name for name in names if name), None)


def _organisation_name(entity: Entity) -> str | None:
    card = entity.card
    if card.kind == "org":
        return card.name or card.organisation
    if card.kind == "individual":
        return card.organisation
    return card.organisation or card.name
