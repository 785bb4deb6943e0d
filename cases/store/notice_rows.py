"""Notices, the Message-IDs of their attempts, and the answers to them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from cases.errors import StaleWrite, UnknownRecord
from cases.model import Answer, Notice
from cases.ports import NoticeFilter
from cases.store import tables
from cases.store.rows import SealedRows

_NOTICES = tables.notices
_MESSAGES = tables.message_ids
_ANSWERS = tables.answers


class NoticeRows(SealedRows):
    """The part of a transaction that speaks of notices and answers."""

    async def add_notice(self, notice: Notice) -> None:
        """Insert a notice. Raises `StaleWrite` if its serial or answer code is taken."""
        sealed = await self._seal_notice(notice)
        self._insert(
            _NOTICES,
            serial=notice.serial,
            case_id=notice.case_id,
            sealed=sealed,
            **self._clear_notice(notice),
        )
        await self._remember_message(notice)

    async def save_notice(self, notice: Notice) -> Notice:
        """Compare-and-set on `version`. Raises `StaleWrite`, or `UnknownRecord`."""
        saved = replace(notice, version=notice.version + 1)
        values = {**self._clear_notice(saved), "sealed": await self._seal_notice(saved)}
        column = _NOTICES.c
        same = (column.serial == notice.serial, column.version == notice.version)
        if not await self._run(_NOTICES.update().where(*same).values(**values)):
            await self._case_of_notice(notice.serial)
            raise StaleWrite(
                f"Notice {notice.serial} was changed by someone else first; read it again."
            )
        await self._remember_message(saved)
        return saved

    async def notice(self, serial: str) -> Notice:
        """Return a notice. Raises `UnknownRecord`."""
        row = await self._row(select(_NOTICES).where(_NOTICES.c.serial == serial))
        if row is None:
            raise UnknownRecord(f"There is no notice {serial[:60]}.")
        return await self._notice_of(row)

    async def notices(self, wanted: NoticeFilter) -> list[Notice]:
        """List notices, oldest first; those of erased cases are left out."""
        column = _NOTICES.c
        query = select(_NOTICES).where(column.sealed.is_not(None))
        if wanted.states:
            query = query.where(column.state.in_([state.value for state in wanted.states]))
        if wanted.case_id is not None:
            await self._case_key(wanted.case_id)
            query = query.where(column.case_id == wanted.case_id)
        rows = await self._rows(query.order_by(column.row).limit(wanted.limit))
        return [await self._notice_of(row) for row in rows]

    async def notice_by_code(self, answer_code: str) -> Notice | None:
        """Return the notice that prints this answer code."""
        blind = self._keyring.blind("answer_code", answer_code)
        row = await self._row(select(_NOTICES).where(_NOTICES.c.answer_blind == blind))
        return await self._notice_of(row) if row else None

    async def notice_by_message_id(self, message_id: str) -> Notice | None:
        """Return the notice of which an attempt has this Message-ID."""
        blind = self._keyring.blind("message_id", message_id)
        row = await self._row(select(_MESSAGES.c.serial).where(_MESSAGES.c.blind == blind))
        return await self.notice(row.serial) if row else None

    async def add_answer(self, answer: Answer) -> None:
        """Append an answer. Raises `UnknownRecord` if there is no such notice."""
        case_id = await self._case_of_notice(answer.serial)
        row_id = secrets.token_hex(16)
        self._insert(
            _ANSWERS,
            id=row_id,
            serial=answer.serial,
            case_id=case_id,
            at=answer.at,
            claim=answer.claim,
            channel=answer.channel,
            sealed=await self._seal(_ANSWERS, case_id, row_id, answer),
        )

    async def answers(self, serial: str) -> list[Answer]:
        """List the answers to a notice, oldest first."""
        case_id = await self._case_of_notice(serial)
        await self._case_key(case_id)
        column = _ANSWERS.c
        query = select(_ANSWERS).where(column.serial == serial).order_by(column.at, column.row)
        return [
            await self._open(_ANSWERS, case_id, row.id, row.sealed, Answer)
            for row in await self._rows(query)
        ]

    # ------------------------------------------------------------------ rows and records

    async def _case_of_notice(self, serial: str) -> str:
        column = _NOTICES.c
        row = await self._row(select(column.case_id).where(column.serial == serial))
        if row is None:
            raise UnknownRecord(f"There is no notice {serial[:60]}.")
        return str(row.case_id)

    async def _remember_message(self, notice: Notice) -> None:
        """Keep the Message-ID of every attempt, also when a later one replaces it."""
        if notice.message_id is None:
            return
        blind = self._keyring.blind("message_id", notice.message_id)
        row = await self._row(select(_MESSAGES.c.serial).where(_MESSAGES.c.blind == blind))
        if row is None:
            self._insert(_MESSAGES, blind=blind, serial=notice.serial, case_id=notice.case_id)
        elif row.serial != notice.serial:
            raise StaleWrite(
                f"The Message-ID of {notice.serial} is that of {row.serial}; make a new one."
            )

    async def _seal_notice(self, notice: Notice) -> bytes:
        return await self._seal(
            _NOTICES, notice.case_id, notice.serial, notice, version=notice.version
        )

    def _clear_notice(self, notice: Notice) -> Mapping[str, object]:
        code = notice.answer_code
        return {
            "version": notice.version,
            "kind": notice.kind.value,
            "recipient_kind": notice.recipient.kind.value,
            "channel": notice.recipient.channel.value,
            "state": notice.state.value,
            "reminder": notice.reminder,
            "drafted_at": notice.drafted_at,
            "claimed_at": notice.claimed_at,
            "sent_at": notice.sent_at,
            "deadline": notice.deadline,
            "retry_at": notice.retry_at,
            "answer_blind": self._keyring.blind("answer_code", code) if code else None,
        }

    async def _notice_of(self, row: Row[Any]) -> Notice:
        return await self._open(
            _NOTICES, row.case_id, row.serial, row.sealed, Notice, version=row.version
        )
