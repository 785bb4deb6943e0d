"""How old offline data may be before it warns, and before it is not relied on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Freshness = Literal["fresh", "ageing", "stale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ages of one kind of data."""

    warn: timedelta
    refuse: timedelta | None
    """None: it is used at any age, since nothing would mislead more."""


TABLES = Limits(warn=timedelta(days=14), refuse=timedelta(days=45))
"""Networks and countries: ranges are sold and moved all the time."""
LISTS = Limits(warn=timedelta(days=60), refuse=None)
"""Fronts, suffixes and servers of registries change slowly."""


def limits_of(kind: str) -> Limits:
    """Return the limits for a kind of range table or list."""
    return TABLES if kind in {"asn", "country"} else LISTS


def freshness_of(kind: str, built: date, today: date) -> Freshness:
    """Say whether data of a kind may be relied on today."""
    limits, age = limits_of(kind), today - built
    if limits.refuse is not None and age > limits.refuse:
        return "stale"
    return "ageing" if age > limits.warn else "fresh"
