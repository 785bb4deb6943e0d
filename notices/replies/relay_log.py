"""
Which of our messages a mail relay took, read from its log whatever its format.

Postfix, Exim, OpenSMTPD and others all write the Message-ID of what they accept; only its shape
is relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_OURS = re.compile(
    r"HW-\d{4}-\d{6,12}-N\d{1,6}\.\d{1,6}\.[0-9a-f]{16}@[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?"
)
_REFUSED = re.compile(r"\b(reject|rejected|milter-reject|discard)\b", re.IGNORECASE)
_LINE_LIMIT = 4096
"""Characters of one line that are looked at."""


def message_ids(lines: Iterable[str]) -> frozenset[str]:
    """
    Return the Message-IDs of our shape, with angle brackets, that a log names as taken.

    A message that any line names as rejected or discarded is left out.
    """
    taken: set[str] = set()
    refused: set[str] = set()
    for line in lines:
        found = {f"<{name}>" for name in _OURS.findall(line[:_LINE_LIMIT])}
        (refused if found and _REFUSED.search(line[:_LINE_LIMIT]) else taken).update(found)
    return frozenset(taken - refused)
