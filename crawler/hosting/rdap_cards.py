"""Contact cards of RDAP entities (RFC 7095, RFC 9553, bare members), read tolerantly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from crawler.hosting.iso3166 import country_code
from crawler.hosting.loose import items, members, text, texts, words
from crawler.hosting.mailboxes import is_withheld_text, mailboxes
from crawler.hosting.rdap_spelling import plainly

NO_PREFERENCE = 101
_MAX_MAILS = 20
_PLAIN_MAILS = frozenset({"email", "emails", "e-mail"})
_PLAIN_ABUSE = frozenset(
    {"abuse-mailbox", "abuse_mailbox", "abuseMailbox", "abuse_email", "abuseEmail"}
)
_JSCARDS = frozenset({"jscard", "jscard_0", "jsCard", "jscontact_card"})
_EXTRA = _PLAIN_MAILS | _PLAIN_ABUSE | _JSCARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail address of a card."""

    address: str
    preference: int
    """1 is best; 101 when none is stated."""
    typed_abuse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a contact card tells; every part may be missing."""

    kind: str = ""
    """`org`, `group`, `individual`; empty when not stated."""
    name: str | None = None
    organisation: str | None = None
    mails: tuple[Mail, ...] = ()
    forms: tuple[str, ...] = ()
    country: str | None = None
    notes: tuple[str, ...] = ()
    withheld: bool = False
    """A mail field says that the address is not shown."""


NO_CARD = Card()


class _Property(NamedTuple):
    """A property of a card, whichever form it was given in."""

    name: str
    parameters: Mapping[str, Any]
    values: Sequence[object]


_Rows = dict[str, list[_Property]]
_WANTED = frozenset({"kind", "fn", "org", "email", "contact-uri", "url", "adr", "note"})
_OTHERS = frozenset({"version", "tel", "lang", "title", "role", "n", "uid", "rev"})
"""Properties that are common and tell nothing here; passed over at once for speed."""
_REDACTED = re.compile("redacted|please query|not disclosed|gdpr masked", re.IGNORECASE)


def read_card(entity: Mapping[str, Any]) -> Card:
    """Read the card of an entity in whichever form it is given; an empty one when none is."""
    rows: _Rows = {}
    for row in _properties(entity):
        rows.setdefault(row.name, []).append(row)
    if not rows:
        return NO_CARD
    mails, withheld = _mails(rows)
    return Card(
        kind=(_first_text(rows, "kind") or "").lower(),
        name=_first_text(rows, "fn"),
        organisation=_first_text(rows, "org"),
        mails=mails,
        forms=_forms(rows) if "contact-uri" in rows else (),
        country=_country(rows) if "adr" in rows else None,
        notes=_notes(rows) if "note" in rows else (),
        withheld=withheld,
    )


def https_url(value: str) -> str | None:
    """Return a plain https URL without credentials, at most 500 characters; else none."""
    clean = value.strip()
    if len(clean) > 500 or not clean[:8].lower().startswith("https://") or not clean.isprintable():
        return None
    try:
        parts = urlsplit(clean)
    except ValueError:
        return None
    return clean if parts.hostname and "@" not in parts.netloc else None


def _properties(entity: Mapping[str, Any]) -> Iterator[_Property]:
    for member in ("vcardArray", "vcard"):
        if member in entity:
            yield from _vcard_rows(entity[member])
    for member in () if _EXTRA.isdisjoint(entity) else entity:
        if member in _JSCARDS:
            yield from _jscard_rows(members(entity[member]))
        elif member in _PLAIN_MAILS:
            yield _row("email", _leaves(entity[member]))
        elif member in _PLAIN_ABUSE:
            yield _row("email", _leaves(entity[member]), type="abuse")


def _row(name: str, values: Iterable[object], **parameters: object) -> _Property:
    return _Property(name, parameters, tuple(values))


def _leaves(value: object) -> Iterator[object]:
    """Return the texts of a text, a list of texts, or objects that hold one."""
    for one in items(value):
        inner = members(one)
        yield next((inner[key] for key in ("address", "value", "email") if key in inner), one)


def _vcard_rows(card: object) -> Iterable[_Property]:
    """Read a jCard: ["vcard", [[name, {}, type, value, ...], ...]]; bent forms too."""
    if isinstance(card, Mapping):
        return [_row(str(name).lower(), _leaves(card[name])) for name in list(card)[:100]]
    found: list[_Property | None] = []
    _collect(items(card), depth=0, into=found)
    return filter(None, found)


def _collect(parts: list[Any], *, depth: int, into: list[_Property | None]) -> None:
    """Add the properties of a list, which may be wrapped up to three times more."""
    for part in parts[:300]:
        if isinstance(part, list):
            if not part or not isinstance(part[0], str) or part[0].lower() == "vcard":
                if depth < 3:
                    _collect(part, depth=depth + 1, into=into)
            elif part[0] not in _OTHERS:
                into.append(_list_row(part))
        elif isinstance(part, Mapping):
            into.append(_object_row(part))


def _list_row(row: list[Any]) -> _Property | None:
    """Read [name, parameters, type, value, ...]; parameters or type may have been left out."""
    name = row[0].lower()
    if "." in name:
        name = name.rpartition(".")[2]
    if name not in _WANTED or len(row) < 2:
        return None
    stated = members(row[1])
    parameters = {str(key).lower(): value for key, value in stated.items()} if stated else {}
    return _Property(name, parameters, row[3:53] if len(row) >= 4 else row[-1:])


def _object_row(row: Mapping[str, Any]) -> _Property | None:
    name = row.get("name")
    if not isinstance(name, str):
        return None
    values = _leaves(row.get("value", row.get("values")))
    return _Property(name.lower(), members(row.get("parameters", row.get("params"))), tuple(values))


def _jscard_rows(card: Mapping[str, Any]) -> Iterator[_Property]:
    """Read a JSContact card (RFC 9553)."""
    yield _row("kind", [card.get("kind")])
    name = card.get("name", card.get("fullName"))
    yield _row("fn", [members(name).get("full", name)])
    for one in _parts(card.get("organizations")):
        yield _row("org", [one.get("name")])
    for one in _parts(card.get("emails")):
        label = [one.get("label"), *members(one.get("contexts"))]
        yield _row(
            "email", [one.get("address", one.get("email"))], pref=one.get("pref"), type=label
        )
    for one in _parts(card.get("links")):
        yield _row("contact-uri", [one.get("uri", one.get("href"))])
    for one in _parts(card.get("addresses")):
        yield _row("adr", [], cc=one.get("countryCode"))
    for one in _parts(card.get("notes")):
        yield _row("note", [one.get("note")])


def _parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Return the objects of an object or a list."""
    inner = list(value.values()) if isinstance(value, Mapping) else items(value)
    yield from (found for one in inner[:50] if (found := members(one)))


