"""What must hold in every store, and how a violation is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import NOW, a_case, a_notice, a_report, an_asset, an_observation

from cases.erasures import Erasure, Erasures
from cases.invariants import check
from cases.model import CloseReason, Hold, NoticeKind, NoticeState, Stage
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.sqlite import SqliteStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(tmp_path / "cases.db", Keyring.derive(b"k" * 32), create=True)
    yield opened
    await opened.close()


def sent(number: int = 1, **changes):
    return a_notice(
        a_case(next_action_at=NOW),
        number,
        **{
            "state": NoticeState.SENT,
            "body_sha256": "a" * 64,
            "message_id": f"<{number}@hotline.example>",
            "approved_by": "ana",
            **changes,
        },
    )


async def told(store: SqliteStore, *notices, case=None, reported: bool = True) -> list[str]:
    case = case or a_case(next_action_at=NOW)
    async with store.transaction() as step:
        await step.add_case(case)
        await step.save_asset(an_asset(case))
        if reported:
            await step.add_report(a_report(case))
        for notice in notices:
            await step.add_notice(notice)
        await step.audit(NOW, "ana", "case_opened", case.id)
    return await check(store, now=NOW)


async def test_a_sound_store_has_nothing_to_tell(store: SqliteStore):
    """Sent once per purpose; reminders, other recipients and other traces are other purposes."""
    other = replace(sent(4).recipient, key="as64501")
    assert not await told(
        store,
        sent(1),
        sent(2, kind=NoticeKind.REMINDER, reminder=1),
        sent(3, kind=NoticeKind.REMINDER, reminder=2),
        sent(4, recipient=other),
        sent(5, kind=NoticeKind.MOVED, snapshot_ids=("a",)),
        sent(6, kind=NoticeKind.MOVED, snapshot_ids=("b",)),
        sent(7, state=NoticeState.DRAFTED, approved_by=None),
    )


async def test_a_notice_that_was_sent_twice_is_told(store: SqliteStore):
    """Same case, kind, recipient and reminder; `unknown` may have arrived, so it counts."""
    found = await told(store, sent(1), sent(2, state=NoticeState.UNKNOWN))
    assert found == [
        "Case HW-2026-000001 has 2 notices of kind first (reminder 0) that went to the same recipient."
    ]


@pytest.mark.parametrize(
    "kind", [NoticeKind.POLICE, NoticeKind.PARTNER, NoticeKind.FRONT_REVEAL, NoticeKind.MOVED]
)
async def test_after_a_move_the_same_reader_is_told_again(store: SqliteStore, kind):
    """Police, partners and fronts hear of each host in turn."""
    first = sent(1, kind=kind, snapshot_ids=("a",))
    assert not await told(store, first, sent(2, kind=kind, snapshot_ids=("b",)))


async def test_the_same_trace_told_twice_to_the_police_is_told(store: SqliteStore):
    """Two of one purpose about one trace are one too many."""
    notices = [sent(number, kind=NoticeKind.POLICE, snapshot_ids=("a",)) for number in (1, 2)]
    assert await told(store, *notices) == [
        "Case HW-2026-000001 has 2 notices of kind police (reminder 0) that went to the same recipient."
    ]


async def test_further_material_is_no_second_notice_about_the_first(store: SqliteStore):
    """The same recipient is told once about each asset."""
    assert not await told(store, sent(1), sent(2, asset_ids=("HW-2026-000001-2",)))


async def test_two_notices_that_name_the_same_asset_beside_others_are_told(store: SqliteStore):
    """One asset in both is one too many."""
    named = ("HW-2026-000001-2", "HW-2026-000001-3")
    found = await told(store, sent(1, asset_ids=named), sent(2, asset_ids=named[:1]))
    assert found == [
        "Case HW-2026-000001 has 2 notices of kind first (reminder 0) that went to the same recipient."
    ]


@pytest.mark.parametrize(
    ("member", "name"),
    [("body_sha256", "body digest"), ("message_id", "Message-ID"), ("approved_by", "approver")],
)
async def test_a_sent_notice_without_its_proof_is_told(store: SqliteStore, member: str, name: str):
    """What left has a frozen body, a Message-ID and a person."""
    found = await told(store, sent(1, **{member: None}))
    assert found == [f"Notice HW-2026-000001-N1 is sent and has no {name}."]


async def test_a_notice_that_never_ends_sending_is_told(store: SqliteStore):
    """A claim older than the limit has lost its sender."""
    fresh = sent(1, state=NoticeState.SENDING, claimed_at=NOW - timedelta(minutes=14))
    stuck = sent(2, state=NoticeState.SENDING, claimed_at=NOW - timedelta(minutes=16))
    assert await told(store, fresh, stuck) == [
        "Notice HW-2026-000001-N2 has been sending for more than 15 min."
    ]


async def test_a_case_without_report_or_reason_is_told(store: SqliteStore):
    """A case comes from a report, and a closing has a reason."""
    assert await told(store, case=a_case(1, stage=Stage.CLOSED), reported=False) == [
        "Case HW-2026-000001 has no report.",
        "Case HW-2026-000001 is closed without a reason.",
    ]


async def test_an_open_case_with_a_closing_is_told(store: SqliteStore):
    """Re-opening forgets why it was closed."""
    assert await told(store, case=a_case(2, next_action_at=NOW, close_reason=CloseReason.SPAM)) == [
        "Case HW-2026-000002 is open and has a reason for its closing."
    ]


async def test_an_observation_of_nothing_is_told(store: SqliteStore):
    """Every observation is of an asset of its case."""
    async with store.transaction() as step:
        await step.add_case(a_case(next_action_at=NOW))
        await step.add_report(a_report(a_case(next_action_at=NOW)))
        await step.add_observation(an_observation(an_asset(a_case(next_action_at=NOW), 7)))
    assert await check(store, now=NOW) == [
        "Case HW-2026-000001 has observations of HW-2026-000001-7, which is no asset of it."
    ]


async def test_a_changed_trail_is_told(store: SqliteStore):
    """Whoever edits the trail in the database is found."""
    await told(store)
    async with store._engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE audit SET actor = 'eve'")
    assert await check(store, now=NOW) == [
        "The audit trail is broken: entry 1 was changed after it was written."
    ]


async def test_a_row_without_its_case_is_told(store: SqliteStore):
    """A report whose case was deleted behind our back is found."""
    await told(store)
    async with store._engine.connect() as connection:
        plain = await connection.execution_options(hostwatch_no_step=True)
        await plain.exec_driver_sql("PRAGMA foreign_keys = OFF")
        await plain.exec_driver_sql("DELETE FROM cases")
        await plain.exec_driver_sql("PRAGMA foreign_keys = ON")
    assert "A row in reports belongs to no row in cases." in await check(store, now=NOW)


async def test_an_open_case_that_nobody_waits_for_is_told(store: SqliteStore):
    """Open, never due, no question and no hold: it would be forgotten."""
    forgotten = await told(store, case=a_case(1))
    assert forgotten == ["Case HW-2026-000001 is open, waits for nobody and is never due."]


@pytest.mark.parametrize(
    "waits",
    [
        {"needs": "captcha"},
        {"hold": Hold(reason="police", owner="ana", since=NOW)},
        {"next_action_at": NOW},
        {"stage": Stage.CLOSED, "close_reason": CloseReason.SPAM},
    ],
)
async def test_a_case_that_waits_for_something_is_not(store: SqliteStore, waits):
    """A person, a hold, the clock, or nothing any more because it is closed."""
    assert await told(store, case=a_case(1, **waits)) == []


async def test_a_row_that_does_not_open_is_told(store: SqliteStore):
    """Whichever table it stands in; the other cases are looked at all the same."""
    async with store.transaction() as step:
        for number in (1, 2):
            case = a_case(number, next_action_at=NOW)
            await step.add_case(case)
            await step.add_report(a_report(case))
            await step.save_asset(an_asset(case))
            await step.add_notice(a_notice(case))
    async with store._engine.begin() as connection:
        for table in ("reports", "assets", "notices"):
            await connection.exec_driver_sql(
                f"UPDATE {table} SET sealed = zeroblob(60) WHERE case_id = 'HW-2026-000001'"
            )
    found = await check(store, now=NOW)
    assert len(found) == 3
    assert "Case HW-2026-000001: assets HW-2026-000001-0 does not open under its key." in found


async def test_a_key_that_does_not_open_or_is_missing_is_told(store: SqliteStore):
    """Each in a sentence of its own."""
    async with store.transaction() as step:
        for number in (1, 2):
            case = a_case(number, next_action_at=NOW)
            await step.add_case(case)
            await step.add_report(a_report(case))
    async with store._engine.begin() as connection:
        for statement in (
            f"UPDATE case_keys SET wrapped = x'01{'00' * 60}' WHERE case_id LIKE '%1'",
            "DELETE FROM case_keys WHERE case_id LIKE '%2'",
        ):
            await connection.exec_driver_sql(statement)
    found = await check(store, now=NOW)
    assert any("key of HW-2026-000001 does not open" in one for one in found)
    assert "Case HW-2026-000002 is half erased: key and records do not agree." in found


async def test_a_lease_that_nobody_can_give_back_is_told(store: SqliteStore):
    """Without an owner, or until far in the future."""
    async with store.transaction() as step:
        await step.lease_host(step.host_key("a.test"), "core", NOW, NOW + timedelta(minutes=5))
        await step.lease_host(step.host_key("b.test"), "core", NOW, NOW + timedelta(days=9))
    found = await check(store, now=NOW)
    assert found == ["1 leases of hosts have no owner, no end or one that is too late."]


async def test_an_erasure_that_was_noted_and_not_done_is_told(store: SqliteStore):
    """As a crash between both leaves it."""
    async with store.transaction() as step:
        await step.add_case(a_case(1, next_action_at=NOW))
        await step.add_report(a_report(a_case(1)))
    listed = Erasures(found=(Erasure(case_id="HW-2026-000001", at=NOW),), faults=("A fault.",))
    found = await check(store, now=NOW, erasures=listed)
    assert found[0] == "A fault."
    assert "was not erased; repeat" in found[1]
    async with store.transaction() as step:
        await step.erase_case("HW-2026-000001")
    assert await check(store, now=NOW, erasures=listed) == ["A fault."]
