"""Cases and the reports that concern them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cases.errors import StaleWrite, UnknownRecord
from cases.model import Case, DueHost, Priority, Report
from cases.ports import CaseFilter
from cases.seal import Keyring
from cases.store import tables
from cases.store.rows import SealedRows, Translate, Turn, batches

_CASES = tables.cases
_REPORTS = tables.reports
_URGENCY = case((_CASES.c.priority == Priority.URGENT.value, 0), else_=1)


class CaseRows(SealedRows):
    """The part of a transaction that speaks of cases and reports."""

    erased = False
    """Whether this step destroyed a key, so that the journal must be emptied after it."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, translate: Translate) -> None:
        super().__init__(connection, keyring, translate)
        self._counters: dict[str, int] = {}
        self._numbering_held = False

    async def hold_numbering(self) -> None:
        """Let nobody else number cases until this step ends."""
        if self._shared and not self._numbering_held:
            await self._lock(Turn.NUMBERING)
        self._numbering_held = True

    async def next_case_id(self, now: datetime) -> str:
        """Return the next `HW-year-number`; numbers of a rolled back step are used again."""
        await self.hold_numbering()
        name = f"cases-{now.year:04d}"
        number = await self._counted(name) + 1
        self._counters[name] = number
        return f"HW-{now.year:04d}-{number:06d}"

    async def _counted(self, name: str) -> int:
        if name in self._counters:
            return self._counters[name]
        column = tables.counters.c
        row = await self._row(select(column.value).where(column.name == name))
        return row.value if row else 0

    async def finish(self) -> None:
        """Write the counters, and what else waits."""
        counters, self._counters = self._counters, {}
        for name, value in counters.items():
            await self._put(tables.counters, {"name": name}, {"value": value})
        await super().finish()

    async def add_case(self, case: Case) -> None:
        """Insert a case and make its key. An id or location that is taken fails the step."""
        key = self._keyring.new_case_key()
        sealed = self._seal_under(key, _CASES, case.id, case, version=case.version)
        self._insert(_CASES, id=case.id, sealed=sealed, **self._clear(case))
        await self._keep_case_key(case.id, key)

    async def save_case(self, case: Case) -> Case:
        """Compare-and-set on `version`. Raises `StaleWrite`, or `UnknownRecord`."""
        saved = replace(case, version=case.version + 1)
        sealed = await self._seal(_CASES, case.id, case.id, saved, version=saved.version)
        change = (
            _CASES.update()
            .where(_CASES.c.id == case.id, _CASES.c.version == case.version)
            .values(**self._clear(saved), sealed=sealed)
        )
        if not await self._run(change):
            raise StaleWrite(f"Case {case.id} was changed by someone else first; read it again.")
        return saved

    async def case(self, case_id: str) -> Case:
        """Return a case. Raises `UnknownRecord`."""
        row = await self._row(_sealed_cases(_CASES.c.id == case_id))
        if row is None:
            raise await self._no_key(case_id)
        return await self._case_of(row)

    async def case_at(self, canonical: str) -> Case | None:
        """Return the case of a canonical location."""
        blind = self._keyring.blind("canonical", canonical)
        row = await self._row(_sealed_cases(_CASES.c.canonical_blind == blind))
        return await self._case_of(row) if row else None

    async def cases_at(self, canonicals: Sequence[str]) -> Mapping[str, Case]:
        """Return those of the canonical locations that have a case, with it."""
        blinds = [self._keyring.blind("canonical", one) for one in canonicals]
        cases = [
            await self._case_of(row)
            for some in batches(blinds)
            for row in await self._rows(_sealed_cases(_CASES.c.canonical_blind.in_(some)))
        ]
        return {case.canonical: case for case in cases}

    async def cases(self, wanted: CaseFilter) -> list[Case]:
        """List cases, newest first."""
        query = _sealed_cases(*_conditions(wanted))
        query = query.order_by(_CASES.c.created_at.desc(), _CASES.c.id.desc()).limit(wanted.limit)
        return [await self._case_of(row) for row in await self._rows(query)]

    async def due_cases(self, now: datetime, limit: int) -> list[Case]:
        """List due cases: urgent first, then the longest overdue."""
        query = _sealed_cases(_CASES.c.next_action_at <= now)
        query = query.order_by(_URGENCY, _CASES.c.next_action_at, _CASES.c.id).limit(limit)
        return [await self._case_of(row) for row in await self._rows(query)]

    async def due_hosts(self, now: datetime, limit: int) -> list[DueHost]:
        """List hosts with due cases: urgent first, then the longest overdue."""
        column = _CASES.c
        urgency = func.min(_URGENCY).label("urgency")
        since = func.min(column.next_action_at, type_=tables.Moment).label("since")
        query = (
            select(column.host_blind, urgency, since)
            .where(column.next_action_at <= now, column.host_blind.is_not(None))
            .group_by(column.host_blind)
            .order_by(urgency, since, column.host_blind)
            .limit(limit)
        )
        return [
            DueHost(key=row.host_blind.hex(), urgent=row.urgency == 0, since=row.since)
            for row in await self._rows(query)
        ]

    async def due_at_host(self, key: str, now: datetime, limit: int) -> list[str]:
        """List ids of the due cases of a host: urgent first, then the longest overdue."""
        column = _CASES.c
        query = (
            select(column.id)
            .where(column.host_blind == bytes.fromhex(key), column.next_action_at <= now)
            .order_by(_URGENCY, column.next_action_at, column.id)
            .limit(limit)
        )
        return [row.id for row in await self._rows(query)]

    async def next_due(self) -> datetime | None:
        """Return the earliest `next_action_at`."""
        due = func.min(_CASES.c.next_action_at, type_=tables.Moment).label("due")
        row = await self._row(select(due))
        return row.due if row else None

    async def cases_with_digest(self, sha256: str) -> list[str]:
        """List ids of the cases that hold an asset with this digest or look, in order."""
        column = tables.assets.c
        blind = self._digest_blind(sha256)
        query = select(column.case_id).where(column.digest_blind == blind).distinct()
        return [row.case_id for row in await self._rows(query.order_by(column.case_id))]

    async def erase_case(self, case_id: str) -> None:
        """Destroy the key of a case and all that was sealed under it; harmless when repeated."""
        gone = {
            "sealed": None,
            "canonical_blind": None,
            "host_blind": None,
            "next_action_at": None,
        }
        if not await self._run(_CASES.update().where(_CASES.c.id == case_id).values(**gone)):
            raise UnknownRecord(f"There is no case {case_id[:40]}.")
        for table in (tables.case_keys, tables.message_ids):
            await self._run(table.delete().where(table.c.case_id == case_id))
        for table in tables.SEALED_TABLES[1:]:
            blinds = [column.name for column in table.c if column.name.endswith("_blind")]
            nothing = dict.fromkeys(["sealed", *blinds])
            await self._run(table.update().where(table.c.case_id == case_id).values(**nothing))
        self._case_keys.pop(case_id, None)
        self.erased = True

    # ------------------------------------------------------------------ reports

    async def add_report(self, report: Report, *, idempotency_key: str | None = None) -> None:
        """Insert a report. An id or idempotency key that is taken fails the step."""
        blind = idempotency_key and self._keyring.blind("idempotency", idempotency_key)
        self._insert(
            _REPORTS,
            id=report.id,
            case_id=report.case_id,
            received_at=report.received_at,
            idempotency_blind=blind or None,
            sealed=await self._seal(_REPORTS, report.case_id, report.id, report),
        )

    async def reports(self, case_id: str) -> list[Report]:
        """List the reports of a case, oldest first."""
        await self._case_key(case_id)
        query = select(_REPORTS).where(_REPORTS.c.case_id == case_id)
        rows = await self._rows(query.order_by(_REPORTS.c.received_at, _REPORTS.c.row))
        return [await self._report_of(row) for row in rows]

    async def report_by_idempotency(self, key: str) -> Report | None:
        """Return the report that was entered with this idempotency key."""
        blind = self._keyring.blind("idempotency", key)
        row = await self._row(select(_REPORTS).where(_REPORTS.c.idempotency_blind == blind))
        return await self._report_of(row) if row else None

    async def reports_by_idempotency(self, keys: Sequence[str]) -> Mapping[str, Report]:
        """Return those of the idempotency keys that were used, with their reports."""
        blinds = {self._keyring.blind("idempotency", one): one for one in keys}
        column = _REPORTS.c.idempotency_blind
        return {
            blinds[row.idempotency_blind]: await self._report_of(row)
            for some in batches(list(blinds))
            for row in await self._rows(select(_REPORTS).where(column.in_(some)))
        }

    # ------------------------------------------------------------------ rows and records

    def _clear(self, case: Case) -> Mapping[str, object]:
        return {
            "version": case.version,
            "stage": case.stage.value,
            "priority": case.priority.value,
            "site_type": case.site_type.value,
            "needs": case.needs,
            "comparison": case.comparison,
            "verdict": case.verdict.value,
            "verdict_rule": case.verdict_rule,
            "close_reason": case.close_reason and case.close_reason.value,
            "created_at": case.created_at,
            "closed_at": case.closed_at,
            "first_seen": case.first_seen,
            "last_seen": case.last_seen,
            "next_action_at": case.next_action_at,
            "reports": case.reports,
            "reappearances": case.reappearances,
            "provider": case.provider,
            "asn": case.asn,
            "country": case.country,
            "canonical_blind": self._keyring.blind("canonical", case.canonical),
            "host_blind": self._keyring.blind("host", case.host.lower()),
        }

    async def _case_of(self, row: Row[Any]) -> Case:
        return await self._open(_CASES, row.id, row.id, row.sealed, Case, version=row.version)

    async def _report_of(self, row: Row[Any]) -> Report:
        return await self._open(_REPORTS, row.case_id, row.id, row.sealed, Report)


def _sealed_cases(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Select cases that were not erased."""
    column = _CASES.c
    query = select(column.id, column.version, column.sealed)
    return query.where(column.sealed.is_not(None), *conditions)


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    column = _CASES.c
    chosen: list[ColumnElement[bool]] = []
    if wanted.stages:
        chosen.append(column.stage.in_([stage.value for stage in wanted.stages]))
    if wanted.needs_analyst is not None:
        chosen.append(column.needs.is_not(None) if wanted.needs_analyst else column.needs.is_(None))
    if wanted.provider:
        chosen.append(column.provider == wanted.provider)
    if wanted.country:
        chosen.append(column.country == wanted.country)
    return chosen