def _row_texts(row: _Property, limit: int) -> Iterator[str]:
    for part in row.values:
        if isinstance(part, str):
            if found := text(part, limit=limit):
                yield found
        elif isinstance(part, Mapping):
            yield from texts(list(_leaves(part)), limit=limit)
        else:
            yield from texts(part, limit=limit)


def _first_text(rows: _Rows, name: str) -> str | None:
    """Return the first text of a property that is neither empty nor a marker of redaction."""
    if name not in rows:
        return None
    found = (one for row in rows[name] for one in _row_texts(row, 200))
    return next((one for one in found if len(one) < 8 or not _REDACTED.search(one)), None)


def _notes(rows: _Rows) -> tuple[str, ...]:
    return tuple(one for row in rows["note"] for one in _row_texts(row, 500))


def _mails(rows: _Rows) -> tuple[tuple[Mail, ...], bool]:
    found: list[Mail] = []
    withheld = False
    for name in ("email", "contact-uri", "url"):
        for row in rows.get(name, ()):
            for value in _row_texts(row, 1000):
                if name == "url" and not value.lower().startswith("mailto:"):
                    continue
                withheld = withheld or is_withheld_text(value)
                written = value if "@" in value else plainly(value)
                found.extend(_mail(address, row) for address in mailboxes(written))
    return tuple(found[:_MAX_MAILS]), withheld


def _mail(address: str, row: _Property) -> Mail:
    stated = row.parameters.get("pref")
    digits = str(stated) if isinstance(stated, int) else (text(stated) or "")
    known = digits.isascii() and digits.isdigit() and len(digits) < 4
    return Mail(
        address=address,
        preference=int(digits) if known else NO_PREFERENCE,
        typed_abuse="abuse" in words(row.parameters.get("type")),
    )


def _forms(rows: _Rows) -> tuple[str, ...]:
    urls = (https_url(value) for row in rows["contact-uri"] for value in _row_texts(row, 600))
    return tuple(url for url in urls if url)[:_MAX_MAILS]


def _country(rows: _Rows) -> str | None:
    """Read the country of a postal address: parameter `cc` (RFC 8605), last part, or label."""
    for row in rows["adr"]:
        label = row.parameters.get("label")
        lines = label.replace("\\n", "\n").strip() if isinstance(label, str) else ""
        parts = items(row.values[0]) if row.values else []
        last_part = parts[6] if len(parts) > 6 else None
        for stated in (row.parameters.get("cc"), last_part, lines.rpartition("\n")[2]):
            code = country_code(stated)
            if code:
                return code
    return None
