"""
What the rooms above ask of the store and of time; `cases.store` and the tests' fakes answer.

A `Transaction` is one atomic step: all of it is on disk when the block ends, or none of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cases.model import (
    Account,
    Answer,
    Assessment,
    Asset,
    AuditEntry,
    Case,
    DueHost,
    HostingSnapshot,
    Notice,
    NoticeState,
    Observation,
    Report,
    Stage,
    StoreCounts,
    Worker,
)


class Clock(Protocol):
    """Where the time comes from; decisions receive it as `now`."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases to list; every member that is none or empty does not filter."""

    stages: tuple[Stage, ...] = ()
    needs_analyst: bool | None = None
    provider: str | None = None
    country: str | None = None
    limit: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """Which notices to list; every member that is none or empty does not filter."""

    states: tuple[NoticeState, ...] = ()
    case_id: str | None = None
    limit: int = 1000


class Transaction(Protocol):
    """One atomic step on the store."""

    async def next_case_id(self, now: datetime) -> str:
        """Return the next `HW-year-number`."""
        ...

    async def add_case(self, case: Case) -> None:
        """Insert a case and make its key."""
        ...

    async def save_case(self, case: Case) -> Case:
        """
        Write a changed case if its `version` is still the stored one; return it with version + 1.

        Raises:
            StaleWrite: another step changed the case first.
        """
        ...

    async def case(self, case_id: str) -> Case:
        """Return a case. Raises `UnknownRecord`."""
        ...

    async def case_at(self, canonical: str) -> Case | None:
        """Return the case of a canonical location, found by blind index."""
        ...

    async def cases(self, wanted: CaseFilter) -> list[Case]:
        """List cases, newest first."""
        ...

    async def cases_at(self, canonicals: Sequence[str]) -> Mapping[str, Case]:
        """Return those of the canonical locations that have a case, with it."""
        ...

    async def hold_numbering(self) -> None:
        """
        Let nobody else number cases until this step ends.

        A step that enters several reports begins with it, so that two such steps cannot wait for
        each other, and the second sees the cases of the first.
        """
        ...

    async def due_cases(self, now: datetime, limit: int) -> list[Case]:
        """List cases whose `next_action_at` has come: urgent first, then the longest overdue."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the earliest `next_action_at` of all cases."""
        ...

    async def cases_with_digest(self, sha256: str) -> list[str]:
        """List ids of the cases that hold an asset with this digest, or with this look."""
        ...

    async def erase_case(self, case_id: str) -> None:
        """Destroy the key of a case, so that its sealed columns are unreadable for ever."""
        ...

    async def add_report(self, report: Report, *, idempotency_key: str | None = None) -> None:
        """Insert a report under the key of its case."""
        ...

    async def reports(self, case_id: str) -> list[Report]:
        """List the reports of a case, oldest first."""
        ...

    async def report_by_idempotency(self, key: str) -> Report | None:
        """Return the report that was entered with this idempotency key."""
        ...

    async def reports_by_idempotency(self, keys: Sequence[str]) -> Mapping[str, Report]:
        """Return those of the idempotency keys that were used, with their reports."""
        ...

    async def save_asset(self, asset: Asset) -> None:
        """Insert or replace an asset."""
        ...

    async def assets(self, case_id: str) -> list[Asset]:
        """List the assets of a case in order of their ids' ordinals."""
        ...

    async def add_observation(self, observation: Observation) -> None:
        """Append an observation."""
        ...

    async def observations(self, case_id: str, asset_id: str | None = None) -> list[Observation]:
        """List observations, oldest first."""
        ...

    async def add_snapshot(self, snapshot: HostingSnapshot) -> None:
        """Append a hosting snapshot."""
        ...

    async def snapshot(self, snapshot_id: str) -> HostingSnapshot:
        """Return a snapshot. Raises `UnknownRecord`."""
        ...

    async def snapshots(self, case_id: str) -> list[HostingSnapshot]:
        """Return every snapshot of a case, oldest first."""
        ...

    async def latest_snapshot(self, case_id: str, asset_id: str) -> HostingSnapshot | None:
        """Return the newest snapshot of an asset."""
        ...

    async def add_assessment(self, assessment: Assessment) -> None:
        """Append an assessment."""
        ...

    async def assessments(self, case_id: str) -> list[Assessment]:
        """List the assessments of a case, oldest first."""
        ...

    async def add_notice(self, notice: Notice) -> None:
        """Insert a notice; its serial must be new."""
        ...

    async def save_notice(self, notice: Notice) -> Notice:
        """Compare-and-set as `save_case`. Raises `StaleWrite`."""
        ...

    async def notice(self, serial: str) -> Notice:
        """Return a notice. Raises `UnknownRecord`."""
        ...

    async def notices(self, wanted: NoticeFilter) -> list[Notice]:
        """List notices, oldest first."""
        ...

    async def notice_by_code(self, answer_code: str) -> Notice | None:
        """Return the notice that prints this answer code, found by blind index."""
        ...

    async def notice_by_message_id(self, message_id: str) -> Notice | None:
        """Return the notice of which an attempt has this Message-ID, found by blind index."""
        ...

    async def add_answer(self, answer: Answer) -> None:
        """Append an answer."""
        ...

    async def answers(self, serial: str) -> list[Answer]:
        """List the answers to a notice, oldest first."""
        ...

    def host_key(self, host: str) -> str:
        """Return the blind index of a host, 64 hexadecimal digits."""
        ...

    async def due_hosts(self, now: datetime, limit: int) -> list[DueHost]:
        """List hosts with due cases: urgent first, then the longest overdue."""
        ...

    async def due_at_host(self, key: str, now: datetime, limit: int) -> list[str]:
        """List ids of the due cases of a host: urgent first, then the longest overdue."""
        ...

    async def lease_host(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """
        Take the lease of a host if it is free or expired and `next_allowed_at` has come.

        Who holds it keeps it so much longer.
        """
        ...

    async def renew_leases(self, owner: str, now: datetime, until: datetime) -> frozenset[str]:
        """Prolong the leases that this owner still holds; return their keys."""
        ...

    async def release_host(self, key: str, owner: str, next_allowed_at: datetime) -> None:
        """Give the lease of a host back."""
        ...

    async def release_all_hosts(self, owner: str | None = None) -> None:
        """Give every lease back, or those of one owner that is known to be dead."""
        ...

    async def now(self) -> datetime:
        """Return the database's time, which all workers share; leases are judged by it."""
        ...

    async def beat(self, worker: str, now: datetime) -> None:
        """Note a sign of life of a worker; the first one enters it."""
        ...

    async def workers(self) -> list[Worker]:
        """List the workers that were not taken off, by name."""
        ...

    async def forget_worker(self, worker: str) -> None:
        """Take a worker off that ended or is known to be dead."""
        ...

    async def counts(self, now: datetime) -> StoreCounts:
        """Count what health and metrics tell; nothing is unsealed."""
        ...

    async def setting(self, name: str) -> str | None:
        """Return a run-time switch, such as `paused_fetching`."""
        ...

    async def set_setting(self, name: str, value: str | None) -> None:
        """Set or clear a run-time switch."""
        ...

    async def account(self, name: str) -> Account | None:
        """Return an account by name."""
        ...

    async def accounts(self) -> list[Account]:
        """List accounts by name."""
        ...

    async def save_account(self, account: Account) -> None:
        """Insert or replace an account."""
        ...

    async def audit(
        self, now: datetime, actor: str, action: str, case_id: str | None = None, **detail: object
    ) -> None:
        """Append to the hash-chained trail. Detail is clear: never a location, never a person."""
        ...

    async def trail(self, case_id: str | None = None) -> list[AuditEntry]:
        """List audit entries in order."""
        ...

    async def trail_page(self, after: int, limit: int) -> list[AuditEntry]:
        """List up to `limit` audit entries that follow the sequence number `after`."""
        ...

    async def trail_head(self) -> AuditEntry | None:
        """Return the newest audit entry."""
        ...

    async def trail_count(self) -> int:
        """Count the audit entries."""
        ...

    async def trail_between(
        self, since: datetime | None, until: datetime | None
    ) -> tuple[int, int] | None:
        """Return the first and last sequence number of the entries made since, before `until`."""
        ...

    async def case_ids(self, after: str, limit: int) -> list[str]:
        """List ids of cases that were not erased and follow `after`, in order."""
        ...

    async def draw_cases(self, limit: int) -> list[str]:
        """Draw ids of cases that were not erased at random."""
        ...

    async def is_erased(self, case_id: str) -> bool:
        """Tell whether the key of a case was destroyed, or never was."""
        ...

    async def half_erased(self) -> list[str]:
        """List cases that have a key and nothing sealed, or the other way round."""
        ...

    async def closed_rows(self, case_id: str) -> list[str]:
        """Try every sealed row of a case; name those that do not open."""
        ...

    async def odd_leases(self, latest: datetime) -> int:
        """Count leases without an owner, without an end, or that end after `latest`."""
        ...

    async def current_key(self) -> int:
        """Return the id of the master key that wraps new keys; it stays so until this step ends."""
        ...

    async def keys_by_master(self) -> Mapping[int, int]:
        """Count the wrapped keys by the id of the master key that wraps them."""
        ...

    async def use_master(self, key_id: int) -> None:
        """Let new keys be wrapped by this master key. Raises `KeyProblem`."""
        ...

    async def wrap_again(self, after: str, limit: int) -> tuple[str | None, int]:
        """Wrap keys of cases after `after` by the current master key; the last id, how many."""
        ...

    async def is_unused(self, key_id: int) -> bool:
        """Tell whether nothing is and nothing will be wrapped by this master key."""
        ...

    async def renew_index(self) -> int:
        """Add a key to those of the blind indexes and pass every index through it; how many."""
        ...

    def copied_tables(self) -> list[str]:
        """Name the tables of a copy, each behind those that it refers to."""
        ...

    def columns_of(self, name: str) -> list[tuple[str, str]]:
        """Return name and kind (`bytes`, `truth`, `plain`) of each column of a table."""
        ...

    def rows_of(self, name: str) -> AsyncIterator[list[object]]:
        """Yield the rows of a table as plain values."""
        ...

    async def put_rows(
        self, name: str, columns: Sequence[Sequence[str]], rows: Iterable[Sequence[object]]
    ) -> None:
        """Insert rows as `rows_of` gave them."""
        ...

    async def settle_numbers(self) -> None:
        """Let rows that are added later get numbers behind those that were put in."""
        ...

    async def skip_numbers(self, year: int, skip: int) -> None:
        """Leave out case numbers that may have been given after the copy was made."""
        ...

    async def row_counts(self) -> Mapping[str, int]:
        """Count the rows of every copied table."""
        ...


class CaseStore(Protocol):
    """The sealed store of cases."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin an atomic step; commit at the end of the block, roll back on any error."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open one consistent view without the right to write; it waits for no writer."""
        ...

    async def close(self) -> None:
        """Release the database."""
        ...
