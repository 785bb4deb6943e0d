"""Read a notice as a recipient's software would: the machine part first, then the text."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

NOTICE_NAME = "hostwatch-notice.json"
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_CODE = re.compile(
    r"\bcode\b[^\w\n]{0,20}\s{0,8}([A-Z0-9]{3,}(?:-[A-Z0-9]{2,}){0,8})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRead:
    """What a desk takes from one mail."""

    message_id: str
    subject: str
    content_types: tuple[str, ...]
    file_names: tuple[str, ...]
    serial: str
    kind: str
    urls: tuple[str, ...]
    """Reported locations, from the machine part."""
    answer_url: str
    code: str
    links: tuple[str, ...]
    """Links in the text that lead to the answers page; never a reported location."""


def read_notice(content: bytes) -> NoticeRead:
    """Read one message; whatever it lacks is empty."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    document = _document(message)
    answer = document.get("answer")
    answer = answer if isinstance(answer, Mapping) else {}
    text = "\n".join(_texts(message))
    links = _answer_links(text)
    return NoticeRead(
        message_id=str(message["message-id"] or "").strip(),
        subject=str(message["subject"] or ""),
        content_types=tuple(part.get_content_type() for part in message.walk()),
        file_names=tuple(name for part in message.walk() if (name := part.get_filename())),
        serial=str(document.get("serial", "")),
        kind=str(document.get("kind", "")),
        urls=tuple(_urls(document)),
        answer_url=str(answer.get("url") or (links[0] if links else "")),
        code=str(answer.get("code") or _code_in(text)),
        links=links,
    )


def _document(message: EmailMessage) -> Mapping[str, Any]:
    for part in message.walk():
        if part.get_filename() == NOTICE_NAME:
            found = json.loads(part.get_payload(decode=True) or b"{}")  # type: ignore[arg-type]  # a leaf has bytes
            return found if isinstance(found, Mapping) else {}
    return {}


def _urls(document: Mapping[str, Any]) -> Iterator[str]:
    for name in ("locations", "items"):
        for entry in document.get(name) or ():
            if isinstance(entry, Mapping) and isinstance(entry.get("url"), str):
                yield entry["url"]


def _texts(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and isinstance(part, EmailMessage):
            yield str(part.get_content())


def _answer_links(text: str) -> tuple[str, ...]:
    found = (link.rstrip(".,;") for link in _LINK.findall(text))
    return tuple(dict.fromkeys(link for link in found if _is_local(link)))


def _is_local(link: str) -> bool:
    # In practice the answers page stands on a loopback address; no reported location does.
    host = urlsplit(link).hostname or ""
    return host == "localhost" or host.startswith("127.")


def _code_in(text: str) -> str:
    found = _CODE.search(text)
    return found[1] if found else ""
