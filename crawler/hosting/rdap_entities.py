"""Entities of an RDAP answer (RFC 9083, 5.1), at any depth and by reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.hosting.loose import items, members, text, words
from crawler.hosting.rdap_cards import NO_CARD, Card, Mail, https_url, read_card
from crawler.hosting.rdap_remarks import remark_lines

__all__ = ["Card", "Entity", "Mail", "https_url", "read_entities", "remark_lines"]

_MAX_DEPTH = 12
_MAX_ENTITIES = 300
_REGISTRARS = frozenset({"registrar", "sponsor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, group or organisation inside an answer."""

    roles: frozenset[str]
    above: frozenset[str]
    """Roles of the entities that it stands in."""
    path: str
    """Roles from the outermost entity to this one: `registrant > abuse`."""
    depth: int
    handle: str
    card: Card
    remarks: tuple[str, ...]

    @property
    def is_maintainer(self) -> bool:
        """Whether this is a database account rather than an organisation (RIPE, AFRINIC, APNIC)."""
        handle = self.handle.upper()
        if handle.endswith(("-MNT", "-MAINT")) or "-MNT-" in handle:
            return True
        return self.card.kind != "org" and handle.startswith(("MNT-", "MAINT-"))

    @property
    def is_incident_team(self) -> bool:
        """
        Whether an entity without roles is the abuse contact by what it is.

        AFRINIC leaves roles out. An IRT object (RPSL) or a role that is named abuse is meant for
        abuse reports; an entity that has roles is taken by its roles alone.
        """
        if self.roles or self.is_maintainer:
            return False
        named = f"{self.handle} {self.card.name or ''}".lower()
        return self.handle.upper().startswith("IRT-") or "abuse" in named

    @property
    def of_registrar(self) -> bool:
        """Whether this is the registrar of a name, or stands in it."""
        return bool(_REGISTRARS & (self.roles | self.above))


def read_entities(answer: Mapping[str, Any]) -> tuple[Entity, ...]:
    """
    Return all entities, depth first, at most 300 and twelve levels deep.

    An entity that gives only its handle takes the card of the entity with that handle elsewhere
    in the answer.
    """
    raw = list(_walk(answer.get("entities"), above=()))[:_MAX_ENTITIES]
    return _entities(raw)


def read_whole_entity(answer: Mapping[str, Any]) -> tuple[Entity, ...]:
    """Return the entity that an answer is, and all inside it."""
    return _entities(list(_walk([answer], above=()))[:_MAX_ENTITIES])


_Levels = tuple[tuple[str, ...], ...]
_Raw = tuple[Mapping[str, Any], _Levels]
"""An entity as given, and the roles of each level down to its own."""


def _entities(raw: list[_Raw]) -> tuple[Entity, ...]:
    cards = [read_card(inner) for inner, _ in raw]
    handles = [text(inner.get("handle")) or "" for inner, _ in raw]
    known: dict[str, Card] = {}
    for handle, card in zip(handles, cards, strict=True):
        if handle and (card.mails or handle not in known) and card is not NO_CARD:
            known.setdefault(handle.upper(), card)
    return tuple(
        _entity(inner, levels, handle, known.get(handle.upper(), card) if _bare(card) else card)
        for (inner, levels), handle, card in zip(raw, handles, cards, strict=True)
    )


def _bare(card: Card) -> bool:
    """Whether a card tells nothing by which anyone is named or reached."""
    return not (card.mails or card.name or card.organisation or card.forms or card.withheld)


def _walk(container: object, *, above: _Levels) -> Iterator[_Raw]:
    if len(above) >= _MAX_DEPTH:
        return
    for raw in _listed(container):
        levels = (*above, _roles(raw))
        yield raw, levels
        if "entities" in raw:
            yield from _walk(raw["entities"], above=levels)


def _listed(container: object) -> Iterator[Mapping[str, Any]]:
    """Return the objects of a list; an object is one entity, or a table of them by handle."""
    if isinstance(container, Mapping) and not _KNOWN_MEMBERS & set(container):
        container = list(container.values())
    for one in items(container):
        inner = members(one)
        if inner:
            yield inner


_KNOWN_MEMBERS = frozenset({"roles", "role", "handle", "vcardArray", "entities", "objectClassName"})


def _roles(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the roles in lower case; several in one text are taken apart."""
    stated = words(raw.get("roles", raw.get("role")))
    if not any("," in one or ";" in one for one in stated):
        return stated
    parts = (part.strip() for one in stated for part in one.replace(";", ",").split(","))
    return tuple(part for part in parts if part)


def _entity(raw: Mapping[str, Any], levels: _Levels, handle: str, card: Card) -> Entity:
    return Entity(
        roles=frozenset(levels[-1]),
        above=frozenset().union(*levels[:-1]),
        path=" > ".join(["+".join(level) or "no role" for level in levels])[:200],
        depth=len(levels) - 1,
        handle=handle,
        card=card,
        remarks=(*remark_lines(raw), *card.notes),
    )
