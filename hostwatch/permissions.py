"""Which role may do what; the one table that every operation asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cases.errors import NotPermitted
from cases.model import Role

_READERS = frozenset(Role)
_CASEWORK = frozenset({Role.ANALYST, Role.MANAGER})
_MANAGEMENT = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
_ADMINISTRATION = frozenset({Role.ADMINISTRATOR})


class Action(StrEnum):
    """What can be done, as it is written in the audit trail."""

    REPORT_ADD = "report_add"
    CASE_READ = "case_read"
    CASE_REVEAL = "case_reveal"
    CASE_ASSESS = "case_assess"
    CASE_CLOSE = "case_close"
    CASE_RECHECK = "case_recheck"
    CASE_PATHWAY = "case_pathway"
    CASE_ORIGIN = "case_origin"
    NOTICE_APPROVE = "notice_approve"
    NOTICE_HOLD = "notice_hold"
    NOTICE_WITHDRAW = "notice_withdraw"
    NOTICE_SETTLE = "notice_settle"
    NOTICE_BY_HAND = "notice_by_hand"
    LIST_READ = "list_read"
    LIST_CHANGE = "list_change"
    LIST_WITHDRAW = "list_withdraw"
    SELF_REFERRAL_ADD = "self_referral_add"
    SELF_REFERRAL_ASSESS = "self_referral_assess"
    SELF_REFERRAL_LIST = "self_referral_list"
    RANGES_CHANGE = "ranges_change"
    ACCOUNT_CHANGE = "account_change"
    STORE_MOVE = "store_move"
    SWITCH = "switch"
    RUN = "run"
    TRAIL_READ = "trail_read"
    TRAIL_ATTEST = "trail_attest"
    KEYS_READ = "keys_read"
    KEYS_CHANGE = "keys_change"
    BACKUP = "backup"
    CASE_ERASE_REQUEST = "case_erase_request"
    CASE_ERASE = "case_erase"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.REPORT_ADD: _CASEWORK,
    Action.CASE_READ: _READERS,
    Action.CASE_REVEAL: _CASEWORK | {Role.AUDITOR},
    Action.CASE_ASSESS: _CASEWORK,
    Action.CASE_CLOSE: _CASEWORK,
    Action.CASE_RECHECK: _CASEWORK | {Role.ADMINISTRATOR},
    Action.CASE_PATHWAY: _CASEWORK,
    Action.CASE_ORIGIN: _CASEWORK,
    Action.NOTICE_APPROVE: _CASEWORK,
    Action.NOTICE_HOLD: _CASEWORK,
    Action.NOTICE_WITHDRAW: frozenset({Role.MANAGER}),
    Action.NOTICE_SETTLE: _MANAGEMENT,
    Action.NOTICE_BY_HAND: _CASEWORK,
    Action.LIST_READ: _READERS,
    Action.LIST_CHANGE: _MANAGEMENT,
    Action.LIST_WITHDRAW: _CASEWORK,
    Action.SELF_REFERRAL_ADD: _CASEWORK,
    Action.SELF_REFERRAL_ASSESS: _CASEWORK,
    Action.SELF_REFERRAL_LIST: frozenset({Role.MANAGER}),
    Action.RANGES_CHANGE: _MANAGEMENT,
    Action.ACCOUNT_CHANGE: _ADMINISTRATION,
    Action.STORE_MOVE: _ADMINISTRATION,
    Action.SWITCH: _MANAGEMENT,
    Action.RUN: _MANAGEMENT,
    Action.TRAIL_READ: frozenset({Role.AUDITOR, Role.MANAGER, Role.ADMINISTRATOR}),
    Action.TRAIL_ATTEST: _MANAGEMENT,
    Action.KEYS_READ: _MANAGEMENT,
    Action.KEYS_CHANGE: _ADMINISTRATION,
    Action.BACKUP: _MANAGEMENT,
    Action.CASE_ERASE_REQUEST: _CASEWORK,
    Action.CASE_ERASE: frozenset({Role.MANAGER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and the login of the operating system that the command ran under."""

    name: str
    role: Role
    login: str


SYSTEM = Actor(name="hostwatch", role=Role.ADMINISTRATOR, login="service")
"""The worker itself; it never approves, assesses, reveals or withdraws."""


def require(actor: Actor, action: Action) -> None:
    """
    Refuse an actor whose role does not allow the action.

    Raises:
        NotPermitted: names the action and the roles that may do it.
    """
    if actor.role not in ALLOWED[action]:
        roles = " or ".join(sorted(role.value for role in ALLOWED[action]))
        raise NotPermitted(
            f"{actor.name} is {actor.role.value}, and {action.value} needs {roles}. "
            "Name another account with --as, or ask an administrator."
        )
