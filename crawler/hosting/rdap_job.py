"""The job that a locked worker runs on the body of an RDAP answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from crawler.hosting.loose import members
from crawler.hosting.rdap_parse import parse

_KNOWN = b"""{"objectClassName": "ip network", "startAddress": "192.0.2.0",
"endAddress": "192.0.2.255", "country": "nl", "entities": [{"roles": ["registrant"],
"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text",
"abuse@host.example"]]]}]}]}"""


def read_rdap(header: Mapping[str, object], body: bytes) -> dict[str, object]:  # noqa: ARG001 - every job is called alike
    """
    Read a body as an RDAP answer; return `RdapRecord` as plain JSON.

    What is no JSON object gives `{"error": "malformed_answer"}`; nothing of it is quoted.
    """
    try:
        answer = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return {"error": "malformed_answer"}
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if not members(answer):
        return {"error": "malformed_answer"}
    return asdict(parse(answer))


def self_test() -> None:
    """
    Read a known answer.

    Raises:
        RuntimeError: this worker does not read RDAP as it should and must not be used.
    """
    record = read_rdap({}, _KNOWN)
    if record.get("abuse_email") != "abuse@host.example" or record.get("country") != "NL":
        raise RuntimeError("RDAP self-test failed")
