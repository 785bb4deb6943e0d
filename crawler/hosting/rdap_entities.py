"""Entities of an RDAP answer and their vCards (RFC 9083, RFC 7095), read tolerantly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crawler.hosting.iso3166 import country_code
from crawler.hosting.loose import items, members, text, texts, words
from crawler.hosting.mailboxes import is_withheld_text, mailboxes

_MAX_DEPTH = 6
_MAX_ENTITIES = 300
_NO_PREFERENCE = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail address of a vCard."""

    address: str
    preference: int
    """1 is best; 101 when none is stated."""
    typed_abuse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, group or organisation inside an answer."""

    roles: frozenset[str]
    above: frozenset[str]
    """Roles of the entities that it stands in."""
    depth: int
    handle: str
    kind: str
    """vCard kind: `org`, `group`, `individual`; empty when not stated."""
    name: str | None
    organisation: str | None
    mails: tuple[Mail, ...]
    forms: tuple[str, ...]
    country: str | None
    remarks: tuple[str, ...]
    withheld: bool
    """A mail field says that the address is not shown."""

    @property
    def is_maintainer(self) -> bool:
        """Whether this is a database account rather than an organisation (RIPE, AFRINIC, APNIC)."""
        return self.handle.upper().endswith(("-MNT", "-MAINT")) or "-MNT-" in self.handle.upper()


def read_entities(answer: Mapping[str, Any]) -> tuple[Entity, ...]:
    """Return all entities, depth first, at most 300 and six levels deep."""
    found: list[Entity] = []
    for entity in _walk(answer, depth=0, above=frozenset()):
        found.append(entity)
        if len(found) >= _MAX_ENTITIES:
            break
    return tuple(found)


def remark_lines(container: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of an object's remarks; notices are the registry's own and left out."""
    lines: list[str] = []
    for remark in items(container.get("remarks")):
        lines.extend(texts(members(remark).get("title")))
        for description in items(members(remark).get("description")):
            if isinstance(description, str):
                lines.extend(texts(description.splitlines(), limit=500))
    return tuple(lines[:300])


def https_url(value: str) -> str | None:
    """Return a plain https URL without credentials, at most 500 characters; else none."""
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    usable = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
    clean = value.strip()
    return clean if usable and len(clean) <= 500 and clean.isprintable() else None


def _walk(container: Mapping[str, Any], *, depth: int, above: frozenset[str]) -> Iterator[Entity]:
    if depth >= _MAX_DEPTH:
        return
    for raw in items(container.get("entities")):
        inner = members(raw)
        if not inner:
            continue
        entity = _entity(inner, depth=depth, above=above)
        yield entity
        yield from _walk(inner, depth=depth + 1, above=above | entity.roles)


def _entity(raw: Mapping[str, Any], *, depth: int, above: frozenset[str]) -> Entity:
    card = _properties(raw.get("vcardArray"))
    mails, withheld = _mails(card)
    return Entity(
        roles=frozenset(words(raw.get("roles"))),
        above=above,
        depth=depth,
        handle=text(raw.get("handle")) or "",
        kind=(_first_text(card, "kind") or "").lower(),
        name=_first_text(card, "fn"),
        organisation=_first_text(card, "org"),
        mails=mails,
        forms=_forms(card),
        country=_country(card),
        remarks=remark_lines(raw),
        withheld=withheld,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Property:
    name: str
    parameters: Mapping[str, Any]
    values: tuple[object, ...]


def _properties(card: object) -> tuple[_Property, ...]:
    """Read a jCard: ["vcard", [[name, parameters, type, value, ...], ...]]."""
    outer = items(card)
    rows = items(outer[1]) if len(outer) > 1 and isinstance(outer[1], list) else []
    return tuple(
        _Property(
            name=str(row[0]).lower(), parameters=members(row[1]), values=tuple(items(row[3:]))
        )
        for row in rows
        if isinstance(row, list) and len(row) >= 4
    )


def _first_text(card: tuple[_Property, ...], name: str) -> str | None:
    for entry in card:
        if entry.name == name:
            for value in entry.values:
                found = next(iter(texts(value)), None)
                if found and not is_withheld_text(found):
                    return found
    return None


def _mails(card: tuple[_Property, ...]) -> tuple[tuple[Mail, ...], bool]:
    found: list[Mail] = []
    withheld = False
    for entry in card:
        if entry.name not in {"email", "contact-uri"}:
            continue
        for value in (one for part in entry.values for one in texts(part, limit=1000)):
            withheld = withheld or is_withheld_text(value)
            found.extend(_mail(address, entry) for address in mailboxes(value))
    return tuple(found), withheld


def _mail(address: str, entry: _Property) -> Mail:
    stated = text(str(entry.parameters.get("pref", "")))
    return Mail(
        address=address,
        preference=int(stated)
        if stated and stated.isascii() and stated.isdigit() and len(stated) < 4
        else _NO_PREFERENCE,
        typed_abuse="abuse" in words(entry.parameters.get("type")),
    )


def _forms(card: tuple[_Property, ...]) -> tuple[str, ...]:
    urls = (
        https_url(value)
        for entry in card
        if entry.name == "contact-uri"
        for part in entry.values
        for value in texts(part, limit=600)
    )
    return tuple(url for url in urls if url)


def _country(card: tuple[_Property, ...]) -> str | None:
    """Read the country of a postal address: parameter `cc` (RFC 8605), last part, or label."""
    for entry in card:
        if entry.name != "adr":
            continue
        label = entry.parameters.get("label")
        last_line = (
            label.replace("\\n", "\n").strip().rpartition("\n")[2]
            if (isinstance(label, str))
            else None
        )
        parts = items(entry.values[0]) if entry.values else []
        last_part = parts[6] if len(parts) > 6 else None
        for stated in (entry.parameters.get("cc"), last_part, last_line):
            code = country_code(stated)
            if code:
                return code
    return None
