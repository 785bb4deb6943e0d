"""Which rule of the reviewed policy applies to a country, and how long a recipient has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.model import Notice, NoticeKind, NoticeState
from config.policy import CountryRule, NoticeRules, Policy

_COUNTS_AS_TOLD = frozenset(NoticeState) - {NoticeState.BOUNCED, NoticeState.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A country rule and where in the policy it stands."""

    name: str
    """`country:XX`, `home` or `abroad`."""
    rule: CountryRule
    deadline: timedelta


def rule_for(policy: Policy, *, country: str, home: str) -> Rule:
    """Return the rule for content hosted in `country` (ISO 3166-1 alpha-2, upper case)."""
    own = policy.countries.get(country)
    if own is not None:
        name, rule = f"country:{country}", own
    elif country == home:
        name, rule = "home", policy.home
    else:
        name, rule = "abroad", policy.abroad
    return Rule(name=name, rule=rule, deadline=rule.deadline or policy.notices.deadline)


def last_words(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """
    Return the notices, given oldest first, whose place no later one to the same recipient takes.

    One that is about other assets only leaves the earlier one standing.
    """
    return tuple(
        one
        for at, one in enumerate(notices, start=1)
        if not any(_takes_place(later, one) for later in notices[at:])
    )


def _takes_place(later: Notice, earlier: Notice) -> bool:
    ours, theirs = later.recipient, earlier.recipient
    same = (ours.key, ours.kind) == (theirs.key, theirs.kind)
    return same and not set(later.asset_ids).isdisjoint(earlier.asset_ids)


def told_lately(
    earlier: Iterable[Notice],
    *,
    kind: NoticeKind,
    address: str,
    asset_ids: tuple[str, ...],
    rules: NoticeRules,
    now: datetime,
) -> Notice | None:
    """
    Return the notice that makes a new one an identical repetition within `repeat_after`.

    Identical means: same kind, same mailbox, and no asset that was not named before.
    """
    since = now - rules.repeat_after
    return next((n for n in earlier if _repeats(n, kind, address, asset_ids, since)), None)


def _repeats(
    notice: Notice, kind: NoticeKind, address: str, asset_ids: tuple[str, ...], since: datetime
) -> bool:
    return (
        notice.kind is kind
        and notice.state in _COUNTS_AS_TOLD
        and notice.recipient.address.casefold() == address.casefold()
        and set(asset_ids) <= set(notice.asset_ids)
        and (notice.sent_at or notice.drafted_at) > since
    )
