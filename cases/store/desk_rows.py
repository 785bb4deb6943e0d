"""Leases of hosts, run-time switches, accounts, and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from cases import audit
from cases.model import Account, AuditEntry, Role, Worker
from cases.seal import Keyring
from cases.store import tables
from cases.store.rows import SealedRows, Translate, Turn

_LEASES = tables.host_leases
_SETTINGS = tables.settings
_ACCOUNTS = tables.accounts
_WORKERS = tables.workers
_AUDIT = tables.audit

_PLAUSIBLE = timedelta(minutes=10)
"""Leases are taken for minutes; one that ends this much after a new one is of a clock set back."""


class _Said(NamedTuple):
    """What the trail is to hold, before its place in the chain is known."""

    at: datetime
    actor: str
    action: str
    case_id: str | None
    detail: str


class DeskRows(SealedRows):
    """The part of a transaction that speaks of no case."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, translate: Translate) -> None:
        super().__init__(connection, keyring, translate)
        self._said: list[_Said] = []
        self._newest: AuditEntry | None = None

    # ------------------------------------------------------------------ leases, workers

    def host_key(self, host: str) -> str:
        """Return the blind index of a host, 64 hexadecimal digits."""
        return self._keyring.blind("host", host.lower()).hex()

    async def lease_host(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take the lease of a host if it is free or expired and may be asked, or keep it."""
        taken = {"owner": owner, "leased_until": until}
        insert = postgresql.insert if self._shared else sqlite.insert
        statement = insert(_LEASES).values(host_blind=bytes.fromhex(key), **taken)
        change = statement.on_conflict_do_update(
            index_elements=["host_blind"],
            set_=taken,
            where=or_(_LEASES.c.owner == owner, _free(now, until)),
        )
        return bool(await self._rows(change.returning(_LEASES.c.host_blind)))

    async def renew_leases(self, owner: str, now: datetime, until: datetime) -> frozenset[str]:
        """Prolong the leases that this owner still holds; return their keys."""
        column = _LEASES.c
        mine = and_(column.owner == owner, column.leased_until > now)
        await self._run(_LEASES.update().where(mine).values(leased_until=until))
        rows = await self._rows(select(column.host_blind).where(mine))
        return frozenset(row.host_blind.hex() for row in rows)

    async def release_host(self, key: str, owner: str, next_allowed_at: datetime) -> None:
        """Give a lease back; who lost it meanwhile can only make the next visit later."""
        column = _LEASES.c
        later = or_(column.next_allowed_at.is_(None), column.next_allowed_at < next_allowed_at)
        mine = column.owner == owner
        at = literal(next_allowed_at, tables.Moment)
        values = {
            "next_allowed_at": case((or_(mine, later), at), else_=column.next_allowed_at),
            "leased_until": case((mine, null()), else_=column.leased_until),
            "owner": case((mine, null()), else_=column.owner),
        }
        change = _LEASES.update().where(column.host_blind == bytes.fromhex(key))
        await self._run(change.values(**values))

    async def release_all_hosts(self, owner: str | None = None) -> None:
        """Give every lease back, or those of one owner; the pauses of the hosts stay."""
        change = _LEASES.update().values(owner=null(), leased_until=null())
        await self._run(change if owner is None else change.where(_LEASES.c.owner == owner))

    async def now(self) -> datetime:
        """Return the database's time, which all workers share."""
        if not self._shared:
            return datetime.now(UTC)
        rows = await self._rows(select(func.clock_timestamp(type_=DateTime(timezone=True))))
        at: datetime = rows[0][0]
        return at.astimezone(UTC)

    async def beat(self, worker: str, now: datetime) -> None:
        """Note a sign of life of a worker; the first one enters it."""
        change = _WORKERS.update().where(_WORKERS.c.name == worker).values(beat_at=now)
        if not await self._run(change):
            self._insert(_WORKERS, name=worker, started_at=now, beat_at=now)

    async def workers(self) -> list[Worker]:
        """List the workers that were not taken off, by name."""
        rows = await self._rows(select(_WORKERS).order_by(_WORKERS.c.name))
        return [
            Worker(name=row.name, started_at=row.started_at, beat_at=row.beat_at) for row in rows
        ]

    async def forget_worker(self, worker: str) -> None:
        """Take a worker off that ended or is known to be dead."""
        await self._run(_WORKERS.delete().where(_WORKERS.c.name == worker))

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
        audit.require_sayable(actor, action)
        clear = audit.clear_detail(detail)
        self._said.append(_Said(at=now, actor=actor, action=action, case_id=case_id, detail=clear))

    async def trail(self, case_id: str | None = None) -> list[AuditEntry]:
        """List audit entries in order."""
        await self._chain()
        query = select(_AUDIT).order_by(_AUDIT.c.sequence)
        if case_id is not None:
            query = query.where(_AUDIT.c.case_id == case_id)
        return [_entry_of(row) for row in await self._rows(query)]

    async def trail_page(self, after: int, limit: int) -> list[AuditEntry]:
        """List up to `limit` audit entries that follow the sequence number `after`."""
        await self._chain()
        column = _AUDIT.c.sequence
        query = select(_AUDIT).where(column > after).order_by(column).limit(limit)
        return [_entry_of(row) for row in await self._rows(query)]

    async def finish(self) -> None:
        """Chain what was said to the trail, last of all: others wait for their turn meanwhile."""
        await super().finish()
        await self._chain()
        await self._flush()

    async def _chain(self) -> None:
        said, self._said = self._said, []
        if not said:
            return
        if self._newest is None:
            self._newest = await self._newest_entry()
        for one in said:
            self._newest = audit.follow(
                self._newest,
                at=one.at,
                actor=one.actor,
                action=one.action,
                case_id=one.case_id,
                detail=one.detail,
            )
            columns = {name: getattr(self._newest, name) for name in _AUDIT.c.keys()}  # noqa: SIM118 - a column collection iterates over columns
            self._insert(_AUDIT, **columns)

    async def _newest_entry(self) -> AuditEntry | None:
        """Read the head once per transaction: nobody else appends before its end."""
        if self._shared:
            await self._lock(Turn.TRAIL)
        query = select(_AUDIT).order_by(_AUDIT.c.sequence.desc()).limit(1)
        row = await self._row(query)
        return _entry_of(row) if row else None


def _free(now: datetime, until: datetime) -> ColumnElement[bool]:
    column = _LEASES.c
    return and_(
        or_(
            column.leased_until.is_(None),
            column.leased_until <= now,
            column.leased_until > until + _PLAUSIBLE,
        ),
        or_(column.next_allowed_at.is_(None), column.next_allowed_at <= now),
    )


def _account_of(row: Row[Any]) -> Account:
    return Account(name=row.name, role=Role(row.role), created_at=row.created_at, active=row.active)


def _entry_of(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)  # noqa: SLF001 - the documented way to a row's mapping
