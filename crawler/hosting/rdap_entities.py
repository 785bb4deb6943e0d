"""Entities of an RDAP answer (RFC 9083, 5.1), at any depth and by reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from crawler.hosting.loose import items, members, text, words
from crawler.hosting.rdap_cards import NO_CARD, Card, Mail, https_url, read_card
from crawler.hosting.rdap_remarks import remark_lines

__all__ = ["Card", "Entity", "Mail", "https_url", "read_entities", "remark_lines"]

_MAX_DEPTH = 12
_MAX_ENTITIES = 300
_NO_HANDLE = re.compile(r"redacted|^(?:n/?a|none|null|unknown|not .*)$", re.IGNORECASE)
_REGISTRARS = frozenset({"registrar", "sponsor"})


class Entity(NamedTuple):
    """A person, group or organisation inside an answer."""

    roles: frozenset[str]
    above: frozenset[str]
    """Roles of the entities that it stands in."""
    levels: tuple[tuple[str, ...], ...]
    """Roles of each level from the outermost entity to this one."""
    handle: str
    card: Card
    remarks: tuple[str, ...]

    @property
    def depth(self) -> int:
        """How many entities it stands in."""
        return len(self.levels) - 1

    @property
    def path(self) -> str:
        """Roles from the outermost entity to this one: `registrant > abuse`."""
        return " > ".join(["+".join(level) or "no role" for level in self.levels])[:200]

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
    if not any(map(_bare, cards)):
        return tuple(map(_entity, raw, handles, cards))
    known: dict[str, Card] = {}
    for handle, card in zip(handles, cards, strict=True):
        if _is_handle(handle) and (card.mails or handle not in known) and card is not NO_CARD:
            known.setdefault(handle.upper(), card)
    return tuple(
        _entity(one, handle, known.get(handle.upper(), card) if _bare(card) else card)
        for one, handle, card in zip(raw, handles, cards, strict=True)
    )


def _is_handle(stated: str) -> bool:
    """Whether a handle is one, and not a word that stands in many places for a missing one."""
    return len(stated) > 1 and _NO_HANDLE.search(stated) is None


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
    if isinstance(container, dict) and not _KNOWN_MEMBERS & set(container):
        container = list(container.values())
    for one in items(container):
        inner = members(one)
        if inner:
            yield inner


_KNOWN_MEMBERS = frozenset({"roles", "role", "handle", "vcardArray", "entities", "objectClassName"})


def _roles(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the roles as RFC 9083 spells them; several in one text are taken apart."""
    stated = words(raw.get("roles", raw.get("role")))
    if _ROLES.issuperset(stated):
        return stated
    parts = (part.strip() for one in stated for part in one.replace(";", ",").split(","))
    return tuple([_role(part) for part in parts if part])


_ROLES = frozenset({"registrant", "technical", "administrative", "abuse", "billing", "registrar"})
_ROLE_ROOTS = {
    "abuse": "abuse",
    "registrar": "registrar",
    "registrant": "registrant",
    "reseller": "reseller",
    "admin-": "administrative",
    "tech-": "technical",
}


def _role(stated: str) -> str:
    """Read `abuse-c`, `abuse contact`, `sponsoring registrar` and the like as their role."""
    return next((role for root, role in _ROLE_ROOTS.items() if root in stated), stated)


def _is_company(raw: Mapping[str, Any]) -> bool:
    """Whether a public identifier is one of companies (registro.br: `cnpj`), whatever the card."""
    return any("cnpj" in words(members(one).get("type")) for one in items(raw["publicIds"]))


def _entity(one: _Raw, handle: str, card: Card) -> Entity:
    raw, levels = one
    remarks = remark_lines(raw)
    if card.kind == "individual" and "publicIds" in raw and _is_company(raw):
        card = card._replace(kind="org")
    return Entity(
        roles=frozenset(levels[-1]),
        above=frozenset().union(*levels[:-1]) if len(levels) > 1 else frozenset(),
        levels=levels,
        handle=handle,
        card=card,
        remarks=(*remarks, *card.notes) if card.notes else remarks,
    )
