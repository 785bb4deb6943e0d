"""
Enter reports, draft notices and send them for ever, until somebody kills this process.

    killed_hand.py PLACE DESK

PLACE is a SQLite file or a PostgreSQL URL. DESK is the log of a mail desk: a line for each message
that it took, on disk before the sender hears of it. What was committed is told on standard output.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))
sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "notices"))

from notice_builders import NOW, RULES, case, material, notice
from outbox_fakes import FixedClock
from store_samples import a_report

from cases.model import Case, Notice, NoticeState
from cases.ports import CaseStore, NoticeFilter
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.postgres import PostgresPlace
from notices.compose import compose
from notices.delivery.channel import Accepted, Receipt
from notices.delivery.outbox import deliver, recover, settle_by_message_ids

KEYS = Keyring.derive(b"k" * 32)


class Desk:
    """Takes a message for good, and only then says so."""

    def __init__(self, log: Path) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    async def send(
        self, _message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        del sender, recipient
        # long enough for a kill to fall between, on either side of the desk's own line
        await asyncio.sleep(0.02)
        os.write(self._log, f"{message_id}\n".encode())
        os.fsync(self._log)
        await asyncio.sleep(0.02)
        return Accepted(code=250, text="")


def place_of(word: str) -> Path | PostgresPlace:
    return PostgresPlace(url=word) if word.startswith("postgresql:") else Path(word)


def tell(word: str) -> None:
    os.write(1, f"{word}\n".encode())


async def enter(store: CaseStore) -> None:
    """Accept a report and draft the notice of its case."""
    async with store.transaction() as step:
        case_id = await step.next_case_id(NOW)
        made = replace(case(), id=case_id, canonical=f"https://board.test/{case_id}", version=1)
        await step.add_case(made)
        await step.add_report(a_report(made), idempotency_key=case_id)
        await step.add_notice(draft_of(made))
        await step.audit(NOW, "hand", "report_added", case_id)
    tell(case_id)


def draft_of(made: Case) -> Notice:
    return replace(
        notice(),
        serial=f"{made.id}-N1",
        case_id=made.id,
        version=1,
        answer_code=f"code {made.id}",
        state=NoticeState.APPROVED,
    )


async def settle_what_is_in_doubt(store: CaseStore, log: Path) -> None:
    """Begin as every worker does, then settle by the desk's own log."""
    taken = set(log.read_text().splitlines()) if log.exists() else set()
    async with store.transaction() as step:
        await recover(step, NOW)
        await settle_by_message_ids(step, taken, log_complete=True, now=NOW)


async def send_all(store: CaseStore, desk: Desk) -> None:
    async with store.reading() as step:
        waiting = await step.notices(NoticeFilter(states=(NoticeState.APPROVED,)))
    for one in waiting:
        message = compose(material(notice=one))
        await deliver(
            store,
            desk,
            one,
            message,
            sender="notices@hotline.example",
            clock=FixedClock(),
            retry_after=RULES.retry_mail,
            worker=f"hand {os.getpid()}",
        )


async def main() -> None:
    store = await open_store(place_of(sys.argv[1]), KEYS)
    log = Path(sys.argv[2])
    await settle_what_is_in_doubt(store, log)
    desk = Desk(log)
    tell("ready")
    while True:
        await enter(store)
        await send_all(store, desk)


if __name__ == "__main__":
    asyncio.run(main())
