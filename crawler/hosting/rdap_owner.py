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
    near = [one for one in entities if not one.is_maintainer]
    registrants = [one for one in near if "registrant" in one.roles]
    unnamed = [one for one in near if not one.roles and one.depth == 0]
    tiers = (
        [one for one in registrants if one.card.kind == "org" and one.card.name],
        [one for one in registrants if one.card.kind == "group" or one.card.organisation],
        [one for one in registrants if not one.card.kind and kind != "domain"],
        [one for one in unnamed if one.card.kind == "org"],
        [one for one in near if one.handle.upper().startswith("ORG-")],
    )
    named = ([one for one in tier if _organisation_name(one)] for tier in tiers)
    return next((min(tier, key=lambda one: one.depth) for tier in named if tier), None)


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
