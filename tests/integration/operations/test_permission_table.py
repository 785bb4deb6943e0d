"""Who may do what; and no operation is reachable without asking."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest
from operations_house import KEYS, House

import hostwatch.operations
from cases.errors import NotPermitted
from cases.model import Classification, CloseReason, Role
from cases.ports import CaseFilter
from hostwatch.desk import Desk
from hostwatch.intake.draft import Draft
from hostwatch.operations.assessing import Judgement
from hostwatch.operations.origins import Told
from hostwatch.operations.ranges import Order
from hostwatch.permissions import ALLOWED, SYSTEM, Action, Actor, require
from matchers.hashlist.formats import Options

A, M, D, R = Role.ANALYST, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR
TABLE = {
    Action.REPORT_ADD: {A, M},
    Action.CASE_READ: {A, M, D, R},
    Action.CASE_REVEAL: {A, M, R},
    Action.CASE_ASSESS: {A, M},
    Action.CASE_CLOSE: {A, M},
    Action.CASE_PATHWAY: {A, M},
    Action.CASE_ORIGIN: {A, M},
    Action.CASE_RECHECK: {A, M, D},
    Action.NOTICE_APPROVE: {A, M},
    Action.NOTICE_HOLD: {A, M},
    Action.NOTICE_WITHDRAW: {M},
    Action.NOTICE_SETTLE: {M, D},
    Action.NOTICE_BY_HAND: {A, M},
    Action.LIST_READ: {A, M, D, R},
    Action.LIST_CHANGE: {M, D},
    Action.LIST_WITHDRAW: {A, M},
    Action.SELF_REFERRAL_ADD: {A, M},
    Action.SELF_REFERRAL_ASSESS: {A, M},
    Action.SELF_REFERRAL_LIST: {M},
    Action.RANGES_CHANGE: {M, D},
    Action.ACCOUNT_CHANGE: {D},
    Action.STORE_MOVE: {D},
    Action.SWITCH: {M, D},
    Action.RUN: {M, D},
    Action.TRAIL_READ: {M, D, R},
    Action.TRAIL_ATTEST: {M, D},
    Action.KEYS_READ: {M, D},
    Action.KEYS_CHANGE: {D},
    Action.BACKUP: {M, D},
    Action.CASE_ERASE_REQUEST: {A, M},
    Action.CASE_ERASE: {M},
}


def test_the_table_is_the_one_that_was_decided():
    """A change of who may do what is a decision, not a side effect."""
    assert {action: set(roles) for action, roles in ALLOWED.items()} == TABLE
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize(("action", "role"), list(itertools.product(Action, Role)))
def test_every_action_by_every_role(action, role):
    """Allowed, or refused with the action and the roles that may."""
    actor = Actor(name="somebody", role=role, login="login")
    if role in TABLE[action]:
        require(actor, action)
        return
    with pytest.raises(NotPermitted) as refused:
        require(actor, action)
    for word in ("somebody", role.value, action.value, *(one.value for one in TABLE[action])):
        assert word in str(refused.value)


def test_no_auditor_changes_anything():
    """Who reviews the work takes no part in it."""
    changing = set(Action) - {
        Action.CASE_READ,
        Action.CASE_REVEAL,
        Action.LIST_READ,
        Action.TRAIL_READ,
    }
    assert not any(Role.AUDITOR in ALLOWED[action] for action in changing)


def test_the_worker_itself_decides_nothing():
    """Its role is that of an administrator: it approves, assesses and reveals nothing."""
    for action in (
        Action.NOTICE_APPROVE,
        Action.CASE_ASSESS,
        Action.CASE_REVEAL,
        Action.NOTICE_WITHDRAW,
        Action.CASE_CLOSE,
        Action.CASE_ERASE,
    ):
        with pytest.raises(NotPermitted):
            require(SYSTEM, action)


# --------------------------------------------------------------------------- every operation


class Nobody(StrEnum):
    """A role that is in no row of the table."""

    NOBODY = "nobody"


ARGUMENTS = {
    "draft": Draft(url="http://a.test/1"),
    "drafts": [],
    "case_id": "HW-2026-000001",
    "case_ids": [],
    "serial": "HW-2026-000001-N1",
    "wanted": CaseFilter(),
    "reason": "a reason of some length",
    "reveal": None,
    "judgement": Judgement(
        illegal=True, classification=Classification(scheme="ncmec", value="A1"), law="Act, 1"
    ),
    "reference": "T-1",
    "relay_log": "",
    "log_complete": False,
    "name": "eve",
    "role": Role.ANALYST,
    "switch": "fetching",
    "paused": True,
    "source": Path("nowhere"),
    "kind": "asn",
    "build_date": date(2026, 1, 1),
    "licence": "",
    "tier": "national",
    "classification": None,
    "version": None,
    "options": Options(),
    "body": None,
    "pool": None,
    "references": (),
    "digest": "0" * 32,
    "key": "0" * 32,
    "key_id": 1,
    "text": "",
    "span": None,
    "target": Path("nowhere"),
    "keyring": KEYS,
    "order": Order(kind="asn", name="asn", licence=""),
    "what": "asn",
    "report": None,
    "assets": (),
    "chosen": (),
    "told": Told(addresses=("192.0.2.10",), source="front", reference="ticket 1"),
}
CLOSE = "hostwatch.operations.cases:close"


def operations():
    """Every public coroutine of the operations that sits at a desk."""
    for found in pkgutil.iter_modules(hostwatch.operations.__path__):
        module = importlib.import_module(f"hostwatch.operations.{found.name}")
        for name, thing in vars(module).items():
            if not inspect.iscoroutinefunction(thing) or thing.__module__ != module.__name__:
                continue
            names = list(inspect.signature(thing).parameters)
            if not name.startswith("_") and names[:1] == ["desk"] and "tx" not in names:
                yield f"{module.__name__}:{name}", thing


OPERATIONS = dict(operations())


def test_the_search_for_operations_finds_them():
    """Otherwise the next test would prove nothing."""
    assert len(OPERATIONS) >= 20


@pytest.mark.parametrize("name", OPERATIONS)
async def test_no_operation_is_reachable_without_permission(house: House, name):
    """Each asks before it reads a file, looks into the store or tells whether a thing exists."""

    class Untouchable:
        def __getattr__(self, what):
            raise AssertionError(f"{name} used the store ({what}) before it asked")

    desk = replace(
        house.desk(),
        store=Untouchable(),
        actor=Actor(name="eve", role=Nobody.NOBODY, login="login"),
    )
    assert isinstance(desk, Desk)
    with pytest.raises(NotPermitted):
        await OPERATIONS[name](desk, **arguments_of(name))


def arguments_of(name: str) -> dict:
    wanted = inspect.signature(OPERATIONS[name]).parameters
    needed = [
        one
        for one, parameter in wanted.items()
        if one != "desk" and parameter.default is parameter.empty
    ]
    chosen = {one: ARGUMENTS[one] for one in needed}
    return chosen | ({"reason": CloseReason.SPAM} if name == CLOSE else {})
