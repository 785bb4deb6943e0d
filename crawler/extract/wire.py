"""The page record on its way out of the worker, and its check on the way in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache

from pydantic import TypeAdapter, ValidationError

from cases.model import SiteType
from crawler.extract.links import URL_LIMIT
from crawler.extract.payments import NOTES
from crawler.extract.read import SIGNS
from crawler.extract.record import PageRecord, plain
from crawler.extract.sorting import CANDIDATES, REFUSED

_WORD_LIMIT = 200
_FIELDS = 64
_VALUE_LIMIT = 4096


def record_to_wire(record: PageRecord) -> dict[str, object]:
    """Return the record as plain JSON values."""
    return plain(record)


@cache
def _adapter() -> TypeAdapter[PageRecord]:
    return TypeAdapter(PageRecord)


def record_from_wire(mapping: Mapping[str, object]) -> PageRecord:
    """
    Check and rebuild a record that a worker sent.

    Raises:
        ValueError: a member is missing, unknown, of another type, too long or too many. The
            message names the member and never quotes its value.

    """
    unknown = set(mapping) - set(PageRecord.__dataclass_fields__)
    if unknown:
        raise ValueError("the page record has members that are not in the contract")
    try:
        record = _adapter().validate_json(json.dumps(dict(mapping)), strict=True)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors(include_input=False)[0]["loc"])
        raise ValueError(f"the page record is not usable at {where[:80]}") from None
    except (TypeError, RecursionError):
        raise ValueError("the page record is not JSON") from None
    for problem_name in _problems(record):
        raise ValueError(f"the page record breaks a cap: {problem_name}")
    return record


def _problems(record: PageRecord) -> Iterator[str]:
    if len(record.candidates) > CANDIDATES:
        yield "candidates"
    if len(record.refused) > REFUSED:
        yield "refused"
    if record.site_type not in set(SiteType):
        yield "site_type"
    if len(record.payments) > NOTES or not all(map(str.isprintable, record.payments)):
        yield "payments"
    if any(len(word) > _WORD_LIMIT for word in _words(record)) or len(record.signs) > SIGNS + 10:
        yield "words"
    if any(not _is_address(url) for url in _addresses(record)):
        yield "addresses"
    if any(not _is_form(step.form) for step in (record.next, record.link_check) if step):
        yield "form"


def _words(record: PageRecord) -> Iterator[str]:
    yield from (record.engine, record.state_rule, record.text_sha256, *record.signs)
    yield from record.payments
    yield from (candidate.why for candidate in record.candidates)
    yield from (candidate.claimed_hash or "" for candidate in record.candidates)
    yield from (link.why for link in record.refused)


def _addresses(record: PageRecord) -> Iterator[str]:
    yield from (candidate.url for candidate in record.candidates)
    yield from (link.url for link in record.refused)
    yield from (step.url for step in (record.next, record.link_check) if step)
    if record.json_twin is not None:
        yield record.json_twin


def _is_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= URL_LIMIT and url.isprintable()


def _is_form(form: tuple[tuple[str, str], ...]) -> bool:
    return len(form) <= _FIELDS and all(
        len(name) <= _WORD_LIMIT and len(value) <= _VALUE_LIMIT for name, value in form
    )
