"""Foreign JSON read without trust: whatever is not of the expected shape reads as empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

_MAX_ITEMS = 500


def members(value: object) -> Mapping[str, Any]:
    """Return an object's members; empty when it is not an object."""
    return value if isinstance(value, (dict, Mapping)) else {}


def items(value: object) -> list[Any]:
    """Return a list's items, at most 500; a lone value is a list of one, nothing is empty."""
    if value is None:
        return []
    return list(value[:_MAX_ITEMS]) if isinstance(value, list | tuple) else [value]


def text(value: object, *, limit: int = 200) -> str | None:
    """Return printable text on one line, cut at `limit` characters; none when there is none."""
    if not isinstance(value, str):
        return None
    if len(value) <= limit and value.isprintable() and "  " not in value:
        return value.strip() or None
    visible = "".join(
        " " if unicodedata.category(sign)[0] in "CZ" else sign for sign in value[: limit * 4]
    )
    return " ".join(visible.split())[:limit] or None


def texts(value: object, *, limit: int = 200) -> tuple[str, ...]:
    """Return all usable texts of a list or a lone text."""
    if isinstance(value, str):
        alone = text(value, limit=limit)
        return (alone,) if alone else ()
    found = [text(item, limit=limit) for item in items(value)]
    return tuple([one for one in found if one])


def words(value: object) -> tuple[str, ...]:
    """Return texts in lower case, as roles and states are compared."""
    return tuple([one.lower() for one in texts(value, limit=80)])
