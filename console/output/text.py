"""Text from outside, made harmless for a terminal and for a spreadsheet."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Final

_HARMLESS: Final = " "
_ACTIVE: Final = frozenset("CZ")  # control, format, surrogate, private; separators
_FORMULA: Final = (*"=+-@|%\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


def plain(value: object) -> str:
    r"""
    Return one line of text in which every control, format or bidirectional character is escaped.

    >>> plain("a\x1b[2Jb\u202ec")
    'a\\x1b[2Jb\\u202ec'
    """
    return "".join(_shown(character) for character in str(value))


def cell(value: object) -> str:
    """
    Return text that a spreadsheet takes for text, never for a formula (CWE-1236).

    >>> cell("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def age(duration: timedelta) -> str:
    """
    Write a duration with its two largest units.

    >>> age(timedelta(days=3, hours=4, minutes=5))
    '3 d 4 h'
    """
    seconds = max(0, int(duration.total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    first = next((index for index, (count, _) in enumerate(units) if count), len(units) - 1)
    shown = units[first : first + 2]
    return " ".join(f"{count} {unit}" for count, unit in shown if count or len(shown) == 1)


def _shown(character: str) -> str:
    if character == _HARMLESS or unicodedata.category(character)[0] not in _ACTIVE:
        return character
    return character.encode("unicode_escape").decode("ascii")
