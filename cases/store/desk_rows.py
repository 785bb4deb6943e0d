"""Leases of hosts, run-time switches, accounts, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, literal, null, or_, select

from cases import audit
from cases.model import Account, AuditEntry, Role
from cases.store import tables
from cases.store.rows import SealedRows

_LEASES = tables.host_leases
_SETTINGS = tables.settings
_ACCOUNTS = tables.accounts
_AUDIT = tables.audit


class DeskRows(SealedRows):
    """The part of a transaction that speaks of no case."""

    _last_entry: AuditEntry | None = None

    # ------------------------------------------------------------------ leases

    async def lease_host(self, host: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease of a host if it is free or expired and may be asked again."""
        blind = self._keyring.blind("host", host.lower())
        taken = {"owner": owner, "leased_until": until}
        change = _LEASES.update().where(_LEASES.c.host_blind == blind, _free(now)).values(**taken)
        if await self._run(change):
            return True
        row = await self._row(select(_LEASES.c.owner).where(_LEASES.c.host_blind == blind))
        if row is None:
            await self._insert(_LEASES, host_blind=blind, **taken)
        return row is None

    async def release_host(self, host: str, owner: str, next_allowed_at: datetime) -> None:
        """Give a lease back; who lost it meanwhile can only make the next visit later."""
        column = _LEASES.c
        blind = self._keyring.blind("host", host.lower())
        later = or_(column.next_allowed_at.is_(None), column.next_allowed_at < next_allowed_at)
        mine = column.owner == owner
        at = literal(next_allowed_at, tables.Moment)
        values = {
            "next_allowed_at": case((or_(mine, later), at), else_=column.next_allowed_at),
            "leased_until": case((mine, null()), else_=column.leased_until),
            "owner": case((mine, null()), else_=column.owner),
        }
        await self._run(_LEASES.update().where(column.host_blind == blind).values(**values))

    async def release_all_hosts(self) -> None:
        """Give every lease back; the pauses of the hosts stay."""
        await self._run(_LEASES.update().values(owner=null(), leased_until=null()))

    # ------------------------------------------------------------------ settings, accounts

    async def setting(self, name: str) -> str | None:
        """Return a run-time switch."""
        row = await self._row(select(_SETTINGS.c.value).where(_SETTINGS.c.name == name))
        return row.value if row else None

    async def set_setting(self, name: str, value: str | None) -> None:
        """Set or clear a run-time switch."""
        if value is None:
            await self._run(_SETTINGS.delete().where(_SETTINGS.c.name == name))
        else:
            await self._put(_SETTINGS, {"name": name}, {"value": value})

    async def account(self, name: str) -> Account | None:
        """Return an account by name."""
        row = await self._row(select(_ACCOUNTS).where(_ACCOUNTS.c.name == name))
        return _account_of(row) if row else None

    async def accounts(self) -> list[Account]:
        """List accounts by name."""
        rows = await self._rows(select(_ACCOUNTS).order_by(_ACCOUNTS.c.name))
        return [_account_of(row) for row in rows]

    async def save_account(self, account: Account) -> None:
        """Insert or replace an account."""
        values = {
            "role": account.role.value,
            "created_at": account.created_at,
            "active": account.active,
        }
        await self._put(_ACCOUNTS, {"name": account.name}, values)

    # ------------------------------------------------------------------ trail

    async def audit(
        self, now: datetime, actor: str, action: str, case_id: str | None = None, **detail: object
    ) -> None:
        """Append to the trail. Raises `ValueError` where a detail looks like a location."""
        entry = audit.chain(
            await self._newest_entry(),
            at=now,
            actor=actor,
            action=action,
            case_id=case_id,
            detail=detail,
        )
        columns = {name: getattr(entry, name) for name in _AUDIT.c.keys()}  # noqa: SIM118 - a column collection iterates over columns
        self._insert_later(_AUDIT, **columns)
        self._last_entry = entry

    async def trail(self, case_id: str | None = None) -> list[AuditEntry]:
        """List audit entries in order."""
        await self.finish()
        query = select(_AUDIT).order_by(_AUDIT.c.sequence)
        if case_id is not None:
            query = query.where(_AUDIT.c.case_id == case_id)
        return [_entry_of(row) for row in await self._rows(query)]

    async def _newest_entry(self) -> AuditEntry | None:
        """Read the head once per transaction: nobody else appends before its end."""
        if self._last_entry is None:
            query = select(_AUDIT).order_by(_AUDIT.c.sequence.desc()).limit(1)
            row = await self._row(query)
            self._last_entry = _entry_of(row) if row else None
        return self._last_entry


def _free(now: datetime) -> ColumnElement[bool]:
    column = _LEASES.c
    return and_(
        or_(column.leased_until.is_(None), column.leased_until <= now),
        or_(column.next_allowed_at.is_(None), column.next_allowed_at <= now),
    )


def _account_of(row: Row[Any]) -> Account:
    return Account(name=row.name, role=Role(row.role), created_at=row.created_at, active=row.active)


def _entry_of(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)  # noqa: SLF001 - the documented way to a row's mapping
