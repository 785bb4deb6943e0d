"""The job that a locked worker runs on the body of an RDAP answer."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from crawler.hosting.loose import members
from crawler.hosting.rdap_parse import parse
from crawler.hosting.rdap_record import RdapCandidate, RdapRecord

_KNOWN = b"""{"objectClassName": "ip network", "startAddress": "192.0.2.0",
"endAddress": "192.0.2.255", "country": "nl", "entities": [{"roles": ["registrant"],
"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text",
"abuse@host.example"]]]}]}]}"""
_RESULTS = (
    "domainSearchResults",
    "entitySearchResults",
    "nameserverSearchResults",
    "ipSearchResults",
)
_RECORD = tuple(field.name for field in fields(RdapRecord))
_CANDIDATE = tuple(field.name for field in fields(RdapCandidate))


def read_rdap(header: Mapping[str, object], body: bytes) -> dict[str, object]:  # noqa: ARG001 - every job is called alike
    """
    Read a body as an RDAP answer; return `RdapRecord` as plain JSON.

    What is no JSON object gives `{"error": "malformed_answer"}`; nothing of it is quoted.
    """
    answer = read_answer(body)
    return _plain(parse(answer)) if answer else {"error": "malformed_answer"}


def read_answer(body: bytes) -> Mapping[str, Any]:
    """
    Return the object that a body holds; empty when it holds none.

    A byte order mark, UTF-16, and bytes that are no UTF-8 are read (the last as Latin-1, so that
    names survive); a list of one object and a search with one result are that object.
    """
    try:
        answer = json.loads(_decoded(body), strict=False)
    except (ValueError, RecursionError):
        return {}
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    found = members(answer)
    for member in _RESULTS:
        results = found.get(member)
        if isinstance(results, list) and len(results) == 1 and members(results[0]):
            return members(results[0])
    return found if "objectClassName" in found else _wrapped(found)


def _wrapped(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one object with a class in an object that has none; else the object as it is."""
    inner = [one for one in found.values() if isinstance(one, dict) and "objectClassName" in one]
    return inner[0] if len(inner) == 1 else found


def _plain(record: RdapRecord) -> dict[str, object]:
    """Return the record's members; `dataclasses.asdict` would copy each of them deeply."""
    found: dict[str, object] = {name: getattr(record, name) for name in _RECORD}
    found["candidates"] = tuple(
        {name: getattr(one, name) for name in _CANDIDATE} for one in record.candidates
    )
    return found


def _decoded(body: bytes) -> str:
    stated = json.detect_encoding(body)
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode(stated)
    except UnicodeDecodeError:
        return body.decode("latin-1" if stated.startswith("utf-8") else stated, errors="replace")


def self_test() -> None:
    """
    Read a known answer.

    Raises:
        RuntimeError: this worker does not read RDAP as it should and must not be used.
    """
    record = read_rdap({}, _KNOWN)
    if record.get("abuse_email") != "abuse@host.example" or record.get("country") != "NL":
        raise RuntimeError("RDAP self-test failed")
