"""Durations as people write them in a policy file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PATTERN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d|w)")


def parse_duration(value: object) -> timedelta:
    """
    Read `90s`, `15m`, `12h`, `30d`, `2w`, `1.5h`.

    Raises:
        ValueError: the text is not a number with one of these units, or is too long.

    >>> parse_duration("12h")
    datetime.timedelta(seconds=43200)
    """
    if isinstance(value, timedelta):
        return value
    found = _PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a number and a unit (ms, s, m, h, d or w), for example 12h")
    try:
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    except OverflowError:
        raise ValueError("a duration of less than a million years") from None


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
