"""Decide whether a text may name a place on the internet or a person's mail address."""

from __future__ import annotations

import re
from typing import Final

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
# The ideographic and full-width dots separate labels too (UTS 46); defanged dots are dots.
_DOT: Final = r"(?:[.\u3002\uff0e\uff61]|%2e|\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*)"
_PARTS: Final = (
    r"//",  # any scheme, and scheme-relative
    r"\\\\",
    r"(?:h(?:tt|xx|\*\*)ps?|ftps?|javascript|mailto|magnet)(?:[:\[]|%3a)",
    r"\bdata:",
    r"@|%40",
    rf"\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}",  # IPv4
    r"[0-9a-f]{0,4}:[0-9a-f]{0,4}:",  # IPv6
    rf"[\w-]{_DOT}(?:xn--[a-z0-9-]+|[^\W\d_]{{2,}})",  # host name
    r"\blocalhost\b",
    r"(?:^|[\s=\"'(])/[^\s/]",  # absolute path
)
_LOCATION: Final = re.compile("|".join(_PARTS), re.IGNORECASE)


def names_location(text: str) -> bool:
    """
    Return whether a text may hold a URL, host name, IP address, mail address or absolute path.

    In doubt the answer is yes: a file name such as `list.csv` is taken for a host.

    >>> names_location("hxxps://board[.]example/b/1")
    True
    >>> names_location("HW-2026-000123-N1"), names_location("connect_timeout")
    (False, False)
    """
    if _TIME.fullmatch(text):
        return False
    return _LOCATION.search(text) is not None
