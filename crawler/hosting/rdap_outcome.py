"""What a fetch from a registry means, and whether it answers what was asked; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawler.fetch.contract import FetchResult
from crawler.hosting.addresses import Address, read_address
from crawler.hosting.rdap_cache import RdapAnswer
from crawler.hosting.rdap_reader import read_record
from crawler.hosting.rdap_record import Kind, RdapRecord

_DEFAULT_RETRY_S = 300.0
_LONGEST_RETRY_S = 86400.0
_SLOW_DOWN = frozenset({429, 503})


def answer_of(result: FetchResult, source: str, asked: datetime) -> RdapAnswer:
    """Translate a fetch into an outcome; only 404 says that there is nothing."""
    if any(not hop.url.lower().startswith("https://") for hop in result.hops):
        return RdapAnswer(outcome="refused_redirect", source=source, at=asked)
    if result.status in _SLOW_DOWN:
        wait = retry_after_s(result.headers.get("retry-after"), asked)
        return RdapAnswer(outcome="rate_limited", source=source, at=asked, retry_after=wait)
    record = read_record(result.record) if result.record is not None else None
    found = _outcome(result, record)
    wait_s = _DEFAULT_RETRY_S if found == "rate_limited" else None
    return RdapAnswer(
        outcome=found,
        source=source,
        at=asked,
        record=record if found == "found" else None,
        milliseconds=int((result.finished - result.started).total_seconds() * 1000),
        retry_after=wait_s,
    )


def _outcome(result: FetchResult, record: RdapRecord | None) -> str:
    status = result.status
    if status == 404:
        return "none"
    if result.error is not None:
        return result.error.value
    if status is None or status >= 500:
        return "server_error"
    if status >= 300:
        return "refused"
    if record is not None and record.error_code == 429:
        return "rate_limited"
    return "malformed" if record is None or record.kind in {"error", "unknown"} else "found"


def checked(answer: RdapAnswer, kind: Kind, holds: Callable[[RdapRecord], bool]) -> RdapAnswer:
    """Refuse an answer about something else than was asked for."""
    record = answer.record
    if record is None:
        return answer
    if record.kind != kind or not holds(record):
        return replace(answer, outcome="malformed", record=None)
    if "not_managed_here" in record.flags:
        return replace(answer, outcome="not_managed_here", record=None)
    return answer


def holds_address(record: RdapRecord, address: Address) -> bool:
    """Whether a record's range holds an address; a record without a range is given the doubt."""
    start, end = read_address(record.start or ""), read_address(record.end or "")
    if start is None or end is None:
        return True
    return start.version == address.version and int(start) <= int(address) <= int(end)


def holds_asn(record: RdapRecord, asn: int) -> bool:
    """Whether a record's numbers hold one; a record without any is given the doubt."""
    if record.first_asn is None:
        return True
    return record.first_asn <= asn <= (record.last_asn or record.first_asn)


def retry_after_s(stated: str | None, now: datetime) -> float:
    """
    Read Retry-After (RFC 9110, 10.2.3) as seconds, at least 1 and at most a day.

    A registry that says nothing is left alone for five minutes.
    """
    text = (stated or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return min(max(float(text), 1.0), _LONGEST_RETRY_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return _DEFAULT_RETRY_S
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 1.0), _LONGEST_RETRY_S)
