"""Compose situations from a seed: the same seed gives the same situation."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sandbox.rechecks.situation import DAYS, WAYS, Kind, Situation, Spell, Trouble, Truth

_END_H = DAYS * 24.0
_ONE_WAY_ONLY = frozenset({Trouble.FILTER_404, Trouble.DEEP_WALL})
"""Nobody can tell these from a removal when every way out meets them."""
_LOCKER_ONLY = (Trouble.LINK_CHECK_ALIVE, Trouble.LINK_CHECK_GONE)
_PAGES: tuple[Kind, ...] = ("page", "thread")
_COMMON = tuple(
    one for one in Trouble if one not in {*_LOCKER_ONLY, Trouble.PAGE_DELETED, Trouble.STEP_BROKEN}
)
_REMOVALS: dict[Kind, tuple[Truth, ...]] = {
    "picture": (
        Truth.GONE_404,
        Truth.GONE_410,
        Truth.GONE_NOTICE,
        Truth.GONE_KNOWN_PICTURE,
        Truth.GONE_ANY_PICTURE,
        Truth.GONE_SOFT,
        Truth.GONE_HOME,
    ),
    "page": (Truth.GONE_404, Truth.GONE_410, Truth.GONE_NOTICE, Truth.GONE_SOFT, Truth.GONE_HOME),
    "thread": (Truth.GONE_404, Truth.GONE_410),
    "locker": (Truth.GONE_404, Truth.GONE_NOTICE),
}
_DOWN = (Truth.PARKED, Truth.SUSPENDED, Truth.NAME_GONE, Truth.WILDCARD)


def compose(seed: int) -> Situation:
    """Compose the situation of a seed."""
    chance = random.Random(seed)
    kind: Kind = chance.choice(("picture", "picture", "page", "thread", "locker"))
    ways = WAYS[chance.choices(tuple(WAYS), (72, 12, 11, 5))[0]]
    pathway = kind in {"picture", "page"} and chance.random() < 0.15
    return Situation(
        seed=seed,
        kind=kind,
        ways=ways,
        pathway=pathway,
        chapters=_chapters(chance, kind),
        spells=tuple(_spells(chance, kind, ways, pathway=pathway)),
    )


def _chapters(chance: random.Random, kind: Kind) -> tuple[tuple[float, Truth], ...]:
    when = chance.uniform(6, 14 * 24)
    fate = chance.choices(
        ("stays", "removed", "expired", "down", "changed", "reencoded", "returns"),
        (34, 30, 7, 10, 7, 6, 6),
    )[0]
    first = (0.0, Truth.SHOWN)
    then = {
        "removed": _REMOVALS[kind],
        "returns": _REMOVALS[kind],
        "expired": (Truth.EXPIRED,) if kind in {"thread", "locker"} else (),
        "down": _DOWN,
        "changed": (Truth.CHANGED,) if kind != "locker" else (),
        "reencoded": (Truth.REENCODED,) if kind != "locker" else (),
    }.get(fate, ())
    if not then:
        return (first,)
    over = (when, chance.choice(then))
    if fate != "returns":
        return (first, over)
    return (first, over, (when + chance.uniform(30, 12 * 24), Truth.SHOWN))


def _spells(
    chance: random.Random, kind: Kind, ways: Sequence[str], *, pathway: bool
) -> list[Spell]:
    # Two ways out that are each deceived in their own manner are one deceived hotline.
    deceived = "filtered" if "filtered" in ways else chance.choice(ways)
    return [
        _spell(chance, chance.choice(_possible(kind, pathway=pathway)), ways, deceived)
        for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))
    ]


def _possible(kind: Kind, *, pathway: bool) -> tuple[Trouble, ...]:
    more: list[Trouble] = []
    if kind == "locker":
        more += _LOCKER_ONLY * 4
    if kind in _PAGES:
        more += [Trouble.PAGE_DELETED] * 3
    if pathway:
        more += [Trouble.STEP_BROKEN] * 5
    return (*_COMMON, *more)


def _spell(chance: random.Random, trouble: Trouble, ways: Sequence[str], deceived: str) -> Spell:
    start = chance.uniform(3, 20 * 24)
    if trouble is Trouble.STORAGE_404:
        # Shorter than the span that agreeing looks need: longer ones are removals that return.
        length = chance.uniform(1, 11)
    else:
        length = chance.choice((2.0, 8.0, 30.0, 100.0, 400.0, _END_H)) * chance.uniform(0.6, 1.4)
    return Spell(
        trouble=trouble,
        start_h=start,
        end_h=start + length,
        ways=_met_by(chance, trouble, ways, deceived),
    )


def _met_by(
    chance: random.Random, trouble: Trouble, ways: Sequence[str], deceived: str
) -> frozenset[str]:
    if trouble in _ONE_WAY_ONLY:
        return frozenset({deceived})
    if len(ways) > 1 and chance.random() < 0.4:
        return frozenset({chance.choice(ways)})
    return frozenset()
