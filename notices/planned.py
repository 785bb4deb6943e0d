"""One notice that is to be drafted, and how several for one mailbox become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from cases.model import Hold, NoticeKind, Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One notice that is to be drafted."""

    recipient: Recipient
    kind: NoticeKind
    template: str
    why: str
    """The policy rule that chose this recipient, and where the contact comes from."""
    asset_ids: tuple[str, ...]
    snapshot_ids: tuple[str, ...]
    hold: Hold | None
    deadline: timedelta


def merged(planned: list[Planned]) -> tuple[Planned, ...]:
    """Join what goes to the same mailbox, of the same kind and under the same hold."""
    joined: dict[tuple[str, str, str], Planned] = {}
    for step in planned:
        held = step.hold.reason if step.hold else ""
        key = (step.recipient.address.casefold(), step.kind.value, held)
        before = joined.get(key)
        joined[key] = step if before is None else _join(before, step)
    return tuple(joined.values())


def _join(first: Planned, second: Planned) -> Planned:
    return replace(
        first,
        asset_ids=_union(first.asset_ids, second.asset_ids),
        snapshot_ids=_union(first.snapshot_ids, second.snapshot_ids),
        template=first.template if first.template == second.template else "generic",
        deadline=min(first.deadline, second.deadline),
    )


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))
