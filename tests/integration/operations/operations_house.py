"""A hotline's rules and sealed store, and desks of its staff."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cases.model import (
    Answer,
    Asset,
    AuditEntry,
    Case,
    HostingSnapshot,
    Notice,
    Report,
    Role,
)
from cases.ports import CaseStore, Transaction
from cases.seal import Keyring
from cases.store.opening import open_store
from config.catalogue import build_catalogue
from config.initialise import write_configuration
from config.policy import Policy
from config.settings import Settings
from crawler.fetch.contract import Fetcher
from crawler.hosting.trace import Tracer, load_tables
from crawler.visit import SiblingMemory
from hostwatch.app import visit_options
from hostwatch.counters import Counters
from hostwatch.desk import Desk
from hostwatch.engine import Engine
from hostwatch.intake.draft import Draft, Entered
from hostwatch.office import read_rules
from hostwatch.operations import reports
from hostwatch.permissions import Actor
from hostwatch.rules import cadence_of, egresses_of, takedown_of
from notices.delivery.channel import Accepted, Receipt
from notices.partners.bundle import create_signer, load_signer
from notices.partners.registry import Partners

KEYS = Keyring.derive(b"k" * 32, key_id=1)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class StandingClock:
    """Time that moves when a test says so."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@dataclass
class Relay:
    """A delivery channel that answers as it is told and remembers what it was given."""

    receipt: Receipt = field(default_factory=lambda: Accepted(code=250, text="ok"))
    taken: list[str] = field(default_factory=list)
    raises: Exception | None = None

    async def send(
        self, message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        self.taken.append(message_id)
        if self.raises is not None:
            raise self.raises
        return self.receipt


@dataclass
class House:
    """Everything that an operation works with."""

    directory: Path
    store: CaseStore
    settings: Settings
    policy: Policy
    clock: StandingClock = field(default_factory=StandingClock)

    def desk(self, role: Role = Role.ANALYST, name: str = "ana") -> Desk:
        """Sit somebody down."""
        return Desk(
            store=self.store,
            clock=self.clock,
            settings=self.settings,
            policy=self.policy,
            actor=Actor(name=name, role=role, login="login"),
        )

    def engine(self, fetcher: Fetcher, *, matcher: Any = None, mail: Any = None) -> Engine:
        """Build the worker's rooms round a fetcher."""
        tables = load_tables(self.settings.paths.ranges, build_catalogue(()))
        return Engine(
            store=self.store,
            clock=self.clock,
            settings=self.settings,
            policy=self.policy,
            cadence=cadence_of(self.policy),
            takedown=takedown_of(self.policy),
            egresses=egresses_of(self.settings),
            fetcher=fetcher,
            tracers={
                egress.name: Tracer(
                    fetcher=fetcher, tables=tables, egress=egress.name, now=self.clock.now
                )
                for egress in self.settings.egress
            },
            matcher=matcher,
            hash_lists=self.settings.paths.hash_lists,
            partners=Partners(),
            mail=mail or Relay(),
            signer=load_signer(self.directory / "partner-signing.key"),
            options=lambda egress: visit_options(self.settings, self.policy, self.clock, egress),
            siblings=SiblingMemory(),
            counters=Counters(),
            sleep=asyncio.sleep,
            worker="worker",
        )

    async def write(self, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """Do one atomic step."""
        async with self.store.transaction() as tx:
            return await work(tx)

    async def report(self, url: str = "http://files.test/1", **fields: Any) -> Entered:
        """Enter a report."""
        key = fields.pop("key", None)
        return await reports.add(self.desk(), Draft(url=url, **fields), idempotency_key=key)

    async def case(self, case_id: str) -> Case:
        async with self.store.reading() as tx:
            return await tx.case(case_id)

    async def reports(self, case_id: str) -> list[Report]:
        async with self.store.reading() as tx:
            return await tx.reports(case_id)

    async def notice(self, serial: str) -> Notice:
        async with self.store.reading() as tx:
            return await tx.notice(serial)

    async def answers(self, serial: str) -> list[Answer]:
        async with self.store.reading() as tx:
            return await tx.answers(serial)

    async def trail(self, case_id: str | None = None) -> list[AuditEntry]:
        async with self.store.reading() as tx:
            return await tx.trail(case_id)

    async def save(self, case: Case) -> Case:
        return await self.write(lambda tx: tx.save_case(case))

    async def put(
        self,
        *assets: Asset,
        notices: tuple[Notice, ...] = (),
        snapshots: tuple[HostingSnapshot, ...] = (),
    ) -> None:
        """Put what a worker would have found into the store."""

        async def work(tx: Transaction) -> None:
            for asset in assets:
                await tx.save_asset(asset)
            for snapshot in snapshots:
                await tx.add_snapshot(snapshot)
            for notice in notices:
                await tx.add_notice(notice)

        await self.write(work)


@asynccontextmanager
async def open_house(directory: Path) -> AsyncIterator[House]:
    """Write a configuration, as `hostwatch init` does, and a store under known keys."""
    write_configuration(directory)
    create_signer(directory / "partner-signing.key")
    environ: Mapping[str, str] = {}
    rules = read_rules(directory, environ)
    store = await open_store(directory / "cases.db", KEYS, create=True)
    try:
        yield House(directory=directory, store=store, settings=rules.settings, policy=rules.policy)
    finally:
        await store.close()
