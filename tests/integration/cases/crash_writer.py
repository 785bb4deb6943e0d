"""Write to a store for ever, until somebody kills this process."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))

from store_samples import NOW, a_case, a_notice, a_report, an_asset, an_observation

from cases.model import NoticeState
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.sqlite import SqliteStore


async def write_one(store: SqliteStore) -> int:
    async with store.transaction() as step:
        number = int((await step.next_case_id(NOW)).rpartition("-")[2])
        case = a_case(number, next_action_at=NOW)
        await step.add_case(case)
        await step.add_report(a_report(case), idempotency_key=case.id)
        await step.save_asset(an_asset(case))
        await step.add_observation(an_observation(an_asset(case)))
        await step.add_notice(a_notice(case, answer_code=case.id))
        await step.audit(NOW, "writer", "report_added", case.id)
    async with store.transaction() as step:
        notice = await step.notice(a_notice(case).serial)
        await step.save_notice(replace(notice, state=NoticeState.HELD))
        await step.save_case(replace(case, reports=2))
        await step.add_report(a_report(case, 2))
        await step.audit(NOW, "writer", "report_added", case.id)
    return number


async def main() -> None:
    store = await open_store(Path(sys.argv[1]), Keyring.derive(b"k" * 32))
    while True:
        number = await write_one(store)
        # told only after the commit: whoever reads this may rely on it
        os.write(1, f"{number}\n".encode())


asyncio.run(main())
