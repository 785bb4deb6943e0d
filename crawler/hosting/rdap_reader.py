"""The record of a locked worker, validated again where it enters the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import TypeAdapter, ValidationError

from crawler.hosting.mailboxes import mailbox
from crawler.hosting.rdap_entities import https_url
from crawler.hosting.rdap_record import RdapRecord

_MAX_TEXT = 600
_MAX_ITEMS = 60


def read_record(record: Mapping[str, object]) -> RdapRecord | None:
    """Return the record as a value; none when any member breaks the schema or its bounds."""
    if not all(_within_bounds(value) for value in record.values()):
        return None
    try:
        read = _adapter().validate_python(dict(record))
    except ValidationError:
        return None
    return read if _addresses_hold(read) else None


@cache
def _adapter() -> TypeAdapter[RdapRecord]:
    return TypeAdapter(RdapRecord)


def _within_bounds(value: object) -> bool:
    return all(
        len(part) <= (_MAX_TEXT if isinstance(part, str) else _MAX_ITEMS)
        for part in _sized_parts(value, depth=0)
    )


def _sized_parts(value: object, *, depth: int) -> Iterator[str | list[object]]:
    """Walk over all texts and lists of plain JSON, four levels deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _sized_parts([*value.keys(), *value.values()], depth=depth)
    elif isinstance(value, list | tuple) and depth < 4:
        yield list(value)
        for item in value:
            yield from _sized_parts(item, depth=depth + 1)


def _addresses_hold(record: RdapRecord) -> bool:
    mails = [one.address for one in record.candidates if one.channel == "mail"]
    forms = [one.address for one in record.candidates if one.channel == "form"]
    links = [record.parent_link] if record.parent_link else []
    chosen = [record.abuse_email] if record.abuse_email else []
    return (
        all(mailbox(mail) == mail for mail in mails)
        and all(mail in mails for mail in chosen)
        and all(https_url(url) for url in (*forms, *links))
    )
