"""Foreign JSON read without trust: whatever is not of the expected shape reads as empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

_MAX_ITEMS = 500


def members(value: object) -> Mapping[str, Any]:
    """Return an object's members; empty when it is not an object."""
    return value if isinstance(value, (dict, Mapping)) else {}


def items(value: object) -> Sequence[Any]:
    """Return a list's items, at most 500; a lone value is a list of one, nothing is empty."""
    if isinstance(value, (list, tuple)):
        return value if len(value) <= _MAX_ITEMS else value[:_MAX_ITEMS]
    return () if value is None else (value,)


def text(value: object, *, limit: int = 200) -> str | None:
    """Return printable text on one line, cut at `limit` characters; none when there is none."""
    if not isinstance(value, str):
        return None
    if len(value) <= limit and value.isprintable() and "  " not in value:
        return value.strip() or None
    visible = "".join([_visible(sign) for sign in value[: limit * 4]])
    return " ".join(visible.split())[:limit] or None


def texts(value: object, *, limit: int = 200) -> tuple[str, ...]:
    """Return all usable texts of a list or a lone text."""
    if isinstance(value, str):
        alone = text(value, limit=limit)
        return (alone,) if alone else ()
    return tuple([one for item in items(value) if (one := text(item, limit=limit))])


def words(value: object) -> tuple[str, ...]:
    """Return texts in lower case, as roles and states are compared."""
    if value is None:
        return ()
    return tuple([one.lower() for item in items(value) if (one := text(item, limit=80))])


def _visible(sign: str) -> str:
    """Return a sign, a blank for space and control signs, nothing for signs without any width."""
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else sign
