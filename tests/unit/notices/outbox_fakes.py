"""A small atomic store of notices, a clock, and channels whose answer is known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from notice_builders import NOW

from cases.errors import StaleWrite
from cases.model import Notice


class FixedClock:
    def now(self) -> datetime:
        return NOW


class FakeTransaction:
    """Only what the outbox asks of a transaction."""

    def __init__(self, notices: dict[str, Notice], settings: dict[str, str]) -> None:
        self.rows = dict(notices)
        self.settings = settings
        self.trail: list[tuple[str, dict]] = []

    async def notice(self, serial: str) -> Notice:
        return self.rows[serial]

    async def notices(self, wanted) -> list[Notice]:
        return [n for n in self.rows.values() if not wanted.states or n.state in wanted.states]

    async def save_notice(self, notice: Notice) -> Notice:
        if self.rows[notice.serial].version != notice.version:
            raise StaleWrite("changed meanwhile")
        stored = replace(notice, version=notice.version + 1)
        self.rows[notice.serial] = stored
        return stored

    async def setting(self, name: str) -> str | None:
        return self.settings.get(name)

    async def audit(self, now, actor, action, case_id=None, **detail) -> None:
        self.trail.append((action, {"actor": actor, "case_id": case_id} | detail))


class FakeStore:
    """Commits at the end of a block, forgets on an error."""

    def __init__(self, *notices: Notice) -> None:
        self.rows = {notice.serial: notice for notice in notices}
        self.settings: dict[str, str] = {}
        self.trail: list[tuple[str, dict]] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeTransaction]:
        tx = FakeTransaction(self.rows, self.settings)
        yield tx
        self.rows = tx.rows
        self.trail += tx.trail

    async def close(self) -> None:
        return


class KnownChannel:
    """Answers with what it was made with; keeps what was sent and the state on disk then."""

    def __init__(self, outcome, store: FakeStore | None = None) -> None:
        self.outcome = outcome
        self.store = store
        self.sent: list[bytes] = []
        self.states: list[str] = []

    async def send(self, message, *, message_id, sender, recipient):
        self.sent.append(message)
        if self.store:
            self.states += [n.state.value for n in self.store.rows.values()]
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome
