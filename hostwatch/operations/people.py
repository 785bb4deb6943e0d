"""Accounts, and the switches that stop fetching and sending at once."""

from __future__ import annotations

import re
from typing import Literal

from cases.audit import clear_detail
from cases.errors import InvalidInput, NotPermitted
from cases.model import Account, Role
from cases.ports import CaseStore
from hostwatch.desk import Desk
from hostwatch.permissions import Action, Actor

Switch = Literal["fetching", "sending"]
_LONGEST_NAME = 32


async def identify(store: CaseStore, *, name: str, login: str) -> Actor:
    """
    Find the account that acts.

    Raises:
        NotPermitted: there is no such account, or it is switched off.
    """
    async with store.reading() as tx:
        account = await tx.account(name)
    if account is None or not account.active:
        raise NotPermitted(
            f"There is no active account {name!r}. Name one with --as or HOSTWATCH_ACTOR, "
            "or have an administrator run: hostwatch account add NAME --role ROLE."
        )
    return Actor(name=account.name, role=account.role, login=clear_login(login))


async def add_account(desk: Desk, name: str, role: Role) -> Account:
    """Add an account, or change its role and switch it on."""
    desk.require(Action.ACCOUNT_CHANGE)
    check_name(name)
    account = Account(name=name, role=role, created_at=desk.now())
    async with desk.store.transaction() as tx:
        await tx.save_account(account)
        await desk.audit(tx, Action.ACCOUNT_CHANGE, None, account=name, role=role.value)
    return account


def clear_login(login: str) -> str:
    """
    Write a login of the operating system as it may stand in the trail.

    A directory service may give logins such as `anna@hotline.example`; the part behind the sign is
    left out, and what looks like a location is written with underscores.

    >>> clear_login("anna@hotline.example"), clear_login("192.0.2.7")
    ('anna', '192_0_2_7')
    """
    kept = re.sub(r"[^A-Za-z0-9._-]", "_", login.partition("@")[0])[:64] or "unknown"
    try:
        clear_detail({"login": kept})
    except ValueError:
        return kept.replace(".", "_")
    return kept


def check_name(name: str) -> None:
    """Check the name of an account, which stands in the trail. Raises `InvalidInput`."""
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise InvalidInput("An account name is made of letters, digits, - and _.")
    if len(name) > _LONGEST_NAME:
        raise InvalidInput(f"An account name has at most {_LONGEST_NAME} characters.")


async def accounts(desk: Desk) -> list[Account]:
    """List accounts."""
    desk.require(Action.CASE_READ)
    async with desk.store.reading() as tx:
        return await tx.accounts()


async def pause(desk: Desk, switch: Switch, *, paused: bool) -> None:
    """Stop or resume fetching or sending; a running worker obeys at its next step."""
    desk.require(Action.SWITCH)
    async with desk.store.transaction() as tx:
        await tx.set_setting(f"paused_{switch}", "yes" if paused else None)
        await desk.audit(tx, Action.SWITCH, None, switch=switch, paused=paused)


async def paused(store: CaseStore, switch: Switch) -> bool:
    """Tell whether fetching or sending is switched off."""
    async with store.reading() as tx:
        return await tx.setting(f"paused_{switch}") is not None
