"""Contact cards of RDAP entities: whom they name, where, and how they are reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from crawler.hosting.iso3166 import country_code
from crawler.hosting.loose import items, text, words
from crawler.hosting.mailboxes import is_withheld_text, mailboxes
from crawler.hosting.rdap_card_rows import Row, card_rows, parameter, row_texts
from crawler.hosting.rdap_spelling import plainly

NO_PREFERENCE = 101
_MAX_MAILS = 20
_ORGANISATIONS = frozenset({"organization", "organisation", "organizational", "company"})
_REDACTED = re.compile(
    "redacted|please query|not disclosed|gdpr masked|data protected|statutory masking"
)
"""In lower case, which is faster than a search that ignores case."""
_MAIL_ROWS = ("email", "contact-uri", "url")


class Mail(NamedTuple):
    """One mail address of a card."""

    address: str
    preference: int
    """1 is best; 101 when none is stated."""
    typed_abuse: bool


class Card(NamedTuple):
    """What a contact card tells; every part may be missing."""

    kind: str = ""
    """`org`, `group`, `individual`; empty when not stated."""
    name: str | None = None
    organisation: str | None = None
    mails: tuple[Mail, ...] = ()
    forms: tuple[str, ...] = ()
    postal: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    withheld: bool = False
    """A mail field says that the address is not shown."""

    @property
    def country(self) -> str | None:
        """ISO code of the first postal address that states one."""
        return next((code for row in self.postal if (code := _country(row))), None)


NO_CARD = Card()


def read_card(entity: Mapping[str, Any]) -> Card:
    """Read the card of an entity in whichever form it is given; an empty one when none is."""
    rows = card_rows(entity)
    if not rows:
        return NO_CARD
    # the first usable one of each kind of property; mails, forms and notes are all kept
    kind = name = organisation = None
    postal: list[Row] = []
    reached: list[Row] = []
    notes: list[str] = []
    for row in rows:
        match row.name:
            case "kind":
                kind = kind or _text_of(row)
            case "fn":
                name = name or _text_of(row)
            case "org":
                organisation = organisation or _text_of(row)
            case "adr":
                postal.append(row)
            case "note":
                notes.extend(row_texts(row, limit=500))
            case "email" | "contact-uri" | "url":
                reached.append(row)
    mails, withheld = _mails(reached) if reached else ((), False)
    forms = _forms(reached) if reached else ()
    return Card(
        _kind(kind), name, organisation, mails, forms, tuple(postal), tuple(notes), withheld
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


def _kind(stated: str | None) -> str:
    plain = (stated or "").lower()
    return "org" if plain in _ORGANISATIONS else plain


def _text_of(row: Row) -> str | None:
    """Return the first text that is neither empty nor a marker of redaction."""
    found = text(row.values[0]) if len(row.values) == 1 else None
    if found is None:
        return next((one for one in row_texts(row, limit=200) if not _is_redacted(one)), None)
    return None if _is_redacted(found) else found


def _is_redacted(stated: str) -> bool:
    return _REDACTED.search(stated.lower()) is not None


def _mails(rows: Sequence[Row]) -> tuple[tuple[Mail, ...], bool]:
    found: list[Mail] = []
    withheld = False
    for row in sorted(rows, key=_mail_row) if len(rows) > 1 else rows:
        for value in row_texts(row, limit=1000):
            if row.name == "email" or value[:7].lower() == "mailto:" or row.name == "contact-uri":
                stated = mailboxes(value) or mailboxes(plainly(value))
                withheld = withheld or (len(stated) != 1 and is_withheld_text(value))
                found.extend([_mail(address, row) for address in stated])
    return tuple(found[:_MAX_MAILS]), withheld


def _mail_row(row: Row) -> int:
    return _MAIL_ROWS.index(row.name) if row.name in _MAIL_ROWS else len(_MAIL_ROWS)


def _mail(address: str, row: Row) -> Mail:
    if not row.parameters:
        return Mail(address, NO_PREFERENCE, False)  # noqa: FBT003 - a named tuple made often
    types = words(parameter(row, "type"))
    return Mail(address, _preference(parameter(row, "pref"), types), "abuse" in types)


def _preference(stated: object, types: Sequence[str]) -> int:
    """Read `pref` 1-100 (RFC 6350, 5.3) as number or text, or the older type `pref`."""
    one = next(iter(items(stated)), None)
    stated_number = isinstance(one, int | float) and 0 < one < 1000
    written = str(one) if stated_number else (text(one) or "")
    digits = written.partition(".")[0]
    if digits.isascii() and digits.isdigit() and len(digits) < 4:
        return int(digits)
    return 1 if "pref" in types else NO_PREFERENCE


def _forms(rows: Sequence[Row]) -> tuple[str, ...]:
    stated = [row for row in rows if row.name == "contact-uri"]
    urls = [https_url(value) for row in stated for value in row_texts(row, limit=600)]
    return tuple([url for url in urls if url][:_MAX_MAILS])


def _country(row: Row) -> str | None:
    """Read the country of a postal address: parameter `cc` (RFC 8605), last part, or label."""
    if row.parameters and (code := country_code(parameter(row, "cc"))):
        return code
    parts = row.values[0] if row.values else None
    if isinstance(parts, list) and len(parts) > 6 and (code := country_code(parts[6])):
        return code
    label = parameter(row, "label")
    if not isinstance(label, str):
        return None
    return country_code(label.replace("\\n", "\n").strip().rpartition("\n")[2])
