"""The properties of a contact card, whichever form it was given in; read tolerantly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crawler.hosting.loose import items, members, text, texts

_PLAIN_MAILS = frozenset({"email", "emails", "e-mail"})
_PLAIN_ABUSE = frozenset(
    {"abuse-mailbox", "abuse_mailbox", "abuseMailbox", "abuse_email", "abuseEmail"}
)
_JSCARDS = frozenset({"jscard", "jscard_0", "jsCard", "jscontact_card"})
_EXTRA = _PLAIN_MAILS | _PLAIN_ABUSE | _JSCARDS
_WANTED = frozenset({"kind", "fn", "org", "email", "contact-uri", "url", "adr", "note"})
_OTHERS = frozenset({"version", "tel", "lang", "title", "role", "n", "uid", "rev"})
"""Properties that are common and tell nothing here; passed over at once for speed."""
_NOTHING: Mapping[str, Any] = {}
_MAX_ROWS = 300
_MAX_WRAPPINGS = 3


class Row(NamedTuple):
    """A property of a card."""

    name: str
    """Lower case, without its group."""
    parameters: Mapping[str, Any]
    """As given; `parameter` finds one however its name is written."""
    values: Sequence[object]


def card_rows(entity: Mapping[str, Any]) -> list[Row]:
    """Return the properties of an entity's card that tell whom it names and how to reach them."""
    found: list[Row] = []
    for member in ("vcardArray", "vcard"):
        if member in entity:
            _vcard_rows(entity[member], found)
    if not _EXTRA.isdisjoint(entity):
        found.extend(_plain_rows(entity))
    return found


def parameter(row: Row, name: str) -> object:
    """Return a parameter of a property; none when it is not there."""
    stated = row.parameters
    if not stated:
        return None
    if name in stated:
        return stated[name]
    return next((stated[key] for key in stated if str(key).lower() == name), None)


def row_texts(row: Row, *, limit: int) -> Iterator[str]:
    """Return the texts of a property, with those of a list or an object in it."""
    for part in row.values:
        if isinstance(part, str):
            if found := text(part, limit=limit):
                yield found
        elif isinstance(part, Mapping):
            yield from texts(list(_leaves(part)), limit=limit)
        else:
            yield from texts(part, limit=limit)


def _plain_rows(entity: Mapping[str, Any]) -> Iterator[Row]:
    for member in entity:
        if member in _JSCARDS:
            yield from _jscard_rows(members(entity[member]))
        elif member in _PLAIN_MAILS:
            yield _row("email", _leaves(entity[member]))
        elif member in _PLAIN_ABUSE:
            yield _row("email", _leaves(entity[member]), type="abuse")


def _row(name: str, values: Iterable[object], **parameters: object) -> Row:
    return Row(name, parameters, tuple(values))


def _leaves(value: object) -> Iterator[object]:
    """Return the texts of a text, a list of texts, or objects that hold one."""
    for one in items(value):
        inner = members(one)
        yield next((inner[key] for key in ("address", "value", "email") if key in inner), one)


# --------------------------------------------------------------------------- jCard (RFC 7095)


def _vcard_rows(card: object, into: list[Row]) -> None:
    """Read ["vcard", [[name, {}, type, value, ...], ...]]; bent forms too."""
    if isinstance(card, list):
        inner = card[1] if len(card) == 2 and card[0] == "vcard" else None
        as_specified = isinstance(inner, list) and bool(inner) and isinstance(inner[0], list)
        _collect(card[1] if as_specified else card, into, wrappings=int(as_specified))
    elif isinstance(card, dict):
        for name in list(card)[:100]:
            if name in {"vcard", "vcardArray"}:
                _collect(items(card[name]), into, wrappings=1)
            elif name.lower() in _WANTED:
                into.append(_row(name.lower(), _leaves(card[name])))


def _collect(parts: Sequence[Any], into: list[Row], *, wrappings: int) -> None:
    """Add the properties of a list, which may be wrapped up to three times more."""
    for part in parts if len(parts) <= _MAX_ROWS else parts[:_MAX_ROWS]:
        if isinstance(part, list):
            name = part[0] if part else None
            if not isinstance(name, str) or name.lower() == "vcard":
                if wrappings < _MAX_WRAPPINGS:
                    _collect(part, into, wrappings=wrappings + 1)
            elif name not in _OTHERS and (row := _list_row(part, name)):
                into.append(row)
        elif isinstance(part, dict) and (row := _object_row(part)):
            into.append(row)


def _list_row(part: list[Any], name: str) -> Row | None:
    """Read [name, parameters, type, value, ...]; parameters or type may have been left out."""
    if name not in _WANTED:
        name = name.lower().rpartition(".")[2]
        if name not in _WANTED:
            return None
    if len(part) == 4:
        stated = part[1]
        return Row(name, stated if isinstance(stated, dict) else _NOTHING, (part[3],))
    if len(part) < 2:
        return None
    return Row(name, members(part[1]), part[3:53] if len(part) > 4 else part[-1:])


def _object_row(row: Mapping[str, Any]) -> Row | None:
    name = row.get("name")
    if not isinstance(name, str) or name.lower() not in _WANTED:
        return None
    values = _leaves(row.get("value", row.get("values")))
    return Row(name.lower(), members(row.get("parameters", row.get("params"))), tuple(values))


# --------------------------------------------------------------------------- JSContact (RFC 9553)


def _jscard_rows(card: Mapping[str, Any]) -> Iterator[Row]:
    yield _row("kind", [card.get("kind")])
    name = card.get("name", card.get("fullName"))
    yield _row("fn", [members(name).get("full", name)])
    for one in _parts(card.get("organizations")):
        yield _row("org", [one.get("name")])
    for one in _parts(card.get("emails")):
        label = [one.get("label"), *members(one.get("contexts"))]
        address = one.get("address", one.get("email"))
        yield _row("email", [address], pref=one.get("pref"), type=label)
    for one in _parts(card.get("links")):
        yield _row("contact-uri", [one.get("uri", one.get("href"))])
    for one in _parts(card.get("addresses")):
        yield _row("adr", [], cc=one.get("countryCode"))
    for one in _parts(card.get("notes")):
        yield _row("note", [one.get("note")])


def _parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Return the objects of an object or a list; a text is an object of its own."""
    inner = list(value.values()) if isinstance(value, Mapping) else items(value)
    for one in inner[:50]:
        found = {"address": one, "name": one, "note": one} if isinstance(one, str) else members(one)
        if found:
            yield found
